using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Escale.Kernel;

/// <summary>Secrets that programs and links carry: how they are made, kept and compared.</summary>
public static class SecretToken
{
    /// <summary>256 random bits as text that fits into an address.</summary>
    public static string Make() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>What is kept of a secret. A plain SHA-256 is enough where the secret itself cannot be guessed.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Whether a secret is the one of which the hash was kept; takes as long for a wrong one.</summary>
    public static bool Is(string secret, byte[] hash) => CryptographicOperations.FixedTimeEquals(Hash(secret), hash);
}
