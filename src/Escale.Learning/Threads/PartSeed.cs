namespace Escale.Learning.Threads;

/// <summary>A seed for each part of a work, so that parts may run in any order.</summary>
internal static class PartSeed
{
    /// <summary>Far from those of neighbouring parts and neighbouring seeds (SplitMix64).</summary>
    public static int Of(int seed, int part)
    {
        var mixed = ((ulong)(uint)seed << 32 | (uint)part) + 0x9E3779B97F4A7C15;
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
        return (int)(mixed >> 33);
    }
}
