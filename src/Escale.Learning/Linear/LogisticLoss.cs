using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Escale.Learning.Threads;

namespace Escale.Learning.Linear;

/// <summary>
/// The mean log loss of a linear model, with L2 penalty, and its gradient, in one pass over blocks of rows that stay in cache. Rows fall into parts by number alone and parts
/// are added up in order: the same bits for any number of threads. Parameters: coefficients score after score, then one intercept a score.
/// </summary>
internal sealed class LogisticLoss
{
    private const int BlockRows = 1024;
    private const int MaxParts = 32;

    private readonly FeatureMatrix _features;
    private readonly SparseRows _sparse;
    private readonly double[] _classes;
    private readonly double[] _weights;
    private readonly double _weightSum;
    private readonly bool _hasIntercept;
    private readonly WorkerTeam _team;
    private readonly CancellationToken _token;
    private readonly Part[] _parts;
    private readonly int _rowsAPart;
    private double[] _point = [];

    public LogisticLoss(FeatureMatrix features, Target target, ReadOnlySpan<double> weights, bool hasIntercept, WorkerTeam team, CancellationToken token)
    {
        (_features, _hasIntercept, _team, _token) = (features, hasIntercept, team, token);
        _sparse = SparseRows.Of(features);
        _classes = target.Values.ToArray();
        _weights = weights.IsEmpty ? [] : weights.ToArray();
        _weightSum = weights.IsEmpty ? target.RowCount : Columns.Sum(weights);
        ScoreCount = target.ClassCount == 2 ? 1 : target.ClassCount;
        var blocks = (target.RowCount + BlockRows - 1) / BlockRows;
        _rowsAPart = (blocks + MaxParts - 1) / MaxParts * BlockRows;
        _parts = new Part[(target.RowCount + _rowsAPart - 1) / _rowsAPart];
        for (var part = 0; part < _parts.Length; part++)
        {
            _parts[part] = new Part(new double[ParameterCount], new double[ScoreCount * BlockRows]);
        }
    }

    public double WeightSum => _weightSum;

    public int ScoreCount { get; }

    public int ParameterCount => ScoreCount * (_features.FeatureCount + 1);

    /// <summary>What half the square of the coefficients costs. Intercepts are free.</summary>
    public double L2 { get; set; }

    /// <summary>
    /// How steeply the loss bends along each parameter where nothing is known yet, as a root: dividing by it makes rare levels and wide columns alike, and saves L-BFGS many steps.
    /// </summary>
    public double[] Bends()
    {
        var bends = new double[ParameterCount];
        var ones = _weights;
        if (ones.Length == 0)
        {
            ones = new double[_classes.Length];
            Array.Fill(ones, 1);
        }
        var spread = ScoreCount == 1 ? 0.25 : 1.0 / ScoreCount * (1 - 1.0 / ScoreCount);
        _team.Run(_features.FeatureCount, feature =>
        {
            var column = _features[feature];
            var squares = 0.0;
            for (var row = 0; row < column.Length; row++)
            {
                squares += ones[row] * column[row] * column[row];
            }
            for (var score = 0; score < ScoreCount; score++)
            {
                bends[score * _features.FeatureCount + feature] = squares / _weightSum;
            }
        });
        bends.AsSpan(ScoreCount * _features.FeatureCount).Fill(1);
        foreach (ref var bend in bends.AsSpan())
        {
            bend = bend > 0 ? Math.Sqrt(spread * bend + L2) : 1;
        }
        return bends;
    }

    /// <summary>The log-odds of the classes alone: where to start from.</summary>
    public double[] Start()
    {
        var point = new double[ParameterCount];
        if (!_hasIntercept)
        {
            return point;
        }
        var shares = new double[Math.Max(2, ScoreCount)];
        for (var row = 0; row < _classes.Length; row++)
        {
            shares[(int)_classes[row]] += (_weights.Length == 0 ? 1 : _weights[row]) / _weightSum;
        }
        var intercepts = point.AsSpan(ScoreCount * _features.FeatureCount);
        for (var score = 0; score < ScoreCount; score++)
        {
            intercepts[score] = Math.Log(Math.Max(1e-9, shares[ScoreCount == 1 ? 1 : score])) - (ScoreCount == 1 ? Math.Log(Math.Max(1e-9, shares[0])) : 0);
        }
        var mean = ScoreCount == 1 ? 0 : Columns.Sum(intercepts) / ScoreCount; // only differences count: keep their sum at zero
        foreach (ref var intercept in intercepts)
        {
            intercept -= mean;
        }
        return point;
    }

    /// <summary>The loss at a point and its gradient.</summary>
    public double Evaluate(ReadOnlySpan<double> point, Span<double> gradient)
    {
        _point = point.ToArray();
        _team.Run(_parts.Length, part =>
        {
            if (!_token.IsCancellationRequested)
            {
                Sum(part);
            }
        });
        _token.ThrowIfCancellationRequested();
        var loss = 0.0;
        gradient.Clear();
        foreach (var part in _parts)
        {
            loss += part.Loss / _weightSum;
            Columns.AddScaled(part.Gradient, 1 / _weightSum, gradient);
        }
        var coefficients = ScoreCount * _features.FeatureCount;
        Columns.AddScaled(_point.AsSpan(0, coefficients), L2, gradient);
        if (!_hasIntercept)
        {
            gradient[coefficients..].Clear();
        }
        return loss + L2 / 2 * Columns.Dot(_point.AsSpan(0, coefficients), _point.AsSpan(0, coefficients));
    }

    private void Sum(int at)
    {
        var part = _parts[at];
        part.Loss = 0;
        Array.Clear(part.Gradient);
        var end = Math.Min(_classes.Length, (at + 1) * _rowsAPart);
        for (var from = at * _rowsAPart; from < end; from += BlockRows)
        {
            var rows = Math.Min(BlockRows, end - from);
            Score(from, rows, part.Scores);
            part.Loss += ScoreCount == 1 ? BinaryResiduals(from, part.Scores.AsSpan(0, rows)) : SoftmaxResiduals(from, rows, part.Scores);
            AddGradient(from, rows, part);
        }
    }

    private void Score(int from, int rows, double[] scores)
    {
        var count = _features.FeatureCount;
        for (var score = 0; score < ScoreCount; score++)
        {
            scores.AsSpan(score * BlockRows, rows).Fill(_point[ScoreCount * count + score]);
        }
        foreach (var feature in _sparse.Dense)
        {
            var column = _features[feature].Slice(from, rows);
            for (var score = 0; score < ScoreCount; score++)
            {
                if (_point[score * count + feature] is not 0 and var coefficient)
                {
                    Columns.AddScaled(column, coefficient, scores.AsSpan(score * BlockRows, rows));
                }
            }
        }
        for (var score = 0; score < ScoreCount; score++)
        {
            _sparse.AddScores(from, _point.AsSpan(score * count, count), scores.AsSpan(score * BlockRows, rows));
        }
    }

    private void AddGradient(int from, int rows, Part part)
    {
        var count = _features.FeatureCount;
        foreach (var feature in _sparse.Dense)
        {
            var column = _features[feature].Slice(from, rows);
            for (var score = 0; score < ScoreCount; score++)
            {
                part.Gradient[score * count + feature] += Columns.Dot(column, part.Scores.AsSpan(score * BlockRows, rows));
            }
        }
        for (var score = 0; score < ScoreCount; score++)
        {
            _sparse.AddGradient(from, part.Scores.AsSpan(score * BlockRows, rows), part.Gradient.AsSpan(score * count, count));
            part.Gradient[ScoreCount * count + score] += Columns.Sum(part.Scores.AsSpan(score * BlockRows, rows));
        }
    }

    /// <summary>Turns scores into weighted (probability − truth); returns Σ weight · log loss.</summary>
    private double BinaryResiduals(int from, Span<double> scores)
    {
        ref var score = ref MemoryMarshal.GetReference(scores);
        ref var truth = ref _classes[from];
        var (loss, at) = (Vector256<double>.Zero, 0);
        for (; at <= scores.Length - Vector256<double>.Count; at += Vector256<double>.Count)
        {
            var (margin, positive) = (Vector256.LoadUnsafe(ref score, (nuint)at), Vector256.LoadUnsafe(ref truth, (nuint)at));
            var small = Vector256.Exp(-Vector256.Abs(margin)); // never overflows
            var probability = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(margin, Vector256<double>.Zero), Vector256<double>.One, small) / (Vector256<double>.One + small);
            var residual = probability - positive;
            var one = Vector256.Log(Vector256<double>.One + small) + Vector256.Max(margin, Vector256<double>.Zero) - margin * positive;
            if (_weights.Length > 0)
            {
                var weight = Vector256.LoadUnsafe(ref _weights[from], (nuint)at);
                (residual, one) = (residual * weight, one * weight);
            }
            residual.StoreUnsafe(ref score, (nuint)at);
            loss += one;
        }
        var sum = Columns.Sum(loss);
        for (; at < scores.Length; at++)
        {
            var (margin, weight) = (scores[at], _weights.Length == 0 ? 1 : _weights[from + at]);
            var small = Math.Exp(-Math.Abs(margin));
            sum += weight * (Math.Log(1 + small) + Math.Max(margin, 0) - margin * _classes[from + at]);
            scores[at] = weight * ((margin >= 0 ? 1 : small) / (1 + small) - _classes[from + at]);
        }
        return sum;
    }

    /// <summary>As <see cref="BinaryResiduals"/>, for several scores.</summary>
    private double SoftmaxResiduals(int from, int rows, double[] scores)
    {
        var (loss, at) = (0.0, 0);
        for (; at <= rows - Vector256<double>.Count; at += Vector256<double>.Count)
        {
            loss += SoftmaxOfFour(from, at, scores);
        }
        Span<double> one = ScoreCount <= 256 ? stackalloc double[ScoreCount] : new double[ScoreCount];
        for (; at < rows; at++)
        {
            for (var score = 0; score < ScoreCount; score++)
            {
                one[score] = scores[score * BlockRows + at];
            }
            var (truth, weight) = ((int)_classes[from + at], _weights.Length == 0 ? 1 : _weights[from + at]);
            loss += weight * (LogSum(one) - one[truth]);
            Softmax.Apply(one);
            for (var score = 0; score < ScoreCount; score++)
            {
                scores[score * BlockRows + at] = weight * (one[score] - (score == truth ? 1 : 0));
            }
        }
        return loss;
    }

    private double SoftmaxOfFour(int from, int at, double[] scores)
    {
        var most = Vector256.LoadUnsafe(ref scores[at]);
        for (var score = 1; score < ScoreCount; score++)
        {
            most = Vector256.Max(most, Vector256.LoadUnsafe(ref scores[score * BlockRows + at]));
        }
        var (weights, own, total) = (Vector256<double>.One, Vector256<double>.Zero, Vector256<double>.Zero);
        for (var lane = 0; lane < Vector256<double>.Count; lane++)
        {
            own = own.WithElement(lane, scores[(int)_classes[from + at + lane] * BlockRows + at + lane]);
        }
        for (var score = 0; score < ScoreCount; score++)
        {
            ref var four = ref scores[score * BlockRows + at];
            var power = Vector256.Exp(Vector256.LoadUnsafe(ref four) - most);
            total += power;
            power.StoreUnsafe(ref four);
        }
        weights = _weights.Length == 0 ? weights : Vector256.LoadUnsafe(ref _weights[from + at]);
        var share = weights / total;
        for (var score = 0; score < ScoreCount; score++)
        {
            ref var four = ref scores[score * BlockRows + at];
            (Vector256.LoadUnsafe(ref four) * share).StoreUnsafe(ref four);
        }
        for (var lane = 0; lane < Vector256<double>.Count; lane++)
        {
            scores[(int)_classes[from + at + lane] * BlockRows + at + lane] -= weights[lane];
        }
        return Columns.Sum(weights * (Vector256.Log(total) + most - own));
    }

    private static double LogSum(ReadOnlySpan<double> scores)
    {
        var (most, sum) = (double.NegativeInfinity, 0.0);
        foreach (var score in scores)
        {
            most = Math.Max(most, score);
        }
        foreach (var score in scores)
        {
            sum += Math.Exp(score - most);
        }
        return Math.Log(sum) + most;
    }

    private sealed class Part(double[] gradient, double[] scores)
    {
        public double[] Gradient { get; } = gradient;

        public double[] Scores { get; } = scores;

        public double Loss { get; set; }
    }
}
