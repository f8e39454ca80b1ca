using System.Globalization;
using System.Text;
using System.Text.Json;
using Escale.Collect.Definitions;
using Escale.Collect.Files;
using Escale.Engines.DuckDb;
using Escale.Engines.Tables;

namespace Escale.Collect.Loading;

/// <summary>Raw parts that one SELECT reads: its columns, and how to find a row back in the original.</summary>
internal abstract class RawRelation
{
    /// <summary>The columns with the types that the batch itself suggests.</summary>
    public abstract IReadOnlyList<(string Name, string Type)> Columns { get; }

    /// <summary>The files that are read.</summary>
    public abstract IReadOnlyList<string> Paths { get; }

    /// <summary>How text is written, for reading numbers and dates out of it; null for JSON and Parquet.</summary>
    public virtual CsvDialect? Dialect => null;

    /// <summary>The type in which <see cref="StageSql"/> gives a column.</summary>
    public virtual string StagedType(int column) => Columns[column].Type;

    /// <summary>A SELECT of the raw columns as <c>r0, r1, …</c> and, where rows are known by other than their order, <c>__file</c> and <c>__row</c>.</summary>
    public abstract string StageSql(string rejects);

    /// <summary>The files as people know them, by path.</summary>
    public virtual IReadOnlyList<RawPart> Files => [];

    /// <summary>The originals of rows, by file (null when there is one) and number in it, ascending.</summary>
    public abstract IEnumerable<RowOrigin> Find(IEnumerable<BadRow> rows, IEnumerable<RejectedRecord> rejects);
}

/// <summary>A row that breaks a rule.</summary>
/// <param name="File">Its file, or null where the relation is one.</param>
/// <param name="Row">Its number there, from 1.</param>
/// <param name="Rule">The number of the rule.</param>
internal readonly record struct BadRow(string? File, long Row, int Rule);

/// <summary>Where a row came from, and as what.</summary>
internal sealed record RowOrigin(BadRow Bad, string Shown, long Line, string? Raw, string? Layout = null);

/// <summary>Delimited files written alike.</summary>
internal sealed class CsvRelation : RawRelation
{
    /// <summary>The longest line that the engine takes.</summary>
    public const int MaxLineBytes = 4 << 20;

    private readonly List<CsvPart> _parts;
    private readonly List<(string Name, string Type)> _columns;

    public CsvRelation(List<CsvPart> parts)
    {
        _parts = parts;
        _columns = [.. parts[0].Dialect.Columns.Select((column, i) => (column.Name, parts.Select(part => part.Dialect.Columns[i].Type).Aggregate((a, b) => SqlTypes.Widen(a, b) ?? SqlTypes.Text)))];
    }

    public IReadOnlyList<CsvPart> Parts => _parts;

    public override IReadOnlyList<RawPart> Files => _parts;

    /// <summary>An empty line is no row: that holds where there is more than one column.</summary>
    public bool CanBeSieved => _columns.Count > 1;

    /// <summary>Takes the broken records out of all files, and gives them.</summary>
    public void Sieve(string workspace, Action<RejectedRecord> reject, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _parts.Count; i++)
        {
            var target = Path.Combine(workspace, $"sieved-{Guid.NewGuid():N}.csv");
            CsvSieve.Run(_parts[i], target, reject, cancellationToken);
            _parts[i] = _parts[i] with { Path = target };
        }
    }

    public override IReadOnlyList<(string Name, string Type)> Columns => _columns;

    public override IReadOnlyList<string> Paths => [.. _parts.Select(part => part.Path)];

    public override CsvDialect Dialect => _parts[0].Dialect;

    /// <summary>Takes wider types, found by looking at all rows.</summary>
    public void Widen(IReadOnlyDictionary<int, string> types)
    {
        foreach (var (column, type) in types)
        {
            _columns[column] = (_columns[column].Name, type);
        }
    }

    public override string StagedType(int column) => SqlTypes.Text;

    public override string StageSql(string rejects) =>
        $"SELECT {string.Join(", ", Columns.Select((column, i) => $"{DuckSql.Name(column.Name)} AS __r{i}"))}, filename AS __file FROM {ReadSql([.. Columns.Select(_ => SqlTypes.Text)], rejects, withFile: true)}";

    /// <summary><c>read_csv(…)</c> with everything said, nothing left to its sniffer.</summary>
    /// <param name="types">The type of each column.</param>
    /// <param name="rejects">The table for records that cannot be read; null: they are left out.</param>
    /// <param name="withFile">Whether a column names the file.</param>
    public string ReadSql(IReadOnlyList<string> types, string? rejects, bool withFile = false)
    {
        var dialect = Dialect;
        static string Character(char? letter) => letter is { } some ? Sql.Text(some.ToString()) : "''";
        var sql = new StringBuilder($"read_csv({Sql.Texts(Paths)}, auto_detect = false, header = {(dialect.HasHeader ? "true" : "false")}, delim = {Character(dialect.Delimiter)}, quote = {Character(dialect.Quote)}, escape = {Character(dialect.Quote is null ? null : dialect.Escape)}");
        sql.Append(CultureInfo.InvariantCulture, $", skip = {dialect.SkipRows}, nullstr = {Sql.Texts(dialect.NullValues)}, max_line_size = {MaxLineBytes}, buffer_size = {2 * MaxLineBytes}, strict_mode = true, ");
        sql.Append(rejects is null ? "ignore_errors = true" : $"store_rejects = true, rejects_table = '{rejects}', rejects_scan = '{rejects}_scan', rejects_limit = 0");
        if (dialect.Comment is { } comment)
        {
            sql.Append(CultureInfo.InvariantCulture, $", comment = {Character(comment)}");
        }
        if (dialect.Decimal != '.')
        {
            sql.Append(CultureInfo.InvariantCulture, $", decimal_separator = {Character(dialect.Decimal)}");
        }
        if (dialect.DateFormat is { } date && types.Contains(SqlTypes.Date))
        {
            sql.Append(CultureInfo.InvariantCulture, $", dateformat = {Sql.Text(date)}");
        }
        if (dialect.TimestampFormat is { } timestamp && types.Any(type => type.StartsWith("TIMESTAMP", StringComparison.Ordinal)))
        {
            sql.Append(CultureInfo.InvariantCulture, $", timestampformat = {Sql.Text(timestamp)}");
        }
        sql.Append(withFile ? ", filename = true" : "");
        return sql.Append(CultureInfo.InvariantCulture, $", columns = {{{string.Join(", ", Columns.Select((column, i) => $"{Sql.Text(column.Name)}: {Sql.Text(types[i])}"))}}})").ToString();
    }

    /// <summary>What the reader set aside, by file and line.</summary>
    public static string RejectsSql(string rejects) =>
        $"SELECT s.file_path, r.line, r.error_type::VARCHAR, r.column_name, r.csv_line, r.error_message, coalesce(r.line_byte_position, 1) FROM {rejects} r JOIN {rejects}_scan s USING (scan_id, file_id) ORDER BY 1, 7, r.column_idx";

    /// <summary>The rejects of a query as records, one for each line, in the order of files and lines.</summary>
    public async Task TakeRejectsAsync(IAsyncEnumerable<object?[]> rows, RejectStore into)
    {
        LineCounter? lines = null;
        try
        {
            (string? File, long Offset) last = (null, -1);
            await foreach (var row in rows)
            {
                var (file, offset) = ((string)row[0]!, Convert.ToInt64(row[6], CultureInfo.InvariantCulture));
                if (last == (file, offset))
                {
                    continue;
                }
                if (last.File != file)
                {
                    lines?.Dispose();
                    lines = new LineCounter(file);
                }
                last = (file, offset);
                into.Add(Reject(row, file, offset, lines!));
            }
        }
        finally
        {
            lines?.Dispose();
        }
    }

    private RejectedRecord Reject(object?[] row, string file, long offset, LineCounter lines)
    {
        var raw = (string?)row[4] ?? "";
        var text = raw.TrimStart('\r', '\n');
        // The reader counts records as lines; a quoted line break makes them differ, so the line is found from the offset.
        var line = lines.LineAt(offset - 1 + (raw.Length - text.Length));
        var isType = (string)row[2]! == "CAST";
        return new RejectedRecord(
            text.TrimEnd('\r', '\n'), Reason((string)row[2]!, (string?)row[3], (string?)row[5]), isType ? "type" : "parse", isType ? (string?)row[3] : null,
            _parts.Find(part => part.Path == file)?.Shown ?? file, line)
        { Layout = Dialect.Layout };
    }

    private static string Reason(string error, string? column, string? message) => error switch
    {
        "MISSING COLUMNS" => "too few fields: " + message,
        "TOO MANY COLUMNS" => "too many fields: " + message,
        "UNQUOTED VALUE" => "a quote is not closed where it should be",
        "LINE SIZE OVER MAXIMUM" => "the line is longer than 4 MB",
        "INVALID ENCODING" => "the line is not valid UTF-8: set the table's encoding",
        "CAST" => $"'{column}' is not of its type: {message?.Split(". ").LastOrDefault()}",
        _ => message ?? error,
    };

    public override IEnumerable<RowOrigin> Find(IEnumerable<BadRow> rows, IEnumerable<RejectedRecord> rejects)
    {
        using var wanted = rows.GetEnumerator();
        var more = wanted.MoveNext();
        while (more)
        {
            var part = _parts.First(candidate => candidate.Path == wanted.Current.File);
            long row = 0;
            foreach (var (line, text) in RowsOf(part, rejects))
            {
                if (++row < wanted.Current.Row)
                {
                    continue;
                }
                yield return new RowOrigin(wanted.Current, part.Shown, line, Encoding.UTF8.GetString(text.Span), Dialect.Layout);
                more = wanted.MoveNext();
                if (!more || wanted.Current.File != part.Path)
                {
                    break;
                }
            }
            while (more && wanted.Current.File == part.Path)
            {
                more = wanted.MoveNext();
            }
        }
    }

    /// <summary>The records that the reader took for rows.</summary>
    private IEnumerable<(long Line, ReadOnlyMemory<byte> Text)> RowsOf(CsvPart part, IEnumerable<RejectedRecord> rejects)
    {
        using var broken = rejects.Where(reject => reject.File == part.Shown && reject.Line is not null).Select(reject => reject.Line!.Value).GetEnumerator();
        var hasBroken = broken.MoveNext();
        using var file = File.OpenRead(part.Path);
        var header = Dialect.HasHeader;
        foreach (var (span, bytes) in CsvRecords.Read(file, Dialect.Quote))
        {
            while (hasBroken && broken.Current < span.Line)
            {
                hasBroken = broken.MoveNext();
            }
            var isRow = span.Line > Dialect.SkipRows && (bytes.Length > 0 || Columns.Count == 1) && !(hasBroken && broken.Current == span.Line) && !(Dialect.Comment is { } mark && bytes.Length > 0 && bytes.Span[0] == mark);
            if (isRow && !(header && !(header = false)))
            {
                yield return (span.Line, bytes);
            }
        }
    }
}

/// <summary>Records that a <see cref="RecordStage"/> wrote.</summary>
internal sealed class StagedRelation(StagedPart part, NestedAs nested, CsvDialect? dialect = null) : RawRelation
{
    public override CsvDialect? Dialect => dialect;

    public override IReadOnlyList<(string Name, string Type)> Columns { get; } = Names(part.Stage.Shape.Columns(nested));

    private IReadOnlyList<(string Name, string Type)> Sources { get; } = part.Stage.Shape.Columns(nested);

    public override IReadOnlyList<string> Paths => [part.Path];

    public override string StageSql(string rejects)
    {
        var select = Sources.Select((column, i) => $"{DuckSql.Name(column.Name)} AS __r{i}").Append($"{RecordStage.RowColumn} AS __row");
        return $"SELECT {string.Join(", ", select)} FROM {ReadSql(part.Path)}";
    }

    /// <summary>A SELECT of the columns by their names.</summary>
    /// <param name="path">The stage's file, or a part of it.</param>
    public string SelectSql(string path) =>
        $"SELECT {string.Join(", ", Sources.Select((column, i) => $"{DuckSql.Name(column.Name)} AS {DuckSql.Name(Columns[i].Name)}"))} FROM {ReadSql(path)}";

    private string ReadSql(string path)
    {
        var columns = string.Join(", ", Sources.Select(column => $"{Sql.Text(column.Name)}: {Sql.Text(column.Type)}").Append($"{Sql.Text(RecordStage.RowColumn)}: 'BIGINT'"));
        return $"read_json({Sql.Text(path)}, format = 'newline_delimited', {Sql.ObjectSize(part.Stage.LongestBytes)}, columns = {{{columns}}})";
    }

    public override IEnumerable<RowOrigin> Find(IEnumerable<BadRow> rows, IEnumerable<RejectedRecord> rejects)
    {
        var rules = new Queue<BadRow>();
        var numbers = rows.Select(row =>
        {
            rules.Enqueue(row);
            return row.Row;
        });
        foreach (var found in part.Stage.RawOf(numbers))
        {
            var bad = rules.Dequeue();
            var (file, line) = part.Stage.Origin(bad.Row);
            yield return new RowOrigin(bad, file, line, found.Raw);
        }
    }

    /// <summary>Writes from which row on records came from which file (or batch, or page), for the lineage of rows.</summary>
    public void WriteOrigins(string path)
    {
        using var file = new StreamWriter(path);
        foreach (var (firstRow, from) in part.Stage.Files)
        {
            file.WriteLine(JsonSerializer.Serialize(new { __first = firstRow, __origin = from }));
        }
    }

    private static List<(string Name, string Type)> Names(IReadOnlyList<(string Name, string Type)> columns)
    {
        var names = ColumnNames.Clean([.. columns.Select(column => column.Name)]);
        return [.. columns.Select((column, i) => (names[i], column.Type))];
    }
}

/// <summary>Parquet files with the same columns.</summary>
internal sealed class ParquetRelation(IReadOnlyList<ParquetPart> parts, IReadOnlyList<Engines.DuckDb.DuckColumn> columns) : RawRelation
{
    public override IReadOnlyList<(string Name, string Type)> Columns { get; } =
        [.. ColumnNames.Clean([.. columns.Select(column => column.Name)]).Select((name, i) => (name, TableTypes.ToSql(TableTypes.ToDelta(columns[i].Type))))];

    public override IReadOnlyList<string> Paths => [.. parts.Select(part => part.Path)];

    public override string StageSql(string rejects) =>
        $"SELECT {string.Join(", ", columns.Select((column, i) => $"CAST({DuckSql.Name(column.Name)} AS {Columns[i].Type}) AS __r{i}"))}, filename AS __file, file_row_number + 1 AS __row FROM {ReadSql(parts)}";

    public static string ReadSql(IReadOnlyList<ParquetPart> parts) => $"read_parquet({Sql.Texts(parts.Select(part => part.Path))}, union_by_name = true, hive_partitioning = false, filename = true, file_row_number = true)";

    public override IReadOnlyList<RawPart> Files => parts;

    public override IEnumerable<RowOrigin> Find(IEnumerable<BadRow> rows, IEnumerable<RejectedRecord> rejects) =>
        rows.Select(row => new RowOrigin(row, parts.First(part => part.Path == row.File).Shown, row.Row, null));
}

/// <summary>Finds the lines of ascending offsets in a file, in one pass.</summary>
internal sealed class LineCounter(string path) : IDisposable
{
    private readonly FileStream _file = File.OpenRead(path);
    private readonly byte[] _buffer = new byte[1 << 16];
    private long _line = 1;

    /// <summary>The line, from 1, that holds the byte at this offset.</summary>
    public long LineAt(long offset)
    {
        while (_file.Position < offset)
        {
            var got = _file.Read(_buffer, 0, (int)Math.Min(_buffer.Length, offset - _file.Position));
            if (got == 0)
            {
                break;
            }
            _line += _buffer.AsSpan(0, got).Count((byte)'\n');
        }
        return _line;
    }

    public void Dispose() => _file.Dispose();
}
