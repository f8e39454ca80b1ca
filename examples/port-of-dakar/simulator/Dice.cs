using System.Runtime.CompilerServices;

namespace PortOfDakar;

/// <summary>
/// Replayable chance (SplitMix64). Every purpose rolls its own dice, so that one more roll here moves nothing there, and a longer
/// simulation begins with exactly the days of a shorter one.
/// </summary>
internal sealed class Dice
{
    private ulong _state;

    private Dice(ulong state) => _state = state;

    /// <summary>The dice of one purpose, and of one item in it, under a seed.</summary>
    public static Dice For(long seed, string purpose, long item = 0) => new(Hash(seed, purpose, item));

    /// <summary>A stable number from a seed, a purpose and an item: it decides which records get a fault.</summary>
    public static ulong Hash(long seed, string purpose, long item)
    {
        var hash = 14695981039346656037UL;
        foreach (var letter in purpose)
        {
            hash = (hash ^ letter) * 1099511628211UL;
        }

        return Mix(Mix(hash ^ (ulong)seed) ^ ((ulong)item * 0x9E3779B97F4A7C15UL));
    }

    /// <summary>At least 0, less than 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public double Between(double low, double high) => low + ((high - low) * Unit());

    public int Below(int limit) => (int)(Unit() * limit);

    public bool Chance(double probability) => Unit() < probability;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>An exponential wait with this mean: the time between two arrivals of a Poisson process.</summary>
    public double Exponential(double mean) => -mean * Math.Log(1 - Unit());

    public double Normal(double mean, double deviation) =>
        mean + (deviation * Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit()));

    /// <summary>A log-normal amount with this mean and this ratio of deviation to mean.</summary>
    public double LogNormal(double mean, double variation)
    {
        var variance = Math.Log(1 + (variation * variation));
        return Math.Exp(Normal(Math.Log(mean) - (variance / 2), Math.Sqrt(variance)));
    }

    private ulong Next() => Mix(_state += 0x9E3779B97F4A7C15UL);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
