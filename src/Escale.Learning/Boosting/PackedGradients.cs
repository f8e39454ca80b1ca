using System.Numerics;
using System.Runtime.Intrinsics;
using Escale.Learning.Memory;

namespace Escale.Learning.Boosting;

/// <summary>
/// First and second derivatives of the loss as whole numbers, packed into one word a row (first above, second below), so that one
/// addition sums both, sums are exact, and the order of adding does not matter: any number of threads gives the same bits. Rounding is
/// random but unbiased and depends on the row and the round only. After Shi et al., "Quantized Training of Gradient Boosting Decision
/// Trees" (2022), but with as many levels as 64 bits hold for the sums of all rows: some 2²² for a thousand rows, 2¹³ for a million.
/// </summary>
internal sealed unsafe class PackedGradients : IDisposable
{
    private const int MostLevelBits = 22;

    private readonly NativeArray<long> _packed;
    private readonly int _gradientLevelBits;
    private readonly int _hessianLevelBits;

    /// <summary>Makes room.</summary>
    /// <param name="rowCount">Rows.</param>
    /// <param name="hasConstantHessian">Whether every second derivative is 1, so that its sum counts rows.</param>
    public PackedGradients(int rowCount, bool hasConstantHessian)
    {
        _packed = new NativeArray<long>(rowCount);
        HasConstantHessian = hasConstantHessian;
        var rowBits = 32 - BitOperations.LeadingZeroCount((uint)rowCount);
        var levelBits = 63 - 2 * rowBits;
        _hessianLevelBits = hasConstantHessian ? 0 : Math.Min(MostLevelBits, levelBits * 3 / 7);
        _gradientLevelBits = Math.Clamp(levelBits - _hessianLevelBits, 1, MostLevelBits);
        Shift = rowBits + _hessianLevelBits;
    }

    /// <summary>The packed words.</summary>
    public long* Pointer => _packed.Pointer;

    /// <summary>What one step of a packed first derivative stands for.</summary>
    public double GradientStep { get; private set; }

    /// <summary>What one step of a packed second derivative stands for.</summary>
    public double HessianStep { get; private set; }

    /// <summary>Whether every second derivative is 1, so that its sum counts rows.</summary>
    public bool HasConstantHessian { get; }

    /// <summary>How many bits second derivatives take.</summary>
    public int Shift { get; }

    /// <summary>The sum of first derivatives in a word.</summary>
    public double Gradient(long sum) => (sum >> Shift) * GradientStep;

    /// <summary>The sum of second derivatives in a word.</summary>
    public double Hessian(long sum) => (sum & ((1L << Shift) - 1)) * HessianStep;

    /// <summary>Says how large derivatives are, before they are packed.</summary>
    /// <param name="gradientPeak">The largest first derivative, at least.</param>
    /// <param name="hessianPeak">The largest second derivative, at least.</param>
    public void SetPeaks(double gradientPeak, double hessianPeak)
    {
        GradientStep = Math.Max(gradientPeak, 1e-36) / ((1 << _gradientLevelBits) - 1);
        HessianStep = HasConstantHessian ? 1 : Math.Max(hessianPeak, 1e-36) / ((1 << _hessianLevelBits) - 1);
    }

    /// <summary>Packs the derivatives of some rows.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="gradients">First derivatives.</param>
    /// <param name="hessians">Second derivatives, none negative; empty when constant.</param>
    /// <param name="seed">For the random rounding.</param>
    public void Pack(int from, ReadOnlySpan<float> gradients, ReadOnlySpan<float> hessians, uint seed)
    {
        var (perGradient, perHessian) = ((float)(1 / GradientStep), (float)(1 / HessianStep));
        var packed = _packed.Pointer + from;
        var at = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var rows = Vector256.Create((uint)from + seed) + Vector256<uint>.Indices;
            for (; at <= gradients.Length - 8; at += 8, rows += Vector256.Create(8u))
            {
                // A multiplicative hash is random enough for rounding; its halves serve the two numbers.
                var random = rows * 0x85EBCA6Bu;
                random = (random ^ (random >>> 15)) * 0xC2B2AE35u;
                random ^= random >>> 16;
                var gradient = Vector256.Create(gradients[at..]) * perGradient + Fraction(random & Vector256.Create(0xFFFFu));
                var whole = Vector256.ConvertToInt32(Vector256.Floor(gradient));
                var second = HasConstantHessian
                    ? Vector256<int>.One
                    : Vector256.ConvertToInt32(Vector256.Create(hessians[at..]) * perHessian + Fraction(random >>> 16));
                var (low, high) = Vector256.Widen(whole);
                var (lowSecond, highSecond) = Vector256.Widen(second);
                ((low << Shift) + lowSecond).Store(packed + at);
                ((high << Shift) + highSecond).Store(packed + at + 4);
            }
        }
        for (; at < gradients.Length; at++)
        {
            var random = ((uint)(from + at) + seed) * 0x85EBCA6Bu;
            random = (random ^ (random >> 15)) * 0xC2B2AE35u;
            random ^= random >> 16;
            var gradient = (int)MathF.Floor(gradients[at] * perGradient + (random & 0xFFFF) * (1f / 65536));
            var hessian = HasConstantHessian ? 1 : (int)(hessians[at] * perHessian + (random >> 16) * (1f / 65536));
            packed[at] = ((long)gradient << Shift) + hessian;
        }
    }

    /// <summary>Multiplies the derivatives of a row.</summary>
    public void Amplify(int row, double factor)
    {
        var (gradient, hessian) = (_packed.Pointer[row] >> Shift, _packed.Pointer[row] & ((1L << Shift) - 1));
        _packed.Pointer[row] = ((long)Math.Round(gradient * factor) << Shift) + (long)Math.Round(hessian * factor);
    }

    /// <summary>The largest of some numbers by size.</summary>
    public static float Peak(ReadOnlySpan<float> values)
    {
        var (peak, at) = (0f, 0);
        if (Vector256.IsHardwareAccelerated)
        {
            var peaks = Vector256<float>.Zero;
            for (; at <= values.Length - 8; at += 8)
            {
                peaks = Vector256.Max(peaks, Vector256.Abs(Vector256.Create(values[at..])));
            }
            for (var lane = 0; lane < 8; lane++)
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

    /// <inheritdoc/>
    public void Dispose() => _packed.Dispose();

    private static Vector256<float> Fraction(Vector256<uint> random) => Vector256.ConvertToSingle(random.AsInt32()) * (1f / 65536);
}
