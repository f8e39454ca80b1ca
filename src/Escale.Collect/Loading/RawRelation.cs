using System.Globalization;
using System.Text;
using Escale.Collect.Definitions;
using Escale.Collect.Files;
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

    /// <summary>The originals of rows, by file (null when there is one) and number in it, ascending.</summary>
    public abstract IEnumerable<RowOrigin> Find(IReadOnlyList<(string? File, long Row)> rows, IReadOnlyList<RejectedRecord> rejects);
}

/// <summary>Where a row came from, and as what.</summary>
internal sealed record RowOrigin(string? File, long Row, string Shown, long Line, string? Raw);

/// <summary>Delimited files written alike.</summary>
internal sealed class CsvRelation : RawRelation
{
    private readonly List<CsvPart> _parts;
    private readonly List<(string Name, string Type)> _columns;

    public CsvRelation(List<CsvPart> parts)
    {
        _parts = parts;
        _columns = [.. parts[0].Dialect.Columns.Select((column, i) => (column.Name, parts.Select(part => part.Dialect.Columns[i].Type).Aggregate((a, b) => SqlTypes.Widen(a, b) ?? SqlTypes.Text)))];
    }

    public IReadOnlyList<CsvPart> Parts => _parts;

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
        $"SELECT {string.Join(", ", Columns.Select((column, i) => $"{Sql.Name(column.Name)} AS __r{i}"))}, filename AS __file FROM {ReadSql([.. Columns.Select(_ => SqlTypes.Text)], rejects, withFile: true)}";

    /// <summary><c>read_csv(…)</c> with everything said, nothing left to its sniffer.</summary>
    public string ReadSql(IReadOnlyList<string> types, string rejects, bool withFile = false)
    {
        var dialect = Dialect;
        static string Character(char? letter) => letter is { } some ? Sql.Text(some.ToString()) : "''";
        var sql = new StringBuilder($"read_csv({Sql.Texts(Paths)}, auto_detect = false, header = {(dialect.HasHeader ? "true" : "false")}, delim = {Character(dialect.Delimiter)}, quote = {Character(dialect.Quote)}, escape = {Character(dialect.Quote is null ? null : dialect.Escape)}");
        sql.Append(CultureInfo.InvariantCulture, $", skip = {dialect.SkipRows}, nullstr = {Sql.Texts(dialect.NullValues)}, max_line_size = 4194304, buffer_size = 8388608, strict_mode = true, store_rejects = true, rejects_table = '{rejects}', rejects_scan = '{rejects}_scan', rejects_limit = 0");
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
        $"SELECT s.file_path, r.line, r.error_type::VARCHAR, r.column_name, r.csv_line, r.error_message, r.line_byte_position FROM {rejects} r JOIN {rejects}_scan s USING (scan_id, file_id) ORDER BY s.file_path, r.line, r.column_idx";

    /// <summary>The rejects of a query as records, one for each line.</summary>
    public IReadOnlyList<RejectedRecord> Rejects(IReadOnlyList<object?[]> rows)
    {
        var shown = _parts.ToDictionary(part => part.Path, part => part.Shown, StringComparer.Ordinal);
        var records = new List<RejectedRecord>();
        foreach (var file in rows.DistinctBy(row => (row[0], row[6])).GroupBy(row => (string)row[0]!))
        {
            using var lines = new LineCounter(file.Key);
            foreach (var row in file.OrderBy(row => Convert.ToInt64(row[6], CultureInfo.InvariantCulture)))
            {
                var raw = (string?)row[4] ?? "";
                var text = raw.TrimStart('\r', '\n');
                // The reader counts records as lines; a quoted line break makes them differ, so the line is found from the offset.
                var line = lines.LineAt(Convert.ToInt64(row[6], CultureInfo.InvariantCulture) - 1 + (raw.Length - text.Length));
                var isType = (string)row[2]! == "CAST";
                records.Add(new RejectedRecord(
                    text.TrimEnd('\r', '\n'), Reason((string)row[2]!, (string?)row[3], (string?)row[5]), isType ? "type" : "parse", isType ? (string?)row[3] : null,
                    shown.GetValueOrDefault(file.Key, file.Key), line));
            }
        }
        return records;
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

    public override IEnumerable<RowOrigin> Find(IReadOnlyList<(string? File, long Row)> rows, IReadOnlyList<RejectedRecord> rejects)
    {
        foreach (var group in rows.GroupBy(row => row.File!))
        {
            var part = _parts.First(candidate => candidate.Path == group.Key);
            var broken = rejects.Where(reject => reject.File == part.Shown && reject.Line is not null).Select(reject => reject.Line!.Value).ToHashSet();
            using var wanted = group.Select(row => row.Row).GetEnumerator();
            wanted.MoveNext();
            using var file = File.OpenRead(part.Path);
            long row = 0;
            var header = Dialect.HasHeader;
            foreach (var (span, bytes) in CsvRecords.Read(file, Dialect.Quote))
            {
                var isRow = span.Line > Dialect.SkipRows && (bytes.Length > 0 || Columns.Count == 1) && !broken.Contains(span.Line) && !(Dialect.Comment is { } mark && bytes.Length > 0 && bytes.Span[0] == mark);
                if (!isRow || (header && !(header = false)))
                {
                    continue;
                }
                if (++row < wanted.Current)
                {
                    continue;
                }
                yield return new RowOrigin(group.Key, row, part.Shown, span.Line, Encoding.UTF8.GetString(bytes.Span));
                if (!wanted.MoveNext())
                {
                    break;
                }
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
        var columns = string.Join(", ", Sources.Select(column => $"{Sql.Text(column.Name)}: {Sql.Text(column.Type)}").Append($"{Sql.Text(RecordStage.RowColumn)}: 'BIGINT'"));
        var select = Sources.Select((column, i) => $"{Sql.Name(column.Name)} AS __r{i}").Append($"{RecordStage.RowColumn} AS __row");
        return $"SELECT {string.Join(", ", select)} FROM read_json({Sql.Text(part.Path)}, format = 'newline_delimited', {Sql.ObjectSize(part.Stage.LongestBytes)}, columns = {{{columns}}})";
    }

    public override IEnumerable<RowOrigin> Find(IReadOnlyList<(string? File, long Row)> rows, IReadOnlyList<RejectedRecord> rejects) =>
        part.Stage.RawOf(rows.Select(row => row.Row)).Select(found =>
        {
            var (file, line) = part.Stage.Origin(found.Row);
            return new RowOrigin(null, found.Row, file, line, found.Raw);
        });

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
        $"SELECT {string.Join(", ", columns.Select((column, i) => $"CAST({Sql.Name(column.Name)} AS {Columns[i].Type}) AS __r{i}"))}, filename AS __file, file_row_number + 1 AS __row FROM {ReadSql(parts)}";

    public static string ReadSql(IReadOnlyList<ParquetPart> parts) => $"read_parquet({Sql.Texts(parts.Select(part => part.Path))}, union_by_name = true, hive_partitioning = false, filename = true, file_row_number = true)";

    public override IEnumerable<RowOrigin> Find(IReadOnlyList<(string? File, long Row)> rows, IReadOnlyList<RejectedRecord> rejects) =>
        rows.Select(row => new RowOrigin(row.File, row.Row, parts.First(part => part.Path == row.File).Shown, row.Row, null));
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
