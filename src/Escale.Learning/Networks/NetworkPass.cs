using System.Runtime.Intrinsics;
using Escale.Learning.Memory;

namespace Escale.Learning.Networks;

/// <summary>Buffers for some rows on their way through a network that learns: forward for scores, back for derivatives. For one thread at a time.</summary>
internal sealed unsafe class NetworkPass : IDisposable
{
    private readonly NetworkShape _shape;
    private readonly NetworkSettings _settings;
    private readonly int _inputStride;
    private readonly NativeArray<float> _inputs;
    private readonly NativeArray<float>[] _values;
    private readonly NativeArray<float>[] _slopes;
    private readonly NativeArray<float> _first;
    private readonly NativeArray<float> _turned;

    /// <summary>Makes room.</summary>
    /// <param name="shape">The network's.</param>
    /// <param name="settings">Activation and dropout.</param>
    /// <param name="rows">Most rows at once.</param>
    public NetworkPass(NetworkShape shape, NetworkSettings settings, int rows)
    {
        (_shape, _settings, _inputStride) = (shape, settings, DenseProduct.Stride(shape.Inputs));
        _inputs = new NativeArray<float>((long)rows * _inputStride);
        _values = [.. Enumerable.Range(0, shape.Layers).Select(layer => new NativeArray<float>((long)rows * shape.Stride(layer)))];
        _slopes = [.. _values[..^1].Select(values => new NativeArray<float>(values.Length))];
        _first = new NativeArray<float>((long)shape.Inputs * shape.Stride(0));
        _turned = new NativeArray<float>(Enumerable.Range(1, shape.Layers - 1).Max(layer => (long)shape.Out(layer) * DenseProduct.Stride(shape.In(layer))));
        Random = Vector256<uint>.One;
    }

    /// <summary>The scores of the rows, <see cref="ScoreStride"/> from one to the next.</summary>
    public float* Scores => _values[^1].Pointer;

    public int ScoreStride => _shape.Stride(_shape.Layers - 1);

    /// <summary>Draws for dropout.</summary>
    public Vector256<uint> Random;

    /// <summary>The inputs of a row, to be written.</summary>
    public Span<float> Inputs(int row) => new(_inputs.Pointer + (nint)row * _inputStride, _shape.Inputs);

    /// <summary>To be called when parameters have changed: multiplies the first layer's weights by the factors of the inputs.</summary>
    public void Prepare(float* parameters)
    {
        var stride = _shape.Stride(0);
        var scales = parameters + _shape.Scales;
        for (var input = 0; input < _shape.Inputs; input++)
        {
            float* from = parameters + input * stride, to = _first.Pointer + input * stride;
            var scale = Vector256.Create(scales[input]);
            for (var at = 0; at < stride; at += Vector256<float>.Count)
            {
                (Vector256.Load(from + at) * scale).Store(to + at);
            }
        }
    }

    /// <summary>From inputs to scores.</summary>
    /// <param name="parameters">The network's.</param>
    /// <param name="rows">How many rows have inputs.</param>
    /// <param name="isLearning">Whether <see cref="Back"/> follows; units are dropped then.</param>
    public void Forward(float* parameters, int rows, bool isLearning)
    {
        var input = _inputs.Pointer;
        var inputStride = _inputStride;
        for (var layer = 0; layer < _shape.Layers; layer++)
        {
            var values = _values[layer].Pointer;
            var stride = _shape.Stride(layer);
            var weights = layer == 0 ? _first.Pointer : parameters + _shape.Weights(layer);
            DenseProduct.Multiply(input, inputStride, 1, weights, stride, values, stride, parameters + _shape.Biases(layer), rows, _shape.In(layer), DenseProduct.Padded(_shape.Out(layer)));
            if (layer < _shape.Layers - 1 && isLearning)
            {
                Activations.Learn(_settings.Activation, values, _slopes[layer].Pointer, rows * stride, (float)_settings.Dropout, ref Random);
            }
            else if (layer < _shape.Layers - 1)
            {
                Activations.Apply(_settings.Activation, values, rows * stride);
            }
            input = values;
            inputStride = stride;
        }
    }

    /// <summary>From derivatives by the scores, which stand in <see cref="Scores"/>, to those by all parameters.</summary>
    /// <param name="parameters">The network's.</param>
    /// <param name="gradients">Written.</param>
    /// <param name="rows">As for <see cref="Forward"/>.</param>
    public void Back(float* parameters, float* gradients, int rows)
    {
        for (var layer = _shape.Layers - 1; layer >= 0; layer--)
        {
            var (stride, columns) = (_shape.Stride(layer), DenseProduct.Padded(_shape.Out(layer)));
            var (input, inputStride) = layer == 0 ? (_inputs, _inputStride) : (_values[layer - 1], _shape.Stride(layer - 1));
            var off = _values[layer].Pointer;
            DenseProduct.Multiply(input.Pointer, 1, inputStride, off, stride, gradients + _shape.Weights(layer), stride, null, _shape.In(layer), rows, columns);
            SumRows(off, stride, rows, gradients + _shape.Biases(layer));
            if (layer > 0)
            {
                Turn(parameters + _shape.Weights(layer), stride, _shape.In(layer), _shape.Out(layer));
                // Their activations are not needed any more: the derivatives take their place.
                DenseProduct.Multiply(
                    off, stride, 1, _turned.Pointer, DenseProduct.Stride(_shape.In(layer)), input.Pointer, inputStride, null, rows, _shape.Out(layer), DenseProduct.Padded(_shape.In(layer)));
                MultiplyBy(input.Pointer, _slopes[layer - 1].Pointer, rows * inputStride);
            }
        }
        SplitFirst(parameters, gradients);
    }

    public void Dispose()
    {
        _inputs.Dispose();
        _first.Dispose();
        _turned.Dispose();
        foreach (var array in _values.Concat(_slopes))
        {
            array.Dispose();
        }
    }

    /// <summary>What was found for weights times factors becomes derivatives of each.</summary>
    private void SplitFirst(float* parameters, float* gradients)
    {
        var stride = _shape.Stride(0);
        var scales = parameters + _shape.Scales;
        for (var input = 0; input < _shape.Inputs; input++)
        {
            float* weights = parameters + input * stride, slopes = gradients + input * stride;
            var (sum, scale) = (Vector256<float>.Zero, Vector256.Create(scales[input]));
            for (var at = 0; at < stride; at += Vector256<float>.Count)
            {
                var slope = Vector256.Load(slopes + at);
                sum += slope * Vector256.Load(weights + at);
                (slope * scale).Store(slopes + at);
            }
            gradients[_shape.Scales + input] = Vector256.Sum(sum);
        }
    }

    private void Turn(float* weights, int stride, int rows, int columns)
    {
        var turnedStride = DenseProduct.Stride(rows);
        for (var column = 0; column < columns; column++)
        {
            var to = _turned.Pointer + column * turnedStride;
            for (var row = 0; row < rows; row++)
            {
                to[row] = weights[row * stride + column];
            }
            new Span<float>(to + rows, turnedStride - rows).Clear();
        }
    }

    private static void SumRows(float* rows, int stride, int count, float* sums)
    {
        for (var at = 0; at < stride; at += Vector256<float>.Count)
        {
            var sum = Vector256<float>.Zero;
            for (var row = 0; row < count; row++)
            {
                sum += Vector256.Load(rows + row * stride + at);
            }
            sum.Store(sums + at);
        }
    }

    private static void MultiplyBy(float* values, float* factors, int count)
    {
        for (var at = 0; at < count; at += Vector256<float>.Count)
        {
            (Vector256.Load(values + at) * Vector256.Load(factors + at)).Store(values + at);
        }
    }
}
