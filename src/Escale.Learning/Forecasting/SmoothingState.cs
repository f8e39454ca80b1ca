namespace Escale.Learning.Forecasting;

/// <summary>Parameters of exponential smoothing, and the states before the first value.</summary>
internal sealed class SmoothingState
{
    /// <summary>How much of an error moves the level, 0 to 1.</summary>
    public double Alpha { get; set; }

    /// <summary>How much of a move of the level moves the trend, 0 to 1: β ÷ α.</summary>
    public double BetaShare { get; set; }

    /// <summary>How much of an error moves the season, 0 to 1 − α.</summary>
    public double Gamma { get; set; }

    /// <summary>What is left of the trend after a step; 1 when it is not damped.</summary>
    public double Phi { get; set; } = 1;

    public double Level { get; set; }

    public double Trend { get; set; }

    /// <summary>One for each step of a season, the first value's first; empty without a season.</summary>
    public double[] Seasons { get; set; } = [];

    public SmoothingState Copy() => new() { Alpha = Alpha, BetaShare = BetaShare, Gamma = Gamma, Phi = Phi, Level = Level, Trend = Trend, Seasons = Seasons[..] };
}
