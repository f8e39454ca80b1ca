using System.Security.Cryptography;
using System.Text;

namespace Escale.Kernel;

/// <summary>Random numbers that can be replayed: the seed is named by whoever asks.</summary>
public static class SeededRandom
{
    /// <summary>A generator for this purpose under this seed: other purposes do not move its numbers.</summary>
    public static Random For(long seed, string purpose)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{purpose}"));
        return new Random(BitConverter.ToInt32(hash));
    }

    /// <summary>A generator nobody can predict, for ids and jitter.</summary>
    public static Random Unpredictable() => new(RandomNumberGenerator.GetInt32(int.MaxValue));
}
