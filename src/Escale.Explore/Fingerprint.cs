using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Escale.Explore;

/// <summary>Short names of contents: equal contents have equal ones, and what is unequal has, for all that will ever happen, unequal ones.</summary>
internal static class Fingerprint
{
    /// <summary>The fingerprint: 24 letters and digits.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12));

    /// <inheritdoc cref="Of(ReadOnlySpan{byte})"/>
    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>The tag by which a caller knows this very content again.</summary>
    public static EntityTagHeaderValue Tag(string text, bool isWeak = false) => new($"\"{Of(text)}\"", isWeak);

    /// <summary>The tag that a caller expects what it changes to have (<c>If-Match</c>); null when it expects none.</summary>
    public static string? Expected(HttpRequest request) => request.Headers.IfMatch.ToString() is { Length: > 0 } tag and not "*" ? tag : null;

    /// <inheritdoc cref="Tag(string, bool)"/>
    public static EntityTagHeaderValue Tag(ReadOnlySpan<byte> bytes, bool isWeak = false) => new($"\"{Of(bytes)}\"", isWeak);
}
