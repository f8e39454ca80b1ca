using System.Globalization;

using Escale.Collect.Definitions;
using Escale.Engines.DuckDb;
using Escale.Lake;

namespace Escale.Collect.Loading;

/// <summary>The staged rows as their types, each with the number of the first rule that it breaks (0: none).</summary>
internal sealed class RowJudge
{
    private const int MaxRawBytes = 1 << 20;

    private readonly LoadJob _job;
    private readonly IReadOnlyList<RawRelation> _relations;
    private readonly IReadOnlyList<string> _stages;
    private readonly IReadOnlyList<PlannedColumn> _plan;
    private readonly List<Check> _checks = [];

    public RowJudge(LoadJob job, IReadOnlyList<RawRelation> relations, IReadOnlyList<string> stages, IReadOnlyList<PlannedColumn> plan, Snapshot? current)
    {
        (_job, _relations, _stages, _plan, Current) = (job, relations, stages, plan, current);
        var selects = relations.Select((relation, part) => Select(relation, part)).ToList();
        if (selects.Count == 0)
        {
            selects.Add($"SELECT {string.Join(", ", plan.Select(column => $"NULL::{column.Target} AS {Engine(column.Name)}"))}, NULL::VARCHAR AS __file, 0::BIGINT AS __row, 0 AS __part, NULL::VARCHAR AS __shown, 0 AS __rule WHERE false");
        }
        Sql = WithUnique(string.Join("\nUNION ALL\n", selects));
    }

    /// <summary>The table before the load.</summary>
    public Snapshot? Current { get; }

    /// <summary>The rules, in the order in which they are tried.</summary>
    public IReadOnlyList<Check> Checks => _checks;

    /// <summary>The SELECT: the table's columns, <c>__rule</c>, <c>__part</c>, <c>__file</c>, <c>__row</c>, <c>__shown</c>.</summary>
    public string Sql { get; }

    /// <summary>Whether the SELECT reads the table itself.</summary>
    public bool NeedsTable => Current is not null && !_job.Replaces && (_plan.Any(column => column.Rule?.Unique == true) || _job.Table.Strategy == MergeStrategy.InsertOnly);

    public string? TypeOf(string column) => _plan.FirstOrDefault(planned => ColumnPlan.Same(planned.Name, column))?.Target;

    /// <summary>Rows that pass and rows that do not.</summary>
    public (long Good, long Bad) Count(DuckConnection connection, CancellationToken cancellationToken)
    {
        using var result = connection.Query($"SELECT count(*) FILTER (WHERE __rule = 0), count(*) FILTER (WHERE __rule > 0) FROM ({Sql})", cancellationToken);
        var row = result.Rows().Single();
        return (Convert.ToInt64(row[0], CultureInfo.InvariantCulture), Convert.ToInt64(row[1], CultureInfo.InvariantCulture));
    }

    /// <summary>The numbers of the records that break a rule, where there is one relation.</summary>
    public HashSet<long> BadRows(DuckConnection connection, CancellationToken cancellationToken)
    {
        using var result = connection.Query($"SELECT __row FROM ({Sql}) WHERE __rule > 0", cancellationToken);
        return [.. result.Rows().Select(row => Convert.ToInt64(row[0], CultureInfo.InvariantCulture))];
    }

    /// <summary>Fails when a rule is broken that the contract freezes.</summary>
    public void RefuseFatal(DuckConnection connection, CancellationToken cancellationToken)
    {
        var fatal = _checks.Select((check, i) => (check, Number: i + 1)).Where(pair => pair.check.IsFatal).Select(pair => pair.Number.ToString(CultureInfo.InvariantCulture)).ToList();
        if (fatal.Count == 0)
        {
            return;
        }
        var first = Bad(connection, [], cancellationToken, $"__rule IN ({string.Join(", ", fatal)})").FirstOrDefault();
        if (first is not null)
        {
            throw new EscaleException(
                "collect.contract-type", $"{first.Reason}, and the contract of {_job.Table.Table} freezes its types: {(first.Raw.Length > 120 ? first.Raw[..120] : first.Raw)}",
                "Correct the source, or set contract.data_type: discard_row to set such rows aside.", new Place(first.File, (int?)first.Line, Table: _job.Table.Table.ToString(), Field: first.Field));
        }
    }

    /// <summary>The rows that break a rule, as they came, one after the other.</summary>
    public IEnumerable<RejectedRecord> Bad(DuckConnection connection, IEnumerable<RejectedRecord> rejects, CancellationToken cancellationToken, string where = "__rule > 0")
    {
        for (var part = 0; part < _relations.Count; part++)
        {
            // The originals of Parquet rows are asked for on the same connection, which has one result at a time.
            var rows = _relations[part] is ParquetRelation ? [.. BadRows(connection, part, where, cancellationToken)] : BadRows(connection, part, where, cancellationToken);
            foreach (var origin in _relations[part].Find(rows, rejects))
            {
                var check = _checks[origin.Bad.Rule - 1];
                yield return new RejectedRecord(origin.Raw ?? RawFromStage(connection, part, origin, cancellationToken), check.Reason, check.Kind, check.Field, origin.Shown, origin.Line) { Layout = origin.Layout };
            }
        }
    }

    private IEnumerable<BadRow> BadRows(DuckConnection connection, int part, string where, CancellationToken cancellationToken)
    {
        var first = _relations[part] is CsvRelation ? FirstRows(connection, part, cancellationToken) : [];
        using var result = connection.Query($"SELECT __file, __row, __rule FROM ({Sql}) WHERE __part = {part.ToString(CultureInfo.InvariantCulture)} AND {where} ORDER BY __file, __row", cancellationToken);
        foreach (var row in result.Rows())
        {
            var file = (string?)row[0];
            yield return new BadRow(file, Convert.ToInt64(row[1], CultureInfo.InvariantCulture) - (file is null ? 0 : first.GetValueOrDefault(file)), Convert.ToInt32(row[2], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The staging file numbers rows through all files; a file's own rows are counted from its first.</summary>
    private Dictionary<string, long> FirstRows(DuckConnection connection, int part, CancellationToken cancellationToken)
    {
        using var result = connection.Query($"SELECT __file, min(file_row_number) FROM read_parquet({Loading.Sql.Text(_stages[part])}, file_row_number = true) GROUP BY 1", cancellationToken);
        return result.Rows().ToDictionary(row => (string)row[0]!, row => Convert.ToInt64(row[1], CultureInfo.InvariantCulture));
    }

    private string RawFromStage(DuckConnection connection, int part, RowOrigin origin, CancellationToken cancellationToken)
    {
        var columns = string.Join(", ", _relations[part].Columns.Select((column, i) => $"{Engine(column.Name)} := __r{i}"));
        var text = connection.Scalar<string>(
            $"SELECT CAST(to_json(struct_pack({columns})) AS VARCHAR) FROM read_parquet({Loading.Sql.Text(_stages[part])}) WHERE __row = {origin.Bad.Row.ToString(CultureInfo.InvariantCulture)} AND __file = {Loading.Sql.Text(origin.Bad.File!)}", cancellationToken) ?? "{}";
        return text.Length > MaxRawBytes ? text[..MaxRawBytes] : text;
    }

    private static string Engine(string name) => DuckSql.Name(name);

    private string Select(RawRelation relation, int part)
    {
        var values = new List<string>();
        var checks = new List<Check>();
        foreach (var column in _plan)
        {
            var index = relation.Columns.ToList().FindIndex(candidate => ColumnPlan.Same(candidate.Name, column.Name));
            var type = index < 0 ? null : relation.StagedType(index);
            var raw = string.Create(CultureInfo.InvariantCulture, $"__r{index}");
            values.Add(type is null ? $"NULL::{column.Target} AS {Engine(column.Name)}" : $"{Judgement.Read(raw, type, column, relation.Dialect)} AS {Engine(column.Name)}");
            checks.AddRange(Judgement.Checks(_job.Table, column, raw, type, $"v.{Engine(column.Name)}"));
        }
        // All relations share one list of rules, so that a number means the same in each.
        var numbers = checks.ConvertAll(check => (check.Condition, Number: NumberOf(check)));
        var rule = numbers.Count == 0 ? "0" : "CASE" + string.Concat(numbers.Select(pair => string.Create(CultureInfo.InvariantCulture, $" WHEN {pair.Condition} THEN {pair.Number}"))) + " ELSE 0 END";
        var (row, file) = relation switch
        {
            CsvRelation => ("file_row_number + 1", "__file"),
            StagedRelation => ("__row", "NULL::VARCHAR"),
            _ => ("__row", "__file"),
        };
        var hasOrigins = relation is StagedRelation && _job.Table.Lineage;
        var shown = hasOrigins ? "__origin" : relation is StagedRelation ? Loading.Sql.Text(_job.Table.Name) : ShownSql(part);
        var origins = hasOrigins ? $" ASOF LEFT JOIN read_json({Loading.Sql.Text(OriginsOf(_stages[part]))}, format = 'newline_delimited', columns = {{'__first': 'BIGINT', '__origin': 'VARCHAR'}}) o ON v.__erow >= o.__first" : "";
        var inner = $"SELECT *, {string.Join(", ", values)}, {file} AS __efile, {row} AS __erow FROM read_parquet({Loading.Sql.Text(_stages[part])}, file_row_number = true)";
        return string.Create(CultureInfo.InvariantCulture, $"SELECT {string.Join(", ", _plan.Select(column => Engine(column.Name)))}, __efile AS __file, __erow AS __row, {part} AS __part, {shown} AS __shown, {rule} AS __rule FROM ({inner}) v{origins}");
    }

    /// <summary>Where the origins of a staging file's rows are written, when lineage is asked for.</summary>
    public static string OriginsOf(string stage) => stage + ".origins";

    private string ShownSql(int part)
    {
        return "CASE __efile" + string.Concat(_relations[part].Files.Select(candidate => $" WHEN {Loading.Sql.Text(candidate.Path)} THEN {Loading.Sql.Text(candidate.Shown)}")) + " END";
    }

    private int NumberOf(Check check)
    {
        var index = _checks.FindIndex(known => known.Kind == check.Kind && known.Field == check.Field);
        if (index < 0)
        {
            _checks.Add(check);
            index = _checks.Count - 1;
        }
        return index + 1;
    }

    /// <summary>Uniqueness is judged among the rows that break nothing else; the first one stays.</summary>
    private string WithUnique(string select)
    {
        foreach (var column in _plan.Where(column => column.Rule?.Unique == true && !IsOnlyKey(column)))
        {
            var number = NumberOf(new Check("unique", column.Name, $"'{column.Name}' is there already", ""));
            var name = Engine(column.Name);
            var exists = NeedsTable && Current!.Schema.Find(column.Name) is not null && _job.Table.Mode == LoadMode.Append
                ? $" OR EXISTS (SELECT 1 FROM {_job.Table.Table.ToSql()} o WHERE o.{name} = u.{name})"
                : "";
            select = string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT * REPLACE (CASE WHEN __rule = 0 AND {name} IS NOT NULL AND (row_number() OVER (PARTITION BY {name}, __rule = 0 ORDER BY __part, __row) > 1{exists}) THEN {number} ELSE __rule END AS __rule) FROM ({select}) u");
        }
        return select;
    }

    /// <summary>A merge makes its only key unique itself.</summary>
    private bool IsOnlyKey(PlannedColumn column) => _job.Table.Mode == LoadMode.Merge && _job.Table.Keys.Count == 1 && ColumnPlan.Same(_job.Table.Keys[0], column.Name);
}
