using Escale.Learning.Forecasting;
using Escale.Learning.Frames;

namespace Escale.Learning.Tests.Forecasting;

public sealed class TimeSeriesTests
{
    private static readonly DateTime _start = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Times_left_out_are_gaps_and_order_does_not_matter()
    {
        var series = TimeSeries.Of("s", [_start.AddDays(4), _start, _start.AddDays(1), _start.AddDays(2)], [5, 1, 2, 3]);
        Assert.Equal([1, 2, 3, double.NaN, 5], series.Values.ToArray());
        Assert.Equal((5, 4), (series.Count, series.ObservedCount));
        Assert.Equal("every day", series.Frequency.ToString());
        Assert.Equal(_start.AddDays(7), series.TimeAt(7));
    }

    [Theory]
    [InlineData("2024-01-15 2024-02-15 2024-04-15", "every month", "2024-07-15", new[] { 12 })]
    [InlineData("2024-01-31 2024-02-29 2024-03-31", "every month", "2024-07-31", new[] { 12 })]
    [InlineData("2023-11-30 2023-12-31 2024-01-31", "every month", "2024-05-31", new[] { 12 })]
    [InlineData("2023-01-01 2023-04-01 2023-07-01", "every quarter", "2024-07-01", new[] { 4 })]
    [InlineData("2020-01-01 2021-01-01 2023-01-01", "every year", "2026-01-01", new int[0])]
    [InlineData("2024-01-01 2024-01-08 2024-01-22", "every week", "2024-02-12", new[] { 52 })]
    [InlineData("2024-01-01T00:00 2024-01-01T01:00 2024-01-01T04:00", "every hour", "2024-01-01T06:00", new[] { 24, 168 })]
    [InlineData("2024-01-01T00:00 2024-01-01T00:15 2024-01-01T00:30", "every 00:15:00", "2024-01-01T01:30", new[] { 4, 96 })]
    public void The_distance_of_times_is_found_out(string times, string expected, string seventh, int[] seasons)
    {
        var dates = times.Split(' ').Select(Date).ToArray();
        var series = TimeSeries.Of("s", dates, [1, 2, 3]);
        Assert.Equal(expected, series.Frequency.ToString());
        Assert.Equal(Date(seventh), series.TimeAt(6));
        Assert.Equal(seasons, series.Frequency.Seasons);
    }

    [Fact]
    public void Days_without_weekends_are_business_days()
    {
        var days = Enumerable.Range(0, 28).Select(day => _start.AddDays(day)).Where(day => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)).ToArray();
        var series = TimeSeries.Of("s", days, days.Select(day => (double)day.Day).ToArray());
        Assert.Equal((FrequencyKind.BusinessDays, 20), (series.Frequency.Kind, series.Count));
        Assert.Equal(days, Enumerable.Range(0, 20).Select(series.TimeAt));
    }

    [Fact]
    public void A_time_twice_is_named()
    {
        var error = Assert.Throws<LearningException>(() => TimeSeries.Of("sales", [_start, _start.AddDays(1), _start], [1, 2, 3]));
        Assert.Equal(("learning.series-duplicate-time", "sales"), (error.Code, error.Column));
        Assert.Contains("2024-01-01", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_at_no_regular_distance_are_refused()
    {
        DateTime[] times = [_start, _start.AddHours(1.1), _start.AddHours(7.3), _start.AddDays(400)];
        Assert.Equal("learning.series-irregular", Assert.Throws<LearningException>(() => TimeSeries.Of("s", times, [1, 2, 3, 4])).Code);
        var error = Assert.Throws<LearningException>(() => TimeSeries.Of("s", [_start, _start.AddHours(30)], [1, 2], Frequency.Every(TimeSpan.FromDays(1))));
        Assert.Equal("learning.series-irregular", error.Code);
        Assert.Contains("2024-01-02 06:00:00", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_series_of_nothing_or_of_infinity_is_refused()
    {
        Assert.Equal("learning.series-not-finite", Assert.Throws<LearningException>(() => TimeSeries.Of("s", [1, double.PositiveInfinity])).Code);
        Assert.Equal("learning.series-not-finite", Assert.Throws<LearningException>(() => TimeSeries.Of("s", [double.NaN, double.NaN])).Code);
        Assert.Equal("learning.series-too-short", Assert.Throws<LearningException>(() => TimeSeries.Of("s", [_start], [1])).Code);
    }

    [Fact]
    public void A_season_is_found_with_a_calendar_and_without_and_not_where_there_is_none()
    {
        Assert.Equal(12, Seasonality.Detect(Passengers.Series));
        var random = new Random(5);
        var weekly = Enumerable.Range(0, 120).Select(day => 3 * (day % 7 == 5 ? 1 : 0) + 0.05 * day + Conformance.Samples.Normal(random)).ToArray();
        Assert.Equal(7, Seasonality.Detect(TimeSeries.Of("weekly", weekly)));
        Assert.Equal(7, Seasonality.Detect(TimeSeries.Of("weekly", Enumerable.Range(0, 120).Select(day => _start.AddDays(day)).ToArray(), weekly)));
        var walk = 0.0;
        var none = Enumerable.Range(0, 120).Select(_ => walk += Conformance.Samples.Normal(random)).ToArray();
        Assert.Equal(1, Seasonality.Detect(TimeSeries.Of("walk", Enumerable.Range(0, 120).Select(day => _start.AddDays(day)).ToArray(), none)));
    }

    [Fact]
    public void Series_are_read_from_a_table_by_the_column_that_tells_them_apart()
    {
        var frame = Frame.ReadCsv(new StringReader("day,shop,sold\n2024-01-02,b,5\n2024-01-01,a,1\n2024-01-03,a,3\n2024-01-03,b,\n2024-01-02,a,2\n2024-01-04,b,7\n"));
        var series = frame.SeriesOf("day", "sold", "shop");
        Assert.Equal(["b", "a"], series.Select(one => one.Name));
        Assert.Equal([5, double.NaN, 7], series[0].Values.ToArray());
        Assert.Equal([1, 2, 3], series[1].Values.ToArray());
        Assert.Equal("learning.series-duplicate-time", Assert.Throws<LearningException>(() => frame.SeriesOf("day", "sold")).Code);
        Assert.Equal(("learning.series-column", "shop"), (Assert.Throws<LearningException>(() => frame.SeriesOf("shop", "sold")) is var error ? error.Code : "", error.Column));
    }

    private static DateTime Date(string text) => DateTime.Parse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal);
}
