namespace Escale.Explore.Tests.Profiles;

public sealed class What_a_profile_says
{
    [Fact]
    public async Task Numbers_have_exact_figures_when_all_rows_are_looked_at()
    {
        var profile = await Profiled.OfAsync("SELECT i AS value, i % 4 AS step FROM range(1, 101) r(i)");
        var column = profile.Columns[0];
        Assert.True(profile.Basis.IsExact);
        Assert.Equal((100, 100, 0), (profile.Rows, column.Distinct, column.Missing));
        Assert.Equal(50.5, column.Numbers!.Mean);
        Assert.Equal(29.0115, column.Numbers.Deviation, 4);
        Assert.Equal(0, column.Numbers.Skew!.Value, 6);
        Assert.Equal([1.99, 5.95, 25.75, 50.5, 75.25, 95.05, 99.01], column.Numbers.Quantiles.Select(value => Math.Round(value, 2)));
        Assert.Equal(100, column.Histogram!.Counts.Sum() + column.Histogram.Below + column.Histogram.Above);
        Assert.Equal("ascending", column.Order);
        Assert.True(column.IsUnique);
        Assert.Equal(25, profile.Columns[1].Numbers!.Zeros);
    }

    [Fact]
    public async Task Missing_values_and_their_patterns_are_counted()
    {
        var profile = await Profiled.OfAsync("SELECT i, CASE WHEN i % 2 = 0 THEN i END AS a, CASE WHEN i % 2 = 0 THEN 'x' END AS b, CASE WHEN i % 10 = 0 THEN NULL ELSE i END AS c FROM range(100) r(i)");
        Assert.Equal(50 + 50 + 10, profile.Missing);
        Assert.Contains(profile.MissingPatterns, pattern => pattern.Rows == 50 && pattern.Columns.Order().SequenceEqual(["a", "b"]));
        Assert.Contains(profile.MissingPatterns, pattern => pattern.Rows == 10 && pattern.Columns.SequenceEqual(["c"]));
        var alert = Assert.Single(profile.Alerts, alert => alert.Code == "missing" && alert.Columns[0] == "a");
        Assert.Equal(("warn", 50L), (alert.Severity, alert.Rows));
    }

    [Fact]
    public async Task Repeated_rows_are_found_and_those_that_only_look_different()
    {
        var profile = await Profiled.OfAsync("SELECT * FROM (VALUES (1, 'Dakar'), (1, 'Dakar'), (1, 'DAKAR '), (2, 'Thiès'), (2, 'thies'), (3, 'Kaolack')) v(id, town)");
        Assert.Equal(1, profile.Repeated.Exact);
        Assert.Equal(2, profile.Repeated.Near);
        Assert.Contains(profile.Alerts, alert => alert.Code == "duplicate_rows" && alert.Step!["type"]!.GetValue<string>() == "deduplicate");
    }

    [Fact]
    public async Task Columns_that_go_together_are_found()
    {
        var profile = await Profiled.OfAsync("""
            SELECT i AS a, -2.0 * i AS opposite, exp(i / 50.0) AS curve, i % 3 AS kind_no, ['red', 'green', 'blue'][i % 3 + 1] AS colour, ['r', 'g', 'b'][i % 3 + 1] AS letter,
              (i % 3) * 100 + hash(i) % 5 AS of_colour, hash(i) % 1000 AS noise FROM range(600) r(i)
            """);
        Assert.Equal(-1, profile.Pairs.First(pair => (pair.A, pair.B) == ("a", "opposite")).Value, 9);
        var curve = profile.Pairs.First(pair => (pair.A, pair.B) == ("a", "curve"));
        Assert.True(curve.Value < 0.9 && curve.Rank > 0.999);
        Assert.Equal(1, profile.Pairs.First(pair => (pair.A, pair.B) == ("colour", "letter")).Value, 2);
        Assert.True(profile.Pairs.First(pair => pair.Measure == "ratio" && pair.A == "colour" && pair.B == "of_colour").Value > 0.99);
        Assert.True(profile.Pairs.First(pair => pair.A == "a" && pair.B == "noise").Strength < 0.15);
        Assert.Contains(profile.Alerts, alert => alert.Code == "correlated" && alert.Columns.SequenceEqual(["a", "opposite"]));
    }

    [Fact]
    public async Task A_large_table_is_sampled_then_refined_and_says_so()
    {
        const string All = "SELECT i % 50000 AS id, i / 2.0 AS x, (i % 7)::VARCHAR AS day FROM range(400000) r(i)";
        var sample = await Profiled.OfAsync(All, All + " WHERE hash(i) % 40 = 0", full: false);
        Assert.Equal((false, sample.Rows, "sample"), (sample.Basis.IsWhole, sample.Basis.SampleRows, sample.Basis.Distinct));
        var whole = await Profiled.OfAsync(All, All + " WHERE hash(i) % 40 = 0");
        Assert.Equal((true, 400_000, "estimate"), (whole.Basis.IsWhole, whole.Rows, whole.Basis.Distinct));
        Assert.Equal(sample.Rows, whole.Basis.SampleRows);
        Assert.InRange(whole.Columns[0].Distinct!.Value, 45_000, 55_000);
        Assert.InRange(whole.Columns[1].Numbers!.Quantiles[3], 98_000, 102_000);
        Assert.Equal(199_999.5 / 2, whole.Columns[1].Numbers!.Mean, 3);
    }

    [Fact]
    public async Task Repeated_rows_of_a_large_table_are_estimated_from_hashes()
    {
        const string All = "SELECT i % 900000 AS id FROM range(1000000) r(i)";
        var whole = await Profiled.OfAsync(All, "SELECT i AS id FROM range(1000) r(i)");
        Assert.True(whole.Repeated.IsEstimate);
        Assert.InRange(whole.Repeated.Exact, 95_000, 105_000);
    }

    [Fact]
    public async Task Values_far_out_and_gaps_in_time_are_told()
    {
        var profile = await Profiled.OfAsync("""
            SELECT CASE WHEN i = 7 THEN 5000 ELSE i % 20 END AS price, DATE '2024-01-01' + (i + CASE WHEN i > 60 THEN 90 ELSE 0 END)::INTEGER AS day FROM range(120) r(i)
            """);
        var outliers = Assert.Single(profile.Alerts, alert => alert.Code == "outliers");
        Assert.Equal(1, outliers.Rows);
        Assert.Equal(1, profile.Columns[0].Histogram!.Above);
        var gap = Assert.Single(profile.Columns[1].Times!.Gaps);
        Assert.Equal(("2024-03-01", "2024-05-31"), (gap.From, gap.To));
        Assert.Contains(profile.Alerts, alert => alert.Code == "time_gap");
    }
}
