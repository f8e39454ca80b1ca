using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Escale.Testing;
using Escale.Tests.Serve;

namespace Escale.Tests.Crashes;

/// <summary>Reliability promise R2 for dropped files: the program is killed while the bytes of one come in.</summary>
public sealed class A_killed_upload : IDisposable
{
    private const int PieceBytes = 1 << 20;
    private const int Rows = 200_000;
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);
    private readonly TempFolder _folder = new();

    public A_killed_upload() => _folder.Write("escale.yml", "name: drop\nengine: { threads: 1, memory_limit: 512MB }\n");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Goes_on_where_it_was_and_becomes_the_table_that_it_would_have_been()
    {
        var bytes = Encoding.UTF8.GetBytes("id,word\n" + string.Concat(Enumerable.Range(1, Rows).Select(row => string.Create(CultureInfo.InvariantCulture, $"{row},word {row * 7919L % 9973}\n"))));
        string path;
        await using (var first = await SignedIn.StartAsync(_folder.Path))
        {
            using var made = await first.SendAsync(HttpMethod.Post, "/api/v1/uploads", null, ("Tus-Resumable", "1.0.0"), ("Upload-Length", $"{bytes.Length}"), ("Upload-Metadata", "filename " + Convert.ToBase64String("words.csv"u8)));
            path = made.Headers.Location!.ToString();
            Assert.Equal(PieceBytes, await PatchAsync(first, path, 0, new MemoryStream(bytes[..PieceBytes])));
            using var rest = new Stalling(bytes[PieceBytes..(2 * PieceBytes)], PieceBytes / 2);
            var sending = PatchAsync(first, path, PieceBytes, rest);
            await UntilAsync(() => new FileInfo(DataOf(path)).Length > PieceBytes);
            await first.KillAsync();
            rest.GoOn();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => sending);
        }
        await using var again = await SignedIn.AgainAsync(_folder.Path);
        using var head = await again.SendAsync(HttpMethod.Head, path, null, ("Tus-Resumable", "1.0.0"));
        var offset = int.Parse(head.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);
        Assert.InRange(offset, PieceBytes, PieceBytes + (PieceBytes / 2));
        Assert.Equal(bytes.Length, await PatchAsync(again, path, offset, new MemoryStream(bytes[offset..])));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(DataOf(path)));

        using var source = JsonDocument.Parse(await (await again.PostJsonAsync(path + "/source", """{"name":"words"}""")).Content.ReadAsStringAsync());
        Assert.Equal("succeeded", await again.EndOfRunAsync(source.RootElement.GetProperty("run").GetString()!));
        var asked = await EscaleProgram.RunAsync(_folder.Path, ["sql", "select count(*) as n, sum(id)::bigint as ids, count(distinct word) as words from bronze.words", "--format", "csv"]);
        Assert.Equal($"{Rows},{(long)Rows * (Rows + 1) / 2},9973", asked.Output.Split('\n')[1].Trim());
    }

    private string DataOf(string path) => Path.Combine(_folder.Path, ".escale", "uploads", path.Split('/')[^1], "data");

    private static async Task<long> PatchAsync(SignedIn session, string path, long offset, Stream bytes)
    {
        using var content = new StreamContent(bytes) { Headers = { { "Content-Type", "application/offset+octet-stream" } } };
        using var answer = await session.SendAsync(HttpMethod.Patch, path, content, ("Tus-Resumable", "1.0.0"), ("Upload-Offset", string.Create(CultureInfo.InvariantCulture, $"{offset}")));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        return long.Parse(answer.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(_patience);
        while (!isSo())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>Gives some of its bytes, and then waits as a slow sender does.</summary>
    private sealed class Stalling(byte[] bytes, int first) : MemoryStream(bytes)
    {
        private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void GoOn() => _goesOn.SetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= first)
            {
                await _goesOn.Task.WaitAsync(cancellationToken);
                return await base.ReadAsync(buffer, cancellationToken);
            }
            return await base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, first - Position)], cancellationToken);
        }
    }
}
