using Escale.Learning.Boosting;
using Escale.Learning.Forecasting;

namespace Escale.Learning.Tests.Forecasting;

/// <summary>What holds for every way to forecast.</summary>
public sealed class Every_forecaster
{
    private static readonly GradientBoosting _small = new() { Trees = 60, MaxLeaves = 8, MinLeafRows = 8, FeatureShare = 0.5 };

    private static readonly Dictionary<string, Forecaster> _forecasters = new(StringComparer.Ordinal)
    {
        ["seasonal naive"] = new SeasonalNaive(),
        ["exponential smoothing"] = new ExponentialSmoothing(),
        ["boosting on lags"] = new LagForecaster { Estimator = _small },
        ["boosting on lags, direct"] = new LagForecaster { Estimator = _small, DirectHorizon = 6 },
    };

    public static TheoryData<string> All => [.. _forecasters.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void Any_number_of_threads_gives_the_same_bits(string name)
    {
        var series = Weekly(4);
        var one = _forecasters[name].Fit(series, new FitOptions { Threads = 1 }).Forecast(6);
        var three = _forecasters[name].Fit(series, new FitOptions { Threads = 3 }).Forecast(6);
        for (var at = 0; at < series.Length; at++)
        {
            Assert.Equal(one[at].Values, three[at].Values);
            Assert.Equal(one[at].Lower, three[at].Lower);
            Assert.Equal(one[at].Upper, three[at].Upper);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Gaps_are_bridged_and_times_go_on_from_the_end(string name)
    {
        var series = Weekly(2, gaps: true);
        Assert.True(series[0].ObservedCount < series[0].Count);
        foreach (var forecast in _forecasters[name].Fit(series).Forecast(6))
        {
            Assert.All(Enumerable.Range(0, 6), step =>
            {
                Assert.True(double.IsFinite(forecast.Values[step]));
                Assert.InRange(forecast.Values[step], forecast.Lower[step], forecast.Upper[step]);
                Assert.Equal(forecast.Series.TimeAt(forecast.Series.Count + step), forecast.Times[step]);
            });
            Assert.Equal(forecast.Series.TimeAt(forecast.Series.Count - 1).AddDays(1), forecast.Times[0]);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_week_is_learned(string name)
    {
        var naive = new Backtest { Horizon = 6 }.Run(new SeasonalNaive { SeasonLength = 1 }, Weekly(3));
        var result = new Backtest { Horizon = 6 }.Run(_forecasters[name], Weekly(3));
        Assert.Equal(3 * 3 * 6, result.Points.Count);
        Assert.InRange(result.Mase, 0, 0.7 * naive.Mase);
        Assert.InRange(result.Coverage, 0.6, 1);
        Assert.InRange(result.Pinball, 0, naive.Pinball);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Wider_intervals_hold_more(string name)
    {
        var model = _forecasters[name].Fit(Weekly(1));
        var (narrow, wide) = (model.Forecast(6, 0.5)[0], model.Forecast(6, 0.95)[0]);
        Assert.All(Enumerable.Range(0, 6), step => Assert.True(wide.Lower[step] < narrow.Lower[step] && wide.Upper[step] > narrow.Upper[step]));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void It_stops_when_told_to(string name) => Assert.ThrowsAny<OperationCanceledException>(
        () => _forecasters[name].Fit(Weekly(1), new FitOptions { CancellationToken = new CancellationToken(canceled: true) }));

    [Theory]
    [MemberData(nameof(All))]
    public void No_series_and_two_of_one_name_are_refused(string name)
    {
        Assert.Equal("learning.no-rows", Assert.Throws<LearningException>(() => _forecasters[name].Fit([])).Code);
        Assert.Equal("learning.series-duplicate-name", Assert.Throws<LearningException>(() => _forecasters[name].Fit([Weekly(1)[0], Weekly(1)[0]])).Code);
    }

    [Fact]
    public void A_series_too_short_to_learn_from_is_named_and_the_naive_one_still_answers()
    {
        var series = TimeSeries.Of("short", [3, 1, 4]);
        Assert.Equal([4, 4], new SeasonalNaive().Fit([series]).Forecast(2)[0].Values);
        foreach (var name in new[] { "exponential smoothing", "boosting on lags" })
        {
            var error = Assert.Throws<LearningException>(() => _forecasters[name].Fit([series]));
            Assert.Equal(("learning.series-too-short", "short"), (error.Code, error.Column));
        }
        Assert.Equal("learning.series-too-short", Assert.Throws<LearningException>(() => new Backtest().Run(new SeasonalNaive(), [series])).Code);
    }

    [Fact]
    public void The_naive_forecast_repeats_the_last_season_and_skips_gaps()
    {
        var series = TimeSeries.Of("s", [1, 2, 3, 4, 5, double.NaN]);
        Assert.Equal([4, 5, 3, 4, 5], new SeasonalNaive { SeasonLength = 3 }.Fit([series]).Forecast(5)[0].Values);
    }

    [Fact]
    public void Scores_of_a_backtest_are_those_computed_by_hand()
    {
        // Known 1 3 1 3 5; forecasts (last value) 5, 5 against 4 and 7.
        var series = TimeSeries.Of("s", [1, 3, 1, 3, 5, 4, 7]);
        var result = new Backtest { Horizon = 2, Origins = 1, Level = 0.8 }.Run(new SeasonalNaive { SeasonLength = 1 }, [series]);
        Assert.Equal(1.5, result.Mae);
        Assert.Equal(Math.Sqrt((1 + 4) / 2.0), result.Rmse, 1e-12);
        Assert.Equal((200 * 1 / 9.0 + 200 * 2 / 12.0) / 2, result.Smape, 1e-12);
        Assert.Equal(2, result.Points[0].Scale);
        Assert.Equal(0.75, result.Mase);
        var half = 1.2815515655446004 * 2; // every change before was 2
        double Loss(double difference, double share) => difference >= 0 ? share * difference : (share - 1) * difference;
        var wide = half * Math.Sqrt(2);
        Assert.Equal((Loss(4 - 5 + half, 0.1) + Loss(4 - 5 - half, 0.9) + Loss(7 - 5 + wide, 0.1) + Loss(7 - 5 - wide, 0.9)) / 4, result.Pinball, 1e-9);
        Assert.Equal(1, result.Coverage);
    }

    [Fact]
    public void A_horizon_longer_than_was_learned_is_refused()
    {
        var model = _forecasters["boosting on lags, direct"].Fit(Weekly(1));
        Assert.Equal("learning.horizon-too-long", Assert.Throws<LearningException>(() => model.Forecast(7)).Code);
    }

    [Fact]
    public void Boosting_on_lags_follows_a_level_that_it_never_saw()
    {
        var random = new Random(3);
        var series = TimeSeries.Of("rising", Enumerable.Range(0, 140).Select(step => 10.0 * step + 60 * (step % 7 == 2 ? 1 : 0) + Conformance.Samples.Normal(random)).ToArray());
        var forecast = new LagForecaster { Estimator = _small }.Fit([series]).Forecast(14)[0];
        Assert.All(Enumerable.Range(0, 14), step => Assert.Equal(10.0 * (140 + step) + 60 * ((140 + step) % 7 == 2 ? 1 : 0), forecast.Values[step], 25.0));
    }

    private static TimeSeries[] Weekly(int count, bool gaps = false)
    {
        var start = new DateTime(2023, 5, 1, 0, 0, 0, DateTimeKind.Utc);
        return [.. Enumerable.Range(0, count).Select(number =>
        {
            var random = new Random(number);
            var days = Enumerable.Range(0, 150).Where(day => !gaps || day == 0 || random.Next(10) > 0).ToArray();
            return TimeSeries.Of(
                "series " + number, [.. days.Select(day => start.AddDays(day))],
                [.. days.Select(day => (20.0 + number) * (1 + (day % 7 is 5 or 6 ? 0.5 : 0) + 0.002 * day) + Conformance.Samples.Normal(random))]);
        })];
    }
}
