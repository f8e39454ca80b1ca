using Escale.Collect.Definitions;
using Escale.Collect.Files;
using Escale.Collect.Loading;
using Escale.Collect.Uploads;

namespace Escale.Collect.OpenFiles;

/// <summary>Opens files that are no sources yet: what they are is found from the files themselves.</summary>
internal sealed class FileTables(FilePreparer preparer, RecordFiles records, ProjectRoot root, UploadStore store, Lazy<UploadReadings> uploads) : IFileTables
{
    // What is read faster than a person notices is read wholly, to know its types for sure.
    private const long MaxScannedBytes = 256L << 20;
    private const long MaxUnpackedBytes = 100L << 30;

    public Task<FileTable> OpenAsync(string path, CancellationToken cancellationToken) => OpenAsync(path, null, cancellationToken);

    public async Task<FileTable> OpenAsync(string path, string? sheet, CancellationToken cancellationToken)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path))
        {
            throw new EscaleException("collect.file-not-found", $"There is no file {path}.", "Check its name.");
        }
        return await OpenAsync(path, Path.GetFileName(path), FileWriting.Unknown with { Sheet = sheet }, cancellationToken);
    }

    public async Task<FileTable> OpenUploadAsync(string id, Caller owner, CancellationToken cancellationToken) =>
        await uploads.Value.OpenAsync(store.Get(id, owner), cancellationToken);

    /// <summary>Opens a file of which something is known.</summary>
    public Task<FileTable> OpenAsync(string path, string name, FileWriting given, CancellationToken cancellationToken) =>
        InFolderAsync(async folder => await OpenAsync(path, name, given, folder, cancellationToken));

    /// <summary>Opens text of which it was found out how it is written; of a large one that is to be written anew, the sample is there first.</summary>
    public Task<FileTable> OpenAsync(TextTable table, long bytes, CancellationToken cancellationToken) =>
        InFolderAsync(async folder => table.NeedsRewriting && table.SampleOfRaw(folder) is { } sample
            ? await SampleFirstAsync(table, sample, bytes, folder, cancellationToken)
            : await OpenTextAsync(table, bytes, folder, cancellationToken));

    private async Task<FileTable> InFolderAsync(Func<string, Task<FileTable>> open)
    {
        var folder = Path.Combine(root.SpillFolder, "file-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        try
        {
            return await open(folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private async Task<FileTable> OpenAsync(string path, string name, FileWriting given, string folder, CancellationToken cancellationToken)
    {
        var bytes = new FileInfo(path).Length;
        if (bytes == 0)
        {
            throw Empty(name);
        }
        var compression = FileKinds.CompressionOf(FileKinds.Start(path));
        var plain = await preparer.PlainAsync(path, name, compression, null, isText: false, MaxUnpackedBytes, folder, cancellationToken);
        var format = FileKinds.FormatOf(FileKinds.Start(plain), name);
        switch (format)
        {
            case FileFormat.Parquet:
                var all = $"SELECT * FROM read_parquet({Sql.Text(plain)})";
                var some = bytes <= FileSample.SmallBytes ? all : $"{all} USING SAMPLE 2 PERCENT (system, 1)";
                return new OpenedFile(folder) { Name = name, Bytes = bytes, Sql = all, SampleSql = some, ReadPaths = [plain] };
            case FileFormat.Csv or FileFormat.Tsv:
                var table = await TextTable.SniffAsync(plain, name, given.Options, given.Columns, preparer, folder, cancellationToken);
                return await OpenTextAsync(table, bytes, folder, cancellationToken);
            default:
                var readable = format == FileFormat.Excel ? plain : await preparer.PlainAsync(plain, name, Compression.None, null, isText: true, MaxUnpackedBytes, folder, cancellationToken);
                return await OpenRecordsAsync(new RecordFile(readable, name, format), given.Sheet, bytes, folder, cancellationToken);
        }
    }

    private static async Task<FileTable> OpenTextAsync(TextTable table, long bytes, string folder, CancellationToken cancellationToken)
    {
        var ready = await table.PrepareAsync(table.Path, Path.Combine(folder, "whole.csv"), cancellationToken);
        return await Task.Run(() =>
        {
            var sample = FileSample.OfDelimited(ready.Path, ready.Dialect, folder);
            ready.Widen(new FileInfo(ready.Path).Length <= MaxScannedBytes ? ready.Path : sample ?? ready.Path, cancellationToken);
            var sql = ready.SelectSql(ready.Path);
            return new OpenedFile(folder)
            {
                Name = table.Shown, Bytes = bytes, Sql = sql, SampleSql = sample is null ? sql : ready.SelectSql(sample), ReadPaths = sample is null ? [ready.Path] : [ready.Path, sample],
            };
        }, cancellationToken);
    }

    private static async Task<FileTable> SampleFirstAsync(TextTable table, string raw, long bytes, string folder, CancellationToken cancellationToken)
    {
        var sample = await table.PrepareAsync(raw, Path.Combine(folder, "sample.csv"), cancellationToken);
        await Task.Run(() => sample.Widen(sample.Path, cancellationToken), cancellationToken);
        var whole = Path.Combine(folder, "whole.csv");
        await File.WriteAllBytesAsync(whole, [], cancellationToken);
        // Who leaves does not stop it for the others.
        return new OpenedFile(folder, () => table.RewriteAsync(table.Path, whole, CancellationToken.None))
        {
            Name = table.Shown, Bytes = bytes, Sql = sample.SelectSql(whole), SampleSql = sample.SelectSql(sample.Path), ReadPaths = [whole, sample.Path],
        };
    }

    private async Task<FileTable> OpenRecordsAsync(RecordFile file, string? sheet, long bytes, string folder, CancellationToken cancellationToken)
    {
        using var stage = await records.ReadAsync([file], new FilesSettings { Paths = [], Sheet = sheet }, file.Shown, folder, cancellationToken);
        var relation = new StagedRelation(stage.Finish(), NestedAs.Typed);
        if (stage.Count == 0 || relation.Columns.Count == 0)
        {
            throw Empty(file.Shown);
        }
        var sample = FileSample.OfLines(stage.Path, folder);
        var sql = relation.SelectSql(stage.Path);
        return new OpenedFile(folder)
        {
            Name = file.Shown, Bytes = bytes, Sql = sql, SampleSql = sample is null ? sql : relation.SelectSql(sample), ReadPaths = sample is null ? [stage.Path] : [stage.Path, sample],
        };
    }

    private static EscaleException Empty(string name) => new("collect.file-empty", $"{name} holds no rows and no names of columns.", "Choose a file with a table in it.", new Place(name));
}

/// <summary>What is known of how a file is written, besides what it shows itself.</summary>
/// <param name="Options">Its structure.</param>
/// <param name="Columns">Its columns that are to be read in another way than found, by name.</param>
internal sealed record FileWriting(CsvOptions Options, IReadOnlyDictionary<string, Sniffing.ColumnReading> Columns)
{
    /// <summary>Of a spreadsheet, the sheet: its name, or its number from 1; null: the first that holds rows.</summary>
    public string? Sheet { get; init; }

    public static FileWriting Unknown { get; } = new(new CsvOptions(), new Dictionary<string, Sniffing.ColumnReading>());
}

/// <summary>A file that was opened, with the folder of what was unpacked for it.</summary>
/// <param name="folder">The folder; goes with it.</param>
/// <param name="finish">What must be done before all of it can be read; null: nothing.</param>
internal sealed class OpenedFile(string folder, Func<Task>? finish = null) : FileTable
{
    private readonly Lock _gate = new();
    private Task? _finished;

    public override Task WholeAsync(CancellationToken cancellationToken)
    {
        if (finish is null)
        {
            return Task.CompletedTask;
        }
        lock (_gate)
        {
            _finished = _finished is null or { IsFaulted: true } ? finish() : _finished;
            return _finished.WaitAsync(cancellationToken);
        }
    }

    public override ValueTask DisposeAsync()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
        return ValueTask.CompletedTask;
    }
}
