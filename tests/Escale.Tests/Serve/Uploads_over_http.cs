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

    [Fact]
    public async Task What_is_fetched_is_checked_as_what_is_sent_and_what_is_refused_leaves_nothing()
    {
        _folder.Write("escale.yml", "name: drop\nengine: { threads: 1, memory_limit: 512MB }\nserve: { upload_limit: 2000, upload_quota: 3000 }\nnetwork: { allow: [127.0.0.1] }\n");
        using var elsewhere = Serve(new()
        {
            ["/ships.csv"] = (200, "ship,tons\nAwa,12\n"), ["/large.csv"] = (200, new string('x', 2001)), ["/away"] = (302, "http://169.254.169.254/latest/meta-data/"), ["/gone.csv"] = (404, ""),
        });
        await using var session = await SignedIn.StartAsync(_folder.Path);
        Assert.Equal("collect.upload-too-large", await RefusedAsync(await BeginAsync(session, 2001), HttpStatusCode.RequestEntityTooLarge));
        Assert.Equal(HttpStatusCode.Created, (await BeginAsync(session, 1990)).StatusCode);
        Assert.Equal("collect.upload-quota", await RefusedAsync(await BeginAsync(session, 1990), HttpStatusCode.BadRequest));

        foreach (var (address, code) in new[]
        {
            ("http://169.254.169.254/latest/meta-data/", "collect.http.blocked"), ("http://[::ffff:10.0.0.1]/x.csv", "collect.http.blocked"), ("http://127.0.0.2/x.csv", "collect.http.blocked"), (elsewhere.Prefixes.First() + "away", "collect.http.blocked"),
            (elsewhere.Prefixes.First() + "gone.csv", "collect.http.status"), (elsewhere.Prefixes.First() + "large.csv", "collect.too-large"), ("file:///etc/passwd", "collect.url"), ("ships.csv", "collect.url"),
        })
        {
            Assert.Equal($"{address}: {code}", $"{address}: {await RefusedAsync(await session.PostJsonAsync("/api/v1/uploads/from-address", JsonSerializer.Serialize(new { url = address })), null)}");
        }
        Assert.Equal(1, (await session.GetJsonAsync("/api/v1/uploads")).GetArrayLength());

        using var fetched = JsonDocument.Parse(await (await session.PostJsonAsync("/api/v1/uploads/from-address", JsonSerializer.Serialize(new { url = elsewhere.Prefixes.First() + "ships.csv" }))).Content.ReadAsStringAsync());
        Assert.Equal(("ships.csv", "received"), (fetched.RootElement.GetProperty("name").GetString(), fetched.RootElement.GetProperty("state").GetString()));
        Assert.Contains("Awa", await session.Client.GetStringAsync($"/api/v1/uploads/{fetched.RootElement.GetProperty("id").GetString()}/preview"), StringComparison.Ordinal);
        Assert.Contains("ship", await session.Client.GetStringAsync($"/sources/new/{fetched.RootElement.GetProperty("id").GetString()}/profile"), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> BeginAsync(SignedIn session, int length) => session.SendAsync(HttpMethod.Post, "/api/v1/uploads", null, ("Tus-Resumable", "1.0.0"), ("Upload-Length", $"{length}"));

    private static async Task<string> RefusedAsync(HttpResponseMessage answer, HttpStatusCode? status)
    {
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.True(status is null ? (int)answer.StatusCode >= 400 : answer.StatusCode == status, $"{answer.StatusCode}: {problem.RootElement}");
        return problem.RootElement.GetProperty("code").GetString()!;
    }

    /// <summary>A server of somebody else's.</summary>
    private static HttpListener Serve(Dictionary<string, (int Status, string Text)> pages)
    {
        for (var port = 20_000 + (Environment.ProcessId % 20_000); ; port++)
        {
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
            }
            catch (HttpListenerException)
            {
                continue;
            }
            _ = Task.Run(async () =>
            {
                while (listener.IsListening)
                {
                    var context = await listener.GetContextAsync();
                    var (status, text) = pages[context.Request.Url!.AbsolutePath];
                    context.Response.StatusCode = status;
                    if (status == 302)
                    {
                        context.Response.RedirectLocation = text;
                    }
                    context.Response.Close(Encoding.UTF8.GetBytes(text), willBlock: true);
                }
            });
            return listener;
        }
    }

    private static async Task<(HttpStatusCode Status, string? Offset)> PatchAsync(SignedIn session, string path, long offset, byte[] bytes, params (string Name, string Value)[] headers)
    {
        using var content = new ByteArrayContent(bytes) { Headers = { { "Content-Type", "application/offset+octet-stream" } } };
        using var answer = await session.SendAsync(HttpMethod.Patch, path, content, [("Tus-Resumable", "1.0.0"), ("Upload-Offset", $"{offset}"), .. headers]);
        return (answer.StatusCode, answer.Headers.TryGetValues("Upload-Offset", out var now) ? now.Single() : null);
    }
}
