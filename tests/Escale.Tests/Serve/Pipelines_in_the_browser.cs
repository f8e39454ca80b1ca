using System.Globalization;
using System.Net;
using System.Text.Json;
using Escale.Testing;

namespace Escale.Tests.Serve;

/// <summary>Pipelines that are looked at, started, paused, repeated and made up for over HTTP, with the real program.</summary>
public sealed class Pipelines_in_the_browser : IDisposable
{
    private readonly TempFolder _folder = new();

    public Pipelines_in_the_browser()
    {
        _folder.Write("escale.yml", "engine: { threads: 1, memory_limit: 512MB }\n");
        _folder.Write("dbt_project.yml", "name: shop\nversion: \"1\"\n");
        _folder.Write("pipelines/daily.yml", """
            description: The day of the shop
            schedule: "@daily"
            params: {day: {type: date, default: "{{ interval.day }}"}}
            tasks:
              - {id: fetch, shell: echo fetched $PARAM_DAY}
              - {id: load, shell: "cat sales.csv || { echo nothing came; exit 3; }", depends_on: fetch}
              - {id: after, shell: echo after, depends_on: load}
            """);
        _folder.Write("pipelines/ports.yml", """
            tasks:
              - {id: load, each: [dakar, lome], shell: "test ! -f broken-$EACH"}
              - {id: hang, shell: "test -f open || sleep 300", depends_on: load, rule: all_done}
            """);
        _folder.Write("pipelines/wrong.yml", "tasks:\n  - {id: a, shel: echo}\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Are_listed_paused_and_made_up_for()
    {
        await using var session = await SignedIn.StartAsync(_folder.Path);
        var list = await session.Client.GetStringAsync("/pipelines");
        Assert.Contains("every day at 00:00 (UTC)", list, StringComparison.Ordinal);
        Assert.Contains("pipelines/wrong.yml:2", list, StringComparison.Ordinal);
        Assert.Contains("aria-checked=\"true\"", list, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await session.PostJsonAsync("/api/v1/pipelines/daily/pause", "{}")).StatusCode);
        Assert.True(await IsPausedAsync(session));
        var resumed = await session.PostFormAsync("/pipelines/daily", "/pipelines/daily/resume", ("back", "list"));
        Assert.Equal("/pipelines", resumed.Headers.Location?.ToString());
        Assert.False(await IsPausedAsync(session));

        var dry = await JsonAsync(session, "/api/v1/pipelines/daily/backfill", """{"from":"2026-01-01","to":"2026-01-03","dry_run":true}""");
        Assert.Equal((3, 0), (dry.GetProperty("asked").GetInt32(), dry.GetProperty("made").GetInt32()));
        Assert.Contains("Make 2 runs", await session.Client.GetStringAsync("/pipelines/daily?tab=backfill&from=2026-01-01&to=2026-01-03&limit=2"), StringComparison.Ordinal);
        var made = await JsonAsync(session, "/api/v1/pipelines/daily/backfill", """{"from":"2026-01-01","to":"2026-01-03","limit":1}""");
        Assert.Equal(1, made.GetProperty("made").GetInt32());
        Assert.Contains("ran already", await session.Client.GetStringAsync("/pipelines/daily?tab=backfill&from=2026-01-01&to=2026-01-03"), StringComparison.Ordinal);
        var values = await JsonAsync(session, "/api/v1/pipelines/daily/backfill", """{"parameters":{"day":["2026-02-01..2026-02-02","2026-03-01"]},"limit":2}""");
        Assert.Equal((2, 2, "2026-02-02"), (values.GetProperty("asked").GetInt32(), values.GetProperty("made").GetInt32(), values.GetProperty("runs")[1].GetProperty("parameters").GetProperty("day").GetString()));
        var plan = await session.Client.GetStringAsync("/pipelines/daily?tab=backfill&p.day=2026-02-01..2026-02-02,2026-03-01");
        Assert.Contains("Make 1 run", plan, StringComparison.Ordinal);
        Assert.Contains("day=2026-03-01", plan, StringComparison.Ordinal);
        var sent = await session.PostFormAsync("/pipelines/daily?tab=backfill", "/pipelines/daily/backfill", ("p.day", "2026-03-01"));
        Assert.Equal("/pipelines/daily?tab=backfill&made=1", sent.Headers.Location?.ToString());
        Assert.Equal(HttpStatusCode.BadRequest, (await session.PostJsonAsync("/api/v1/pipelines/daily/backfill", """{"from":"soon","to":"2026-01-03"}""")).StatusCode);
        foreach (var tab in new[] { "graph", "calendar", "times", "code&show=load", "start" })
        {
            Assert.Contains("<h1>daily</h1>", await session.Client.GetStringAsync("/pipelines/daily?tab=" + tab), StringComparison.Ordinal);
        }
        Assert.Contains("pipelines/wrong.yml", await session.Client.GetStringAsync("/"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"daily\"", await session.Client.GetStringAsync("/api/v1/search?q=daily"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Say_why_a_run_failed_and_go_on_from_there()
    {
        await using var session = await SignedIn.StartAsync(_folder.Path);
        var wrong = await session.PostFormAsync("/pipelines/daily?tab=start", "/pipelines/daily/start", ("p.day", "yesterday"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Contains("yesterday", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var started = await session.PostFormAsync("/pipelines/daily?tab=start", "/pipelines/daily/start", ("p.day", "2026-11-22"), ("interval", "2026-11-21T00:00:00Z/2026-11-22T00:00:00Z"));
        var path = started.Headers.Location!.ToString();
        var run = path["/pipelines/runs/".Length..];
        var failed = await EndAsync(session, run);
        Assert.Equal(("failed", "2026-11-21"), (failed.GetProperty("status").GetString(), failed.GetProperty("interval_begin").GetDateTimeOffset().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));

        var page = await session.Client.GetStringAsync(path);
        Assert.Contains("orchestrate.exit-code", page, StringComparison.Ordinal);
        Assert.Contains("Try again from here", page, StringComparison.Ordinal);
        await SaysAsync(session, $"/api/v1/pipelines/runs/{run}/log?step=load", "nothing came");
        Assert.DoesNotContain("nothing came", await session.Client.GetStringAsync($"/api/v1/pipelines/runs/{run}/log?step=fetch"), StringComparison.Ordinal);
        var events = await session.Client.GetStringAsync($"/api/v1/pipelines/runs/{run}/events");
        Assert.Contains("[fetch] fetched 2026-11-22", events, StringComparison.Ordinal);
        Assert.EndsWith("event: end", events.TrimEnd().Replace("\ndata:", "", StringComparison.Ordinal).TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("/pipelines/runs/" + run, await HomeAsync(session), StringComparison.Ordinal);

        _folder.Write("sales.csv", "7\n");
        Assert.Equal(path, (await session.PostFormAsync(path, path + "/clear", ("step", "load"))).Headers.Location?.ToString());
        Assert.Equal("succeeded", (await EndAsync(session, run)).GetProperty("status").GetString());
        foreach (var tab in new[] { "steps", "gantt", "graph", "log" })
        {
            Assert.Contains("Run of daily", await session.Client.GetStringAsync($"{path}?tab={tab}"), StringComparison.Ordinal);
        }
        Assert.Contains($"/pipelines/runs/{run}?step=load", await session.Client.GetStringAsync("/pipelines/daily"), StringComparison.Ordinal);
        var again = await JsonAsync(session, $"/api/v1/pipelines/runs/{run}/repeat", "{}");
        Assert.Equal("2026-11-22", (await session.GetJsonAsync("/api/v1/pipelines/runs/" + again.GetProperty("run").GetString())).GetProperty("parameters").GetProperty("day").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await session.Client.GetAsync("/pipelines/runs/none")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await session.Client.GetAsync("/api/v1/pipelines/runs/none/events")).StatusCode);
    }

    [Fact]
    public async Task Show_the_elements_of_a_step_and_are_marked_and_cancelled()
    {
        _folder.Write("broken-lome", "");
        await using var session = await SignedIn.StartAsync(_folder.Path);
        var path = (await session.PostFormAsync("/pipelines/ports?tab=start", "/pipelines/ports/start")).Headers.Location!.ToString();
        var run = path["/pipelines/runs/".Length..];
        await SaysAsync(session, path + "?step=load", "1 of 2 elements failed");
        await SaysAsync(session, path + "?step=hang", "Running");
        var elements = (await session.GetJsonAsync("/api/v1/pipelines/runs?pipeline=ports.load"))[0].GetProperty("id").GetString()!;
        Assert.Contains("/pipelines/runs/" + elements, await session.Client.GetStringAsync(path + "?step=load"), StringComparison.Ordinal);
        var part = await session.Client.GetStringAsync("/pipelines/runs/" + elements);
        Assert.Contains("load[lome]", part, StringComparison.Ordinal);
        Assert.Contains($"action=\"/pipelines/runs/{run}/clear\"", part, StringComparison.Ordinal); // an element that failed is done again by its step
        Assert.Contains("parts of the pipeline ports", await session.Client.GetStringAsync("/pipelines/ports.load"), StringComparison.Ordinal);

        Assert.Equal(path, (await session.PostFormAsync(path, path + "/cancel")).Headers.Location?.ToString());
        Assert.Equal("cancelled", (await EndAsync(session, run)).GetProperty("status").GetString());

        _folder.Write("open", "");
        Assert.Equal(HttpStatusCode.BadRequest, (await session.PostFormAsync(path, path + "/mark", ("step", "load"), ("how", "success"), ("note", " "))).StatusCode);
        Assert.Equal(path + "?step=load", (await session.PostFormAsync(path, path + "/mark", ("step", "load"), ("how", "success"), ("note", "chargé à la main"))).Headers.Location?.ToString());
        Assert.Equal(path, (await session.PostFormAsync(path, path + "/clear", ("step", "hang"))).Headers.Location?.ToString());
        Assert.Equal("succeeded", (await EndAsync(session, run)).GetProperty("status").GetString());
        var marked = await session.Client.GetStringAsync(path + "?step=load");
        Assert.Contains("Marked as succeeded", marked, StringComparison.Ordinal);
        Assert.Contains("chargé à la main · Awa", WebUtility.HtmlDecode(marked), StringComparison.Ordinal);
    }

    private static async Task<string> HomeAsync(SignedIn session) => await session.Client.GetStringAsync("/");

    private static async Task<bool> IsPausedAsync(SignedIn session) => (await session.GetJsonAsync("/api/v1/pipelines")).GetProperty("pipelines")[0].GetProperty("paused").GetBoolean();

    private static async Task<JsonElement> JsonAsync(SignedIn session, string path, string body)
    {
        var answer = await session.PostJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    // Lines are gathered for a moment before they are written.
    private static async Task SaysAsync(SignedIn session, string path, string words)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!(await session.Client.GetStringAsync(path, patience.Token)).Contains(words, StringComparison.Ordinal))
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private static async Task<JsonElement> EndAsync(SignedIn session, string run)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (true)
        {
            var now = await session.GetJsonAsync("/api/v1/pipelines/runs/" + run);
            if (now.GetProperty("status").GetString() is "succeeded" or "failed" or "cancelled")
            {
                return now;
            }
            await Task.Delay(100, patience.Token);
        }
    }
}
