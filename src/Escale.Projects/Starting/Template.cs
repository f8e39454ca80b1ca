namespace Escale.Projects.Starting;

/// <summary>The files of a new project: a CSV source, a cleaned table, a summary, their tests.</summary>
internal static class Template
{
    public static IEnumerable<(string Path, string Text)> Files(string folderName)
    {
        var name = string.Concat(folderName.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '_')).Trim('_');
        name = name.Length == 0 || char.IsAsciiDigit(name[0]) ? "project_" + name : name;
        yield return ("escale.yml", Settings);
        yield return ("dbt_project.yml", Project.Replace("NAME", name.TrimEnd('_'), StringComparison.Ordinal));
        yield return ("data/port_calls.csv", Data);
        yield return ("sources/port.yml", Source);
        yield return ("models/silver/port_calls.sql", SilverModel);
        yield return ("models/gold/calls_by_month.sql", GoldModel);
        yield return ("models/schema.yml", Properties);
        yield return (".gitignore", ".escale/\n");
    }

    private const string Settings =
        """
        # Everything here is optional.
        # schema: main                      # schema of the models that name none
        # engine:
        #   memory_limit: 4GB
        # warehouse:
        #   publish: path:models/gold       # these models go to PostgreSQL too
        #   schema: gold

        """;

    private const string Project =
        """
        name: NAME
        version: "1.0"

        models:
          NAME:
            silver:
              +schema: silver
              +materialized: table
            gold:
              +schema: gold
              +materialized: table

        """;

    private const string Data =
        """
        call_id,vessel,arrived_at,departed_at,cargo_tonnes
        1,Awa Express,2024-01-03 06:20,2024-01-04 18:00,8200
        2,Gorée Star,2024-01-09 22:05,2024-01-11 09:30,15400
        3,Teranga,2024-01-21 14:40,2024-01-22 20:15,6100
        4,Awa Express,2024-02-02 05:55,2024-02-03 16:10,9050
        5,Casamance,2024-02-14 11:30,2024-02-17 07:45,22300
        6,Teranga,2024-02-27 19:10,2024-02-28 23:05,5900

        """;

    private const string Source =
        """
        source: port
        type: files

        tables:
          - name: port_calls
            description: Calls of ships at the port, as its register has them.
            path: data/port_calls.csv
            write_disposition: replace
            columns:
              call_id: {type: bigint, not_null: true}
              arrived_at: {type: timestamp}
              departed_at: {type: timestamp}
              cargo_tonnes: {type: double, min: 0}

        """;

    private const string SilverModel =
        """
        select
            call_id,
            vessel,
            arrived_at,
            departed_at,
            date_diff('minute', arrived_at, departed_at) / 60 as hours_in_port,
            cargo_tonnes
        from {{ source('port', 'port_calls') }}

        """;

    private const string GoldModel =
        """
        select
            date_trunc('month', arrived_at)::date as month,
            count(*) as calls,
            sum(cargo_tonnes) as cargo_tonnes,
            avg(hours_in_port) as mean_hours_in_port
        from {{ ref('port_calls') }}
        group by 1

        """;

    private const string Properties =
        """
        version: 2

        models:
          - name: port_calls
            description: One row per call, with the time in port.
            columns:
              - name: call_id
                description: The call's number in the register.
                data_tests: [unique, not_null]
              - name: hours_in_port
                description: Hours from arrival to departure.

          - name: calls_by_month
            description: Calls and cargo of each month.
            columns:
              - name: month
                description: First day of the month.
                data_tests: [unique, not_null]

        """;
}
