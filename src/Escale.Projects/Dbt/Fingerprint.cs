using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Escale.Projects.Dbt;

/// <summary>Hashes what a node is made of. The same parts give the same hash on every machine.</summary>
internal static class Fingerprint
{
    /// <summary>Configuration that changes nothing in what is made.</summary>
    private static readonly HashSet<string> _cosmetic = ["tags", "meta", "docs", "group", "access", "enabled", "description"];

    /// <summary>A hash of texts, in order; 32 hexadecimal digits.</summary>
    public static string Of(params ReadOnlySpan<string?> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part ?? "\0null");
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    /// <summary>A hash of a file's content; 32 hexadecimal digits.</summary>
    public static string OfFile(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream).AsSpan(0, 16));
    }

    /// <summary>Plain values as text that is the same for the same values: keys sorted.</summary>
    public static string Canonical(object? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    /// <summary>A configuration as text, without what changes nothing.</summary>
    public static string Canonical(NodeConfig config)
    {
        var text = new StringBuilder();
        Write(text, config.All, config.All.Keys.Where(key => !_cosmetic.Contains(key)));
        return text.ToString();
    }

    private static void Write(StringBuilder text, IReadOnlyDictionary<string, object?> map, IEnumerable<string> keys)
    {
        text.Append('{');
        foreach (var key in keys.Order(StringComparer.Ordinal))
        {
            Write(text, key);
            text.Append(':');
            Write(text, map[key]);
            text.Append(',');
        }
        text.Append('}');
    }

    private static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case IReadOnlyDictionary<string, object?> map:
                Write(text, map, map.Keys);
                break;
            case string single:
                text.Append('"').Append(single.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
                break;
            case System.Collections.IEnumerable list:
                text.Append('[');
                foreach (var item in list)
                {
                    Write(text, item);
                    text.Append(',');
                }
                text.Append(']');
                break;
            default:
                text.Append(value is null ? "null" : Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
