using System.Globalization;
using System.Text;
using System.Text.Json;
using Escale.Testing;

namespace Escale.Tests.Runs;

/// <summary>A project with every kind of step, small enough to run in a second or two.</summary>
internal sealed class SmallProject : IDisposable
{
    private readonly TempFolder _folder = new();

    public SmallProject(string? service = null)
    {
        _folder.Write("escale.yml", $"warehouse:\n  publish: tag:gold\n{service}");
        _folder.Write("dbt_project.yml", "name: small\nversion: '1.0'\nprofile: small\n");
        _folder.Write("sources/port.yml", """
            source: port
            type: files
            tables:
              - name: calls
                path: data/calls-*.csv
                write_disposition: append
              - name: ships
                path: data/ships.csv
                write_disposition: replace
            """);
        _folder.Write("seeds/flags.csv", "flag,country\nSN,Senegal\nFR,France\nPA,Panama\n");
        _folder.Write("models/silver/ships.sql", "{{ config(materialized='table', schema='silver') }}\nselect s.*, f.country from {{ source('port', 'ships') }} s left join {{ ref('flags') }} f using (flag)\n");
        _folder.Write("models/silver/calls.sql", """
            {{ config(materialized='incremental', incremental_strategy='append', schema='silver') }}
            select id, ship, hours from {{ source('port', 'calls') }}
            {% if is_incremental() %} where id > (select coalesce(max(id), 0) from {{ this }}) {% endif %}

            """);
        _folder.Write("models/silver/long_calls.sql", "{{ config(materialized='view', schema='silver') }}\nselect * from {{ ref('calls') }} where hours > 50\n");
        _folder.Write("models/gold/by_country.sql", """
            {{ config(materialized='table', schema='gold', tags=['gold']) }}
            select country, count(*) as calls, sum(c.hours) as hours, count(l.id) as long_calls
            from {{ ref('calls') }} c join {{ ref('ships') }} s on s.ship = c.ship left join {{ ref('long_calls') }} l on l.id = c.id
            group by country

            """);
        _folder.Write("models/schema.yml", """
            models:
              - name: ships
                columns:
                  - name: ship
                    data_tests: [unique, not_null]
              - name: calls
                columns:
                  - name: id
                    data_tests: [unique, not_null]
              - name: by_country
                columns:
                  - name: country
                    data_tests: [not_null]
            """);
        _folder.Write("data/ships.csv", "ship,flag\n" + string.Join('\n', Enumerable.Range(0, 30).Select(ship => $"{ship},{(ship % 3) switch { 0 => "SN", 1 => "FR", _ => "PA" }}")) + "\n");
        AddCalls(1, 5000);
    }

    public string Folder => _folder.Path;

    /// <summary>A file with the calls from one number to another.</summary>
    public void AddCalls(int first, int last)
    {
        var text = new StringBuilder("id,ship,hours\n");
        for (var id = first; id <= last; id++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{id},{id * 7 % 30},{id * 31 % 97}\n");
        }
        Write(string.Create(CultureInfo.InvariantCulture, $"data/calls-{first:00000}.csv"), text.ToString());
    }

    public void Write(string relative, string content) => _folder.Write(relative, content);

    public Task<Finished> RunAsync(params string[] arguments) => EscaleProgram.RunAsync(Folder, arguments);

    /// <summary>Runs with JSON events; the status of every step by the name of its asset.</summary>
    public async Task<(Finished Finished, Dictionary<string, JsonElement> Steps, JsonElement End)> RunEventsAsync(params string[] arguments)
    {
        var finished = await RunAsync([.. arguments, "--json"]);
        var events = finished.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var steps = events.Where(e => e.GetProperty("event").GetString() == "step_ended").ToDictionary(e => e.GetProperty("asset").GetString()!);
        return (finished, steps, events.LastOrDefault(e => e.GetProperty("event").GetString() == "run_ended"));
    }

    /// <summary>The content of the tables that a run makes, in an order of its own.</summary>
    public async Task<string> ContentAsync()
    {
        var content = new StringBuilder();
        foreach (var table in new[] { "silver.ships", "silver.calls", "silver.long_calls", "gold.by_country" })
        {
            var finished = await RunAsync("sql", $"select '{table}' as t, count(*) as n, sum(hash(x)::hugeint) as h from {table} x", "--format", "csv");
            content.Append(finished.ExitCode == 0 ? finished.Output.Split("\r\n")[1] : finished.ToString()).Append('\n');
        }
        return content.ToString();
    }

    public void Dispose() => _folder.Dispose();
}
