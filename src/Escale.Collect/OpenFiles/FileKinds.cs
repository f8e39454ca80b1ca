using Escale.Collect.Files;

namespace Escale.Collect.OpenFiles;

/// <summary>Tells what a file is from its name and, where that says nothing, from its first bytes.</summary>
internal static class FileKinds
{
    private static readonly (string Extension, FileFormat Format)[] _formats =
    [
        (".csv", FileFormat.Csv), (".txt", FileFormat.Csv), (".dat", FileFormat.Csv), (".tsv", FileFormat.Tsv), (".tab", FileFormat.Tsv),
        (".json", FileFormat.Json), (".geojson", FileFormat.Json), (".ndjson", FileFormat.Ndjson), (".jsonl", FileFormat.Ndjson),
        (".parquet", FileFormat.Parquet), (".pq", FileFormat.Parquet), (".xlsx", FileFormat.Excel), (".xls", FileFormat.Excel), (".xlsb", FileFormat.Excel),
    ];

    private const int ProbeBytes = 4096;

    /// <summary>A file's first bytes.</summary>
    public static byte[] Start(string path)
    {
        using var file = File.OpenRead(path);
        var start = new byte[ProbeBytes];
        return start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    /// <summary>How a file is compressed, by its first bytes.</summary>
    public static Compression CompressionOf(ReadOnlySpan<byte> start) => start switch
    {
        [0x1F, 0x8B, ..] => Compression.Gzip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Compression.Zstd,
        _ => Compression.None,
    };

    /// <summary>Whether it is a ZIP archive, which a spreadsheet is as well.</summary>
    public static bool IsArchive(ReadOnlySpan<byte> start) => start.StartsWith("PK\u0003\u0004"u8);

    /// <summary>What a plain file holds: its bytes are believed before its name.</summary>
    public static FileFormat FormatOf(ReadOnlySpan<byte> start, string name)
    {
        if (start.StartsWith("PAR1"u8))
        {
            return FileFormat.Parquet;
        }
        if (start.StartsWith("PK\u0003\u0004"u8) || start.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]))
        {
            return FileFormat.Excel;
        }
        var named = ByName(name);
        return named is FileFormat.Auto or FileFormat.Parquet or FileFormat.Excel ? LooksLikeJson(start) ? FileFormat.Json : FileFormat.Csv : named;
    }

    /// <summary>What the name says, or <see cref="FileFormat.Auto"/>.</summary>
    public static FileFormat ByName(string name)
    {
        foreach (var ending in (string[])[".gz", ".zst", ".zstd"])
        {
            name = name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? name[..^ending.Length] : name;
        }
        var extension = Path.GetExtension(name);
        return Array.Find(_formats, known => known.Extension.Equals(extension, StringComparison.OrdinalIgnoreCase)).Format;
    }

    private static bool LooksLikeJson(ReadOnlySpan<byte> start)
    {
        var text = start.TrimStart((byte)0xEF).TrimStart((byte)0xBB).TrimStart((byte)0xBF).TrimStart(" \t\r\n"u8);
        return text.Length > 1 && (text[0] == '{' || (text[0] == '[' && text[1..].TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..])) && text[1..].Contains((byte)'"');
    }
}
