using Escale.Learning.Linear;

namespace Escale.Learning.Explanations;

/// <summary>Shapley values of a linear model whose features are taken as independent: coefficient × (value − mean of the background) (Štrumbelj and Kononenko, 2014).</summary>
internal static class LinearContributions
{
    public static Contributions Explain(LinearPredictor linear, FeatureMatrix features, FeatureMatrix background, string[] names)
    {
        var means = new double[features.FeatureCount];
        for (var feature = 0; feature < means.Length; feature++)
        {
            foreach (var value in background[feature])
            {
                means[feature] += (double)value / background.RowCount;
            }
        }
        var bases = new double[linear.ScoreCount];
        var values = new double[features.RowCount * linear.ScoreCount * means.Length];
        for (var score = 0; score < bases.Length; score++)
        {
            var coefficients = linear.Coefficients(score);
            bases[score] = linear.Intercepts[score];
            for (var feature = 0; feature < means.Length; feature++)
            {
                bases[score] += coefficients[feature] * means[feature];
                var column = features[feature];
                for (var row = 0; row < column.Length; row++)
                {
                    values[(row * bases.Length + score) * means.Length + feature] = coefficients[feature] * (column[row] - means[feature]);
                }
            }
        }
        return new Contributions(names, bases, values, Shapley.UnitOf(linear.Link), isExact: true);
    }
}
