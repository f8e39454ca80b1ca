namespace Escale.Learning.Trees.Growing;

/// <summary>A target as the splitters want it: classes as they are, numbers less their mean.</summary>
internal sealed class CartTarget
{
    private readonly double[] _values;
    private readonly double[] _exact;
    private readonly double _center;
    private readonly bool _isCounted;

    private CartTarget(double[] values, double[] exact, double center, bool isCounted) => (_values, _exact, _center, _isCounted) = (values, exact, center, isCounted);

    public static CartTarget Make(Target target, ReadOnlySpan<double> weights, SplitCriterion criterion)
    {
        var values = target.Values.ToArray();
        if (criterion != SplitCriterion.SquaredError)
        {
            return new CartTarget(values, values, 0, weights.IsEmpty);
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
        return new CartTarget(values, target.Values.ToArray(), center, weights.IsEmpty);
    }

    public INodeSplitter MakeSplitter(RankedTable table, CartSettings settings) => settings.Criterion switch
    {
        SplitCriterion.Gini when settings.ClassCount == 2 && _isCounted => new PairSplitter<GiniOfTwo, CountedSum>(table, _values, _exact, _center, settings.MinLeafRows),
        SplitCriterion.Gini when settings.ClassCount == 2 => new PairSplitter<GiniOfTwo, WeightedSum>(table, _values, _exact, _center, settings.MinLeafRows),
        SplitCriterion.Entropy when settings.ClassCount == 2 => new PairSplitter<EntropyOfTwo, WeightedSum>(table, _values, _exact, _center, settings.MinLeafRows),
        SplitCriterion.Gini => new ClassSplitter<GiniOfMany>(table, _values, settings.ClassCount, settings.MinLeafRows),
        SplitCriterion.Entropy => new ClassSplitter<EntropyOfMany>(table, _values, settings.ClassCount, settings.MinLeafRows),
        SplitCriterion.Poisson => new PairSplitter<Poisson, WeightedSum>(table, _values, _exact, _center, settings.MinLeafRows),
        _ => new PairSplitter<Squared, WeightedSum>(table, _values, _exact, _center, settings.MinLeafRows),
    };
}
