using System.Buffers;
using Escale.Learning.Linear;
using Escale.Learning.Persistence;
using Escale.Learning.Threads;

namespace Escale.Learning.Networks;

/// <summary>
/// Fitted networks; outputs are the mean of theirs. Computed in double precision, in an order that does not depend on how many rows there are. Rows × networks × weights multiplications.
/// </summary>
public sealed unsafe class NetworkPredictor : Predictor
{
    private const int BlockRows = 96;
    private const int MostOnStack = 2048;
    private const int MostWidth = 1 << 16;

    private readonly double[][] _networks;
    private readonly TargetScale _scale;

    internal NetworkPredictor(LearningTask task, int featureCount, InputEncoder encoder, Activation activation, NetworkShape shape, double[][] networks, TargetScale scale)
        : base(task, task == LearningTask.Binary ? 2 : shape.Outputs, featureCount) => (Encoder, Activation, Shape, _networks, _scale) = (encoder, activation, shape, networks, scale);

    /// <summary>How many networks.</summary>
    public int NetworkCount => _networks.Length;

    /// <summary>How many epochs it took to learn them, in the mean; 0 when that is not known.</summary>
    internal double Epochs { get; init; }

    internal InputEncoder Encoder { get; }

    internal Activation Activation { get; }

    internal NetworkShape Shape { get; }

    internal TargetScale Scale => _scale;

    internal override string Kind => "networks";

    /// <inheritdoc/>
    public override void Predict(FeatureMatrix features, Span<double> outputs, int threads = 1) =>
        ParallelRows.Run(features.RowCount, BlockRows, outputs, OutputCount, threads, (first, count, part) =>
        {
            var row = ArrayPool<float>.Shared.Rent(FeatureCount + 1);
            var memory = ArrayPool<double>.Shared.Rent(count * RowMemory + OutputCount);
            fixed (double* start = memory)
            {
                for (var at = 0; at < count; at++)
                {
                    features.CopyRow(first + at, row);
                    Encoder.Encode(row, new Span<double>(start + at * Shape.Inputs, Shape.Inputs));
                }
                Run(start, count, part);
            }
            ArrayPool<double>.Shared.Return(memory);
            ArrayPool<float>.Shared.Return(row);
        });

    /// <inheritdoc/>
    public override void PredictRow(ReadOnlySpan<float> row, Span<double> outputs)
    {
        var length = RowMemory + OutputCount;
        var pooled = length > MostOnStack ? ArrayPool<double>.Shared.Rent(length) : null;
        Span<double> memory = pooled ?? stackalloc double[length];
        fixed (double* start = memory)
        {
            Encoder.Encode(row, memory[..Shape.Inputs]);
            Run(start, 1, outputs);
        }
        if (pooled is not null)
        {
            ArrayPool<double>.Shared.Return(pooled);
        }
    }

    /// <summary>The weights of a layer, inputs × outputs, for those who read them.</summary>
    internal double[] Weights(int network, int layer)
    {
        var (rows, columns, weights) = (Shape.In(layer), Shape.Out(layer), new double[Shape.In(layer) * Shape.Out(layer)]);
        for (var row = 0; row < rows; row++)
        {
            _networks[network].AsSpan(Shape.Weights(layer) + row * Shape.Stride(layer), columns).CopyTo(weights.AsSpan(row * columns));
        }
        return weights;
    }

    internal double[] Biases(int network, int layer) => _networks[network].AsSpan(Shape.Biases(layer), Shape.Out(layer)).ToArray();

    /// <summary>What was learned, as it is predicted with: factors and means of the inputs become part of the first layer. Weights stay in the digits of single precision, in which they are saved.</summary>
    internal static double[] Fold(NetworkShape shape, float[] learned, float[] means)
    {
        var folded = Array.ConvertAll(learned, value => (double)value);
        var stride = shape.Stride(0);
        var biases = folded.AsSpan(shape.Biases(0), stride);
        for (var input = 0; input < shape.Inputs; input++)
        {
            var weights = folded.AsSpan(shape.Weights(0) + input * stride, stride);
            for (var unit = 0; unit < stride; unit++)
            {
                weights[unit] = (float)(weights[unit] * learned[shape.Scales + input]);
                biases[unit] -= weights[unit] * means[input];
            }
        }
        return folded;
    }

    /// <summary>A network of given weights (each layer inputs × outputs) and biases.</summary>
    internal static double[] Assemble(NetworkShape shape, IReadOnlyList<float[]> weights, IReadOnlyList<double[]> biases)
    {
        var network = new double[shape.Count];
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            for (var at = 0; at < weights[layer].Length; at++)
            {
                network[shape.Weights(layer) + at / shape.Out(layer) * shape.Stride(layer) + at % shape.Out(layer)] = weights[layer][at];
            }
            biases[layer].CopyTo(network.AsSpan(shape.Biases(layer)));
        }
        return network;
    }

    internal override void Save(SavedNode node)
    {
        node.Set("task", Task);
        node.Set("features", FeatureCount);
        node.Set("activation", Activation);
        node.Set("hidden_layers", Shape.Layers - 1);
        node.Set("width", Shape.Out(0));
        node.Set("scores", Shape.Outputs);
        node.Set("mean", _scale.Mean);
        node.Set("deviation", _scale.Deviation);
        Encoder.Save(node.Add("encoder", "network-inputs"));
        for (var network = 0; network < _networks.Length; network++)
        {
            var part = node.AddTo("networks", "network");
            for (var layer = 0; layer < Shape.Layers; layer++)
            {
                part.SetArray<float>("weights" + layer, Array.ConvertAll(Weights(network, layer), weight => (float)weight));
                part.SetArray<double>("biases" + layer, Biases(network, layer));
            }
        }
    }

    internal static NetworkPredictor Load(SavedNode node)
    {
        var (task, features, scores) = (node.Enum<LearningTask>("task"), node.Int("features", 0, 1 << 24), node.Int("scores", 1, MostWidth));
        var (hidden, width, parts) = (node.Int("hidden_layers", 1, 64), node.Int("width", 1, MostWidth), node.Children("networks"));
        var scale = new TargetScale(node.Double("mean"), node.Double("deviation"));
        var encoder = InputEncoder.Load(node.Child("encoder"), features);
        if (!SavedTasks.Fits(task, task == LearningTask.Binary ? scores + 1 : scores) || parts.Count == 0 || !double.IsFinite(scale.Mean) || !double.IsFinite(scale.Deviation))
        {
            throw SavedNode.Damaged($"networks for {task} have {scores} scores, or there is none");
        }
        // Arrays are read, and so their lengths known to be right, before anything is made as large as the header says.
        var (weights, biases) = (new List<float[]>(), new List<double[]>());
        int[] sizes = [encoder.Count, .. Enumerable.Repeat(width, hidden), scores];
        foreach (var part in parts)
        {
            for (var layer = 0; layer <= hidden; layer++)
            {
                weights.Add(part.Floats("weights" + layer, sizes[layer], sizes[layer + 1]));
                biases.Add(part.Numbers("biases" + layer, sizes[layer + 1]));
            }
        }
        var shape = new NetworkShape(encoder.Count, width, hidden, scores);
        var networks = parts.Select((_, at) => Assemble(shape, weights[(at * shape.Layers)..((at + 1) * shape.Layers)], biases[(at * shape.Layers)..((at + 1) * shape.Layers)]));
        return new NetworkPredictor(task, features, encoder, node.Enum<Activation>("activation"), shape, [.. networks], scale);
    }

    private int RowMemory => Shape.Inputs + 2 * Math.Max(Shape.Stride(0), Shape.Stride(Shape.Layers - 1));

    /// <summary>From inputs, which stand first in the memory, to outputs.</summary>
    private void Run(double* memory, int rows, Span<double> outputs)
    {
        var (wide, score) = (Math.Max(Shape.Stride(0), Shape.Stride(Shape.Layers - 1)), Task == LearningTask.Binary ? 1 : 0);
        var own = new Span<double>(memory + rows * (Shape.Inputs + 2 * wide), OutputCount);
        outputs = outputs[..(rows * OutputCount)];
        outputs.Clear();
        foreach (var network in _networks)
        {
            double* from = memory, to = memory + rows * Shape.Inputs, other = to + rows * wide;
            fixed (double* parameters = network)
            {
                for (var layer = 0; layer < Shape.Layers; layer++)
                {
                    var (stride, padded) = (Shape.Stride(layer), DenseProduct.Padded(Shape.Out(layer)));
                    var fromStride = layer == 0 ? Shape.Inputs : Shape.Stride(layer - 1);
                    DenseProduct.Multiply(from, fromStride, 1, parameters + Shape.Weights(layer), stride, to, stride, parameters + Shape.Biases(layer), rows, Shape.In(layer), padded);
                    for (var row = 0; layer < Shape.Layers - 1 && row < rows; row++)
                    {
                        Activations.Apply(Activation, to + row * stride, padded);
                    }
                    from = to;
                    to = other;
                    other = from;
                }
            }
            for (var row = 0; row < rows; row++)
            {
                new ReadOnlySpan<double>(from + row * Shape.Stride(Shape.Layers - 1), Shape.Outputs).CopyTo(own[score..]);
                Answer(own, outputs.Slice(row * OutputCount, OutputCount));
            }
        }
        foreach (ref var output in outputs)
        {
            output /= _networks.Length;
        }
    }

    private void Answer(Span<double> scores, Span<double> sums)
    {
        if (Task == LearningTask.Regression)
        {
            scores[0] = Math.Clamp(_scale.Mean + _scale.Deviation * scores[0], double.MinValue / _networks.Length, double.MaxValue / _networks.Length);
        }
        else if (Task == LearningTask.Binary)
        {
            scores[0] = 1 / (1 + Math.Exp(scores[1]));
            scores[1] = 1 / (1 + Math.Exp(-scores[1]));
        }
        else
        {
            Softmax.Apply(scores);
        }
        for (var at = 0; at < sums.Length; at++)
        {
            sums[at] += scores[at];
        }
    }
}
