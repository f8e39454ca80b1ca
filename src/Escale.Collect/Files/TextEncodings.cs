using System.Text;
using Escale.Projects.Yaml;

namespace Escale.Collect.Files;

/// <summary>Character sets of text files.</summary>
internal static class TextEncodings
{
    /// <summary>The encoding of this name; malformed bytes become U+FFFD.</summary>
    public static Encoding? Find(string name)
    {
        try
        {
            return name.ToLowerInvariant() switch
            {
                "utf8" => Encoding.UTF8,
                "latin1" or "latin-1" => Encoding.Latin1,
                "utf-16" or "utf16" => Encoding.Unicode,
                _ => FromCodePages(name),
            };
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static Encoding FromCodePages(string name)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return Encoding.GetEncoding(name);
    }

    /// <summary>The name, if it is one that can be read.</summary>
    public static string Check(YamlNode node) => Find(node.AsText()) is not null
        ? node.AsText()
        : throw node.Error("projects.unknown-value", $"'{node.AsText()}' is not a character set that can be read.", "Use utf-8, utf-16, latin-1 or windows-1252.");

    /// <summary>The encoding that a byte-order mark names, with the mark's length; null when there is none.</summary>
    public static (Encoding Encoding, int Length)? FromMark(ReadOnlySpan<byte> start)
    {
        (Encoding, int)? Try(Encoding encoding, ReadOnlySpan<byte> bytes) => bytes.StartsWith(encoding.Preamble) ? (encoding, encoding.Preamble.Length) : null;
        return Try(Encoding.UTF32, start) ?? Try(Encoding.UTF8, start) ?? Try(Encoding.Unicode, start) ?? Try(Encoding.BigEndianUnicode, start);
    }
}
