namespace Escale.Learning.Threads;

/// <summary>A seed for each part of a work, so that parts may run in any order.</summary>
internal static class PartSeed
{
    /// <summary>Far from those of neighbouring parts and neighbouring seeds (SplitMix64).</summary>
    public static int Of(int seed, int part) => (int)(SplitMix.Mix(((ulong)(uint)seed << 32 | (uint)part) + SplitMix.Step) >> 33);
}
