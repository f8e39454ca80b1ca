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

    public Task<FileTable> OpenAsync(string path, CancellationToken cancellationToken)
    {
        path = Path.GetFullPath(path);
        return File.Exists(path)
            ? OpenAsync(path, Path.GetFileName(path), FileWriting.Unknown, cancellationToken)
            : throw new EscaleException("collect.file-not-found", $"There is no file {path}.", "Check its name.");
    }

    public async Task<FileTable> OpenUploadAsync(string id, Caller owner, CancellationToken cancellationToken) =>
        await uploads.Value.OpenAsync(store.Get(id, owner), cancellationToken);

    /// <summary>Opens a file of which something is known.</summary>
    public async Task<FileTable> OpenAsync(string path, string name, FileWriting given, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(root.SpillFolder, "file-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        try
        {
            return await OpenAsync(path, name, given, folder, cancellationToken);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private async Task<OpenedFile> OpenAsync(string path, string name, FileWriting given, string folder, CancellationToken cancellationToken)
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
                return await OpenTextAsync(plain, name, bytes, given, folder, cancellationToken);
            default:
                var readable = format == FileFormat.Excel ? plain : await preparer.PlainAsync(plain, name, Compression.None, null, isText: true, MaxUnpackedBytes, folder, cancellationToken);
                return await OpenRecordsAsync(new RecordFile(readable, name, format), bytes, folder, cancellationToken);
        }
    }

    private async Task<OpenedFile> OpenTextAsync(string path, string name, long bytes, FileWriting given, string folder, CancellationToken cancellationToken)
    {
        var table = await TextTable.SniffAsync(path, name, given.Options, given.Columns, preparer, folder, cancellationToken);
        await table.PrepareAsync(folder, cancellationToken);
        return await Task.Run(() =>
        {
            var sample = FileSample.OfDelimited(table.Path, table.Dialect, folder);
            table.Widen(new FileInfo(table.Path).Length <= MaxScannedBytes ? table.Path : sample ?? table.Path, cancellationToken);
            var sql = table.SelectSql(table.Path);
            return new OpenedFile(folder)
            {
                Name = name, Bytes = bytes, Sql = sql, SampleSql = sample is null ? sql : table.SelectSql(sample), ReadPaths = sample is null ? [table.Path] : [table.Path, sample],
            };
        }, cancellationToken);
    }

    private async Task<OpenedFile> OpenRecordsAsync(RecordFile file, long bytes, string folder, CancellationToken cancellationToken)
    {
        using var stage = await records.ReadAsync([file], new FilesSettings { Paths = [] }, file.Shown, folder, cancellationToken);
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
    public static FileWriting Unknown { get; } = new(new CsvOptions(), new Dictionary<string, Sniffing.ColumnReading>());
}

/// <summary>A file that was opened, with the folder of what was unpacked for it.</summary>
internal sealed class OpenedFile(string folder) : FileTable
{
    public override ValueTask DisposeAsync()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
        return ValueTask.CompletedTask;
    }
}
