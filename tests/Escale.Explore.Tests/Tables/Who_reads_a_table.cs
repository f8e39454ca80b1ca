using Escale.Explore.Dashboards.Files;
using Escale.Explore.Dashboards.Tiles;
using Escale.Explore.Tables.Lineage;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Explore.Tests.Tables;

/// <summary>Lineage beyond the models: which questions and dashboards read a table, and which columns of others have a column's values.</summary>
public sealed class Who_reads_a_table : IAsyncLifetime
{
    private ServedTables _served = null!;

    public async ValueTask InitializeAsync()
    {
        _served = await ServedTables.StartAsync(
            ("models/sources.yml", "sources: [{name: bronze, tables: [{name: raw}]}]\n"),
            ("models/calls.sql", "{{ config(schema='silver', materialized='table') }} select id, quay::varchar as terminal, hours from {{ source('bronze', 'raw') }}"),
            ("models/by_quay.sql", "{{ config(schema='gold', materialized='table') }} select terminal as quay_name, upper(terminal) as loud, sum(hours) as hours from {{ ref('calls') }} group by all"),
            ("questions/busy.yml", "title: Busy quays\nsql: select quay_name as quay, hours from gold.by_quay\n"),
            ("questions/busiest.yml", "title: Busiest quay\nsteps:\n- {kind: question, question: busy}\n- {kind: limit, count: 1}\n"),
            ("dashboards/port.yml", "title: Port\ntiles:\n- {id: a, question: busiest, at: {x: 0, y: 0, w: 6, h: 4}}\n- {id: b, sql: 'select count(*) from silver.calls', at: {x: 6, y: 0, w: 6, h: 4}}\n"));
        _served.Write("bronze.raw", "select 1 as id, 'M1' as quay, 2.0 as hours");
        _served.Write("silver.calls", "select 1 as id, 'M1' as terminal, 2.0 as hours");
        _served.Write("gold.by_quay", "select 'M1' as quay_name, 'M1' as loud, 2.0 as hours");
    }

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    [Fact]
    public void A_question_and_what_shows_it_read_its_tables_and_those_before_them()
    {
        Assert.Equal("Busy quays; Port by Busiest quay; Busiest quay by Busy quays", Users("gold.by_quay"));
        Assert.Equal("Port; Busiest quay by gold.by_quay; Busy quays by gold.by_quay", Users("silver.calls", "gold.by_quay"));
    }

    [Fact]
    public async Task The_lineage_graph_ends_in_questions_and_dashboards()
    {
        var lineage = await _served.JsonAsync("bronze.raw/lineage");
        var nodes = lineage.GetProperty("nodes").EnumerateArray().ToDictionary(node => node.GetProperty("id").GetString()!, node => node.GetProperty("level").GetInt32());
        Assert.Equal((3, 4, 5), (nodes["question:busy"], nodes["question:busiest"], nodes["dashboard:port"]));
        Assert.Contains(lineage.GetProperty("column_edges").EnumerateArray(), edge => edge.GetProperty("to").GetString() == "question:busy" && edge.GetProperty("from_column").GetString() == "quay_name" && edge.GetProperty("to_column").GetString() == "quay");
        Assert.Contains(lineage.GetProperty("edges").EnumerateArray(), edge => edge.GetProperty("from").GetString() == "question:busiest" && edge.GetProperty("to").GetString() == "dashboard:port");
    }

    [Fact]
    public void Columns_that_hand_values_on_are_kin_and_computed_ones_are_not()
    {
        var kin = _served.Services.GetRequiredService<LineageReader>().Kin(TestContext.Current.CancellationToken);
        Assert.Equal(kin.RootOf("bronze.raw", "quay"), kin.RootOf("GOLD.by_quay", "Quay_Name"));
        Assert.NotEqual(kin.RootOf("bronze.raw", "quay"), kin.RootOf("gold.by_quay", "loud"));
        Assert.Equal("quay_name", kin.ColumnOf("gold.by_quay", ["quay_name", "loud", "hours"], kin.RootOf("silver.calls", "terminal"), "terminal"));
    }

    [Theory]
    [InlineData("select * from gold.by_quay", "WHERE CAST(\"quay_name\" AS VARCHAR) IN ($escale_0)) AS")]
    [InlineData("select g.quay_name as q from other.days d left join gold.by_quay g using (day)", ") WHERE CAST(\"q\" AS VARCHAR) IN ($escale_0)")]
    [InlineData("select loud as q from other.days left join gold.by_quay g using (day)", null)]
    public void A_filter_reaches_tables_in_which_its_column_has_another_name(string sql, string? expected)
    {
        var reader = _served.Services.GetRequiredService<LineageReader>();
        Dictionary<string, string> Texts(params string[] names) => names.ToDictionary(name => name, _ => "VARCHAR", StringComparer.OrdinalIgnoreCase);
        var shape = new LakeShape(new Dictionary<string, IReadOnlyDictionary<string, string>> { ["silver.calls"] = Texts("id", "terminal"), ["gold.by_quay"] = Texts("quay_name", "loud") });
        var filter = new DashboardFilter("terminal", "Terminal", FilterKind.List, ["terminal"], "silver.calls.terminal", null, new Dictionary<string, string>());
        var kin = new FilterKin(() => reader.Kin(default), shape, _ => ("silver.calls", "terminal"), reader.Parser);
        var query = FilteredQuery.Build(
            new DashboardTile("t", "", null, sql, null, null), sql, [], [new FilterValue(filter, null, null, ["M1"])], [filter], new Dictionary<string, IReadOnlyList<string>>(), shape, Texts("q"), kin);
        Assert.Equal(expected is null ? [] : ["terminal"], query.Applied);
        Assert.Contains(expected ?? "", query.Sql, StringComparison.Ordinal);
    }

    private string Users(string table, params string[] after) => string.Join("; ", TableReaders.Of(_served.Services.GetServices<ITableUse>(), table, after)
        .Select(user => user.Reader.Title + (user.Through is null ? "" : " by " + user.Through)));
}
