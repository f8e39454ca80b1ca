using Escale.Testing;

namespace Escale.Browser.Tests;

/// <summary>A small harbour to walk through: a few tables in two versions, questions and a dashboard. Made once and run in a few seconds.</summary>
internal sealed class Harbour : IDisposable
{
    private readonly TempFolder _folder = new();

    public Harbour()
    {
        Write("escale.yml", "engine: { threads: 1, memory_limit: 512MB }\n");
        Write("dbt_project.yml", "name: harbour\nversion: \"1\"\n");
        Write("seeds/quays.csv", "number,quay\n0,Môle 1\n1,Môle 2\n2,Quai des hydrocarbures\n3,Terminal à conteneurs\n4,Port de pêche\n");
        Write("models/calls.sql", Calls(20_000));
        Write("models/by_month.sql", """
            {{ config(materialized='table', schema='gold') }}
            select date_trunc('month', day)::date as month, quay, count(*) as calls, round(avg(hours), 1) as hours from {{ ref('calls') }} group by all

            """);
        Write("models/models.yml", """
            models:
              - name: calls
                description: Every call of a ship at a quay of the harbour.
                config: { tags: [daily], meta: { owner: Harbour office } }
                columns:
                  - { name: id, description: Number of the call, data_tests: [unique, not_null] }
                  - { name: quay, description: Where the ship lay, data_tests: [not_null] }
              - name: by_month
                description: Calls and hours of each month, by quay.
                config: { tags: [daily] }

            """);
        Write("questions/by-flag.yml", """
            title: Calls by flag
            description: Which flags come to the harbour.
            steps:
              - { kind: table, table: gold.calls }
              - { kind: summarise, by: [{ column: flag }], measures: [{ function: count, name: calls }] }
            chart: { type: pie, x: flag, "y": [calls] }

            """);
        Write("dashboards/harbour.yml", Dashboard);
    }

    public string Folder => _folder.Path;

    public string Write(string path, string text) => _folder.Write(path, text);

    public string Read(string path) => File.ReadAllText(Path.Combine(Folder, path));

    /// <summary>Runs it twice, with ten more calls the second time.</summary>
    public async Task RunAsync()
    {
        await RunOnceAsync();
        Write("models/calls.sql", Calls(20_010));
        await RunOnceAsync();
    }

    public void Dispose() => _folder.Dispose();

    private async Task RunOnceAsync()
    {
        var finished = await EscaleProgram.RunAsync(Folder, ["run"]);
        Assert.True(finished.ExitCode == 0, finished.ToString());
    }

    private static string Calls(int count) => $$$"""
        {{ config(materialized='table', schema='gold') }}
        select i as id, date '2025-01-01' + (i % 360)::int as day, 'Ship ' || lpad((i % 97)::varchar, 3, '0') as ship, quay, (['SN', 'FR', 'PA', 'LR'])[1 + (i * 7 % 11 % 4)::int] as flag,
            round((i * 37 % 1000) / 10, 1) as hours
        from range({{{count}}}) r(i) join {{ ref('quays') }} q on q.number = i % 5

        """;

    private const string Dashboard = """
        title: The harbour
        description: Calls at the quays.
        filters:
          - { id: quay, title: Quay, type: list, column: quay }
          - { id: period, title: Period, type: dates, column: day }
        tiles:
          - id: total
            title: Calls
            at: { x: 0, y: 0, w: 6, h: 4 }
            sql: select count(*)::int as calls from gold.calls
            chart: { type: number, "y": [calls] }
          - id: words
            at: { x: 6, y: 0, w: 18, h: 4 }
            text: "**How to read it.** A call is one ship at one quay."
          - id: quays
            title: Calls by quay
            at: { x: 0, y: 4, w: 12, h: 8 }
            sql: select quay, count(*)::int as calls from gold.calls group by 1 order by 1
            chart: { type: row, x: quay, "y": [calls] }
          - id: months
            title: Calls by month and flag
            at: { x: 12, y: 4, w: 12, h: 8 }
            sql: select date_trunc('month', day)::date as month, flag, count(*)::int as calls from gold.calls group by all order by all
            chart: { type: bar, x: month, "y": [calls], series: flag, stack: stack }
          - id: flags
            at: { x: 0, y: 12, w: 12, h: 7 }
            question: by-flag
          - id: latest
            title: Latest calls
            at: { x: 12, y: 12, w: 12, h: 7 }
            sql: select day, ship, quay, hours from gold.calls order by id desc limit 50
            chart: { type: table }

        """;
}
