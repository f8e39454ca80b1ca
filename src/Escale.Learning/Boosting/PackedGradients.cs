using System.Runtime.Intrinsics;
using Escale.Learning.Memory;
using Escale.Learning.Threads;

namespace Escale.Learning.Boosting;

/// <summary>
/// First and second derivatives of the loss as whole numbers, packed into one word a row (first above, second below), so that one
/// addition sums both, sums are exact, and the order of adding does not matter: any number of threads gives the same bits. Rounding is
/// random but unbiased and depends on the row and the round only. After Shi et al., "Quantized Training of Gradient Boosting Decision
/// Trees" (2022), with as many levels as the sums can hold: 2³¹ ÷ rows, at most 2¹⁵.
/// </summary>
internal sealed unsafe class PackedGradients(int rowCount) : IDisposable
{
    private const int Block = 1 << 14;
    private const int MostLevels = (1 << 15) - 1;

    private readonly NativeArray<long> _packed = new(rowCount);
    private readonly double[] _gradientPeaks = new double[(rowCount + Block - 1) / Block];
    private readonly double[] _hessianPeaks = new double[(rowCount + Block - 1) / Block];

    /// <summary>The packed words.</summary>
    public long* Pointer => _packed.Pointer;

    /// <summary>What one step of a packed first derivative stands for.</summary>
    public double GradientStep { get; private set; }

    /// <summary>What one step of a packed second derivative stands for.</summary>
    public double HessianStep { get; private set; }

    /// <summary>Whether every second derivative is the same, so that its sum counts rows.</summary>
    public bool HasConstantHessian { get; private set; }

    /// <summary>The sum of first derivatives in a word.</summary>
    public static int Gradient(long sum) => (int)(sum >> 32);

    /// <summary>The sum of second derivatives in a word.</summary>
    public static uint Hessian(long sum) => (uint)sum;

    /// <summary>Packs the derivatives of one round.</summary>
    /// <param name="gradients">First derivatives.</param>
    /// <param name="hessians">Second derivatives, none negative; empty when each is 1.</param>
    /// <param name="round">Which tree, for the random rounding.</param>
    /// <param name="team">Who works.</param>
    public void Pack(ReadOnlyMemory<float> gradients, ReadOnlyMemory<float> hessians, int round, WorkerTeam team)
    {
        var blocks = _gradientPeaks.Length;
        team.Run(blocks, block =>
        {
            var range = RangeOf(block);
            _gradientPeaks[block] = Peak(gradients.Span[range]);
            _hessianPeaks[block] = hessians.IsEmpty ? 1 : Peak(hessians.Span[range]);
        });
        var levels = Math.Clamp(int.MaxValue / Math.Max(1, rowCount), 1, MostLevels);
        HasConstantHessian = hessians.IsEmpty;
        GradientStep = Math.Max(_gradientPeaks.Max(), double.Epsilon * (1L << 52)) / levels;
        HessianStep = HasConstantHessian ? 1 : Math.Max(_hessianPeaks.Max(), double.Epsilon * (1L << 52)) / levels;
        team.Run(blocks, block => PackBlock(gradients.Span, hessians.Span, RangeOf(block), round));
    }

    /// <inheritdoc/>
    public void Dispose() => _packed.Dispose();

    private static float Peak(ReadOnlySpan<float> values)
    {
        var peak = 0f;
        var at = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var peaks = Vector256<float>.Zero;
            for (; at <= values.Length - Vector256<float>.Count; at += Vector256<float>.Count)
            {
                peaks = Vector256.Max(peaks, Vector256.Abs(Vector256.Create(values[at..])));
            }
            for (var lane = 0; lane < Vector256<float>.Count; lane++)
            {
                peak = Math.Max(peak, peaks[lane]);
            }
        }
        for (; at < values.Length; at++)
        {
            peak = Math.Max(peak, Math.Abs(values[at]));
        }
        return peak;
    }

    private Range RangeOf(int block) => (block * Block)..Math.Min(rowCount, (block + 1) * Block);

    private void PackBlock(ReadOnlySpan<float> gradients, ReadOnlySpan<float> hessians, Range range, int round)
    {
        var (from, count) = range.GetOffsetAndLength(rowCount);
        var (perGradient, perHessian) = ((float)(1 / GradientStep), (float)(1 / HessianStep));
        var packed = _packed.Pointer;
        var seed = (uint)round * 0x9E3779B9u;
        for (var row = from; row < from + count; row++)
        {
            // A multiplicative hash is random enough for rounding; its halves serve the two numbers.
            var random = ((uint)row + seed) * 0x85EBCA6Bu;
            random = (random ^ (random >> 15)) * 0xC2B2AE35u;
            random ^= random >> 16;
            var gradient = (int)MathF.Floor(gradients[row] * perGradient + (random & 0xFFFF) * (1f / 65536));
            var hessian = HasConstantHessian ? 1 : (int)(hessians[row] * perHessian + (random >> 16) * (1f / 65536));
            packed[row] = ((long)gradient << 32) + hessian;
        }
    }
}
