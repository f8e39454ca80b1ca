using System.Runtime.Intrinsics;

namespace Escale.Learning.Networks;

/// <summary>Steps of Adam with decoupled weight decay (Kingma and Ba, 2015; Loshchilov and Hutter, 2019).</summary>
internal static unsafe class AdamStep
{
    private const float Epsilon = 1e-8f;
    private const float KeepFirst = 0.9f;

    // Shorter than the usual 0.999, as Holzmüller et al. (2024) found better for tables: there are few steps.
    private const float KeepSecond = 0.95f;

    /// <summary>One step of a range of parameters.</summary>
    /// <param name="parameters">They; changed.</param>
    /// <param name="gradients">Derivatives of the loss.</param>
    /// <param name="firsts">Their running means; changed.</param>
    /// <param name="seconds">Running means of their squares; changed.</param>
    /// <param name="count">How many, a multiple of 8.</param>
    /// <param name="step">Which step it is, from 1: running means that began at zero are too small at first.</param>
    /// <param name="rate">How far it goes.</param>
    /// <param name="decay">By which share parameters shrink.</param>
    public static void Take(float* parameters, float* gradients, float* firsts, float* seconds, int count, int step, double rate, double decay)
    {
        var scale = 1 / Math.Sqrt(1 - Math.Pow(KeepSecond, step));
        var along = Vector256.Create((float)(rate / (1 - Math.Pow(KeepFirst, step))));
        var (rescale, shrink, epsilon) = (Vector256.Create((float)scale), Vector256.Create((float)(1 - decay)), Vector256.Create(Epsilon));
        var (first, second) = (Vector256.Create(1 - KeepFirst), Vector256.Create(1 - KeepSecond));
        for (var at = 0; at < count; at += Vector256<float>.Count)
        {
            var gradient = Vector256.Load(gradients + at);
            var mean = Vector256.Load(firsts + at);
            var square = Vector256.Load(seconds + at);
            mean += (gradient - mean) * first;
            square += (gradient * gradient - square) * second;
            mean.Store(firsts + at);
            square.Store(seconds + at);
            var moved = Vector256.Load(parameters + at) * shrink - along * mean / (Vector256.Sqrt(square) * rescale + epsilon);
            moved.Store(parameters + at);
        }
    }
}
