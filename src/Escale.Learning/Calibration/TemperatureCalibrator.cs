using Escale.Learning.Persistence;

namespace Escale.Learning.Calibration;

/// <summary>
/// Every probability to the power 1/T, divided by their sum: one number for all classes, and the predicted class stays. T above 1: the model was too sure.
/// C. Guo, G. Pleiss, Y. Sun, K. Weinberger (2017), "On calibration of modern neural networks".
/// </summary>
public sealed class TemperatureCalibrator : Calibrator
{
    internal const double Epsilon = 1e-15;

    private readonly double _power;

    private TemperatureCalibrator(int outputCount, double power)
        : base(outputCount) => _power = power;

    /// <inheritdoc/>
    public override string Name => "temperature";

    /// <summary>T, between 0.01 and 100.</summary>
    public double Temperature => 1 / _power;

    /// <summary>Fits on rows that the model did not learn from. O(rows × classes).</summary>
    /// <inheritdoc cref="PlattCalibrator.Fit"/>
    public static TemperatureCalibrator Fit(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights = default)
    {
        var rowWeights = Check(target, outputs, weights);
        var logs = new double[outputs.Length];
        for (var at = 0; at < logs.Length; at++)
        {
            logs[at] = Math.Log(Math.Max(outputs[at], Epsilon));
        }
        return new TemperatureCalibrator(target.ClassCount, Power(target, logs, rowWeights));
    }

    /// <inheritdoc/>
    public override void Apply(Span<double> outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(outputs.Length, OutputCount);
        var most = double.NegativeInfinity;
        for (var at = 0; at < outputs.Length; at++)
        {
            outputs[at] = _power * Math.Log(Math.Max(outputs[at], Epsilon));
            most = Math.Max(most, outputs[at]);
        }
        for (var at = 0; at < outputs.Length; at++)
        {
            outputs[at] = Math.Exp(outputs[at] - most);
        }
        Normalise(outputs);
    }

    internal override void Save(SavedNode node)
    {
        node.Set("outputs", OutputCount);
        node.Set("power", _power);
    }

    internal static new TemperatureCalibrator Load(SavedNode node)
    {
        var (outputs, power) = (node.Int("outputs", 2, 1 << 20), node.Double("power"));
        return power is > 0 and < 1e6 ? new TemperatureCalibrator(outputs, power) : throw SavedNode.Damaged($"a power is {power}");
    }

    /// <summary>The log loss is convex in the power: Newton's steps, halving the bracket where they would leave it.</summary>
    private static double Power(Target target, double[] logs, double[] weights)
    {
        var (low, high, power) = (0.01, 100.0, 1.0);
        for (var iteration = 0; iteration < 200 && high - low > 1e-12 * high; iteration++)
        {
            var (slope, bend) = Derivatives(target, logs, weights, power);
            (low, high) = slope > 0 ? (low, power) : (power, high);
            var next = bend > 0 ? power - slope / bend : double.NaN;
            next = next > low && next < high ? next : (low + high) / 2;
            if (Math.Abs(next - power) < 1e-12 * power)
            {
                return next;
            }
            power = next;
        }
        return power;
    }

    private static (double Slope, double Bend) Derivatives(Target target, double[] logs, double[] weights, double power)
    {
        var (classes, slope, bend) = (target.ClassCount, 0.0, 0.0);
        for (var row = 0; row < target.RowCount; row++)
        {
            var own = logs.AsSpan(row * classes, classes);
            var (most, sum, mean, square) = (double.NegativeInfinity, 0.0, 0.0, 0.0);
            foreach (var log in own)
            {
                most = Math.Max(most, log);
            }
            foreach (var log in own)
            {
                var share = Math.Exp(power * (log - most));
                sum += share;
                mean += share * log;
                square += share * log * log;
            }
            (mean, square) = (mean / sum, square / sum);
            slope += weights[row] * (mean - own[target.ClassOf(row)]);
            bend += weights[row] * (square - mean * mean);
        }
        return (slope, bend);
    }
}
