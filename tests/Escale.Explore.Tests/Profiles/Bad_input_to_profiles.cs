using System.Globalization;
using Escale.Explore.Profiles.Alerts;
using Escale.Explore.Profiles.Reports;
using Escale.Ui;

namespace Escale.Explore.Tests.Profiles;

public sealed class Bad_input_to_profiles
{
    [Fact]
    public async Task An_empty_table_says_that_it_is_empty()
    {
        var profile = await Profiled.OfAsync("SELECT 1 AS a, 'x' AS b, 1.5 AS c, DATE '2024-01-01' AS d WHERE false");
        Assert.Equal((0, 4), (profile.Rows, profile.Columns.Count));
        Assert.Equal("no_rows", Assert.Single(profile.Alerts).Code);
    }

    [Fact]
    public async Task A_column_without_any_value_is_told()
    {
        var profile = await Profiled.OfAsync("SELECT NULL::VARCHAR AS t, NULL::DOUBLE AS n, NULL::DATE AS d, NULL::INTEGER[] AS l, i FROM range(10) r(i)");
        Assert.Equal(4, profile.Alerts.Count(alert => alert.Code == "empty_column"));
    }

    [Fact]
    public async Task No_numbers_and_infinities_spoil_no_figure()
    {
        var profile = await Profiled.OfAsync("SELECT * FROM (VALUES (1.0::DOUBLE), (2.0), (3.0), ('nan'::DOUBLE), ('inf'::DOUBLE), ('-inf'::DOUBLE), (1e308), (NULL)) v(x)");
        var numbers = profile.Columns[0].Numbers!;
        Assert.Equal((2.0, 4L), (numbers.Mean, numbers.Unusable));
        Assert.Contains(profile.Alerts, alert => alert.Code == "not_finite" && alert.Rows == 4);
    }

    [Fact]
    public async Task Infinite_dates_and_dates_before_history_are_told()
    {
        var profile = await Profiled.OfAsync("SELECT * FROM (VALUES (DATE 'infinity'), (DATE '2024-01-01'), (DATE '0001-01-01'), (DATE '2024-05-01')) v(d)");
        Assert.Contains(profile.Alerts, alert => alert.Code == "odd_dates");
    }

    [Fact]
    public async Task Every_type_of_column_has_a_place()
    {
        var profile = await Profiled.OfAsync("""
            SELECT i::UTINYINT AS a, i::HUGEINT AS b, i::DECIMAL(18, 3) AS c, i % 2 = 0 AS d, TIME '10:00:00' + to_minutes(i) AS e, TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_hours(i) AS f, uuid() AS g, '{"a": 1}'::JSON AS h,
              {'x': i} AS j, [i] AS k, MAP {'a': i} AS l, 'x'::BLOB AS m, INTERVAL 1 DAY AS n, 'small'::ENUM ('small', 'large') AS o, i::FLOAT AS p, '101'::BIT AS q FROM range(30) r(i)
            """);
        Assert.Equal(16, profile.Columns.Count);
        Assert.All(profile.Columns, column => Assert.Equal(30, column.Count));
    }

    [Fact]
    public async Task A_thousand_columns_are_profiled()
    {
        var profile = await Profiled.OfAsync($"SELECT {string.Join(", ", Enumerable.Range(0, 1000).Select(at => string.Create(CultureInfo.InvariantCulture, $"{(at % 2 == 0 ? "i" : "i::VARCHAR")} AS c{at}")))} FROM range(20) r(i)");
        Assert.Equal(1000, profile.Columns.Count);
        Assert.All(profile.Columns, column => Assert.Equal(20, column.Distinct));
    }

    [Fact]
    public async Task A_value_of_ten_megabytes_is_cut_in_the_answer()
    {
        var profile = await Profiled.OfAsync("SELECT * FROM (VALUES (repeat('x', 10000000)), ('short'), (NULL)) v(t)");
        var column = profile.Columns[0];
        Assert.Equal(10_000_000, column.Texts!.Longest);
        Assert.All(column.Top, value => Assert.True(value.Value.Length <= 200));
        Assert.True(column.Max!.Length <= 200);
    }

    [Fact]
    public async Task Hostile_names_and_values_stay_text_in_the_report()
    {
        var profile = await Profiled.OfAsync("""SELECT '<script>alert(1)</script>' AS "a""; DROP TABLE x; --<img src=x onerror=1>", '</style><b>' AS b, i FROM range(5) r(i)""");
        var html = await ProfileReport.RenderAsync(profile, DateTimeOffset.UnixEpoch);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("</style><b>", html, StringComparison.Ordinal);
        Assert.Contains("in-fr", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_alert_has_words_in_both_languages_and_steps_that_yaml_can_hold()
    {
        var profile = await Profiled.OfAsync("""
            SELECT i AS id, ['n/a', ' Dakar', 'dakar', 'Thiès'][i % 4 + 1] AS "ville du port", ['1,5', '2,25'][i % 2 + 1] AS prix, ['31/12/2023', '01/02/2024'][i % 2 + 1] AS jour, ['01/02/2024', '03/04/2024'][i % 2 + 1] AS d,
              'x' AS same, NULL AS none, ['oui', 'non'][i % 2 + 1] AS ok, CASE WHEN i = 3 THEN 'inf'::DOUBLE WHEN i = 4 THEN 1e6 ELSE i % 9 END AS n, ['1,000', '2,500'][i % 2 + 1] AS amb, ['RÃ©union', 'x'][i % 2 + 1] AS bad FROM range(60) r(i)
            """);
        foreach (var language in new[] { Language.English, Language.French })
        {
            Assert.All(profile.Alerts, alert =>
            {
                var told = AlertWords.Tell(alert, new Reader(language));
                Assert.DoesNotContain("{", told.Title!, StringComparison.Ordinal);
                Assert.False(string.IsNullOrWhiteSpace(told.Why));
            });
        }
        var codes = profile.Alerts.Select(alert => alert.Code).ToHashSet();
        Assert.Superset(new HashSet<string> { "null_words", "padded", "similar_values", "number_as_text", "date_as_text", "ambiguous_dates", "constant", "empty_column", "boolean_as_text", "not_finite", "ambiguous_numbers", "garbled", "unclear_names", "outliers" }, codes);
        Assert.Equal("- type: parse_number\n  columns: [prix]\n  decimal: \",\"", StepJson.Yaml(profile.Alerts.First(alert => alert.Code == "number_as_text" && alert.Columns[0] == "prix").Step!));
        Assert.Equal("[\"%d/%m/%Y\"]", profile.Alerts.First(alert => alert.Code == "date_as_text").Step!["formats"]!.ToJsonString());
    }
}
