using System.Globalization;
using System.Text;

namespace Escale.Lake;

/// <summary>Paths as the Delta log writes them: relative, URI-encoded.</summary>
public static class LakePath
{
    private static readonly System.Buffers.SearchValues<char> _plain = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~=/!$&'()*+,;@");

    /// <summary>Whether a key is relative and stays under its root: no <c>..</c>, back-slash, control character or scheme.</summary>
    public static bool IsSafe(string key)
    {
        if (key.Length == 0 || key[0] == '/' || key.Contains("://", StringComparison.Ordinal) || key.Contains('\\'))
        {
            return false;
        }
        foreach (var range in key.AsSpan().Split('/'))
        {
            if (key.AsSpan(range) is "" or "." or "..")
            {
                return false;
            }
        }
        return !key.AsSpan().ContainsAnyInRange('\0', '\u001f');
    }

    /// <summary>The URI-encoded form (RFC 3986, UTF-8) of a relative path.</summary>
    public static string Encode(string path)
    {
        if (!path.AsSpan().ContainsAnyExcept(_plain))
        {
            return path;
        }
        var text = new StringBuilder(path.Length + 16);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in path.EnumerateRunes())
        {
            if (rune.IsAscii && _plain.Contains((char)rune.Value))
            {
                text.Append((char)rune.Value);
                continue;
            }
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                text.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }
        return text.ToString();
    }

    /// <summary>The path that an encoded one stands for.</summary>
    public static string Decode(string path) => path.Contains('%') ? Uri.UnescapeDataString(path) : path;
}
