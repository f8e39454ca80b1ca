using Escale.Learning.Persistence;

namespace Escale.Learning.Calibration;

/// <summary>
/// A rising curve through the shares that come true, of any shape: it needs more rows (a thousand or so) than <see cref="PlattCalibrator"/>. B. Zadrozny, C. Elkan (2002), by pooling
/// adjacent violators; linear between the knots. Several classes: each against the rest, then divided by their sum. Never surer than its n rows allow: the shares are kept between
/// 1/(n + 2) and (n + 1)/(n + 2), so that one row of the other kind does not make the log loss infinite. A millionth of the probability itself is mixed in: what the model tells apart
/// stays apart, so that ranking (the area under the ROC curve) does not suffer from level parts of the curve.
/// </summary>
public sealed class IsotonicCalibrator : Calibrator
{
    /// <summary>How much of the probability as it was is mixed in.</summary>
    private const double Mixed = 1e-6;

    private readonly IsotonicCurve[] _curves;

    /// <summary>No curve of a fit comes below; a hostile file's might.</summary>
    private readonly double _least;

    private IsotonicCalibrator(int outputCount, IsotonicCurve[] curves, double least)
        : base(outputCount) => (_curves, _least) = (curves, least);

    /// <inheritdoc/>
    public override string Name => "isotonic";

    /// <summary>That of the second of two classes; of more, one each.</summary>
    internal IReadOnlyList<IsotonicCurve> Curves => _curves;

    /// <summary>Probabilities end here and at 1 less this.</summary>
    internal double Least => _least;

    /// <summary>Fits on rows that the model did not learn from. O(rows · log rows × classes).</summary>
    /// <inheritdoc cref="PlattCalibrator.Fit"/>
    public static IsotonicCalibrator Fit(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights = default)
    {
        var rowWeights = Check(target, outputs, weights);
        var classes = target.ClassCount;
        var curves = new IsotonicCurve[classes == 2 ? 1 : classes];
        var truths = new double[target.RowCount];
        var least = 1.0 / (rowWeights.Count(weight => weight > 0) + 2);
        for (var curve = 0; curve < curves.Length; curve++)
        {
            var at = classes == 2 ? 1 : curve;
            for (var row = 0; row < truths.Length; row++)
            {
                truths[row] = target.ClassOf(row) == at ? 1 : 0;
            }
            curves[curve] = IsotonicCurve.Fit(Metrics.MetricInput.OutputsOf(at, outputs, classes), truths, rowWeights).Rising(least, Mixed);
        }
        return new IsotonicCalibrator(classes, curves, least * (1 - Mixed));
    }

    /// <inheritdoc/>
    public override void Apply(Span<double> outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(outputs.Length, OutputCount);
        if (OutputCount == 2)
        {
            var positive = Math.Clamp(_curves[0].Value(outputs[1]), _least, 1 - _least);
            (outputs[0], outputs[1]) = (1 - positive, positive);
            return;
        }
        for (var at = 0; at < outputs.Length; at++)
        {
            outputs[at] = Math.Clamp(_curves[at].Value(outputs[at]), _least, 1 - _least);
        }
        Normalise(outputs);
    }

    internal override void Save(SavedNode node)
    {
        node.Set("outputs", OutputCount);
        node.Set("least", _least);
        foreach (var curve in _curves)
        {
            curve.Save(node.AddTo("curves", "curve"));
        }
    }

    internal static new IsotonicCalibrator Load(SavedNode node)
    {
        var (outputs, least) = (node.Int("outputs", 2, 1 << 20), node.Double("least"));
        var curves = node.Children("curves").Select(IsotonicCurve.Load).ToArray();
        return curves.Length == (outputs == 2 ? 1 : outputs) && least is > 0 and < 0.5
            ? new IsotonicCalibrator(outputs, curves, least)
            : throw SavedNode.Damaged($"an isotonic calibrator of {outputs} outputs has {curves.Length} curves");
    }
}

/// <summary>A rising curve by knots, linear between them and level outside.</summary>
internal sealed class IsotonicCurve
{
    private readonly double[] _x;
    private readonly double[] _y;

    private IsotonicCurve(double[] x, double[] y) => (_x, _y) = (x, y);

    public ReadOnlySpan<double> X => _x;

    public ReadOnlySpan<double> Y => _y;

    /// <summary>The rising curve of least weighted squares. Rows of weight 0 do not count; rows of equal x are one.</summary>
    public static IsotonicCurve Fit(double[] x, double[] y, double[] weights)
    {
        var (order, keys) = (Enumerable.Range(0, x.Length).Where(row => weights[row] > 0).ToArray(), Array.Empty<double>());
        keys = [.. order.Select(row => x[row])];
        Array.Sort(keys, order);
        var points = new List<(double X, double Sum, double Weight)>();
        for (var at = 0; at < order.Length; at++)
        {
            var (value, weight) = (y[order[at]] * weights[order[at]], weights[order[at]]);
            if (points.Count > 0 && points[^1].X == keys[at])
            {
                points[^1] = (keys[at], points[^1].Sum + value, points[^1].Weight + weight);
            }
            else
            {
                points.Add((keys[at], value, weight));
            }
        }
        return Pooled(points);
    }

    /// <summary>The curve between 0 and 1 with a part of x mixed in, so that it is level nowhere.</summary>
    /// <param name="least">Values are kept so far from 0 and 1.</param>
    /// <param name="part">The part of x.</param>
    public IsotonicCurve Rising(double least, double part)
    {
        var (x, y) = (_x.ToList(), _y.ToList());
        if (x[0] > 0)
        {
            x.Insert(0, 0);
            y.Insert(0, y[0]);
        }
        if (x[^1] < 1)
        {
            x.Add(1);
            y.Add(y[^1]);
        }
        return new IsotonicCurve([.. x], [.. x.Zip(y, (at, value) => (1 - part) * Math.Clamp(value, least, 1 - least) + part * at)]);
    }

    public double Value(double x)
    {
        var at = Array.BinarySearch(_x, x);
        if (at >= 0)
        {
            return _y[at];
        }
        at = ~at;
        if (at == 0 || at == _x.Length)
        {
            return at == 0 ? _y[0] : _y[^1];
        }
        return _y[at - 1] + (_y[at] - _y[at - 1]) * ((x - _x[at - 1]) / (_x[at] - _x[at - 1]));
    }

    public void Save(SavedNode node)
    {
        node.SetArray<double>("x", _x);
        node.SetArray<double>("y", _y);
    }

    public static IsotonicCurve Load(SavedNode node)
    {
        var x = node.Array<double>("x");
        var y = node.Array<double>("y", x.Length);
        for (var at = 0; at < x.Length; at++)
        {
            if (!double.IsFinite(x[at]) || !double.IsFinite(y[at]) || (at > 0 && x[at] <= x[at - 1]))
            {
                throw SavedNode.Damaged("a curve does not rise");
            }
        }
        return x.Length > 0 ? new IsotonicCurve(x, y) : throw SavedNode.Damaged("a curve has no point");
    }

    /// <summary>Neighbours that fall become one block at their mean; of each block the first and the last point are kept.</summary>
    private static IsotonicCurve Pooled(List<(double X, double Sum, double Weight)> points)
    {
        var blocks = new List<(double Sum, double Weight, int First, int Last)>();
        for (var at = 0; at < points.Count; at++)
        {
            var block = (points[at].Sum, points[at].Weight, First: at, Last: at);
            while (blocks.Count > 0 && blocks[^1].Sum * block.Weight >= block.Sum * blocks[^1].Weight)
            {
                block = (blocks[^1].Sum + block.Sum, blocks[^1].Weight + block.Weight, blocks[^1].First, at);
                blocks.RemoveAt(blocks.Count - 1);
            }
            blocks.Add(block);
        }
        var (x, y) = (new List<double>(), new List<double>());
        foreach (var block in blocks)
        {
            x.Add(points[block.First].X);
            y.Add(block.Sum / block.Weight);
            if (block.Last > block.First)
            {
                x.Add(points[block.Last].X);
                y.Add(block.Sum / block.Weight);
            }
        }
        return new IsotonicCurve([.. x], [.. y]);
    }
}
