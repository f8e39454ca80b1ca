using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Projects.Dbt;

namespace Escale.Transform.SqlModels;

/// <summary>
/// How the new rows of an incremental model meet its table: the strategy (append, delete+insert, merge), the keys, and what happens when the
/// columns differ (<c>on_schema_change</c>).
/// </summary>
internal sealed class IncrementalWrite
{
    private const string Target = "DBT_INTERNAL_DEST";
    private const string Source = "DBT_INTERNAL_SOURCE";
    private static readonly string[] _strategies = ["append", "delete+insert", "merge"];
    private static readonly string[] _changes = ["ignore", "append_new_columns", "sync_all_columns", "fail"];

    private readonly SqlModel _model;
    private readonly string _rows;
    private readonly IReadOnlyList<DuckColumn> _old;
    private readonly IReadOnlyList<DuckColumn> _new;
    private readonly IReadOnlyList<string> _keys;
    private readonly string _strategy;
    private readonly string _change;

    /// <param name="session">With the table mounted and the new rows declared.</param>
    /// <param name="model">The model.</param>
    /// <param name="rows">The relation of the new rows.</param>
    public IncrementalWrite(StepSession session, SqlModel model, string rows)
    {
        _model = model;
        _rows = rows;
        _old = session.Describe(model.Table.ToSql());
        _new = session.Describe(rows);
        _keys = Keys(model.Config);
        _strategy = Choice("incremental_strategy", _strategies, _keys.Count > 0 ? "delete+insert" : "append");
        _change = Choice("on_schema_change", _changes, "ignore");
        if (_strategy != "append")
        {
            CheckKeys();
        }
    }

    /// <summary>The write, from one that would replace the whole table.</summary>
    public TableWrite Of(TableWrite whole)
    {
        var added = _new.Where(column => Find(_old, column.Name) is null).ToList();
        var removed = _old.Where(column => Find(_new, column.Name) is null).ToList();
        var retyped = _new.Where(column => Find(_old, column.Name) is { } old && old.Type.ToString() != column.Type.ToString()).ToList();
        if (_change == "fail" && added.Count + removed.Count + retyped.Count > 0)
        {
            throw Changed(added, removed, retyped);
        }
        var rewrites = _change == "sync_all_columns" && (removed.Count > 0 || retyped.Count > 0);
        var predicates = _strategy == "append" ? [] : _model.Config.Texts("incremental_predicates");
        if (rewrites || predicates.Count > 0)
        {
            return Rewrite(whole, rewrites, predicates);
        }
        var keepsNew = _change is "append_new_columns" or "sync_all_columns";
        return whole with
        {
            Sql = $"SELECT {Projection(keepsNew, retyped.Count > 0)} FROM {MergeSource()}",
            Mode = _strategy switch { "append" => WriteMode.Append, "merge" => WriteMode.Merge, _ => WriteMode.DeleteInsert },
            Keys = _strategy == "append" ? [] : _keys,
            SchemaChange = keepsNew ? SchemaChange.AddColumns : SchemaChange.None,
            PartitionBy = [],
        };
    }

    /// <summary>The columns to write: those of the table (in its types), and the new ones where they are wanted.</summary>
    private string Projection(bool keepsNew, bool casts) => string.Join(", ", _new.Where(column => keepsNew || Find(_old, column.Name) is not null).Select(column =>
        casts && Find(_old, column.Name) is { } old && old.Type.ToString() != column.Type.ToString()
            ? $"CAST({DuckSql.Name(column.Name)} AS {old.Type}) AS {DuckSql.Name(column.Name)}"
            : DuckSql.Name(column.Name)));

    /// <summary>
    /// The whole table again: needed when columns go or change type, or when only some of the rows with a key may be replaced
    /// (<c>incremental_predicates</c>).
    /// </summary>
    private TableWrite Rewrite(TableWrite whole, bool takesNewColumns, IReadOnlyList<string> predicates)
    {
        var columns = takesNewColumns ? _new : [.. _old, .. _change == "ignore" ? [] : _new.Where(column => Find(_old, column.Name) is null)];
        string List(IReadOnlyList<DuckColumn> from, string prefix) => string.Join(", ", columns.Select(column => Find(from, column.Name) is null
            ? $"CAST(NULL AS {column.Type}) AS {DuckSql.Name(column.Name)}"
            : $"CAST({prefix}{DuckSql.Name(column.Name)} AS {column.Type}) AS {DuckSql.Name(column.Name)}"));
        var matches = string.Join(" AND ", _keys.Select(key => $"{Target}.{DuckSql.Name(key)} = {Source}.{DuckSql.Name(key)}").Concat(predicates.Select(predicate => $"({predicate})")));
        var kept = _strategy == "append" ? "" : $" WHERE NOT EXISTS (SELECT 1 FROM {_rows} AS {Source} WHERE {matches})";
        return whole with
        {
            Sql = $"SELECT {List(_old, Target + ".")} FROM {_model.Table.ToSql()} AS {Target}{kept}\nUNION ALL\nSELECT {List(_new, "")} FROM {MergeSource()}",
        };
    }

    /// <summary>
    /// The new rows, in which the columns that a merge may not update (<c>merge_update_columns</c>, <c>merge_exclude_columns</c>) have the old
    /// value where the row is there already.
    /// </summary>
    private string MergeSource()
    {
        var update = _model.Config.Texts("merge_update_columns");
        var exclude = _model.Config.Texts("merge_exclude_columns");
        if (_strategy != "merge" || update.Count + exclude.Count == 0)
        {
            return _rows;
        }
        bool Stays(string name) => !Has(_keys, name) && Find(_old, name) is not null && (update.Count > 0 ? !Has(update, name) : Has(exclude, name));
        var list = string.Join(", ", _new.Select(column => Stays(column.Name)
            ? $"CASE WHEN o.{DuckSql.Name(_keys[0])} IS NULL THEN s.{DuckSql.Name(column.Name)} ELSE o.{DuckSql.Name(column.Name)} END AS {DuckSql.Name(column.Name)}"
            : $"s.{DuckSql.Name(column.Name)}"));
        var on = string.Join(" AND ", _keys.Select(key => $"o.{DuckSql.Name(key)} = s.{DuckSql.Name(key)}"));
        return $"(SELECT {list} FROM {_rows} AS s LEFT JOIN {_model.Table.ToSql()} AS o ON {on})";
    }

    private static IReadOnlyList<string> Keys(NodeConfig config) =>
        [.. config.Texts("unique_key").SelectMany(key => key.Split(',')).Select(key => key.Trim().Trim('"')).Where(key => key.Length > 0)];

    private void CheckKeys()
    {
        if (_keys.Count == 0)
        {
            throw new EscaleException(
                "transform.key-missing", $"The strategy '{_strategy}' of '{_model.Name}' needs a unique_key.", "Add unique_key= to config().",
                _model.Config.PlaceOf("incremental_strategy") ?? new Place(_model.File.Path));
        }
        if (_keys.FirstOrDefault(key => Find(_new, key) is null || Find(_old, key) is null) is { } missing)
        {
            throw new EscaleException(
                "transform.key-missing", $"'{_model.Name}' has no column '{missing}' for its unique_key.",
                Nearest.Remedy(missing, _new.Select(column => column.Name), "Name columns of the SELECT."),
                (_model.Config.PlaceOf("unique_key") ?? new Place(_model.File.Path)) with { Field = missing });
        }
    }

    private string Choice(string key, string[] known, string fallback)
    {
        var value = _model.Config.Text(key) is { } given ? given.Replace("delete_insert", "delete+insert", StringComparison.Ordinal) : fallback;
        return known.Contains(value) ? value : throw new EscaleException(
            "projects.config-invalid", $"'{key}' cannot be '{value}'.", Nearest.Remedy(value, known, $"It is one of {string.Join(", ", known)}."),
            _model.Config.PlaceOf(key) ?? new Place(_model.File.Path));
    }

    private EscaleException Changed(List<DuckColumn> added, List<DuckColumn> removed, List<DuckColumn> retyped)
    {
        var parts = added.Select(column => $"'{column.Name}' is new").Concat(removed.Select(column => $"'{column.Name}' is gone"))
            .Concat(retyped.Select(column => $"'{column.Name}' is {column.Type} and was {Find(_old, column.Name)!.Type}"));
        return new EscaleException(
            "transform.schema-changed", $"The columns of '{_model.Name}' changed: {string.Join("; ", parts)}.",
            "Rebuild it with --full-refresh, or set on_schema_change.", new Place(_model.File.Path, Table: _model.Table.ToString()));
    }

    private static bool Has(IReadOnlyList<string> names, string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static DuckColumn? Find(IReadOnlyList<DuckColumn> columns, string name) =>
        columns.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
