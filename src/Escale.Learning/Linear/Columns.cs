using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Escale.Learning.Linear;

/// <summary>
/// Loops over a single precision column and double precision vectors, four or more at once. Multiplied and added in two roundings, in an order that
/// depends on the length only: the same bits on every machine, with vector instructions and without.
/// </summary>
internal static class Columns
{
    /// <summary>Σ x·y.</summary>
    public static double Dot(ReadOnlySpan<float> x, ReadOnlySpan<double> y)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, x.Length);
        ref var fromX = ref MemoryMarshal.GetReference(x);
        ref var fromY = ref MemoryMarshal.GetReference(y);
        var (even, odd) = (Vector256<double>.Zero, Vector256<double>.Zero);
        var at = 0;
        for (; at <= x.Length - 8; at += 8)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref fromX, (nuint)at));
            even += low * Vector256.LoadUnsafe(ref fromY, (nuint)at);
            odd += high * Vector256.LoadUnsafe(ref fromY, (nuint)at + 4);
        }
        var sum = Sum(even + odd);
        for (; at < x.Length; at++)
        {
            sum += x[at] * y[at];
        }
        return sum;
    }

    /// <summary>Σ x·y.</summary>
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, x.Length);
        ref var fromX = ref MemoryMarshal.GetReference(x);
        ref var fromY = ref MemoryMarshal.GetReference(y);
        var (even, odd) = (Vector256<double>.Zero, Vector256<double>.Zero);
        var at = 0;
        for (; at <= x.Length - 8; at += 8)
        {
            even += Vector256.LoadUnsafe(ref fromX, (nuint)at) * Vector256.LoadUnsafe(ref fromY, (nuint)at);
            odd += Vector256.LoadUnsafe(ref fromX, (nuint)at + 4) * Vector256.LoadUnsafe(ref fromY, (nuint)at + 4);
        }
        var sum = Sum(even + odd);
        for (; at < x.Length; at++)
        {
            sum += x[at] * y[at];
        }
        return sum;
    }

    /// <summary>y += factor · x.</summary>
    public static void AddScaled(ReadOnlySpan<float> x, double factor, Span<double> y)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, x.Length);
        ref var fromX = ref MemoryMarshal.GetReference(x);
        ref var toY = ref MemoryMarshal.GetReference(y);
        var factors = Vector256.Create(factor);
        var at = 0;
        for (; at <= x.Length - 8; at += 8)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref fromX, (nuint)at));
            (Vector256.LoadUnsafe(ref toY, (nuint)at) + factors * low).StoreUnsafe(ref toY, (nuint)at);
            (Vector256.LoadUnsafe(ref toY, (nuint)at + 4) + factors * high).StoreUnsafe(ref toY, (nuint)at + 4);
        }
        for (; at < x.Length; at++)
        {
            y[at] += factor * x[at];
        }
    }

    /// <summary>y += factor · x.</summary>
    public static void AddScaled(ReadOnlySpan<double> x, double factor, Span<double> y)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, x.Length);
        ref var fromX = ref MemoryMarshal.GetReference(x);
        ref var toY = ref MemoryMarshal.GetReference(y);
        var factors = Vector256.Create(factor);
        var at = 0;
        for (; at <= x.Length - 4; at += 4)
        {
            (Vector256.LoadUnsafe(ref toY, (nuint)at) + factors * Vector256.LoadUnsafe(ref fromX, (nuint)at)).StoreUnsafe(ref toY, (nuint)at);
        }
        for (; at < x.Length; at++)
        {
            y[at] += factor * x[at];
        }
    }

    /// <summary>Σ x.</summary>
    public static double Sum(ReadOnlySpan<double> x)
    {
        ref var from = ref MemoryMarshal.GetReference(x);
        var four = Vector256<double>.Zero;
        var at = 0;
        for (; at <= x.Length - 4; at += 4)
        {
            four += Vector256.LoadUnsafe(ref from, (nuint)at);
        }
        var sum = Sum(four);
        for (; at < x.Length; at++)
        {
            sum += x[at];
        }
        return sum;
    }

    /// <summary>The sum of four, in an order that does not depend on the machine.</summary>
    public static double Sum(Vector256<double> four) => four[0] + four[1] + (four[2] + four[3]);
}
