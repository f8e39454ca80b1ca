using System.Net;
using System.Text.Json;
using Escale.Testing;

namespace Escale.Tests.Serve;

/// <summary>Security requirement S1 over HTTP, and what the SQL editor needs, with the real program and its real sandbox.</summary>
public sealed class Sql_over_http : IDisposable
{
    private readonly TempFolder _folder = new();

    public Sql_over_http()
    {
        _folder.Write("escale.yml", "engine: { threads: 2, memory_limit: 512MB, max_spill: 100MB }\nsql: { timeout: 8s }\n");
        _folder.Write("dbt_project.yml", "name: shop\nversion: \"1\"\n");
        _folder.Write("models/calls.sql", "{{ config(materialized='table', schema='gold') }} select i as id, i % 3 as ship from range(1000) r(i)");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reads_tables_and_nothing_else_and_a_monster_dies_alone()
    {
        await EscaleProgram.RunAsync(_folder.Path, ["run"]);
        await using var session = await SignedIn.StartAsync(_folder.Path);

        var whole = await AskAsync(session, "select ship, count(*) as n from gold.calls where id >= :least group by 1 order by 1", """{"least": 1}""");
        Assert.Equal("[[0,333],[1,333],[2,333]]", whole.GetProperty("results")[0].GetProperty("rows").GetRawText());
        var again = await AskAsync(session, "select ship,  count(*) as n from gold.calls\nwhere id >= :least group by 1 order by 1", """{"least": 1}""");
        Assert.Equal(whole.GetProperty("results").GetRawText(), again.GetProperty("results").GetRawText());

        foreach (var sql in (string[])["select * from read_text('/etc/passwd')", "attach '/tmp/escale-x.db'", "copy (select 1) to '/tmp/escale-x.csv'", "install httpfs", "set memory_limit = '100GB'", "select * from read_csv('https://example.org/x.csv')", "pragma enable_external_access = true"])
        {
            var (status, problem) = await TryAsync(session, sql);
            Assert.True(status == HttpStatusCode.BadRequest && problem.GetProperty("code").GetString()!.StartsWith("engines.", StringComparison.Ordinal), $"{sql}: {status} {problem}");
        }
        Assert.False(File.Exists("/tmp/escale-x.csv") || File.Exists("/tmp/escale-x.db"));

        var mistake = await TryAsync(session, "select 1;\nselect\n  nme from gold.calls");
        Assert.Equal((3, 3), (mistake.Problem.GetProperty("place").GetProperty("line").GetInt32(), mistake.Problem.GetProperty("place").GetProperty("column").GetInt32()));

        var monster = TryAsync(session, "select count(*) from range(100000000000) a, range(100000000000) b where hash(a.range + b.range) = 1");
        while (!monster.IsCompleted)
        {
            Assert.Equal("live", await session.Client.GetStringAsync("/health/live"));
            await Task.Delay(250);
        }
        // Its time or its memory is over first, as the machine is.
        Assert.Contains((await monster).Problem.GetProperty("code").GetString(), (string[])["explore.sql-timeout", "engines.duckdb.out-of-memory"]);
        Assert.Equal("[[1000]]", (await AskAsync(session, "select count(*) from gold.calls", "{}")).GetProperty("results")[0].GetProperty("rows").GetRawText());
    }

    [Fact]
    public async Task Streams_several_results_can_be_stopped_by_name_and_is_remembered()
    {
        await using var session = await SignedIn.StartAsync(_folder.Path);
        var lines = await StreamAsync(session, """{"sql":"create temp table t as select 7 as x; select x from t; select nothing"}""");
        Assert.Equal(["columns", "rows", "end", "columns", "rows", "end", "error"], lines.Select(line => line.GetProperty("type").GetString()).Where(type => type != "progress"));
        Assert.Equal("[[7]]", lines.Last(line => line.GetProperty("type").GetString() == "rows").GetProperty("rows").GetRawText());

        var running = StreamAsync(session, """{"sql":"select count(*) from range(100000000000) a, range(1000000) b","id":"mine"}""");
        while ((await session.DeleteAsync("/api/v1/sql/mine")).StatusCode != HttpStatusCode.NoContent)
        {
            await Task.Delay(100);
        }
        Assert.Equal("explore.sql-stopped", (await running)[^1].GetProperty("code").GetString());

        var history = await session.GetJsonAsync("/api/v1/sql/history");
        Assert.Equal("explore.sql-stopped", history[0].GetProperty("error_code").GetString());
        Assert.Contains("create temp table", history[1].GetProperty("sql").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keeps_a_query_as_a_question_and_as_a_sql_model()
    {
        await using var session = await SignedIn.StartAsync(_folder.Path);
        var saved = await session.PostJsonAsync("/api/v1/questions", """{"title":"How many?","sql":"select 41 + 1 as n"}""");
        Assert.Equal(HttpStatusCode.Created, saved.StatusCode);
        Assert.Equal("[[42]]", (await session.GetJsonAsync("/api/v1/questions/how-many/result")).GetProperty("rows").GetRawText());
        Assert.True(File.Exists(Path.Combine(_folder.Path, "questions", "how-many.yml")));

        var model = await session.PostJsonAsync("/api/v1/sql/models", """{"name":"ships","folder":"gold","sql":"select distinct ship from gold.calls"}""");
        Assert.Equal(HttpStatusCode.Created, model.StatusCode);
        Assert.Equal("select distinct ship from {{ ref('calls') }}\n", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "models", "gold", "ships.sql")));
        Assert.Equal(HttpStatusCode.Conflict, (await session.PostJsonAsync("/api/v1/sql/models", """{"name":"ships","sql":"select 1"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.PostJsonAsync("/api/v1/sql/models", """{"name":"x","folder":"../..","sql":"select 1"}""")).StatusCode);
        foreach (var page in (string[])["/sql", "/questions", "/questions/new", "/questions/how-many", "/questions/how-many/edit"])
        {
            Assert.Equal(HttpStatusCode.OK, (await session.Client.GetAsync(page)).StatusCode);
        }
    }

    private static async Task<JsonElement> AskAsync(SignedIn session, string sql, string parameters)
    {
        var answer = await session.PostJsonAsync("/api/v1/sql", $$"""{"sql":{{JsonSerializer.Serialize(sql)}},"parameters":{{parameters}}}""");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<(HttpStatusCode Status, JsonElement Problem)> TryAsync(SignedIn session, string sql)
    {
        var answer = await session.PostJsonAsync("/api/v1/sql", $$"""{"sql":{{JsonSerializer.Serialize(sql)}}}""");
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    private static async Task<List<JsonElement>> StreamAsync(SignedIn session, string body)
    {
        var answer = await session.PostJsonAsync("/api/v1/sql", body, "application/x-ndjson");
        return [.. (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
