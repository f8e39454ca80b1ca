namespace Escale.Learning.Networks;

/// <summary>How a network's parameters lie in one array: for each layer its weights, inputs × outputs, and then its biases, rows padded as <see cref="DenseProduct.Stride"/> says; last a factor for each input.</summary>
internal sealed class NetworkShape
{
    private readonly int[] _sizes;
    private readonly int[] _weights;

    public NetworkShape(int inputs, int width, int hidden, int outputs)
    {
        _sizes = [inputs, .. Enumerable.Repeat(width, hidden), outputs];
        _weights = new int[hidden + 2];
        for (var layer = 0; layer <= hidden; layer++)
        {
            _weights[layer + 1] = checked(_weights[layer] + (In(layer) + 1) * Stride(layer));
        }
        Count = _weights[^1] + DenseProduct.Padded(inputs);
    }

    /// <summary>How many layers of weights: one more than hidden layers.</summary>
    public int Layers => _sizes.Length - 1;

    public int Inputs => _sizes[0];

    public int Outputs => _sizes[^1];

    /// <summary>How many numbers, padding included.</summary>
    public int Count { get; }

    /// <summary>Where the factors of the inputs begin.</summary>
    public int Scales => _weights[^1];

    public int In(int layer) => _sizes[layer];

    public int Out(int layer) => _sizes[layer + 1];

    public int Stride(int layer) => DenseProduct.Stride(Out(layer));

    /// <summary>Where the weights of a layer begin.</summary>
    public int Weights(int layer) => _weights[layer];

    /// <summary>Where its biases begin.</summary>
    public int Biases(int layer) => _weights[layer + 1] - Stride(layer);
}
