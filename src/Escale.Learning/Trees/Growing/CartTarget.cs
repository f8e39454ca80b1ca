namespace Escale.Learning.Trees.Growing;

/// <summary>A target as the splitters want it: classes as they are, numbers less their mean.</summary>
internal sealed class CartTarget
{
    private readonly double[] _values;
    private readonly double[] _exact;
    private readonly double _center;

    private CartTarget(double[] values, double[] exact, double center) => (_values, _exact, _center) = (values, exact, center);

    public static CartTarget Make(Target target, ReadOnlySpan<double> weights, SplitCriterion criterion)
    {
        var values = target.Values.ToArray();
        if (criterion != SplitCriterion.SquaredError)
        {
            return new CartTarget(values, values, 0);
        }
        var (sum, total) = (0.0, 0.0);
        for (var row = 0; row < values.Length; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            sum += weight * values[row];
            total += weight;
        }
        var center = sum / total;
        for (var row = 0; row < values.Length; row++)
        {
            values[row] -= center;
        }
        return new CartTarget(values, target.Values.ToArray(), center);
    }

    public NodeSplitter MakeSplitter(RankedTable table, CartSettings settings) => settings.Criterion switch
    {
        SplitCriterion.Gini when settings.ClassCount == 2 => new PairSplitter<GiniOfTwo>(table, _values, _exact, _center, settings.MinLeafRows),
        SplitCriterion.Entropy when settings.ClassCount == 2 => new PairSplitter<EntropyOfTwo>(table, _values, _exact, _center, settings.MinLeafRows),
        SplitCriterion.Gini => new ClassSplitter<GiniOfMany>(table, _values, settings.ClassCount, settings.MinLeafRows),
        SplitCriterion.Entropy => new ClassSplitter<EntropyOfMany>(table, _values, settings.ClassCount, settings.MinLeafRows),
        SplitCriterion.Poisson => new PairSplitter<Poisson>(table, _values, _exact, _center, settings.MinLeafRows),
        _ => new PairSplitter<Squared>(table, _values, _exact, _center, settings.MinLeafRows),
    };
}
