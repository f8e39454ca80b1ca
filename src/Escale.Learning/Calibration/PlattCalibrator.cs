using Escale.Learning.Persistence;

namespace Escale.Learning.Calibration;

/// <summary>
/// A logistic curve over the logit of the probability: σ(slope · logit(p) + intercept). Two numbers a class, so it needs few rows. J. Platt (1999), "Probabilistic outputs for support vector
/// machines", with his smoothed targets, fitted by Newton's method as H.-T. Lin, C.-J. Lin, R. Weng (2007). Several classes: each against the rest, then divided by their sum.
/// </summary>
public sealed class PlattCalibrator : Calibrator
{
    /// <summary>Probabilities nearer to 0 or 1 than this count as this: a logit beyond ±20.7 says nothing more.</summary>
    internal const double Epsilon = 1e-9;

    private readonly double[] _slopes;
    private readonly double[] _intercepts;

    private PlattCalibrator(int outputCount, double[] slopes, double[] intercepts)
        : base(outputCount) => (_slopes, _intercepts) = (slopes, intercepts);

    /// <inheritdoc/>
    public override string Name => "platt";

    /// <summary>What the logit is multiplied by: one for two classes, otherwise one a class. Below 1: the model was too sure.</summary>
    public ReadOnlySpan<double> Slopes => _slopes;

    /// <summary>What is added then.</summary>
    public ReadOnlySpan<double> Intercepts => _intercepts;

    /// <summary>Fits on rows that the model did not learn from. O(rows × classes).</summary>
    /// <param name="target">The truth.</param>
    /// <param name="outputs">Probabilities, row after row.</param>
    /// <param name="weights">How much each row counts; empty when all count the same.</param>
    /// <exception cref="LearningException">The task is regression, or outputs or weights are not numbers.</exception>
    public static PlattCalibrator Fit(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights = default)
    {
        var rowWeights = Check(target, outputs, weights);
        var classes = target.ClassCount;
        var curves = classes == 2 ? 1 : classes;
        var (slopes, intercepts, logits, isPositive) = (new double[curves], new double[curves], new double[target.RowCount], new bool[target.RowCount]);
        for (var curve = 0; curve < curves; curve++)
        {
            var at = classes == 2 ? 1 : curve;
            for (var row = 0; row < logits.Length; row++)
            {
                logits[row] = Logit(outputs.Slice(row * classes, classes), at);
                isPositive[row] = target.ClassOf(row) == at;
            }
            (slopes[curve], intercepts[curve]) = FitCurve(logits, isPositive, rowWeights);
        }
        return new PlattCalibrator(classes, slopes, intercepts);
    }

    /// <inheritdoc/>
    public override void Apply(Span<double> outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(outputs.Length, OutputCount);
        if (OutputCount == 2)
        {
            var positive = Sigmoid(_slopes[0] * Logit(outputs, 1) + _intercepts[0]);
            (outputs[0], outputs[1]) = (1 - positive, positive);
            return;
        }
        for (var at = 0; at < outputs.Length; at++)
        {
            outputs[at] = Sigmoid(_slopes[at] * Logit(outputs, at) + _intercepts[at]);
        }
        Normalise(outputs);
    }

    internal override void Save(SavedNode node)
    {
        node.Set("outputs", OutputCount);
        node.SetArray<double>("slopes", _slopes);
        node.SetArray<double>("intercepts", _intercepts);
    }

    internal static new PlattCalibrator Load(SavedNode node)
    {
        var outputs = node.Int("outputs", 2, 1 << 20);
        var curves = outputs == 2 ? 1 : outputs;
        return new PlattCalibrator(outputs, node.Numbers("slopes", curves), node.Numbers("intercepts", curves));
    }

    /// <summary>Slope and intercept of least log loss against smoothed targets.</summary>
    internal static (double Slope, double Intercept) FitCurve(double[] logits, bool[] isPositive, double[] weights)
    {
        var (positive, negative) = (0.0, 0.0);
        for (var row = 0; row < logits.Length; row++)
        {
            (positive, negative) = isPositive[row] ? (positive + weights[row], negative) : (positive, negative + weights[row]);
        }
        var (high, low) = ((positive + 1) / (positive + 2), 1 / (negative + 2));
        var curve = new Curve(logits, [.. isPositive.Select(isOne => isOne ? high : low)], weights);
        var (slope, intercept) = (0.0, Math.Log((positive + 1) / (negative + 1)));
        var loss = curve.Loss(slope, intercept);
        for (var iteration = 0; iteration < 100; iteration++)
        {
            var (slopeStep, interceptStep, size) = curve.NewtonStep(slope, intercept);
            if (size < 1e-10 * (positive + negative))
            {
                break;
            }
            var part = 1.0;
            while (part > 1e-10 && curve.Loss(slope + part * slopeStep, intercept + part * interceptStep) is var next)
            {
                if (next < loss)
                {
                    (slope, intercept, loss) = (slope + part * slopeStep, intercept + part * interceptStep, next);
                    break;
                }
                part /= 2;
            }
            if (part <= 1e-10)
            {
                break;
            }
        }
        return (slope, intercept);
    }

    private static double Sigmoid(double score) => score >= 0 ? 1 / (1 + Math.Exp(-score)) : Math.Exp(score) / (1 + Math.Exp(score));

    /// <summary>For two classes from both probabilities, so that 1 − 1e-20 is not taken for 1.</summary>
    private static double Logit(ReadOnlySpan<double> outputs, int at)
    {
        var own = outputs[at];
        var rest = outputs.Length == 2 ? outputs[1 - at] : 1 - own;
        return Math.Log(Math.Max(own, Epsilon)) - Math.Log(Math.Max(rest, Epsilon));
    }

    private sealed class Curve(double[] logits, double[] targets, double[] weights)
    {
        public double Loss(double slope, double intercept)
        {
            var sum = 0.0;
            for (var row = 0; row < logits.Length; row++)
            {
                var score = slope * logits[row] + intercept;
                sum += weights[row] * (Math.Max(score, 0) + Math.Log(1 + Math.Exp(-Math.Abs(score))) - targets[row] * score);
            }
            return sum;
        }

        /// <summary>The step and the size of the gradient.</summary>
        public (double Slope, double Intercept, double Size) NewtonStep(double slope, double intercept)
        {
            var (a, b, aa, ab, bb) = (0.0, 0.0, 1e-12, 0.0, 1e-12);
            for (var row = 0; row < logits.Length; row++)
            {
                var chance = Sigmoid(slope * logits[row] + intercept);
                var (first, second) = (weights[row] * (chance - targets[row]), weights[row] * chance * (1 - chance));
                a += first * logits[row];
                b += first;
                aa += second * logits[row] * logits[row];
                ab += second * logits[row];
                bb += second;
            }
            var determinant = aa * bb - ab * ab;
            return determinant > 1e-300
                ? (-(bb * a - ab * b) / determinant, -(aa * b - ab * a) / determinant, Math.Abs(a) + Math.Abs(b))
                : (0, -b / bb, Math.Abs(b));
        }
    }
}
