using Escale.Learning.Forecasting;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Forecasting;

public sealed class ExponentialSmoothingTests
{
    private static readonly Fixture _fixture = Fixture.Read("smoothing");

    public static TheoryData<string> Cases => [.. _fixture["cases"].Items.Select(NameOf)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void With_given_parameters_every_step_is_that_of_the_textbook(string name)
    {
        var expected = Case(name)["fixed"];
        var (recursion, start) = (new SmoothingRecursion(FormOf(Case(name)), Values(name)), Start(name));
        Assert.Equal(expected["loss"].Double, recursion.Run(start), 1e-8);
        Assert.All(expected["expected"].Doubles.Zip(recursion.Expected.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        var end = recursion.End(start);
        Assert.All(expected["end"].Doubles.Zip([end.Level, end.Trend, .. end.Seasons]), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_derivatives_are_those_of_small_steps(string name)
    {
        var (recursion, start) = (new SmoothingRecursion(FormOf(Case(name)), Values(name)), Start(name));
        recursion.Run(start);
        var gradient = recursion.Gradient(start);
        double Slope(Action<SmoothingState, double> move)
        {
            var (up, down) = (start.Copy(), start.Copy());
            move(up, 1e-5);
            move(down, -1e-5);
            return (recursion.Run(up) - recursion.Run(down)) / 2e-5;
        }
        void AssertSlope(double expected, double actual) => Assert.Equal(expected, actual, 1e-4 * Math.Max(1, Math.Abs(expected)));
        AssertSlope(Slope((state, by) => state.Alpha += by), gradient.Alpha);
        AssertSlope(Slope((state, by) => state.BetaShare += by), gradient.BetaShare);
        AssertSlope(Slope((state, by) => state.Gamma += by), gradient.Gamma);
        AssertSlope(Slope((state, by) => state.Phi += by), gradient.Phi);
        AssertSlope(Slope((state, by) => state.Level += by), gradient.Level);
        AssertSlope(Slope((state, by) => state.Trend += by), gradient.Trend);
        for (var season = 0; season < start.Seasons.Length; season++)
        {
            AssertSlope(Slope((state, by) => state.Seasons[season] += by), gradient.Seasons[season]);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Parameters_are_as_likely_as_another_optimiser_finds(string name)
    {
        var (form, values) = (FormOf(Case(name)), Values(name));
        var result = SmoothingFit.Of(form, values, CancellationToken.None)!;
        var loss = new SmoothingRecursion(form, values).Run(result.Start);
        Assert.InRange(loss, double.NegativeInfinity, Case(name)["least"].Double + 0.05);
        var (count, observed) = (form.ParameterCount + 1, values.Count(value => !double.IsNaN(value)));
        Assert.Equal(loss + 2.0 * count * observed / (observed - count - 1), result.Aicc, 1e-6);
        Assert.InRange(result.Start.Alpha, 0, 1);
        Assert.InRange(result.Start.Gamma, 0, 1 - result.Start.Alpha);
        Assert.InRange(result.Start.Phi, 0.8, 1);
    }

    [Fact]
    public void Airline_passengers_get_multiplicative_errors_and_seasons()
    {
        var model = new ExponentialSmoothing().Fit([Passengers.Series]);
        Assert.Equal("ETS(M,A,M)", model.FormOf(0).ToString());
        var damped = new ExponentialSmoothing { Error = SmoothingError.Multiplicative, Trend = SmoothingTrend.Damped, Season = SmoothingSeason.Multiplicative }.Fit([Passengers.Series]);
        var additive = new ExponentialSmoothing { Error = SmoothingError.Additive, Trend = SmoothingTrend.Linear, Season = SmoothingSeason.Additive }.Fit([Passengers.Series]);
        Assert.True(model.AiccOf(0) < damped.AiccOf(0) && damped.AiccOf(0) < additive.AiccOf(0));
    }

    [Fact]
    public void The_interval_of_simple_smoothing_widens_as_the_formula_says()
    {
        var model = new ExponentialSmoothing { Error = SmoothingError.Additive, Trend = SmoothingTrend.None, Season = SmoothingSeason.None }.Fit([Series("signed")]);
        var (forecast, result) = (model.Forecast(5, 0.95)[0], model.ResultOf(0));
        for (var step = 0; step < 5; step++)
        {
            var half = 1.959963984540054 * Math.Sqrt(result.Variance * (1 + step * result.Start.Alpha * result.Start.Alpha));
            Assert.Equal(result.End.Level, forecast.Values[step], 1e-12);
            Assert.Equal(forecast.Values[step] + half, forecast.Upper[step], 1e-9);
            Assert.Equal(forecast.Values[step] - half, forecast.Lower[step], 1e-9);
        }
    }

    [Fact]
    public void Simulated_intervals_agree_with_the_formula_where_both_hold()
    {
        // Multiplicative errors on a high level are all but additive ones.
        var values = Series("signed").Values.ToArray().Select(value => value + 1000).ToArray();
        var (additive, relative) = (Simple(SmoothingError.Additive, values), Simple(SmoothingError.Multiplicative, values));
        for (var step = 0; step < 6; step++)
        {
            Assert.Equal(additive.Upper[step] - additive.Lower[step], relative.Upper[step] - relative.Lower[step], 0.12 * (additive.Upper[step] - additive.Lower[step]));
        }
    }

    [Fact]
    public void A_line_goes_on_and_a_constant_stays()
    {
        var line = TimeSeries.Of("line", Enumerable.Range(0, 30).Select(step => 3 + 0.5 * step).ToArray());
        var constant = TimeSeries.Of("constant", Enumerable.Repeat(7.25, 30).ToArray());
        var forecasts = new ExponentialSmoothing().Fit([line, constant]).Forecast(4);
        Assert.All(forecasts[0].Values.Select((value, step) => (value, step)), one => Assert.Equal(3 + 0.5 * (30 + one.step), one.value, 1e-2));
        Assert.All(forecasts[1].Values, value => Assert.Equal(7.25, value, 1e-6));
        Assert.All(forecasts[1].Upper.Zip(forecasts[1].Lower), pair => Assert.InRange(pair.First - pair.Second, 0, 1e-3));
    }

    [Fact]
    public void A_model_of_shares_refuses_values_below_zero()
    {
        var error = Assert.Throws<LearningException>(() => new ExponentialSmoothing { Error = SmoothingError.Multiplicative }.Fit([Series("signed")]));
        Assert.Equal(("learning.series-not-positive", "signed"), (error.Code, error.Column));
    }

    private static Forecast Simple(SmoothingError error, double[] values) =>
        new ExponentialSmoothing { Error = error, Trend = SmoothingTrend.None, Season = SmoothingSeason.None }.Fit([TimeSeries.Of("high", values)]).Forecast(6)[0];

    private static string NameOf(Fixture one) => $"{one["series"].Text} {one["error"].Text},{one["trend"].Text},{one["season"].Text}";

    private static Fixture Case(string name) => _fixture["cases"].Items.Single(one => NameOf(one) == name);

    private static double[] Values(string name) => _fixture["series"][name.Split(' ')[0]].Doubles;

    private static TimeSeries Series(string name) => TimeSeries.Of(name, Values(name));

    private static SmoothingForm FormOf(Fixture one)
    {
        var season = one["season"].Text switch { "N" => SmoothingSeason.None, "A" => SmoothingSeason.Additive, _ => SmoothingSeason.Multiplicative };
        return new SmoothingForm(
            one["error"].Text == "A" ? SmoothingError.Additive : SmoothingError.Multiplicative,
            one["trend"].Text switch { "N" => SmoothingTrend.None, "A" => SmoothingTrend.Linear, _ => SmoothingTrend.Damped },
            season, season == SmoothingSeason.None ? 1 : 4);
    }

    private static SmoothingState Start(string name)
    {
        var one = Case(name)["fixed"];
        return new SmoothingState
        {
            Alpha = one["alpha"].Double,
            BetaShare = one["beta"].Double / one["alpha"].Double,
            Gamma = one["gamma"].Double,
            Phi = one["phi"].Double,
            Level = one["level"].Double,
            Trend = one["slope"].Double,
            Seasons = one["seasons"].Doubles,
        };
    }
}
