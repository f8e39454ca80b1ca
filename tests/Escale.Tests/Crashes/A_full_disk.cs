using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Escale.Testing;
using Npgsql;

namespace Escale.Tests.Crashes;

/// <summary>
/// A disk that is full, really: a small file system, mounted where only this test sees it. Skipped where such a thing may not be mounted.
/// </summary>
public sealed class A_full_disk : IDisposable
{
    // The project is put onto the small disk; a step fills it, then there is room.
    private const string Script = """
        set -u
        mount -t tmpfs -o size=220m tmpfs disk && cp -r project/. disk/ && cd disk || exit 77
        trap '"$ESCALE" db stop >/dev/null 2>&1' EXIT
        "$ESCALE" pipeline run many --json > ../failed.json 2> ../failed.txt; echo $? > ../failed.code
        RUN=$(sed -n 's/^ *"id": "\(p2[^"]*\)".*/\1/p' ../failed.json | head -1)
        "$ESCALE" sql 'select n from main.small' --format csv > ../small.csv
        mount -o remount,size=1500m . || exit 78
        "$ESCALE" pipeline clear "$RUN" > /dev/null
        "$ESCALE" worker > /dev/null 2>&1 &
        WORKER=$!
        for i in $(seq 1 120); do sleep 1; "$ESCALE" pipeline show "$RUN" --json > ../mended.json 2> ../mended.txt; grep -q '"status": "running"' ../mended.json || break; done
        kill $WORKER; wait $WORKER
        """;

    // The disk is full for some seconds while steps are done; meanwhile the database is made to need room that it cannot do without. Its user must be able to get there, else it is elsewhere.
    private const string DatabaseScript = """
        set -u
        chmod 755 .
        mount -t tmpfs -o size=200m tmpfs disk && cp -r project/. disk/ && cd disk || exit 77
        trap '"$ESCALE" db stop >/dev/null 2>&1' EXIT
        "$ESCALE" db start > /dev/null || exit 78
        "$ESCALE" pipeline run many --json > ../run.json 2> ../run.txt &
        RUN=$!
        for i in $(seq 1 600); do sleep 0.1; test -f begun && break; done
        dd if=/dev/zero of=big bs=1M 2> /dev/null; dd if=/dev/zero of=small bs=1k 2> /dev/null
        sed -n 4p .escale/postgres/server/data/postmaster.pid > ../port; cp .escale/postgres/secrets/pgpass ../pgpass; touch ../full
        for i in $(seq 1 600); do sleep 0.1; test -f ../crashed && break; done
        sleep 5; rm big small
        wait $RUN; echo $? > ../run.code
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Is_told_with_what_to_do_and_the_run_goes_on_when_there_is_room()
    {
        _folder.Write("project/escale.yml", "engine: { threads: 1, memory_limit: 512MB }\n");
        _folder.Write("project/dbt_project.yml", "name: shop\nversion: \"1\"\n");
        _folder.Write("project/models/small.sql", "{{ config(materialized='table') }} select 7 as n");
        _folder.Write("project/models/big.sql", "{{ config(materialized='table') }} select i, md5(i::varchar) as h, md5((i + 1)::varchar) as g from range(9000000) t(i)");
        _folder.Write("project/pipelines/many.yml", """
            tasks:
              - {id: first, build: small}
              - {id: fill, build: big, depends_on: first}
              - {id: after, shell: echo done, depends_on: fill}
            """);
        await PlayAsync(Script, Task.CompletedTask);

        Assert.Equal("1", (await File.ReadAllTextAsync(InFolder("failed.code"))).Trim());
        var failed = await StepsAsync("failed.json");
        Assert.Equal(["succeeded", "failed", "upstream_failed"], failed.Select(step => step.GetProperty("status").GetString()));
        Assert.Matches("The disk is full|no room left", failed[1].GetProperty("error").GetProperty("message").GetString()!); // of the lake's, or already of the database's
        Assert.Equal(["n", "7"], await File.ReadAllLinesAsync(InFolder("small.csv")));
        var mended = await StepsAsync("mended.json");
        Assert.Equal(["succeeded 1", "succeeded 2", "succeeded 1"], mended.Select(step => $"{step.GetProperty("status").GetString()} {step.GetProperty("attempts").GetInt32()}"));
    }

    [Fact]
    public async Task Under_the_database_is_waited_out_even_when_the_database_falls_over_it()
    {
        _folder.Write("project/escale.yml", "engine: { threads: 1, memory_limit: 512MB }\n");
        _folder.Write("project/dbt_project.yml", "name: shop\nversion: \"1\"\n");
        _folder.Write("project/pipelines/many.yml", "tasks:\n" + string.Concat(Enumerable.Range(0, 40).Select(at =>
            FormattableString.Invariant($"  - {{id: s{at}, shell: 'test {at} != 3 || touch begun; sleep 0.2'{(at == 0 ? "" : FormattableString.Invariant($", depends_on: s{at - 1}"))}}}\n"))));
        await PlayAsync(DatabaseScript, FellAsync());

        Assert.Equal("0", (await File.ReadAllTextAsync(InFolder("run.code"))).Trim());
        Assert.All(await StepsAsync("run.json"), step => Assert.Equal("succeeded", step.GetProperty("status").GetString()));
        Assert.Contains("no room left", await File.ReadAllTextAsync(InFolder("run.txt")), StringComparison.Ordinal);
    }

    // The log before the work is what PostgreSQL cannot do without: it stops at once.
    private async Task FellAsync()
    {
        for (var patience = 0; !File.Exists(InFolder("full")) && patience < 900; patience++)
        {
            await Task.Delay(100);
        }
        var secret = (await File.ReadAllLinesAsync(InFolder("pgpass"))).Select(line => line.Split(':')).First(parts => parts[3] == "escale_owner")[4];
        var port = int.Parse(await File.ReadAllTextAsync(InFolder("port")), CultureInfo.InvariantCulture);
        await using (var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Database = "escale", Username = "escale_owner", Password = secret }))
        {
            await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
            {
                for (var at = 0; at < 10; at++)
                {
                    await using var command = source.CreateCommand("select pg_logical_emit_message(false, 'x', repeat('y', 20000000))");
                    await command.ExecuteNonQueryAsync();
                }
            });
        }
        await File.WriteAllTextAsync(InFolder("crashed"), "");
    }

    private async Task PlayAsync(string script, Task beside)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "disk", ".escale", "postgres")); // the small disk lies over it; other tests, which do not see that, see that the project is there and leave its database alone
        var start = new ProcessStartInfo("unshare", ["--mount", "sh", "-c", script]) { WorkingDirectory = _folder.Path, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["ESCALE"] = EscaleProgram.Path;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.SkipWhen(process.ExitCode is 1 or 77, $"nothing can be mounted here: {await errors}");
        Assert.True(process.ExitCode is 0 or 143, $"{process.ExitCode}: {await errors}");
        await beside;
    }

    private async Task<List<JsonElement>> StepsAsync(string file)
    {
        var text = await File.ReadAllTextAsync(InFolder(file));
        Assert.True(text.Length > 0, await File.ReadAllTextAsync(InFolder(Path.ChangeExtension(file, ".txt"))));
        using var document = JsonDocument.Parse(text);
        return [.. document.RootElement.GetProperty("steps").EnumerateArray().Select(step => step.Clone())];
    }

    private string InFolder(string file) => Path.Combine(_folder.Path, file);
}
