using Escale.Kernel;
using Escale.Orchestrate.Export;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Testing;

namespace Escale.Orchestrate.Tests.Export;

/// <summary>Pipelines to export: one that uses everything, and texts that mean something to shells, templates, YAML and Python.</summary>
internal static class ExportSamples
{
    public const string Hostile = "it's \"{{ 7 * 7 }}\" $HOME $(id) `id` {% x %} $$ \\n #: - é 🚢";

    public const string Daily = """
        description: |
          Say "no"; {{ params.day }} 'and' ${HOME}
          # twice
        schedule: {cron: "30 6 * * MON-FRI", zone: Africa/Dakar, except: [2026-12-25], from: 2026-11-02, until: 2027-01-01}
        params:
          day: {type: date, default: "{{ interval.day }}", description: The day}
          size: 10
          share: 0.5
          full: false
          mode: {choices: [fast, "no"], default: fast}
          words: "it's \"{{ 7 * 7 }}\" $HOME"
          plain: "it's \"quoted\" $HOME $(id) `id` \\n 🚢"
        concurrency: 2
        timeout: 2h
        priority: 3
        retries: {count: 2, delay: 30s, most: 5m}
        tasks:
          - {id: fetch, http: {url: "https://example.org/{{ params.day }}", headers: {Authorization: "Bearer ${TOKEN}", Agent: "${AGENT:-escale}"}}, pool: api, timeout: 30s}
          - {id: load_all, build: +gold, depends_on: fetch, retries: {count: 3, delay: 1s, factor: 1}}
          - {id: check, sql: select 1, depends_on: load_all, when: "params.size > 5", may_fail: true, priority: 5}
          - {id: clean, shell: "rm -f '$X' {{ x }}", depends_on: [check, fetch], rule: all_done, retries: 0}
          - {id: odd, shell: "true", depends_on: clean, rule: none_failed_min_one_success, retries: {count: 4, on: [collect.http]}}
        on_failure: {notify: {url: "${HOOK}"}}
        """;

    public const string Weekly = "triggers: {after: daily}\ntimeout: 1h\nbuild: gold\n";

    public static ExportSet Set(TempFolder folder, params (string Name, string Text)[] pipelines)
    {
        folder.Write("escale.yml", "pools: {api: 2}\n");
        foreach (var (name, text) in pipelines)
        {
            folder.Write($"pipelines/{name}.yml", text);
        }
        var read = new PipelineFiles(new ProjectRoot(folder.Path)).Read();
        Assert.Empty(read.Errors);
        return new ExportSet("Port \"of\nDakar\"", "/srv/" + Hostile, [.. read.Pipelines.Values.OrderBy(pipeline => pipeline.Name, StringComparer.Ordinal)], read.Pools, new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero));
    }
}
