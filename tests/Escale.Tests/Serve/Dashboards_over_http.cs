using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Testing;
using Xunit;

namespace Escale.Tests.Serve;

/// <summary>Dashboards over HTTP: rows under filters, changing, and what a link opens to someone who is not signed in.</summary>
public sealed partial class Dashboards_over_http : IDisposable
{
    private const string Sales = """
        title: Sales
        filters:
          - {id: shop, type: list, column: shop}
        tiles:
          - {id: total, title: Total, at: {x: 0, y: 0, w: 6, h: 4}, sql: "select sum(n)::bigint as total from gold.sales"}
          - {id: words, at: {x: 6, y: 0, w: 6, h: 4}, text: "**bold**"}

        """;

    private readonly TempFolder _folder = new();

    public Dashboards_over_http()
    {
        _folder.Write("escale.yml", "engine: { threads: 2, memory_limit: 512MB, max_spill: 100MB }\n");
        _folder.Write("dbt_project.yml", "name: shop\nversion: \"1\"\n");
        _folder.Write("models/sales.sql", "{{ config(materialized='table', schema='gold') }} select 'shop ' || i % 3 as shop, i as n from range(10) r(i)");
        _folder.Write("dashboards/sales.yml", Sales);
        _folder.Write("dashboards/secret.yml", Sales.Replace("Sales", "Secret", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_link_opens_one_dashboard_and_nothing_else_until_it_is_taken_back()
    {
        await EscaleProgram.RunAsync(_folder.Path, ["run"]);
        await using var session = await SignedIn.StartAsync(_folder.Path);

        Assert.Equal("[[45]]", await RowsAsync(session.Client, "/api/v1/dashboards/sales/tiles/total"));
        Assert.Equal("[[18]]", await RowsAsync(session.Client, "/api/v1/dashboards/sales/tiles/total?shop=shop 0"));
        Assert.Equal("[[\"shop 0\",4],[\"shop 1\",3],[\"shop 2\",3]]", await RowsAsync(session.Client, "/api/v1/dashboards/sales/filters/shop"));
        await OffersWhatAFilterHasBeforeItIsKeptAsync(session);
        await ChangesAsync(session);

        var made = JsonDocument.Parse(await (await session.PostJsonAsync("/api/v1/dashboards/sales/shares", """{"days":1}""")).Content.ReadAsStringAsync()).RootElement;
        var path = made.GetProperty("path").GetString()!;
        using var stranger = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = session.Client.BaseAddress };
        stranger.DefaultRequestHeaders.Add("Accept", "application/json");
        var shared = "/api/v1" + path;
        Assert.Contains("escale-canvas", await stranger.GetStringAsync(path), StringComparison.Ordinal);
        var dashboard = await stranger.GetStringAsync(shared);
        Assert.Contains("Sales", dashboard, StringComparison.Ordinal);
        Assert.DoesNotContain("select", dashboard, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("[[18]]", await RowsAsync(stranger, shared + "/tiles/total?shop=shop 0"));
        Assert.Equal("[[\"shop 0\",4],[\"shop 1\",3],[\"shop 2\",3]]", await RowsAsync(stranger, shared + "/filters/shop"));

        foreach (var closed in (string[])["/", "/dashboards", "/dashboards/sales", "/dashboards/secret", "/api/v1/dashboards", "/api/v1/dashboards/sales", "/api/v1/dashboards/sales/tiles/total", "/api/v1/dashboards/secret/tiles/total",
            "/api/v1/dashboards/sales/file", "/api/v1/dashboards/sales/shares", "/api/v1/questions", "/api/v1/tables", "/api/v1/search?q=sales"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(closed)).StatusCode);
        }
        Assert.NotEqual(HttpStatusCode.OK, (await stranger.PostAsync("/api/v1/sql", new StringContent("""{"sql":"select 1"}""", Encoding.UTF8, "application/json"))).StatusCode);
        Assert.NotEqual(HttpStatusCode.OK, (await stranger.PutAsync(shared, new StringContent("{}", Encoding.UTF8, "application/json"))).StatusCode);
        foreach (var nowhere in (string[])[shared + "/tiles/secret", shared + "/tiles/words", shared + "/file", shared + "/shares", shared + "/tiles/..%2F..%2Fsecret%2Ftiles%2Ftotal",
            $"{path[..^2]}{(path.EndsWith("AA", StringComparison.Ordinal) ? "BB" : "AA")}", "/share/x", "/api/v1/share/AAAA"])
        {
            Assert.Contains((await stranger.GetAsync(nowhere)).StatusCode, (HttpStatusCode[])[HttpStatusCode.NotFound, HttpStatusCode.Unauthorized]);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await session.DeleteAsync($"/api/v1/dashboards/secret/shares/{made.GetProperty("id").GetInt64()}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await session.DeleteAsync($"/api/v1/dashboards/sales/shares/{made.GetProperty("id").GetInt64()}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(shared + "/tiles/total")).StatusCode);
    }

    private static async Task OffersWhatAFilterHasBeforeItIsKeptAsync(SignedIn session)
    {
        const string Draft = """{"title":"Sales","filters":[{"id":"many","type":"list","column":"n"}],"tiles":[{"id":"total","at":{"x":0,"y":0,"w":6,"h":4},"sql":"select sum(n)::bigint as total from gold.sales"}]}""";
        var choices = await session.PostJsonAsync("/api/v1/dashboards/sales/filters/many?q=7", Draft);
        Assert.Equal("[[\"7\",1]]", JsonDocument.Parse(await choices.Content.ReadAsStringAsync()).RootElement.GetProperty("rows").GetRawText());
        Assert.Equal(HttpStatusCode.NotFound, (await session.Client.GetAsync("/api/v1/dashboards/sales/filters/many")).StatusCode);
    }

    private async Task ChangesAsync(SignedIn session)
    {
        var answer = await session.Client.GetAsync("/api/v1/dashboards/sales");
        var tag = answer.Headers.ETag!.ToString();
        var json = await answer.Content.ReadAsStringAsync();
        Assert.Contains("<strong>bold</strong>", JsonDocument.Parse(json).RootElement.GetProperty("tiles")[1].GetProperty("html").GetString(), StringComparison.Ordinal);
        var body = """{"title":"Sales of the day","filters":[{"id":"shop","type":"list","column":"shop"}],"tiles":[{"id":"total","title":"Total","at":{"x":0,"y":0,"w":6,"h":4},"sql":"select sum(n)::bigint as total from gold.sales"}]}""";
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(session, "/api/v1/dashboards/sales", body, tag)).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await PutAsync(session, "/api/v1/dashboards/sales", body, tag)).StatusCode);
        Assert.StartsWith("title: Sales of the day\n", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "dashboards", "sales.yml")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(session, "/api/v1/dashboards/sales/file", Sales, null)).StatusCode);
        Assert.Equal(Sales, await session.Client.GetStringAsync("/api/v1/dashboards/sales/file"));
    }

    private static async Task<HttpResponseMessage> PutAsync(SignedIn session, string path, string body, string? tag)
    {
        using var home = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept", "text/html" } } };
        var token = Token().Match(await (await session.Client.SendAsync(home)).Content.ReadAsStringAsync()).Groups[1].Value;
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = new StringContent(body, Encoding.UTF8, "application/json"), Headers = { { "X-Escale-Antiforgery", token } } };
        if (tag is not null)
        {
            request.Headers.Add("If-Match", tag);
        }
        return await session.Client.SendAsync(request);
    }

    private static async Task<string> RowsAsync(HttpClient client, string path) =>
        JsonDocument.Parse(await client.GetStringAsync(path)).RootElement.GetProperty("rows").GetRawText();

    [GeneratedRegex("name=\"escale-antiforgery\" content=\"([^\"]+)\"")]
    private static partial Regex Token();
}
