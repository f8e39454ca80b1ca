using Escale.Learning.Threads;

namespace Escale.Learning.Metrics;

/// <summary>Draws rows (or groups) with replacement: a row drawn k times counts k times its weight.</summary>
internal sealed class Bootstrap
{
    private const int Redraws = 50;
    private const int JackknifeBlocks = 400;

    private readonly Metric _metric;
    private readonly double[] _weights;
    private readonly int[] _unitOf;
    private readonly int _units;
    private readonly IntervalOptions _options;
    private double[] _sorted = [];

    public Bootstrap(Metric metric, double[] weights, IntervalOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Resamples, 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        if (options.Level is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Level, "A level is between 0 and 1.");
        }
        (_metric, _weights, _options) = (metric, weights, options);
        (_unitOf, _units) = Units(options.Groups, weights.Length);
    }

    internal delegate double Scoring(ReadOnlySpan<double> weights);

    public ConfidenceInterval Interval(Scoring score)
    {
        var estimate = score(_weights);
        if (double.IsNaN(estimate))
        {
            throw _metric.Undefined();
        }
        _sorted = Resample(score);
        Array.Sort(_sorted);
        var tail = (1 - _options.Level) / 2;
        var (lower, upper) = _options.Method == BootstrapMethod.Bca ? Corrected(score, estimate, tail) : (tail, 1 - tail);
        return new ConfidenceInterval(estimate, Quantile(_sorted, lower), Quantile(_sorted, upper), _options.Level);
    }

    /// <summary>How often a resample of the last interval falls on the other side of 0, twice.</summary>
    public double PValue()
    {
        var (below, above) = (_sorted.Count(value => value <= 0), _sorted.Count(value => value >= 0));
        return Math.Min(1, 2 * (Math.Min(below, above) + 1.0) / (_sorted.Length + 1));
    }

    /// <summary>A quantile, linear between neighbours.</summary>
    public static double Quantile(ReadOnlySpan<double> sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[^1];
    }

    private double[] Resample(Scoring score)
    {
        var scores = new double[_options.Resamples];
        using var team = new WorkerTeam(Math.Min(_options.Threads, scores.Length));
        team.Run(team.Count, part =>
        {
            var (weights, counts) = (new double[_weights.Length], new int[_units]);
            for (var at = part; at < scores.Length; at += team.Count)
            {
                if (_options.CancellationToken.IsCancellationRequested)
                {
                    return;
                }
                scores[at] = One(score, new Random(PartSeed.Of(_options.Seed, at)), weights, counts);
            }
        });
        _options.CancellationToken.ThrowIfCancellationRequested();
        return scores.Any(double.IsNaN) ? throw _metric.Undefined() : scores;
    }

    /// <summary>One resample; drawn again when it has no such score (all of one class), NaN when that never ends.</summary>
    private double One(Scoring score, Random random, double[] weights, int[] counts)
    {
        for (var attempt = 0; attempt < Redraws; attempt++)
        {
            Array.Clear(counts);
            for (var draw = 0; draw < counts.Length; draw++)
            {
                counts[random.Next(counts.Length)]++;
            }
            var sum = 0.0;
            for (var row = 0; row < weights.Length; row++)
            {
                sum += weights[row] = _weights[row] * counts[_unitOf[row]];
            }
            if (sum > 0 && score(weights) is var found && !double.IsNaN(found))
            {
                return found;
            }
        }
        return double.NaN;
    }

    private (double Lower, double Upper) Corrected(Scoring score, double estimate, double tail)
    {
        var below = _sorted.Count(value => value < estimate) + _sorted.Count(value => value == estimate) / 2.0;
        var bias = Normal.Quantile(Math.Clamp(below / _sorted.Length, 0.5 / _sorted.Length, 1 - 0.5 / _sorted.Length));
        var skew = Acceleration(score);
        double Share(double share)
        {
            var shifted = bias + Normal.Quantile(share);
            return Normal.Below(bias + shifted / (1 - skew * shifted));
        }
        return (Share(tail), Share(1 - tail));
    }

    /// <summary>A sixth of the skewness of the score when one block of units at a time is left out.</summary>
    private double Acceleration(Scoring score)
    {
        var blocks = Math.Min(_units, JackknifeBlocks);
        var values = new List<double>(blocks);
        var weights = new double[_weights.Length];
        for (var block = 0; block < blocks; block++)
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            for (var row = 0; row < weights.Length; row++)
            {
                weights[row] = _unitOf[row] % blocks == block ? 0 : _weights[row];
            }
            if (MetricInput.Sum(weights) > 0 && score(weights) is var value && !double.IsNaN(value))
            {
                values.Add(value);
            }
        }
        var mean = values.Count > 0 ? values.Average() : 0;
        var (squares, cubes) = (0.0, 0.0);
        foreach (var value in values)
        {
            squares += (mean - value) * (mean - value);
            cubes += (mean - value) * (mean - value) * (mean - value);
        }
        return squares > 0 ? cubes / (6 * Math.Pow(squares, 1.5)) : 0;
    }

    private static (int[] UnitOf, int Units) Units(int[]? groups, int rows)
    {
        var unitOf = new int[rows];
        if (groups is null)
        {
            for (var row = 0; row < rows; row++)
            {
                unitOf[row] = row;
            }
            return (unitOf, rows);
        }
        ArgumentOutOfRangeException.ThrowIfNotEqual(groups.Length, rows, nameof(groups));
        var known = new Dictionary<int, int>();
        for (var row = 0; row < rows; row++)
        {
            if (!known.TryGetValue(groups[row], out unitOf[row]))
            {
                known[groups[row]] = unitOf[row] = known.Count;
            }
        }
        return (unitOf, known.Count);
    }
}
