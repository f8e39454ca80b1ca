using System.Runtime.CompilerServices;

namespace Escale.Learning.Threads;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, 2014): numbers that have nothing to do with one another from such as follow one another. What a model draws depends on its bits: they stay as they are.
/// </summary>
internal static class SplitMix
{
    /// <summary>What its numbers are apart: 2⁶⁴ over the golden ratio.</summary>
    public const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>Mixes the bits of a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
