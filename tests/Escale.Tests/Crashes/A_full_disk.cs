using System.Diagnostics;
using System.Text.Json;
using Escale.Testing;

namespace Escale.Tests.Crashes;

/// <summary>
/// A disk that a pipeline's step fills, really: a small file system, mounted where only this test sees it. Skipped where such a thing may not be mounted.
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
        for i in $(seq 1 120); do sleep 1; "$ESCALE" pipeline show "$RUN" --json > ../mended.json; grep -q '"status": "running"' ../mended.json || break; done
        kill $WORKER; wait $WORKER
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
        Directory.CreateDirectory(Path.Combine(_folder.Path, "disk"));
        var start = new ProcessStartInfo("unshare", ["--mount", "sh", "-c", Script]) { WorkingDirectory = _folder.Path, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["ESCALE"] = EscaleProgram.Path;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.SkipWhen(process.ExitCode is 1 or 77, $"nothing can be mounted here: {await errors}");
        Assert.True(process.ExitCode is 0 or 143, $"{process.ExitCode}: {await errors}");

        Assert.Equal("1", (await File.ReadAllTextAsync(InFolder("failed.code"))).Trim());
        var failed = await StepsAsync("failed.json");
        Assert.Equal(["succeeded", "failed", "upstream_failed"], failed.Select(step => step.GetProperty("status").GetString()));
        Assert.Contains("The disk is full", failed[1].GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(["n", "7"], await File.ReadAllLinesAsync(InFolder("small.csv")));
        var mended = await StepsAsync("mended.json");
        Assert.Equal(["succeeded 1", "succeeded 2", "succeeded 1"], mended.Select(step => $"{step.GetProperty("status").GetString()} {step.GetProperty("attempts").GetInt32()}"));
    }

    private async Task<List<JsonElement>> StepsAsync(string file)
    {
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(InFolder(file)));
        return [.. document.RootElement.GetProperty("steps").EnumerateArray().Select(step => step.Clone())];
    }

    private string InFolder(string file) => Path.Combine(_folder.Path, file);
}
