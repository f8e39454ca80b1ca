using Escale.Explore.Dashboards.Files;
using Escale.Explore.Dashboards.Tiles;
using Escale.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace Escale.Explore.Tests.Dashboards;

public sealed class FilteredQueryTests
{
    private static readonly LakeShape _lake = new(new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.OrdinalIgnoreCase)
    {
        ["gold.calls"] = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["anchored_at"] = "TIMESTAMP WITH TIME ZONE", ["terminal_key"] = "INTEGER", ["hours"] = "DOUBLE" },
        ["gold.terminals"] = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["terminal_key"] = "INTEGER", ["terminal_name"] = "VARCHAR" },
    });

    private static readonly DashboardFilter _period = new("period", "Period", FilterKind.Dates, ["day", "anchored_at"], null, null, new Dictionary<string, string>());
    private static readonly DashboardFilter _terminal = new("terminal", "Terminal", FilterKind.List, ["terminal_name"], null, null, new Dictionary<string, string> { ["other"] = "none", ["mapped"] = "n" });
    private static readonly DashboardFilter _hours = new("hours", "Hours", FilterKind.Number, ["hours"], null, "0..24", new Dictionary<string, string>());
    private static readonly Dashboard _dashboard = new("d", "D", "", [_period, _terminal, _hours], [], new Dictionary<string, object?>(), "");

    [Fact]
    public void A_table_with_the_column_is_read_through_the_filter_before_it_is_grouped()
    {
        var query = Build("select count(*) from gold.calls c join gold.terminals using (terminal_key)", "period=2025-01-01..2025-01-31&terminal=M1&terminal=M2&hours=");
        Assert.Equal(
            """select count(*) from (SELECT * FROM gold.calls WHERE "anchored_at" >= CAST($escale_0 AS DATE) AND "anchored_at" < CAST($escale_1 AS DATE) + INTERVAL 1 DAY) c join (SELECT * FROM gold.terminals WHERE CAST("terminal_name" AS VARCHAR) IN ($escale_2, $escale_3)) AS "terminals" using (terminal_key)""",
            query.Sql);
        Assert.Equal(["2025-01-01", "2025-01-31", "M1", "M2"], query.Values.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value));
        Assert.Equal(["period", "terminal"], query.Applied);
    }

    [Fact]
    public void Where_no_table_has_the_column_the_result_is_filtered_if_it_has_it()
    {
        var query = Build("select month as day from other.months;", "period=2025-01-01..&hours=", output: new Dictionary<string, string> { ["day"] = "date" });
        Assert.Equal("SELECT * FROM (\nselect month as day from other.months\n) WHERE \"day\" >= CAST($escale_0 AS DATE)", query.Sql);
    }

    [Fact]
    public void A_side_of_an_outer_join_is_left_alone_since_filtering_it_would_not_filter_the_rows() =>
        Assert.Empty(Build("select 1 from gold.calls left join gold.terminals t using (terminal_key)", "terminal=M1&hours=").Applied);

    [Fact]
    public void Tables_in_texts_and_comments_are_not_tables()
    {
        const string Sql = "select 'from gold.calls x' -- from gold.calls\nfrom gold.terminals";
        Assert.Equal(Sql, Build(Sql, "period=2025-01-01..2025-01-02&hours=").Sql);
    }

    [Fact]
    public void Names_in_quotes_are_names() =>
        Assert.Equal("""select "from" from (SELECT * FROM "gold"."calls" WHERE "anchored_at" >= CAST($escale_0 AS DATE)) AS "calls" where x = 'it''s "odd"'""",
            Build("""select "from" from "gold"."calls" where x = 'it''s "odd"'""", "period=2025-01-01..&hours=").Sql);

    [Fact]
    public void A_query_that_names_a_filter_does_with_it_what_it_wants()
    {
        var query = Build("select * from gold.calls where $terminal is null or $period_from is null", "terminal=M1", parameters: ["terminal", "period_from"]);
        Assert.Equal("M1", Assert.Single(Assert.IsType<object?[]>(query.Values["terminal"])));
        Assert.Null(query.Values["period_from"]);
    }

    [Fact]
    public void A_map_by_hand_names_another_column_or_none()
    {
        Assert.Empty(Build("select * from gold.terminals", "terminal=M1&hours=", tile: "other").Applied);
        Assert.Contains("\"n\"", Build("select terminal_name as n from gold.terminals", "terminal=M1&hours=", tile: "mapped", output: new Dictionary<string, string> { ["n"] = "text" }).Sql, StringComparison.Ordinal);
    }

    [Fact]
    public void A_default_holds_until_something_else_is_set()
    {
        Assert.Contains("\"hours\" <=", Build("select * from gold.calls", "").Sql, StringComparison.Ordinal);
        Assert.Empty(Build("select * from gold.calls", "hours=").Applied);
    }

    [Fact]
    public void Values_are_never_part_of_the_SQL()
    {
        var query = Build("select * from gold.terminals", "terminal=') or 1=1 --&hours=", picks: new Dictionary<string, IReadOnlyList<string>> { ["terminal_name"] = ["x'; drop table y"], ["a\" or 1=1 --"] = ["z"] });
        Assert.DoesNotContain("1=1", query.Sql, StringComparison.Ordinal);
        Assert.DoesNotContain("drop", query.Sql, StringComparison.Ordinal);
        Assert.Equal(["terminal", "pick.terminal_name"], query.Applied);
    }

    [Theory]
    [InlineData("period=2025-13-01..")]
    [InlineData("period=yesterday")]
    [InlineData("hours=a..b")]
    public void A_value_that_is_none_is_an_error(string query) =>
        Assert.Equal("explore.filter-invalid", Assert.Throws<EscaleException>(() => Build("select 1", query)).Code);

    [Fact]
    public void Spans_count_from_today()
    {
        var value = Assert.Single(FilterValue.Read(_dashboard, Query("period=last-7-days&hours="), new DateOnly(2025, 3, 8)));
        Assert.Equal(("2025-03-02", "2025-03-08"), (value.From, value.To));
    }

    private static FilteredQuery Build(
        string sql, string query, IReadOnlyDictionary<string, string>? output = null, IReadOnlyList<string>? parameters = null, string tile = "tile", IReadOnlyDictionary<string, IReadOnlyList<string>>? picks = null) =>
        FilteredQuery.Build(
            new DashboardTile(tile, "", null, sql, null, null), sql, parameters ?? [], FilterValue.Read(_dashboard, Query(query), new DateOnly(2025, 3, 8)), _dashboard.Filters,
            picks ?? new Dictionary<string, IReadOnlyList<string>>(), _lake, output ?? new Dictionary<string, string>());

    private static QueryCollection Query(string text) =>
        new(text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)).GroupBy(part => part[0]).ToDictionary(group => group.Key, group => new StringValues([.. group.Select(part => part[1])])));
}
