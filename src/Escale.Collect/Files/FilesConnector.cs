using System.Text.Json.Nodes;
using Escale.Collect.Definitions;
using Escale.Collect.Loading;
using Escale.Collect.Sniffing;
using Escale.Projects.Yaml;

namespace Escale.Collect.Files;

/// <summary>Collects CSV, TSV, JSON, NDJSON, Parquet and Excel files, from the project folder or over HTTP.</summary>
internal sealed class FilesConnector(FileFetcher fetcher, FilePreparer preparer, RecordFiles records) : Connector
{
    public override string Type => "files";

    /// <summary>Reads the tables of a source file.</summary>
    public static IReadOnlyList<SourceTable> Read(SourceHeader header, YamlReader source)
    {
        var defaults = source.Node("defaults")?.AsMap("defaults");
        _ = source.Need("tables");
        return
        [
            .. source.Items("tables").Select(item =>
            {
                var map = item.AsMap("a table");
                var reader = (defaults is null ? map : map.WithDefaults(defaults)).Reader("a table");
                return TableReader.Read(reader, header.Name, header.Schema, FilesSettings.Read(reader), LoadMode.Replace);
            }),
        ];
    }

    public override async Task<Intake?> CollectAsync(CollectContext context, CancellationToken cancellationToken)
    {
        var table = context.Table;
        var settings = (FilesSettings)table.Settings;
        var known = context.State?["files"] as JsonObject;
        var found = await fetcher.FindAsync(settings, table, known, context.Workspace, cancellationToken);
        var chosen = await ChooseAsync(context, settings, known, found, cancellationToken);
        if (chosen.Count == 0 && context.State is not null && !(table.Mode == LoadMode.Replace && IsRemoved(known, found)))
        {
            return null;
        }
        var parts = new List<RawPart>();
        var rejects = new List<RejectedRecord>();
        // JSON files and spreadsheets share one stage, so that many small files are read as one.
        var staged = new List<RecordFile>();
        for (var i = 0; i < chosen.Count; i++)
        {
            context.Progress?.Report(new StepProgress((double)i / chosen.Count, Doing: chosen[i].Shown));
            if (await OpenAsync(chosen[i], staged, rejects, context, settings, cancellationToken) is { } part)
            {
                parts.Add(part);
            }
        }
        using var stage = await records.ReadAsync(staged, settings, table.Name, context.Workspace, cancellationToken);
        parts.Add(stage.Finish());
        return new Intake { Parts = parts, Rejects = [.. rejects, .. stage.Rejects], State = StateOf(table, known, found) };
    }

    private static bool IsRemoved(JsonObject? known, List<FoundFile> found) => known is not null && known.Any(pair => found.TrueForAll(file => file.Shown != pair.Key));

    private async Task<List<FoundFile>> ChooseAsync(CollectContext context, FilesSettings settings, JsonObject? known, List<FoundFile> found, CancellationToken cancellationToken)
    {
        var changed = found.FindAll(file => file.Change != FileChange.Same);
        switch (context.Table.Mode)
        {
            case LoadMode.Append when settings.OnChange == OnChange.Fail && changed.Find(file => file.Change == FileChange.Changed) is { } file:
                throw new EscaleException(
                    "collect.file-changed", $"{file.Shown} was appended before and has changed since: appending it again would repeat its rows.",
                    "Use write_disposition: replace or merge, or set on_change: append.", new Place(file.Shown, Table: context.Table.Table.ToString()));
            case LoadMode.Replace when changed.Count > 0 || IsRemoved(known, found):
                var all = new List<FoundFile>();
                foreach (var file in found)
                {
                    all.Add(file.Path is not null ? file : await fetcher.RefetchAsync(file, settings, context.Table, context.Workspace, cancellationToken));
                }
                return all;
            default:
                return changed;
        }
    }

    private static JsonObject StateOf(SourceTable table, JsonObject? known, List<FoundFile> found)
    {
        // What was appended or merged stays in the table when its file goes; if the file comes back it is still known.
        var files = table.Mode == LoadMode.Replace || known is null ? [] : known.DeepClone().AsObject();
        foreach (var file in found)
        {
            files[file.Shown] = file.State;
        }
        return new JsonObject { ["files"] = files };
    }

    private async Task<RawPart?> OpenAsync(FoundFile file, List<RecordFile> staged, List<RejectedRecord> rejects, CollectContext context, FilesSettings settings, CancellationToken cancellationToken)
    {
        var (format, compression) = FilePreparer.Recognise(file.Shown, settings, context.Table.Place);
        if (format is FileFormat.Csv or FileFormat.Tsv && settings.Csv.NeedsRewriting)
        {
            return await RewriteAsync(file, compression, rejects, context, settings, cancellationToken);
        }
        var isText = format is not (FileFormat.Parquet or FileFormat.Excel);
        var path = await preparer.PlainAsync(file.Path!, file.Shown, compression, settings.Csv.Encoding, isText, settings.MaxSizeBytes, context.Workspace, cancellationToken);
        switch (format)
        {
            case FileFormat.Parquet:
                return new ParquetPart(path, file.Shown);
            case FileFormat.Csv or FileFormat.Tsv:
                await using (var stream = File.OpenRead(path))
                {
                    var (sample, isWhole) = CsvSniffer.ReadSample(stream);
                    CsvSniffer.RefuseBinary(sample.Span, file.Shown);
                    var dialect = CsvSniffer.Sniff(sample, isWhole, settings.Csv, context.Table.Columns, format == FileFormat.Tsv ? '\t' : ',');
                    return new CsvPart(path, file.Shown, dialect);
                }
            default:
                staged.Add(new RecordFile(Path.GetFullPath(path), file.Shown, format));
                return null;
        }
    }

    /// <summary>A file that the engine cannot read as it is.</summary>
    private async Task<RawPart> RewriteAsync(FoundFile file, Compression compression, List<RejectedRecord> rejects, CollectContext context, FilesSettings settings, CancellationToken cancellationToken)
    {
        var plain = await preparer.PlainAsync(file.Path!, file.Shown, compression, null, isText: false, settings.MaxSizeBytes, context.Workspace, cancellationToken);
        var (reading, path) = await TextSniffer.OpenAsync(plain, file.Shown, settings.Csv, preparer, context.Workspace, cancellationToken);
        var target = Path.Combine(context.Workspace, Guid.NewGuid().ToString("N") + ".plain");
        void Reject(LooseRecord row) => rejects.Add(new RejectedRecord(row.Text, "not written as the other rows: " + row.Mended, "parse", null, file.Shown, row.Line));
        var written = await Task.Run(() => TextRewriter.Write(path, reading, target, new ScanNotes(), settings.Csv.SkipFooter > 0 ? settings.Csv.SkipFooter : null, Reject, cancellationToken), cancellationToken);
        await using var stream = File.OpenRead(target);
        var (sample, isWhole) = CsvSniffer.ReadSample(stream);
        var said = settings.Csv with { Delimiter = written.Delimiter, Quote = written.Quote, Escape = written.Escape, Header = written.Header, SkipRows = written.SkipRows, Comment = null };
        return new CsvPart(target, file.Shown, CsvSniffer.Sniff(sample, isWhole, said, context.Table.Columns, ','));
    }
}
