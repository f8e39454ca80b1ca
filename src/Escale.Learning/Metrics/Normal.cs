namespace Escale.Learning.Metrics;

/// <summary>The standard normal distribution.</summary>
internal static class Normal
{
    /// <summary>Probability of a value below, to about 1e-15: G. Marsaglia (2004), "Evaluating the normal distribution".</summary>
    public static double Below(double value)
    {
        if (Math.Abs(value) > 8)
        {
            return value > 0 ? 1 : 0;
        }
        var (sum, term, before, at) = (value, value, 0.0, 1);
        while (sum != before)
        {
            (before, at) = (sum, at + 2);
            term *= value * value / at;
            sum += term;
        }
        return 0.5 + sum * Math.Exp(-0.5 * value * value - 0.91893853320467274178);
    }

    /// <summary>The value below which a share lies: P. J. Acklam's rational approximation and one step of Halley's method.</summary>
    /// <param name="share">Between 0 and 1, neither included.</param>
    public static double Quantile(double share)
    {
        if (share > 0.5)
        {
            return -Quantile(1 - share);
        }
        double guess;
        if (share < 0.02425)
        {
            var root = Math.Sqrt(-2 * Math.Log(share));
            guess = (((((-7.784894002430293e-03 * root - 3.223964580411365e-01) * root - 2.400758277161838) * root - 2.549732539343734) * root + 4.374664141464968) * root + 2.938163982698783)
                / ((((7.784695709041462e-03 * root + 3.224671290700398e-01) * root + 2.445134137142996) * root + 3.754408661907416) * root + 1);
        }
        else
        {
            var (from, square) = (share - 0.5, (share - 0.5) * (share - 0.5));
            guess = (((((-3.969683028665376e+01 * square + 2.209460984245205e+02) * square - 2.759285104469687e+02) * square + 1.383577518672690e+02) * square - 3.066479806614716e+01) * square + 2.506628277459239) * from
                / (((((-5.447609879822406e+01 * square + 1.615858368580409e+02) * square - 1.556989798598866e+02) * square + 6.680131188771972e+01) * square - 1.328068155288572e+01) * square + 1);
        }
        var step = (Below(guess) - share) * Math.Sqrt(2 * Math.PI) * Math.Exp(guess * guess / 2);
        return guess - step / (1 + guess * step / 2);
    }
}
