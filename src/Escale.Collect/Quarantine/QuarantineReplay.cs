using System.Globalization;
using System.Text;
using System.Text.Json;
using Escale.Collect.Definitions;
using Escale.Collect.Files;
using Escale.Collect.Loading;
using Escale.Collect.Steps;
using Escale.Engines.Tables;
using Escale.Lake;

namespace Escale.Collect.Quarantine;

/// <summary>What a replay did.</summary>
/// <param name="Moved">Rows that are now in the table.</param>
/// <param name="Left">Rows that still break a rule.</param>
internal sealed record ReplayOutcome(long Moved, long Left);

/// <summary>
/// Reads quarantined records again under today's contract and moves those that pass into their table, each once. Three commits: the rows
/// that pass are marked with a number, the table takes them under that number, the marked rows go. After a crash the number in the table
/// says which of the two halves is still to do.
/// Failpoints: <c>collect.replay.marked</c>, <c>collect.replay.moved</c>.
/// </summary>
internal sealed class QuarantineReplay(LakeEngine lake, ParseEngine parser, QuarantineWriter quarantine, ProjectRoot root)
{
    public async Task<ReplayOutcome> RunAsync(SourceStep step, RunId run, CancellationToken cancellationToken)
    {
        var table = step.Table;
        var target = lake.Catalog.Exists(table.Table) ? lake.Catalog.Table(table.Table).TryRead() : null;
        using var session = lake.OpenSession();
        Recover(session, table, target, cancellationToken);
        session.Mount(table.Quarantine);
        // Above every number used before: the table takes a number once.
        var number = Math.Max(lake.Catalog.Table(table.Quarantine).Read().Version, target?.Txn($"replay.{table.Quarantine}") ?? 0) + 1;
        var workspace = Path.Combine(root.StateFolder, "collect", $"{run.Value}-replay-{table.Table}");
        Directory.CreateDirectory(workspace);
        try
        {
            var rows = Rows(session, table, cancellationToken);
            using var stage = new RecordStage(Path.Combine(workspace, "records.ndjson"), table.Name);
            var ids = Stage(rows, table, target, stage);
            var part = stage.Finish();
            if (stage.Count == 0)
            {
                return new ReplayOutcome(0, rows.Count);
            }
            var job = new LoadJob
            {
                Table = table,
                Intake = new Intake { Parts = [part] },
                Workspace = workspace,
                Run = run,
                Fingerprint = "",
                Code = step.Code,
                Sequence = number,
                Replay = new Replay($"replay.{table.Quarantine}", number, bad => Mark(session, table, number, ids, bad, cancellationToken)),
            };
            var relation = new StagedRelation(part, table.Nested, DialectOf(table));
            var plan = ColumnPlan.Make(table, relation.Columns, target?.Schema, replaces: false);
            await new StagedLoad(lake, parser, quarantine).RunAsync(job, [relation], plan, target, cancellationToken);
            Failpoint.Hit("collect.replay.moved");
            var moved = Remove(session, table, number, cancellationToken);
            return new ReplayOutcome(moved, rows.Count - moved);
        }
        finally
        {
            Directory.Delete(workspace, recursive: true);
        }
    }

    /// <summary>Finishes, or takes back, what an interrupted replay began.</summary>
    private static void Recover(LakeSession session, SourceTable table, Snapshot? target, CancellationToken cancellationToken)
    {
        session.Mount(table.Quarantine);
        var pending = session.Connection.Scalar<long?>($"SELECT max(replay) FROM {table.Quarantine.ToSql()}", cancellationToken);
        if (pending is not { } number)
        {
            return;
        }
        if (target?.Txn($"replay.{table.Quarantine}") >= number)
        {
            Remove(session, table, number, cancellationToken);
            return;
        }
        // The rows change what the predicate asks about, so they are told by their ids.
        session.Connection.Execute($"CREATE OR REPLACE TEMP TABLE escale_marked AS SELECT id FROM {table.Quarantine.ToSql()} WHERE replay IS NOT NULL", cancellationToken);
        const string Marked = "id IN (SELECT id FROM temp.main.escale_marked)";
        session.Write(Change(table, $"SELECT * REPLACE (NULL::BIGINT AS replay) FROM {table.Quarantine.ToSql()} WHERE {Marked}", Marked), cancellationToken);
    }

    private sealed record QuarantinedRow(string Id, string Raw, string? File, long? Line, string? Layout);

    private List<QuarantinedRow> Rows(LakeSession session, SourceTable table, CancellationToken cancellationToken)
    {
        // Tables that an earlier version made have no layout.
        var layout = lake.Catalog.Table(table.Quarantine).Read().Schema.Find("layout") is null ? "NULL" : "layout";
        using var result = session.Connection.Query($"SELECT id, raw, file, line, {layout} FROM {table.Quarantine.ToSql()} ORDER BY \"at\", id", cancellationToken);
        return [.. result.Rows().Select(row => new QuarantinedRow(
            (string)row[0]!, (string?)row[1] ?? "", (string?)row[2], row[3] is null ? null : Convert.ToInt64(row[3], CultureInfo.InvariantCulture), (string?)row[4]))];
    }

    /// <summary>The ids of the staged records, in their order. Records that are still no records stay behind.</summary>
    private static List<string> Stage(List<QuarantinedRow> rows, SourceTable table, Snapshot? target, RecordStage stage)
    {
        var ids = new List<string>();
        foreach (var row in rows)
        {
            var record = row.Layout is { } layout ? FromDelimited(row.Raw, JsonSerializer.Deserialize<CsvLayout>(layout)!, table)
                : row.Raw.AsSpan().TrimStart().StartsWith("{") ? Encoding.UTF8.GetBytes(row.Raw) : FromDelimited(row.Raw, table, target);
            if (record is not null && stage.Add(record, row.File ?? table.Quarantine.ToString(), row.Line ?? 0))
            {
                ids.Add(row.Id);
            }
        }
        return ids;
    }

    /// <summary>A delimited record as JSON texts under the columns that its file had; null when it does not have as many fields.</summary>
    private static byte[]? FromDelimited(string raw, CsvLayout layout, SourceTable table)
    {
        var fields = CsvRecords.Fields(Encoding.UTF8.GetBytes(raw), layout.Delimiter, layout.Quote, layout.Escape);
        return fields.Count == layout.Columns.Count ? ToJson(layout.Columns, fields, (FilesSettings)table.Settings) : null;
    }

    /// <summary>A record whose layout was not kept: the table's columns in their order, with the first delimiter that gives as many fields.</summary>
    private static byte[]? FromDelimited(string raw, SourceTable table, Snapshot? target)
    {
        if (table.Settings is not FilesSettings settings || target is null)
        {
            return null;
        }
        var names = target.Schema.Columns.Select(column => column.Name).Where(name => !name.StartsWith("_escale_", StringComparison.Ordinal)).ToList();
        var bytes = Encoding.UTF8.GetBytes(raw);
        var quote = settings.Csv.Quote ?? '"';
        char[] delimiters = settings.Csv.Delimiter is { } only ? [only] : [',', ';', '\t', '|'];
        return delimiters.Select(delimiter => CsvRecords.Fields(bytes, delimiter, quote, settings.Csv.Escape ?? quote))
            .FirstOrDefault(fields => fields.Count == names.Count) is { } found ? ToJson(names, found, settings) : null;
    }

    private static byte[] ToJson(IEnumerable<string> names, IEnumerable<string> fields, FilesSettings settings) =>
        JsonSerializer.SerializeToUtf8Bytes(names.Zip(fields).ToDictionary(pair => pair.First, pair => settings.Csv.NullValues.Contains(pair.Second) ? null : pair.Second));

    private static CsvDialect? DialectOf(SourceTable table) => table.Settings is FilesSettings { Csv: var options }
        ? new CsvDialect { Delimiter = ',', Columns = [], Decimal = options.Decimal, DateFormat = options.DateFormat, TimestampFormat = options.TimestampFormat }
        : null;

    private static void Mark(LakeSession session, SourceTable table, long number, List<string> ids, IReadOnlyCollection<long> bad, CancellationToken cancellationToken)
    {
        session.Connection.Execute("CREATE OR REPLACE TEMP TABLE escale_good (id VARCHAR)", cancellationToken);
        foreach (var chunk in ids.Where((_, i) => !bad.Contains(i + 1)).Chunk(1000))
        {
            session.Connection.Execute($"INSERT INTO temp.main.escale_good VALUES {string.Join(", ", chunk.Select(id => $"({Sql.Text(id)})"))}", cancellationToken);
        }
        const string Good = "id IN (SELECT id FROM temp.main.escale_good)";
        session.Write(Change(table, string.Create(CultureInfo.InvariantCulture, $"SELECT * REPLACE ({number}::BIGINT AS replay) FROM {table.Quarantine.ToSql()} WHERE {Good}"), Good), cancellationToken);
        Failpoint.Hit("collect.replay.marked");
    }

    private static long Remove(LakeSession session, SourceTable table, long number, CancellationToken cancellationToken)
    {
        session.Mount(table.Quarantine);
        var predicate = string.Create(CultureInfo.InvariantCulture, $"replay = {number}");
        var outcome = session.Write(Change(table, $"SELECT * FROM {table.Quarantine.ToSql()} WHERE false", predicate), cancellationToken);
        session.Mount(table.Quarantine);
        return outcome.RowsRemoved;
    }

    private static TableWrite Change(SourceTable table, string sql, string predicate) => new()
    {
        Table = table.Quarantine,
        Sql = sql,
        Mode = WriteMode.ReplaceWhere,
        Predicate = predicate,
        Operation = "REPLAY",
    };
}
