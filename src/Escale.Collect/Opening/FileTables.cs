using Escale.Collect.Definitions;
using Escale.Collect.Files;
using Escale.Collect.Loading;

namespace Escale.Collect.Opening;

/// <summary>Opens files that are no sources yet: what they are is found from the files themselves.</summary>
internal sealed class FileTables(FilePreparer preparer, RecordFiles records, ProjectRoot root) : IFileTables
{
    private const int ProbeBytes = 4096;

    // What is read faster than a person notices is read wholly, to know its types for sure.
    private const long MaxScannedBytes = 256L << 20;
    private const long MaxUnpackedBytes = 100L << 30;

    public async Task<FileTable> OpenAsync(string path, CancellationToken cancellationToken)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path))
        {
            throw new EscaleException("collect.file-not-found", $"There is no file {path}.", "Check its name.");
        }
        var folder = Path.Combine(root.SpillFolder, "file-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        try
        {
            return await OpenAsync(path, Path.GetFileName(path), folder, cancellationToken);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public Task<FileTable> OpenUploadAsync(string id, Caller owner, CancellationToken cancellationToken) =>
        throw new EscaleException("collect.upload-not-found", "There is no such upload.", "It may have been deleted, or be somebody else's: upload the file again.");

    private async Task<OpenedFile> OpenAsync(string path, string name, string folder, CancellationToken cancellationToken)
    {
        var bytes = new FileInfo(path).Length;
        if (bytes == 0)
        {
            throw Empty(name);
        }
        var compression = FileKinds.CompressionOf(Start(path));
        var plain = await preparer.PlainAsync(path, name, compression, null, isText: false, MaxUnpackedBytes, folder, cancellationToken);
        var format = FileKinds.FormatOf(Start(plain), name);
        switch (format)
        {
            case FileFormat.Parquet:
                var all = $"SELECT * FROM read_parquet({Sql.Text(plain)})";
                var some = bytes <= FileSample.SmallBytes ? all : $"{all} USING SAMPLE 2 PERCENT (system, 1)";
                return new OpenedFile(folder) { Name = name, Bytes = bytes, Sql = all, SampleSql = some, ReadPaths = [plain] };
            case FileFormat.Csv or FileFormat.Tsv:
                var text = await preparer.PlainAsync(plain, name, Compression.None, null, isText: true, MaxUnpackedBytes, folder, cancellationToken);
                return await Task.Run(() => OpenCsv(text, name, bytes, format, folder, cancellationToken), cancellationToken);
            default:
                var readable = format == FileFormat.Excel ? plain : await preparer.PlainAsync(plain, name, Compression.None, null, isText: true, MaxUnpackedBytes, folder, cancellationToken);
                return await OpenRecordsAsync(new RecordFile(readable, name, format), bytes, folder, cancellationToken);
        }
    }

    private static OpenedFile OpenCsv(string path, string name, long bytes, FileFormat format, string folder, CancellationToken cancellationToken)
    {
        CsvDialect dialect;
        using (var stream = File.OpenRead(path))
        {
            var (head, isWhole) = CsvSniffer.ReadSample(stream);
            CsvSniffer.RefuseBinary(head.Span, name);
            dialect = CsvSniffer.Sniff(head, isWhole, new CsvOptions(), [], format == FileFormat.Tsv ? '\t' : ',');
        }
        if (dialect.Columns.Count == 0)
        {
            throw Empty(name);
        }
        var sample = FileSample.OfDelimited(path, dialect, folder);
        var relation = new CsvRelation([new CsvPart(path, name, dialect)]);
        IReadOnlyList<string> Types() => [.. relation.Columns.Select(column => column.Type)];
        relation.Widen(CsvScan.Run(new FileInfo(path).Length <= MaxScannedBytes ? path : sample ?? path, dialect, Types(), cancellationToken));
        var sql = "SELECT * FROM " + relation.ReadSql(Types(), rejects: null);
        var few = sample is null ? sql : "SELECT * FROM " + new CsvRelation([new CsvPart(sample, name, dialect)]).ReadSql(Types(), rejects: null);
        return new OpenedFile(folder) { Name = name, Bytes = bytes, Sql = sql, SampleSql = few, ReadPaths = sample is null ? [path] : [path, sample] };
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

    private static byte[] Start(string path)
    {
        using var file = File.OpenRead(path);
        var start = new byte[ProbeBytes];
        return start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    private static EscaleException Empty(string name) => new("collect.file-empty", $"{name} holds no rows and no names of columns.", "Choose a file with a table in it.", new Place(name));
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
