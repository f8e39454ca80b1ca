using System.IO.Compression;
using System.Text;
using Escale.Collect.Http;
using Escale.Collect.Loading;

namespace Escale.Collect.Files;

/// <summary>
/// Makes of any file one that is not compressed and, if it is text, in UTF-8: the file itself when it is so already, else a copy in the
/// workspace. Decompression is limited in size and ratio (S10).
/// </summary>
internal sealed class FilePreparer(ParseEngine engine)
{
    private const int MaxRatio = 1000;

    /// <summary>The format of a file, by its name when the source file does not say.</summary>
    public static (FileFormat Format, Compression Compression) Recognise(string name, FilesSettings settings, Place place)
    {
        var rest = name.Split('?')[0];
        var compression = settings.Compression;
        foreach (var (extension, kind) in new[] { (".gz", Compression.Gzip), (".zst", Compression.Zstd), (".zstd", Compression.Zstd) })
        {
            if (rest.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            {
                compression = compression == Compression.Auto ? kind : compression;
                rest = rest[..^extension.Length];
            }
        }
        compression = compression == Compression.Auto ? Compression.None : compression;
        var format = settings.Format != FileFormat.Auto ? settings.Format : Path.GetExtension(rest).ToLowerInvariant() switch
        {
            ".csv" or ".txt" => FileFormat.Csv,
            ".tsv" or ".tab" => FileFormat.Tsv,
            ".json" or ".geojson" => FileFormat.Json,
            ".ndjson" or ".jsonl" => FileFormat.Ndjson,
            ".parquet" or ".pq" => FileFormat.Parquet,
            ".xlsx" or ".xls" or ".xlsb" => FileFormat.Excel,
            _ => throw new EscaleException("collect.format-unknown", $"The format of {name} cannot be told from its name.", "Add format: csv (or tsv, json, ndjson, parquet, excel) to the table.", place),
        };
        return (format, compression);
    }

    /// <summary>The path of a plain file.</summary>
    public async Task<string> PlainAsync(string path, string shown, Compression compression, string? encoding, bool isText, long maxSizeBytes, string workspace, CancellationToken cancellationToken)
    {
        var plain = compression switch
        {
            Compression.Gzip => await GunzipAsync(path, shown, maxSizeBytes, workspace, cancellationToken),
            Compression.Zstd => await engine.UnzstdAsync(path, shown, workspace, cancellationToken),
            _ => path,
        };
        return isText ? await Utf8Async(plain, encoding, workspace, cancellationToken) : plain;
    }

    private static string NewFile(string workspace) => Path.Combine(workspace, Guid.NewGuid().ToString("N") + ".plain");

    private static async Task<string> GunzipAsync(string path, string shown, long maxSizeBytes, string workspace, CancellationToken cancellationToken)
    {
        var target = NewFile(workspace);
        await using var file = File.OpenRead(path);
        var wire = new CountingStream(file);
        await using var plain = new LimitedStream(new GZipStream(wire, CompressionMode.Decompress), () => wire.Count, maxSizeBytes, MaxRatio, shown, TimeSpan.FromMinutes(5));
        await using var output = File.Create(target);
        try
        {
            await plain.CopyToAsync(output, 1 << 20, cancellationToken);
            Failpoint.Hit("collect.unpack");
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            await output.DisposeAsync();
            File.Delete(target); // What of it was written takes room that others need.
            throw;
        }
        catch (TransportFault fault)
        {
            throw new EscaleException("collect.file-broken", $"{shown} is not whole gzip.", "Get the file again.", new Place(shown), fault);
        }
        return target;
    }

    private static async Task<string> Utf8Async(string path, string? encodingName, string workspace, CancellationToken cancellationToken)
    {
        var start = new byte[4];
        await using var file = File.OpenRead(path);
        var got = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        var marked = TextEncodings.FromMark(start.AsSpan(0, got));
        var encoding = marked?.Encoding ?? (encodingName is null ? Encoding.UTF8 : TextEncodings.Find(encodingName)!);
        if (encoding is UTF8Encoding && marked is null)
        {
            return path;
        }
        file.Position = marked?.Length ?? 0;
        var target = NewFile(workspace);
        await using var output = File.Create(target);
        if (encoding is UTF8Encoding)
        {
            // Only the mark goes; bytes that are no UTF-8 must stay, to be found and set aside with their line.
            await file.CopyToAsync(output, 1 << 20, cancellationToken);
            return target;
        }
        await using var decoded = Encoding.CreateTranscodingStream(file, encoding, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        await decoded.CopyToAsync(output, 1 << 20, cancellationToken);
        return target;
    }
}
