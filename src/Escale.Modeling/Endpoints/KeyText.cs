using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Escale.Kernel;

namespace Escale.Modeling.Endpoints;

/// <summary>The text of an endpoint's key, <c>ek_PREFIX_SECRET</c>: 256 random bits that only its owner has; the record keeps their SHA-256 (security requirement S16).</summary>
/// <param name="Prefix">What is kept and shown.</param>
/// <param name="Whole">All of it; shown once.</param>
internal sealed record KeyText(string Prefix, string Whole)
{
    private const string Start = "ek_";
    private const int MostLength = 128;

    public static KeyText Make()
    {
        var prefix = Start + RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 8);
        return new KeyText(prefix, $"{prefix}_{SecretToken.Make()}");
    }

    /// <summary>What is kept.</summary>
    public byte[] Hash() => SecretToken.Hash(Whole);

    /// <summary>As <see cref="SecretToken.Hash"/> of what a request sent, without allocating; false when it does not look like a key.</summary>
    public static bool TryHash(ReadOnlySpan<char> text, out KeyHash hash)
    {
        hash = default;
        if (text.Length > MostLength || !text.StartsWith(Start, StringComparison.Ordinal))
        {
            return false;
        }
        Span<byte> utf8 = stackalloc byte[MostLength * 3];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(text, utf8)], digest);
        hash = KeyHash.Of(digest);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Prefix;
}

/// <summary>A SHA-256, to look a key up by. Who could learn anything from the time of the lookup would have to choose hashes, not texts.</summary>
internal readonly record struct KeyHash(UInt128 High, UInt128 Low)
{
    public static KeyHash Of(ReadOnlySpan<byte> digest) => new(BinaryPrimitives.ReadUInt128BigEndian(digest), BinaryPrimitives.ReadUInt128BigEndian(digest[16..]));
}
