using System.Net;
using System.Text.Json;
using Escale.Testing;

namespace Escale.Tests.Serve;

/// <summary>Runs that are started, followed, repeated and refused over HTTP, with the real program on both sides.</summary>
public sealed class Runs_from_the_browser : IDisposable
{
    private readonly TempFolder _folder = new();

    public Runs_from_the_browser()
    {
        _folder.Write("escale.yml", "engine: { threads: 1, memory_limit: 512MB }\n");
        _folder.Write("dbt_project.yml", "name: shop\nversion: \"1\"\n");
        _folder.Write("models/good.sql", "{{ config(materialized='table') }} select 1 as id");
        _folder.Write("models/bad.sql", "{{ config(materialized='table') }} select nothing_like_it from {{ ref('good') }}");
        _folder.Write("models/after.sql", "{{ config(materialized='table') }} select * from {{ ref('bad') }}");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Are_followed_to_their_end_and_what_failed_is_repeated_on_the_mended_files()
    {
        await using var session = await SignedIn.StartAsync(_folder.Path);

        var run = await StartAsync(session, "/api/v1/runs", "{}");
        var events = await session.Client.GetStringAsync($"/api/v1/runs/{run}/events");
        Assert.Contains("event: end", events, StringComparison.Ordinal);
        Assert.Contains("nothing_like_it", events, StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), Counts(await session.GetJsonAsync($"/api/v1/runs/{run}")));

        _folder.Write("models/bad.sql", "{{ config(materialized='table') }} select id + 1 as id from {{ ref('good') }}");
        var again = await StartAsync(session, $"/api/v1/runs/{run}/retry", "");
        await session.Client.GetStringAsync($"/api/v1/runs/{again}/events");
        Assert.Equal((2, 0, 0), Counts(await session.GetJsonAsync($"/api/v1/runs/{again}")));
        var page = await session.Client.GetAsync($"/runs/{again}");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task Tell_what_is_wrong_with_the_selection_and_need_the_antiforgery_token()
    {
        await using var session = await SignedIn.StartAsync(_folder.Path);

        var wrong = await session.PostJsonAsync("/api/v1/runs", """{"select":["no_such_thing"]}""");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.StartsWith("projects.", JsonDocument.Parse(await wrong.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await session.Client.GetAsync("/api/v1/runs/20200101T000000Z-ffffff")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await session.Client.GetAsync("/api/v1/runs/..%2f..%2fescale/log")).StatusCode);

        using var bare = new StringContent("{}", null, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Client.PostAsync("/api/v1/runs", bare)).StatusCode);
    }

    private static async Task<string> StartAsync(SignedIn session, string path, string body)
    {
        var answer = await session.PostJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("run").GetString()!;
    }

    private static (int Ok, int Failed, int Skipped) Counts(JsonElement detail)
    {
        var run = detail.GetProperty("run");
        return (run.GetProperty("ok").GetInt32(), run.GetProperty("failed").GetInt32(), run.GetProperty("skipped").GetInt32());
    }
}
