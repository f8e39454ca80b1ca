using System.Net;
using System.Text.Json;
using Escale.Testing;

namespace Escale.Tests.Serve;

/// <summary>What would clean a table: told, taken as a recipe, run, refused; on the page's API and from the command line alike.</summary>
public sealed class Suggestions_over_http : IDisposable
{
    private readonly TempFolder _folder = new();

    public Suggestions_over_http()
    {
        _folder.Write("escale.yml", "engine: { threads: 1, memory_limit: 512MB }\n");
        _folder.Write("dbt_project.yml", "name: people\nversion: \"1\"\n");
        _folder.Write("models/people.sql", "{{ config(materialized='table', schema='gold') }} select i as id, [' Lyon', 'Bamako ', 'Rome', 'Quito'][i % 4 + 1] as town, 'x' as same, i * 7 % 50 as n from range(300) r(i)");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Become_a_recipe_that_runs_and_stay_away_when_refused()
    {
        await EscaleProgram.RunAsync(_folder.Path, ["run"]);
        await using var session = await SignedIn.StartAsync(_folder.Path);
        Assert.Contains(await SuggestAsync(session), one => one is ("trim", "town", true));

        var made = await session.PostJsonAsync("/api/v1/recipes/clean", """{"table": "gold.people", "name": "tidy"}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Contains("trim", File.ReadAllText(Path.Combine(_folder.Path, "recipes", "tidy.yml")), StringComparison.Ordinal);
        var started = await session.PostJsonAsync("/api/v1/recipes/tidy/runs", "{}");
        var said = await started.Content.ReadAsStringAsync();
        Assert.True(started.StatusCode == HttpStatusCode.Accepted, said);
        Assert.Equal("succeeded", await session.EndOfRunAsync(JsonDocument.Parse(said).RootElement.GetProperty("run").GetString()!));

        var answer = await session.PostJsonAsync("/api/v1/recipes/suggestions/answers", """{"kind": "trim", "columns": ["town"], "accepted": false, "table": "gold.people"}""");
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.DoesNotContain(await SuggestAsync(session), one => one is ("trim", "town", _));
        Assert.Equal(HttpStatusCode.NotFound, (await session.PostJsonAsync("/api/v1/recipes/suggestions/answers", """{"kind": "trim", "columns": ["nothing"], "accepted": true, "table": "gold.people"}""")).StatusCode);

        var told = await EscaleProgram.RunAsync(_folder.Path, ["prepare", "gold.people", "--suggest"]);
        Assert.True(told.ExitCode == 0 && told.Output.Contains("same", StringComparison.Ordinal) && !told.Output.Contains("town", StringComparison.Ordinal), told.ToString());
        var cleaned = await EscaleProgram.RunAsync(_folder.Path, ["prepare", "gold.people", "--clean", "--recipe", "other"]);
        Assert.True(cleaned.ExitCode == 0 && File.Exists(Path.Combine(_folder.Path, "recipes", "other.yml")), cleaned.ToString());
    }

    private static async Task<List<(string? Kind, string Columns, bool IsSafe)>> SuggestAsync(SignedIn session)
    {
        var answer = await session.PostJsonAsync("/api/v1/recipes/suggestions", """{"table": "gold.people"}""");
        var told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        return [.. told.GetProperty("suggestions").EnumerateArray().Select(one => (
            one.GetProperty("kind").GetString(), string.Join(',', one.GetProperty("columns").EnumerateArray().Select(column => column.GetString())), one.GetProperty("is_safe").GetBoolean()))];
    }
}
