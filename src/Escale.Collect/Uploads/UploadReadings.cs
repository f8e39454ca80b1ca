using System.Collections.Concurrent;
using System.Text.Json;
using Escale.Collect.Files;
using Escale.Collect.Loading;
using Escale.Collect.OpenFiles;

namespace Escale.Collect.Uploads;

/// <summary>How an upload is read: found out once, and again when its owner corrects it.</summary>
internal sealed class UploadReadings(UploadStore store, UploadFiles files, FilePreparer preparer, FileTables tables, ParseEngine engine)
{
    private const int PreviewRows = 200;
    private const int MostKept = 32;
    private readonly ConcurrentDictionary<string, (string Changes, UploadContent Content, TextTable? Text)> _known = new(StringComparer.Ordinal);

    /// <summary>What the upload is, and for text how it is written.</summary>
    public async Task<(UploadContent Content, TextTable? Text)> ReadAsync(Upload upload, CancellationToken cancellationToken)
    {
        var changes = JsonSerializer.Serialize(upload.Changes, UploadJson.Options);
        if (_known.TryGetValue(upload.Id, out var known) && known.Changes == changes && File.Exists(known.Content.Path))
        {
            return (known.Content, known.Text);
        }
        var content = await files.OpenAsync(upload, cancellationToken);
        var writing = upload.Changes.ToWriting();
        var text = content.IsText ? await TextTable.SniffAsync(content.Path, content.Name, writing.Options, writing.Columns, preparer, store.FolderOf(upload), cancellationToken) : null;
        if (_known.Count >= MostKept)
        {
            _known.Clear();
        }
        _known[upload.Id] = (changes, content, text);
        return (content, text);
    }

    /// <summary>The first rows as they would be loaded.</summary>
    public async Task<PreviewAnswer> PreviewAsync(Upload upload, CancellationToken cancellationToken)
    {
        var (content, text) = await ReadAsync(upload, cancellationToken);
        return text is null ? await RecordsAsync(content, cancellationToken) : await TextAsync(upload, text, cancellationToken);
    }

    /// <summary>Opens the upload as a relation.</summary>
    public async Task<FileTable> OpenAsync(Upload upload, CancellationToken cancellationToken)
    {
        var (content, _) = await ReadAsync(upload, cancellationToken);
        return await tables.OpenAsync(content.Path, content.Name, upload.Changes.ToWriting(), cancellationToken);
    }

    /// <summary>Text: each value as it stands and as it is read; a row with a value that is not of its column's type would be rejected.</summary>
    private async Task<PreviewAnswer> TextAsync(Upload upload, TextTable text, CancellationToken cancellationToken)
    {
        var head = Path.Combine(store.FolderOf(upload), "head-" + Guid.NewGuid().ToString("N"));
        var records = text.Head.Take(PreviewRows).ToList();
        try
        {
            using (var file = new Conversion.CsvFile(File.Create(head)))
            {
                records.ForEach(row => file.Write(row.Fields));
            }
            var view = text.OfHead();
            await using var session = await engine.OpenAsync([head], [], cancellationToken);
            var rows = await session.RowsAsync(view.CompareSql(head, PreviewRows), cancellationToken);
            return Judge(text, records, rows);
        }
        finally
        {
            File.Delete(head);
        }
    }

    private static PreviewAnswer Judge(TextTable text, List<Sniffing.LooseRecord> records, IReadOnlyList<object?[]> rows)
    {
        var (good, bad) = (new List<PreviewRow>(), new List<PreviewReject>());
        for (var i = 0; i < rows.Count && i < records.Count; i++)
        {
            var wrong = Enumerable.Range(0, text.Columns.Count).FirstOrDefault(column => rows[i][2 * column] is string raw && raw.Length > 0 && rows[i][2 * column + 1] is null && !text.Columns[column].NullValues.Contains(raw.Trim()), -1);
            if (records[i].IsDoubtful)
            {
                bad.Add(new PreviewReject(records[i].Line, "shape", null, records[i].Text));
            }
            else if (wrong >= 0)
            {
                bad.Add(new PreviewReject(records[i].Line, "type", text.Columns[wrong].Name, (string)rows[i][2 * wrong]!));
            }
            else
            {
                good.Add(new PreviewRow(records[i].Line, [.. Enumerable.Range(0, text.Columns.Count).Select(column => (string?)rows[i][2 * column + 1])], records[i].Mended));
            }
        }
        return new PreviewAnswer([.. text.Columns.Select(column => new PreviewColumn(column.Name, Definitions.SqlTypes.NameOf(column.Type)))], good, bad);
    }

    private async Task<PreviewAnswer> RecordsAsync(UploadContent content, CancellationToken cancellationToken)
    {
        await using var file = await tables.OpenAsync(content.Path, content.Name, FileWriting.Unknown, cancellationToken);
        await using var session = await engine.OpenAsync(file.ReadPaths, [], cancellationToken);
        var columns = await session.DescribeAsync(file.Sql, cancellationToken);
        var rows = await session.RowsAsync($"SELECT {string.Join(", ", columns.Select(column => $"CAST({Engines.DuckDb.DuckSql.Name(column.Name)} AS VARCHAR)"))} FROM ({file.Sql}) LIMIT {PreviewRows.ToString(System.Globalization.CultureInfo.InvariantCulture)}", cancellationToken);
        return new PreviewAnswer(
            [.. columns.Select(column => new PreviewColumn(column.Name, Definitions.SqlTypes.NameOf(Engines.Tables.TableTypes.ToSql(Engines.Tables.TableTypes.ToDelta(column.Type)))))],
            [.. rows.Select((row, i) => new PreviewRow(i + 1, [.. row.Select(value => (string?)value)], null))], []);
    }
}
