using System.IO.Compression;
using Escale.Collect.Files;
using Escale.Collect.OpenFiles;

namespace Escale.Collect.Uploads;

/// <summary>What an upload holds, once all of it is there.</summary>
/// <param name="Path">A file that is not compressed.</param>
/// <param name="Name">Its name, for people: of an archive, that of the file in it.</param>
/// <param name="Format">What it is.</param>
internal sealed record UploadContent(string Path, string Name, FileFormat Format)
{
    /// <summary>Of a spreadsheet: its sheets.</summary>
    public IReadOnlyList<SheetInfo> Sheets { get; init; } = [];

    /// <summary>Of a spreadsheet: the sheet that is read.</summary>
    public string? Sheet { get; init; }

    public bool IsText => Format is FileFormat.Csv or FileFormat.Tsv;
}

/// <summary>Unpacks what was uploaded, within limits (S10): gzip, zstd, and archives with one table in them.</summary>
internal sealed class UploadFiles(UploadStore store, FilePreparer preparer)
{
    private const int MostEntries = 10_000;
    private const int MaxRatio = 500;
    private const long LeastRatioBytes = 16L << 20;
    private const long MaxUnpackedBytes = 100L << 30;

    /// <summary>Opens an upload.</summary>
    /// <exception cref="EscaleException"><c>collect.upload-unfinished</c>, <c>collect.decompression-ratio</c>, <c>collect.archive-*</c>, <c>collect.file-*</c>.</exception>
    public async Task<UploadContent> OpenAsync(Upload upload, CancellationToken cancellationToken)
    {
        var (path, name) = (store.DataOf(upload), upload.Name);
        if (store.OffsetOf(upload) < upload.Length)
        {
            throw new EscaleException("collect.upload-unfinished", $"{name} is not here wholly yet.", "Go on with the upload.");
        }
        if (upload.Length == 0)
        {
            throw new EscaleException("collect.file-empty", $"{name} holds no rows and no names of columns.", "Choose a file with a table in it.", new Place(name));
        }
        var start = FileKinds.Start(path);
        if (FileKinds.IsArchive(start) && await Task.Run(() => Entry(path, name), cancellationToken) is { } entry)
        {
            (path, name) = (await UnpackAsync(upload, path, entry, cancellationToken), Path.GetFileName(entry));
            start = FileKinds.Start(path);
        }
        if (FileKinds.CompressionOf(start) is var compression and not Compression.None)
        {
            path = await PlainAsync(upload, path, name, compression, cancellationToken);
        }
        return new UploadContent(path, name, FileKinds.FormatOf(FileKinds.Start(path), name));
    }

    /// <summary>The only table in an archive; null when it is a spreadsheet itself.</summary>
    private static string? Entry(string path, string name)
    {
        try
        {
            using var archive = ZipFile.OpenRead(path);
            if (archive.Entries.Count > MostEntries)
            {
                throw new EscaleException("collect.archive-entries", $"{name} holds more than {MostEntries} files.", "Upload one of them.", new Place(name));
            }
            if (archive.Entries.Any(entry => entry.FullName is "[Content_Types].xml" or "mimetype"))
            {
                return null;
            }
            var files = archive.Entries.Where(entry => entry.Length > 0 && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal) && !Path.GetFileName(entry.FullName).StartsWith('.')).ToList();
            var tables = files.FindAll(entry => FileKinds.ByName(entry.FullName) != FileFormat.Auto);
            return (tables.Count == 1 ? tables : files) switch
            {
                [var only] => only.FullName,
                _ => throw new EscaleException("collect.archive-entries", $"{name} holds {files.Count} files: {string.Join(", ", files.Take(5).Select(entry => entry.FullName))}.", "Upload one of them.", new Place(name)),
            };
        }
        catch (InvalidDataException exception)
        {
            throw new EscaleException("collect.file-broken", $"{name} is not a whole archive.", "Get the file again.", new Place(name), exception);
        }
    }

    /// <summary>Unpacks one file, counting what comes: sizes in archives may lie.</summary>
    private async Task<string> UnpackAsync(Upload upload, string path, string entryName, CancellationToken cancellationToken)
    {
        var target = Path.Combine(store.FolderOf(upload), "unpacked");
        if (File.Exists(target))
        {
            return target;
        }
        var part = target + ".part";
        try
        {
            using var archive = ZipFile.OpenRead(path);
            var entry = archive.GetEntry(entryName)!;
            var most = Math.Min(MaxUnpackedBytes, Math.Max(LeastRatioBytes, entry.CompressedLength * MaxRatio));
            await using var from = await entry.OpenAsync(cancellationToken);
            await using (var to = File.Create(part))
            {
                var buffer = new byte[1 << 17];
                for (var got = await from.ReadAsync(buffer, cancellationToken); got > 0; got = await from.ReadAsync(buffer, cancellationToken))
                {
                    if (to.Position + got > most)
                    {
                        throw new EscaleException("collect.decompression-ratio", $"{upload.Name} unpacks to more than {Http.Sizes.Show(most)}: this looks like a decompression bomb.", "Ask the provider of the file.", new Place(upload.Name));
                    }
                    await to.WriteAsync(buffer.AsMemory(0, got), cancellationToken);
                }
            }
            File.Move(part, target, overwrite: true);
            return target;
        }
        catch (InvalidDataException exception)
        {
            throw new EscaleException("collect.file-broken", $"{upload.Name} is not a whole archive.", "Get the file again.", new Place(upload.Name), exception);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private async Task<string> PlainAsync(Upload upload, string path, string name, Compression compression, CancellationToken cancellationToken)
    {
        var target = Path.Combine(store.FolderOf(upload), "plain");
        if (File.Exists(target))
        {
            return target;
        }
        var folder = Directory.CreateDirectory(Path.Combine(store.FolderOf(upload), "plain-" + Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            var plain = await preparer.PlainAsync(path, name, compression, null, isText: false, MaxUnpackedBytes, folder, cancellationToken);
            File.Move(plain, target, overwrite: true);
            return target;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
