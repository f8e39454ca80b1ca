using System.Globalization;

namespace Escale.Learning.Forecasting;

/// <summary>Whether errors are amounts or shares of what was expected.</summary>
public enum SmoothingError
{
    /// <summary>Amounts, of the same size whatever the level.</summary>
    Additive,

    /// <summary>Shares: errors grow with the level. For values above zero.</summary>
    Multiplicative,
}

/// <summary>How a series goes up or down.</summary>
public enum SmoothingTrend
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>By as much each step, for ever (Holt).</summary>
    Linear,

    /// <summary>By less each step, so that it comes to rest.</summary>
    Damped,
}

/// <summary>How a season shows.</summary>
public enum SmoothingSeason
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>Adds an amount (Holt and Winters).</summary>
    Additive,

    /// <summary>Multiplies the level. For values above zero.</summary>
    Multiplicative,
}

/// <summary>One of the models of exponential smoothing.</summary>
/// <param name="Error">Its errors.</param>
/// <param name="Trend">Its trend.</param>
/// <param name="Season">Its season.</param>
/// <param name="SeasonLength">Steps of a season; 1 without.</param>
public readonly record struct SmoothingForm(SmoothingError Error, SmoothingTrend Trend, SmoothingSeason Season, int SeasonLength = 1)
{
    /// <summary>Smoothing parameters and free first states.</summary>
    public int ParameterCount => 2 + (Trend == SmoothingTrend.None ? 0 : 2) + (Trend == SmoothingTrend.Damped ? 1 : 0) + (Season == SmoothingSeason.None ? 0 : SeasonLength);

    /// <summary>Whether every value must be above zero.</summary>
    public bool IsForPositive => Error == SmoothingError.Multiplicative || Season == SmoothingSeason.Multiplicative;

    /// <summary>Its name as in the literature: <c>ETS(A,Ad,M)</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"ETS({(Error == SmoothingError.Additive ? "A" : "M")},{Trend switch { SmoothingTrend.None => "N", SmoothingTrend.Linear => "A", _ => "Ad" }},{Season switch { SmoothingSeason.None => "N", SmoothingSeason.Additive => "A", _ => "M" }})");
}
