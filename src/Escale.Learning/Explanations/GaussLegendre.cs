namespace Escale.Learning.Explanations;

/// <summary>Points and weights of Gauss–Legendre quadrature on 0 to 1: n points integrate every polynomial of degree below 2n exactly.</summary>
internal static class GaussLegendre
{
    /// <summary>Finds them by Newton's method on the Legendre polynomial.</summary>
    /// <param name="count">How many points.</param>
    /// <param name="points">Written.</param>
    /// <param name="weights">Written; they sum to 1.</param>
    public static void Fill(int count, Span<double> points, Span<double> weights)
    {
        for (var at = 0; at < count; at++)
        {
            var x = Math.Cos(Math.PI * (at + 0.75) / (count + 0.5));
            var slope = 0.0;
            for (var step = 0; step < 100; step++)
            {
                var (value, before) = (x, 1.0);
                for (var degree = 2; degree <= count; degree++)
                {
                    (value, before) = (((2 * degree - 1) * x * value - (degree - 1) * before) / degree, value);
                }
                slope = count * (x * value - before) / (x * x - 1);
                var move = value / slope;
                x -= move;
                if (Math.Abs(move) < 1e-16)
                {
                    break;
                }
            }
            points[at] = (1 - x) / 2;
            weights[at] = 1 / ((1 - x * x) * slope * slope);
        }
    }
}
