using Escale.Learning.Memory;

namespace Escale.Learning.Networks;

/// <summary>What of the settings one network needs while it learns.</summary>
internal sealed record NetworkSettings(
    Activation Activation, int Epochs, int BatchRows, int Patience, double LearningRate, double WeightDecay, double Dropout, double LabelSmoothing);

/// <summary>Rows to learn from and to judge by, and what they are encoded by; shared by the networks.</summary>
/// <param name="Task">What is learned.</param>
/// <param name="Encoder">How rows become inputs.</param>
/// <param name="Rows">All rows but the validation rows.</param>
/// <param name="Validation">Validation rows; null when there are none.</param>
internal sealed record NetworkData(LearningTask Task, InputEncoder Encoder, NetworkRows Rows, NetworkRows? Validation);

/// <summary>When to stop before all epochs are done.</summary>
internal sealed record NetworkLimits(TimeSpan? Time, TimeProvider Clock, CancellationToken Cancellation, Action<double>? Progress);

/// <summary>
/// Learns one network: mini-batches in a new random order each epoch, Adam with weight decay, a learning rate that rises for a tenth of the way and then falls along a cosine to
/// zero (Smith and Topin, 2019; Loshchilov and Hutter, 2017). Where time is limited the way is shortened, so that the fall is always completed. What did best on the rows to judge by is kept.
/// </summary>
internal sealed unsafe class NetworkTraining : IDisposable
{
    private const int MomentRows = 4096;
    private const int MostSetbacks = 6;
    private const double Rise = 0.1;
    private const double ScaleRate = 6; // of the factors of the inputs (Holzmüller et al., 2024)

    private readonly NetworkShape _shape;
    private readonly NetworkSettings _settings;
    private readonly NetworkData _data;
    private readonly int[] _learned;
    private readonly NetworkRows? _judges;
    private readonly int[] _judged;
    private readonly Random _random;
    private readonly NetworkLoss _loss;
    private readonly NetworkPass _pass;
    private readonly int _batch;
    private readonly NativeArray<float> _parameters;
    private readonly NativeArray<float> _gradients;
    private readonly NativeArray<float> _firsts;
    private readonly NativeArray<float> _seconds;
    private readonly double[] _encoded;
    private readonly double[] _targets;
    private readonly double[] _weights;
    private readonly float[] _best;
    private int _steps;
    private double _rate;

    /// <summary>Sets up a network.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="settings">How to learn.</param>
    /// <param name="data">From what.</param>
    /// <param name="held">Which share of the rows to judge by when there are no validation rows; 0 for none.</param>
    /// <param name="seed">Where its randomness starts.</param>
    public NetworkTraining(NetworkShape shape, NetworkSettings settings, NetworkData data, double held, int seed)
    {
        (_shape, _settings, _data, _random, _rate) = (shape, settings, data, new Random(seed), settings.LearningRate);
        _learned = [.. Enumerable.Range(0, data.Rows.Count)];
        (_judges, _judged) = (data.Validation, [.. Enumerable.Range(0, data.Validation?.Count ?? 0)]);
        if (_judges is null && held > 0)
        {
            _random.Shuffle(_learned);
            var count = (int)(held * _learned.Length);
            (_judges, _judged, _learned) = (data.Rows, _learned[..count], _learned[count..]);
        }
        _batch = Math.Min(settings.BatchRows, _learned.Length);
        _loss = new NetworkLoss(data.Task, shape.Outputs, settings.LabelSmoothing);
        _pass = new NetworkPass(shape, settings, Math.Max(_batch, Math.Min(settings.BatchRows, Math.Max(1, _judged.Length))));
        (_parameters, _gradients, _firsts, _seconds) = (new(shape.Count), new(shape.Count), new(shape.Count), new(shape.Count));
        (_encoded, _targets, _weights, _best) = (new double[shape.Inputs], new double[settings.BatchRows], new double[settings.BatchRows], new float[shape.Count]);
        Means = new float[shape.Inputs];
    }

    /// <summary>The mean of each input, which the network subtracts.</summary>
    public float[] Means { get; }

    /// <summary>How many epochs were begun.</summary>
    public int Epochs { get; private set; }

    /// <summary>Learns.</summary>
    /// <returns>The parameters.</returns>
    public float[] Run(NetworkLimits limits)
    {
        Begin();
        var (started, batches) = (limits.Clock.GetTimestamp(), Math.Max(1, _learned.Length / _batch));
        var (least, bestEpoch, setbacks, way) = (Judge(), 0, 0, 0.0);
        Keep();
        for (var epoch = 1; epoch <= _settings.Epochs && way < 1; epoch++)
        {
            _random.Shuffle(_learned);
            (Epochs, var sum) = (epoch, 0.0);
            for (var batch = 0; batch < batches && way < 1; batch++)
            {
                limits.Cancellation.ThrowIfCancellationRequested();
                way = (epoch - 1 + (double)batch / batches) / _settings.Epochs;
                way = limits.Time is { } time ? Math.Max(way, limits.Clock.GetElapsedTime(started) / time) : way;
                sum += Learn(_learned.AsSpan(batch * _batch, _batch), way);
            }
            var loss = double.IsFinite(sum) ? Judge() : double.NaN;
            if (!double.IsFinite(loss))
            {
                if (++setbacks > MostSetbacks)
                {
                    break;
                }
                GoBack();
            }
            else if (loss < least || _judges is null)
            {
                (least, bestEpoch) = (loss, epoch);
                Keep();
            }
            else if (_settings.Patience > 0 && epoch - bestEpoch >= _settings.Patience)
            {
                break;
            }
            limits.Progress?.Invoke(Math.Min(1, way));
        }
        return _best;
    }

    public void Dispose()
    {
        _pass.Dispose();
        _parameters.Dispose();
        _gradients.Dispose();
        _firsts.Dispose();
        _seconds.Dispose();
    }

    /// <summary>The mean loss of rows and its derivatives by all parameters, without dropout; for the check against differences.</summary>
    internal (double Loss, float[] Gradients) Derivatives(float[] parameters)
    {
        parameters.CopyTo(_parameters.Span);
        _pass.Prepare(_parameters.Pointer);
        Load(_data.Rows, _learned);
        _pass.Forward(_parameters.Pointer, _learned.Length, isLearning: true);
        var loss = _loss.Sum(_pass.Scores, _pass.ScoreStride, _targets.AsSpan(0, _learned.Length), Weights(_data.Rows, _learned.Length), _learned.Length);
        _pass.Back(_parameters.Pointer, _gradients.Pointer, _learned.Length);
        return (loss / _learned.Length, _gradients.Span.ToArray());
    }

    /// <summary>The first parameters: sums of every hidden unit have deviation 1 on the training rows, and the last layer begins near what is right for all rows.</summary>
    internal float[] Begin()
    {
        var spread = Moments();
        for (var layer = 0; layer < _shape.Layers; layer++)
        {
            var isLast = layer == _shape.Layers - 1;
            var square = _settings.Activation == Activation.Relu ? 0.5 : 0.355; // the mean square of an activation of a normal sum
            var deviation = (isLast ? 0.1 : 1) / Math.Sqrt(layer == 0 ? Math.Max(spread, 1e-6) : square * _shape.In(layer));
            float* weights = _parameters.Pointer + _shape.Weights(layer), biases = _parameters.Pointer + _shape.Biases(layer);
            for (var unit = 0; unit < _shape.Out(layer); unit++)
            {
                for (var input = 0; input < _shape.In(layer); input++)
                {
                    weights[input * _shape.Stride(layer) + unit] = (float)(deviation * Normal());
                }
                biases[unit] = isLast ? (float)Start(unit) : (float)(0.5 * Normal());
            }
        }
        _parameters.Span.Slice(_shape.Scales, _shape.Inputs).Fill(1);
        _pass.Random = Activations.Seeded(_random);
        _pass.Prepare(_parameters.Pointer);
        return _parameters.Span.ToArray();
    }

    /// <summary>The score of a class, or of two classes' second, that says how frequent it is; 0 for numbers, whose mean is 0.</summary>
    private double Start(int score)
    {
        if (_data.Task == LearningTask.Regression)
        {
            return 0;
        }
        var wanted = _data.Task == LearningTask.Binary ? 1 : score;
        var (own, all) = (0.5, 1.0);
        foreach (var row in _learned)
        {
            var weight = _data.Rows.Weights.Length == 0 ? 1 : _data.Rows.Weights[row];
            (own, all) = (own + (_data.Rows.Targets[row] == wanted ? weight : 0), all + weight);
        }
        return _data.Task == LearningTask.Binary ? Math.Log(own / (all - own)) : Math.Log(own / all);
    }

    /// <summary>Means of the inputs, and the sum of their variances.</summary>
    private double Moments()
    {
        var (count, sums, squares) = (Math.Min(MomentRows, _learned.Length), new double[_shape.Inputs], new double[_shape.Inputs]);
        for (var at = 0; at < count; at++)
        {
            _data.Encoder.Encode(_data.Rows.Row(_learned[(int)((long)at * _learned.Length / count)]), _encoded);
            for (var input = 0; input < sums.Length; input++)
            {
                sums[input] += _encoded[input] / count;
                squares[input] += _encoded[input] * _encoded[input] / count;
            }
        }
        var spread = 0.0;
        for (var input = 0; input < sums.Length; input++)
        {
            Means[input] = (float)sums[input];
            spread += Math.Max(0, squares[input] - sums[input] * sums[input]);
        }
        return spread;
    }

    private double Learn(ReadOnlySpan<int> rows, double way)
    {
        Load(_data.Rows, rows);
        _pass.Forward(_parameters.Pointer, rows.Length, isLearning: true);
        var sum = _loss.Sum(_pass.Scores, _pass.ScoreStride, _targets.AsSpan(0, rows.Length), Weights(_data.Rows, rows.Length), rows.Length);
        _pass.Back(_parameters.Pointer, _gradients.Pointer, rows.Length);
        var rate = _rate * (way < Rise ? 0.1 + 0.9 * way / Rise : 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, (way - Rise) / (1 - Rise)))));
        _steps++;
        for (var layer = 0; layer < _shape.Layers; layer++)
        {
            Step(_shape.Weights(layer), _shape.Biases(layer) - _shape.Weights(layer), rate, rate * _settings.WeightDecay);
            Step(_shape.Biases(layer), _shape.Stride(layer), rate, 0);
        }
        Step(_shape.Scales, DenseProduct.Padded(_shape.Inputs), ScaleRate * rate, 0);
        _pass.Prepare(_parameters.Pointer);
        return sum;
    }

    private void Step(int from, int count, double rate, double decay) =>
        AdamStep.Take(_parameters.Pointer + from, _gradients.Pointer + from, _firsts.Pointer + from, _seconds.Pointer + from, count, _steps, rate, decay);

    /// <summary>The mean loss of the rows to judge by; without any, whether the parameters are numbers still.</summary>
    private double Judge()
    {
        if (_judges is null || _judged.Length == 0)
        {
            return float.IsFinite(Total()) ? 0 : double.NaN;
        }
        var (sum, weight) = (0.0, 0.0);
        var most = _settings.BatchRows;
        for (var from = 0; from < _judged.Length; from += most)
        {
            var rows = _judged.AsSpan(from, Math.Min(most, _judged.Length - from));
            Load(_judges, rows);
            _pass.Forward(_parameters.Pointer, rows.Length, isLearning: false);
            var weights = Weights(_judges, rows.Length);
            sum += _loss.Sum(_pass.Scores, _pass.ScoreStride, _targets.AsSpan(0, rows.Length), weights, divisor: 0);
            foreach (var one in weights)
            {
                weight += one;
            }
            weight += weights.IsEmpty ? rows.Length : 0;
        }
        return weight > 0 ? sum / weight : float.IsFinite(Total()) ? 0 : double.NaN;
    }

    private float Total()
    {
        var total = 0f;
        foreach (var parameter in _parameters.Span)
        {
            total += Math.Abs(parameter);
        }
        return total;
    }

    private void Load(NetworkRows from, ReadOnlySpan<int> rows)
    {
        for (var at = 0; at < rows.Length; at++)
        {
            _data.Encoder.Encode(from.Row(rows[at]), _encoded);
            var inputs = _pass.Inputs(at);
            for (var input = 0; input < inputs.Length; input++)
            {
                inputs[input] = (float)_encoded[input] - Means[input];
            }
            _targets[at] = from.Targets[rows[at]];
            _weights[at] = from.Weights.Length == 0 ? 1 : from.Weights[rows[at]];
        }
    }

    private ReadOnlySpan<double> Weights(NetworkRows of, int count) => of.Weights.Length == 0 ? [] : _weights.AsSpan(0, count);

    private void Keep() => _parameters.Span.CopyTo(_best);

    /// <summary>After numbers ran away: from the best so far, in smaller steps.</summary>
    private void GoBack()
    {
        _best.CopyTo(_parameters.Span);
        _firsts.Span.Clear();
        _seconds.Span.Clear();
        _rate *= 0.2;
        _steps = 0;
        _pass.Prepare(_parameters.Pointer);
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
