using System.Security.Cryptography;
using Escale.Kernel;

namespace Escale.Accounts.Tokens;

/// <summary>A personal API token as it is known after it was shown.</summary>
/// <param name="Id">Its name in addresses; no secret.</param>
/// <param name="Prefix">How it begins, by which its owner knows it.</param>
/// <param name="Name">What its owner called it.</param>
/// <param name="Scopes">What it may do, besides what its owner may.</param>
/// <param name="MadeAt">When it was made.</param>
/// <param name="EndsAt">When it ends.</param>
/// <param name="LastUsedAt">When it was last used, to the minute; null when never.</param>
/// <param name="RevokedAt">When it was revoked, or null.</param>
public sealed record ApiToken(
    string Id, string Prefix, string Name, IReadOnlyList<TokenScope> Scopes, DateTimeOffset MadeAt, DateTimeOffset EndsAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);

/// <summary>
/// The text of a token, <c>escale_PREFIX_SECRET</c>: 40 random bits to look it up by, 256 random bits that only its owner has (security
/// requirement S16).
/// </summary>
/// <param name="Prefix">The part that is kept and shown: <c>escale_PREFIX</c>.</param>
/// <param name="Whole">All of it; shown once.</param>
internal sealed record TokenText(string Prefix, string Whole)
{
    private const string Start = "escale_";
    private const string Letters = "abcdefghijkmnpqrstuvwxyz23456789";
    private const int PrefixLength = 8;

    /// <summary>A new one.</summary>
    public static TokenText Make()
    {
        var prefix = Start + RandomNumberGenerator.GetString(Letters, PrefixLength);
        return new TokenText(prefix, $"{prefix}_{SecretToken.Make()}");
    }

    /// <summary>Reads what a program sent; null when it does not look like one of ours.</summary>
    public static TokenText? Read(string text)
    {
        var end = Start.Length + PrefixLength;
        return text.Length is > 40 and < 100 && text.StartsWith(Start, StringComparison.Ordinal) && text[end] == '_' ? new TokenText(text[..end], text) : null;
    }

    /// <summary>What the database keeps. A plain hash is enough for 256 random bits.</summary>
    public byte[] Hash() => SecretToken.Hash(Whole);

    /// <inheritdoc/>
    public override string ToString() => Prefix;
}
