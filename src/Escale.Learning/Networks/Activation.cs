using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Escale.Learning.Networks;

/// <summary>What follows the sum of a hidden unit.</summary>
public enum Activation
{
    /// <summary>x · σ(x): smooth (Elfwing et al., 2018).</summary>
    Silu,

    /// <summary>max(0, x).</summary>
    Relu,
}

/// <summary>Activations of many units at once, and what dropout leaves of them.</summary>
internal static unsafe class Activations
{
    /// <summary>Applies it in place.</summary>
    public static void Apply(Activation activation, double* values, int count)
    {
        for (var at = 0; at < count; at += Vector256<double>.Count)
        {
            var value = Vector256.Load(values + at);
            value = activation == Activation.Relu ? Vector256.Max(value, Vector256<double>.Zero) : value / (Vector256<double>.One + Vector256.Exp(-value));
            value.Store(values + at);
        }
    }

    /// <summary>Applies it in place while not learning.</summary>
    public static void Apply(Activation activation, float* values, int count)
    {
        for (var at = 0; at < count; at += Vector256<float>.Count)
        {
            var value = Vector256.Load(values + at);
            value = activation == Activation.Relu ? Vector256.Max(value, Vector256<float>.Zero) : value / (Vector256<float>.One + Vector256.Exp(-value));
            value.Store(values + at);
        }
    }

    /// <summary>Applies it in place, drops some units and makes up for them by the others (Srivastava et al., 2014).</summary>
    /// <param name="activation">Which.</param>
    /// <param name="values">Sums in, activations out.</param>
    /// <param name="slopes">Written: by what a change of the sum changes the activation.</param>
    /// <param name="count">How many, a multiple of 8.</param>
    /// <param name="dropout">Which share is dropped.</param>
    /// <param name="random">Draws; changed.</param>
    public static void Learn(Activation activation, float* values, float* slopes, int count, float dropout, ref Vector256<uint> random)
    {
        var (keep, limit) = (Vector256.Create(1 / (1 - dropout)), Vector256.Create((int)(dropout * (1 << 24))));
        for (var at = 0; at < count; at += Vector256<float>.Count)
        {
            var sum = Vector256.Load(values + at);
            Vector256<float> value, slope;
            if (activation == Activation.Relu)
            {
                value = Vector256.Max(sum, Vector256<float>.Zero);
                slope = Vector256.GreaterThan(sum, Vector256<float>.Zero) & Vector256<float>.One;
            }
            else
            {
                var share = Vector256<float>.One / (Vector256<float>.One + Vector256.Exp(-sum));
                value = sum * share;
                slope = share * (Vector256<float>.One + sum * (Vector256<float>.One - share));
            }
            if (dropout > 0)
            {
                random = Next(random);
                var factor = Vector256.GreaterThanOrEqual((random >> 8).AsInt32(), limit).AsSingle() & keep;
                (value, slope) = (value * factor, slope * factor);
            }
            value.Store(values + at);
            slope.Store(slopes + at);
        }
    }

    /// <summary>Eight independent xorshift generators (Marsaglia, 2003).</summary>
    public static Vector256<uint> Seeded(Random random)
    {
        var seeds = Vector256<uint>.Zero;
        for (var lane = 0; lane < Vector256<uint>.Count; lane++)
        {
            seeds = seeds.WithElement(lane, (uint)random.NextInt64(1, uint.MaxValue));
        }
        return seeds;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Next(Vector256<uint> state)
    {
        state ^= state << 13;
        state ^= state >> 17;
        return state ^ state << 5;
    }
}
