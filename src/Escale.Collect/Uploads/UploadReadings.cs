using System.Globalization;
using System.Text.Json;
using Escale.Collect.Files;
using Escale.Collect.Loading;
using Escale.Collect.OpenFiles;

namespace Escale.Collect.Uploads;

/// <summary>How an upload is read: found out once, and again when its owner corrects it.</summary>
internal sealed class UploadReadings(UploadStore store, UploadFiles files, FilePreparer preparer, FileTables tables, SheetList sheets, ParseEngine engine)
{
    private const int PreviewRows = 200;
    private const int LeastRows = 20;
    private const int MostShown = 200;
    private const int ColumnsAtOnce = 200;
    private const int PreviewCells = 100_000;
    private const int MostKept = 32;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>What the upload is, and for text how it is written.</summary>
    public async Task<(UploadContent Content, TextTable? Text)> ReadAsync(Upload upload, CancellationToken cancellationToken)
    {
        var known = await KnownAsync(upload, cancellationToken);
        return (known.Content, known.Text);
    }

    /// <summary>The first rows as they would be loaded.</summary>
    public async Task<PreviewAnswer> PreviewAsync(Upload upload, CancellationToken cancellationToken)
    {
        var (_, text) = await ReadAsync(upload, cancellationToken);
        return text is null ? await RecordsAsync(upload, cancellationToken) : await TextAsync(upload, text, cancellationToken);
    }

    /// <summary>Opens the upload as a relation. However many ask, what takes long is done once.</summary>
    public async Task<FileTable> OpenAsync(Upload upload, CancellationToken cancellationToken)
    {
        while (true)
        {
            var known = await KnownAsync(upload, cancellationToken);
            if (await known.Table.UseAsync(cancellationToken) is { } table)
            {
                return table;
            }
        }
    }

    /// <summary>Lets go of what is kept of an upload that is no more, or is a source now.</summary>
    public async ValueTask ForgetAsync(Upload upload)
    {
        Known? known;
        lock (_gate)
        {
            _known.Remove(upload.Id, out known);
        }
        if (known is not null)
        {
            await known.Table.LeaveAsync();
        }
    }

    private async Task<Known> KnownAsync(Upload upload, CancellationToken cancellationToken)
    {
        var changes = JsonSerializer.Serialize(upload.Changes, UploadJson.Options);
        lock (_gate)
        {
            if (_known.TryGetValue(upload.Id, out var known) && known.Changes == changes && File.Exists(known.Content.Path))
            {
                return known;
            }
        }
        try
        {
            return await FindOutAsync(upload, changes, cancellationToken);
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException))
        {
            // What is unpacked takes room.
            throw UploadStore.NoRoom(exception);
        }
    }

    private async Task<Known> FindOutAsync(Upload upload, string changes, CancellationToken cancellationToken)
    {
        var content = await files.OpenAsync(upload, cancellationToken);
        var writing = upload.Changes.ToWriting();
        var text = content.IsText ? await TextTable.SniffAsync(content.Path, content.Name, writing.Options, writing.Columns, preparer, store.FolderOf(upload), cancellationToken) : null;
        if (content.Format == FileFormat.Excel)
        {
            var found = await sheets.ReadAsync(content.Path, content.Name, cancellationToken);
            content = content with { Sheets = found, Sheet = writing.Sheet ?? SheetList.First(found) };
            writing = writing with { Sheet = content.Sheet };
        }
        var bytes = new FileInfo(content.Path).Length;
        return await KeepAsync(upload.Id, new Known(changes, content, text, new SharedTable(() => text is null
            ? tables.OpenAsync(content.Path, content.Name, writing, CancellationToken.None)
            : tables.OpenAsync(text, bytes, CancellationToken.None))));
    }

    private async Task<Known> KeepAsync(string id, Known known)
    {
        var gone = new List<Known>();
        lock (_gate)
        {
            if (_known.TryGetValue(id, out var before))
            {
                if (before.Changes == known.Changes && File.Exists(before.Content.Path))
                {
                    return before;
                }
                gone.Add(before);
            }
            else if (_known.Count >= MostKept)
            {
                gone.AddRange(_known.Values);
                _known.Clear();
            }
            _known[id] = known;
        }
        foreach (var one in gone)
        {
            await one.Table.LeaveAsync();
        }
        return known;
    }

    /// <summary>Text: each value as it stands and as it is read; a row with a value that is not of its column's type would be rejected.</summary>
    private async Task<PreviewAnswer> TextAsync(Upload upload, TextTable text, CancellationToken cancellationToken)
    {
        var most = Math.Clamp(PreviewCells / text.Columns.Count, LeastRows, PreviewRows);
        var head = text.Head.Take(most).ToList();
        // The engine takes no longer line.
        var tooLong = head.Where(row => row.Text.Length > CsvRelation.MaxLineBytes).ToList();
        var records = head.Except(tooLong).ToList();
        var rows = await CompareAsync(upload, text, records, cancellationToken);
        return Judge(text, records, rows, [.. tooLong.Select(row => new PreviewReject(row.Line, "long", null, row.Text[..MostShown]))]);
    }

    /// <summary>Each row's values as they stand and as they are read, some hundred columns at a time: the engine takes long to plan for thousands.</summary>
    private async Task<IReadOnlyList<object?[]>> CompareAsync(Upload upload, TextTable text, List<Sniffing.LooseRecord> records, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(store.FolderOf(upload), "head-" + Guid.NewGuid().ToString("N"))).FullName;
        var parts = Enumerable.Range(0, text.Columns.Count).Chunk(ColumnsAtOnce).Select(columns => (First: columns[0], Count: columns.Length, Path: Path.Combine(folder, columns[0].ToString(CultureInfo.InvariantCulture)))).ToList();
        var all = records.ConvertAll(_ => new object?[2 * text.Columns.Count]);
        try
        {
            foreach (var (first, count, path) in parts)
            {
                using var file = new Conversion.CsvFile(File.Create(path));
                records.ForEach(row => file.Write(new ArraySegment<string>(row.Fields, first, count)));
            }
            await using var session = await engine.OpenAsync([.. parts.Select(part => part.Path)], [], cancellationToken);
            foreach (var (first, count, path) in parts)
            {
                var rows = await session.RowsAsync(text.OfHead(first, count).CompareSql(path, records.Count), cancellationToken);
                for (var row = 0; row < Math.Min(rows.Count, all.Count); row++)
                {
                    rows[row].CopyTo(all[row], 2 * first);
                }
            }
            return all;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static PreviewAnswer Judge(TextTable text, List<Sniffing.LooseRecord> records, IReadOnlyList<object?[]> rows, List<PreviewReject> bad)
    {
        var good = new List<PreviewRow>();
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

    private async Task<PreviewAnswer> RecordsAsync(Upload upload, CancellationToken cancellationToken)
    {
        await using var file = await OpenAsync(upload, cancellationToken);
        await using var session = await engine.OpenAsync(file.ReadPaths, [], cancellationToken);
        var columns = await session.DescribeAsync(file.Sql, cancellationToken);
        var rows = await session.RowsAsync($"SELECT {string.Join(", ", columns.Select(column => $"CAST({Engines.DuckDb.DuckSql.Name(column.Name)} AS VARCHAR)"))} FROM ({file.Sql}) LIMIT {PreviewRows.ToString(CultureInfo.InvariantCulture)}", cancellationToken);
        return new PreviewAnswer(
            [.. columns.Select(column => new PreviewColumn(column.Name, Definitions.SqlTypes.NameOf(Engines.Tables.TableTypes.ToSql(Engines.Tables.TableTypes.ToDelta(column.Type)))))],
            [.. rows.Select((row, i) => new PreviewRow(i + 1, [.. row.Select(value => (string?)value)], null))], []);
    }

    /// <summary>What is known of an upload.</summary>
    private sealed record Known(string Changes, UploadContent Content, TextTable? Text, SharedTable Table);
}
