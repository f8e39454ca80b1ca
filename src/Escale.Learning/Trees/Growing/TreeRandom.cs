using System.Numerics;
using System.Runtime.CompilerServices;
using Escale.Learning.Threads;

namespace Escale.Learning.Trees.Growing;

/// <summary>
/// Random numbers that are the same on every machine and in every version, and cheap to start: xoshiro256++ (Blackman and Vigna, 2019) started by <see cref="SplitMix"/>.
/// </summary>
internal struct TreeRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>Starts a stream of its own for each part of a work: trees by their number.</summary>
    public TreeRandom(int seed, long part)
    {
        var state = ((ulong)(uint)seed << 32) ^ SplitMix.Mix((ulong)part + SplitMix.Step);
        (_a, _b, _c, _d) = (Next(ref state), Next(ref state), Next(ref state), Next(ref state));
    }

    /// <summary>64 random bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_a + _d, 23) + _a;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A whole number from 0 to below <paramref name="bound"/> (Lemire, 2019, without its correction: the bias is below 2⁻³² × bound).</summary>
    public int Below(int bound) => (int)((NextBits() >> 32) * (ulong)(uint)bound >> 32);

    /// <summary>A number from 0 to below 1.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    private static ulong Next(ref ulong state) => SplitMix.Mix(state += SplitMix.Step);
}
