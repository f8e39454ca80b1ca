using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Escale.Testing;

namespace Escale.Tests.Serve;

/// <summary>A file that is dropped into the browser, as its scripts send it.</summary>
public sealed class Uploads_over_http : IDisposable
{
    private static readonly byte[] _bytes = Encoding.Latin1.GetBytes("Relevé\n\nJour;Montant\n31/01/2024;1 234,50\n01/02/2024;99,00\n15/02/2024;12,25\n");

    private readonly TempFolder _folder = new();

    public Uploads_over_http() => _folder.Write("escale.yml", "name: drop\nengine: { threads: 2, memory_limit: 512MB, max_spill: 100MB }\n");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_in_pieces_becomes_a_table()
    {
        await using var session = await SignedIn.StartAsync(_folder.Path);
        var made = await session.SendAsync(HttpMethod.Post, "/api/v1/uploads", null, ("Tus-Resumable", "1.0.0"), ("Upload-Length", $"{_bytes.Length}"), ("Upload-Metadata", "filename " + Convert.ToBase64String("relevé.csv"u8)));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var path = made.Headers.Location!.ToString();

        Assert.Equal((HttpStatusCode.NoContent, "30"), await PatchAsync(session, path, 0, _bytes[..30], ("Upload-Checksum", "sha1 " + Convert.ToBase64String(SHA1.HashData(_bytes[..30])))));
        Assert.Equal(HttpStatusCode.Conflict, (await PatchAsync(session, path, 10, _bytes[10..])).Status);
        Assert.Equal((HttpStatusCode)460, (await PatchAsync(session, path, 30, _bytes[30..], ("Upload-Checksum", "sha1 " + Convert.ToBase64String(new byte[20])))).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await session.SendAsync(HttpMethod.Head, path, null, ("Tus-Resumable", "0.2.0"))).StatusCode);
        var head = await session.SendAsync(HttpMethod.Head, path, null, ("Tus-Resumable", "1.0.0"));
        Assert.Equal("30", head.Headers.GetValues("Upload-Offset").Single());
        Assert.Equal((HttpStatusCode.NoContent, $"{_bytes.Length}"), await PatchAsync(session, path, 30, _bytes[30..]));

        var reading = await session.GetJsonAsync(path + "/reading");
        Assert.Equal((";", 2), (reading.GetProperty("delimiter").GetProperty("value").GetString(), reading.GetProperty("skip_rows").GetInt32()));
        Assert.Contains("2024-01-31", await session.Client.GetStringAsync(path + "/preview"), StringComparison.Ordinal);
        using var source = JsonDocument.Parse(await (await session.PostJsonAsync(path + "/source", """{"name":"releve"}""")).Content.ReadAsStringAsync());
        Assert.Equal("bronze.releve", source.RootElement.GetProperty("table").GetString());
        for (var look = 0; look < 100 && (await session.GetJsonAsync("/api/v1/runs/" + source.RootElement.GetProperty("run").GetString())).GetProperty("run").GetProperty("status").GetString() == "running"; look++)
        {
            await Task.Delay(200);
        }
        Assert.Contains("1234.5", await session.Client.GetStringAsync("/api/v1/tables/bronze.releve/rows"), StringComparison.Ordinal);
        Assert.Contains("bronze.releve", await session.Client.GetStringAsync("/sources"), StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string? Offset)> PatchAsync(SignedIn session, string path, long offset, byte[] bytes, params (string Name, string Value)[] headers)
    {
        using var content = new ByteArrayContent(bytes) { Headers = { { "Content-Type", "application/offset+octet-stream" } } };
        using var answer = await session.SendAsync(HttpMethod.Patch, path, content, [("Tus-Resumable", "1.0.0"), ("Upload-Offset", $"{offset}"), .. headers]);
        return (answer.StatusCode, answer.Headers.TryGetValues("Upload-Offset", out var now) ? now.Single() : null);
    }
}
