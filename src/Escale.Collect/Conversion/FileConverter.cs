using Escale.Collect.Files;
using Escale.Collect.Loading;
using Escale.Collect.OpenFiles;
using Escale.Collect.Sniffing;

namespace Escale.Collect.Conversion;

/// <summary>What became of a file.</summary>
internal sealed record ConvertedFile(string File, string Target)
{
    /// <summary>What is wrong with it, or null.</summary>
    public EscaleException? Error { get; init; }

    public long Rows { get; init; }

    /// <summary>What it was: <c>csv</c>, <c>json</c>, …</summary>
    public string Format { get; init; } = "";

    /// <summary>How it was read, when it is text.</summary>
    public TextReading? Reading { get; init; }

    /// <summary>What was met in it, when it is text.</summary>
    public ScanNotes? Notes { get; init; }
}

/// <summary>Loads whatever can be loaded and writes it as clean CSV. Values stay as they are, and what the file does not say is not made up.</summary>
internal sealed class FileConverter(IFileTables tables, FilePreparer preparer, ParseEngine engine, ProjectRoot root)
{
    private const long MaxUnpackedBytes = 100L << 30;

    /// <summary>Converts one file; what is wrong with it is in the answer.</summary>
    public async Task<ConvertedFile> ConvertAsync(string path, string shown, string target, string? sheet, CancellationToken cancellationToken)
    {
        var result = new ConvertedFile(shown, target);
        var workspace = Path.Combine(root.SpillFolder, "convert-" + Guid.NewGuid().ToString("N"));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (new FileInfo(path).Length == 0)
            {
                await File.WriteAllBytesAsync(target, [], cancellationToken);
                return result with { Format = "empty" };
            }
            Directory.CreateDirectory(workspace);
            return await ConvertAsync(result, path, sheet, workspace, cancellationToken);
        }
        catch (EscaleException error)
        {
            return result with { Error = error };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return result with { Error = new EscaleException("collect.convert-failed", $"{shown}: {exception.Message}", "Check that the file can be read and the folder can be written.", new Place(shown), exception) };
        }
        finally
        {
            if (Directory.Exists(workspace))
            {
                Directory.Delete(workspace, recursive: true);
            }
        }
    }

    private async Task<ConvertedFile> ConvertAsync(ConvertedFile result, string path, string? sheet, string workspace, CancellationToken cancellationToken)
    {
        var plain = await preparer.PlainAsync(path, result.File, FileKinds.CompressionOf(FileKinds.Start(path)), null, isText: false, MaxUnpackedBytes, workspace, cancellationToken);
        var format = FileKinds.FormatOf(FileKinds.Start(plain), result.File);
        var part = Path.Combine(workspace, "converted.csv");
        if (format is not (FileFormat.Csv or FileFormat.Tsv))
        {
            await using var table = await tables.OpenAsync(path, sheet, cancellationToken);
            await using var session = await engine.OpenAsync(table.ReadPaths, [workspace], cancellationToken);
            var copied = await session.RowsAsync($"COPY ({table.Sql}) TO {Sql.Text(part)} (FORMAT csv, HEADER)", cancellationToken);
            File.Move(part, result.Target, overwrite: true);
            return result with { Format = format.ToString().ToLowerInvariant(), Rows = Convert.ToInt64(copied[0][0], System.Globalization.CultureInfo.InvariantCulture) };
        }
        var (reading, text) = await TextSniffer.OpenAsync(plain, result.File, new CsvOptions(), preparer, workspace, cancellationToken);
        var notes = new ScanNotes();
        await Task.Run(() => Write(text, part, reading, notes, cancellationToken), cancellationToken);
        File.Move(part, result.Target, overwrite: true);
        return result with { Format = "csv", Rows = notes.Rows, Reading = reading, Notes = notes };
    }

    private static void Write(string path, string target, TextReading reading, ScanNotes notes, CancellationToken cancellationToken)
    {
        using var file = new CsvFile(new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None, 1));
        if (reading.Layout.HeaderRows > 0)
        {
            file.Write(reading.Layout.Header);
        }
        foreach (var row in TableScan.Rows(path, reading, notes))
        {
            cancellationToken.ThrowIfCancellationRequested();
            file.Write(row.Fields);
        }
    }
}
