using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Engines.Postgres.Copy;
using Escale.Kernel;

namespace Escale.Transform.Warehouse;

/// <summary>
/// The SELECT that gives a model's rows as they are published: foreign keys without a match point to the unknown member, and a dimension
/// that has no unknown member gets one. So no fact is ever lost to a key.
/// </summary>
internal sealed class StageQuery
{
    /// <summary>The key of the unknown member.</summary>
    public const string UnknownKey = "-1";

    private readonly WarehouseTable _table;
    private readonly IReadOnlyList<DuckColumn> _columns;
    private readonly List<Reference> _mapped;

    /// <param name="table">The definition.</param>
    /// <param name="columns">The lake table's columns.</param>
    public StageQuery(WarehouseTable table, IReadOnlyList<DuckColumn> columns)
    {
        _table = table;
        _columns = columns;
        Columns = [.. columns.Select(CopyColumn.For)];
        _mapped = [.. table.References.Where(reference => reference.MapsUnknown && CanBeUnknown(Find(reference.Columns[0]).Type))];
    }

    /// <summary>The columns as they are sent.</summary>
    public IReadOnlyList<CopyColumn> Columns { get; }

    /// <summary>The columns whose unmatched values become −1, in the order of <see cref="CountSql"/>.</summary>
    public IReadOnlyList<string> MappedColumns => [.. _mapped.Select(reference => Find(reference.Columns[0]).Name)];

    /// <summary>Counts per mapped column the rows whose value has no match; null when there is none to count.</summary>
    public string? CountSql => _mapped.Count == 0
        ? null
        : $"SELECT {string.Join(", ", _mapped.Select((_, index) => string.Create(CultureInfo.InvariantCulture, $"count(*) FILTER (u{index})")))} FROM (SELECT "
            + string.Join(", ", _mapped.Select((reference, index) => string.Create(
                CultureInfo.InvariantCulture,
                $"(NOT coalesce({IsMatched(reference)}, false)) AND f.{Name(reference.Columns[0])} IS DISTINCT FROM {Unknown(reference)} AS u{index}")))
            + $" FROM {_table.Source.ToSql()} f)";

    /// <summary>The rows.</summary>
    public string Sql
    {
        get
        {
            var replaced = string.Join(", ", _mapped.Select(reference =>
                $"CASE WHEN {IsMatched(reference)} THEN f.{Name(reference.Columns[0])} ELSE {Unknown(reference)} END AS {Name(reference.Columns[0])}"));
            var rows = $"SELECT f.*{(replaced.Length > 0 ? $" REPLACE ({replaced})" : "")} FROM {_table.Source.ToSql()} f";
            var unknown = UnknownMember is { } member ? $" UNION ALL {member}" : "";
            return $"SELECT {string.Join(", ", Columns.Select(column => column.Expression))} FROM ({rows}{unknown})";
        }
    }

    /// <summary>Finds a column whatever the case it is written in.</summary>
    /// <exception cref="EscaleException"><c>warehouse.unknown-column</c>.</exception>
    public DuckColumn Find(string name) =>
        _columns.FirstOrDefault(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase)) ?? throw new EscaleException(
            "warehouse.unknown-column", $"A key, index or constraint of {_table.Target} names the column '{name}', which its model does not have.",
            Projects.Nearest.Remedy(name, _columns.Select(column => column.Name), "Correct the name."), _table.Place);

    private string? UnknownMember
    {
        get
        {
            if (!_table.IsDimension || _table.PrimaryKey.Count != 1 || Find(_table.PrimaryKey[0]) is not { } key || !CanBeUnknown(key.Type))
            {
                return null;
            }
            var values = string.Join(", ", _columns.Select(column => $"CAST({UnknownValue(column, key)} AS {column.Type}) AS {CopyColumn.QuoteName(column.Name)}"));
            var keyName = CopyColumn.QuoteName(key.Name);
            return $"SELECT {values} WHERE NOT EXISTS (SELECT 1 FROM {_table.Source.ToSql()} WHERE {keyName} = {Quote(UnknownKey)}::{key.Type})";
        }
    }

    private string UnknownValue(DuckColumn column, DuckColumn key)
    {
        if (ReferenceEquals(column, key))
        {
            return Quote(UnknownKey);
        }
        var given = _table.Unknown.FirstOrDefault(pair => string.Equals(pair.Key, column.Name, StringComparison.OrdinalIgnoreCase));
        if (given.Key is not null)
        {
            return given.Value is null ? "NULL" : Quote(Convert.ToString(given.Value, CultureInfo.InvariantCulture)!);
        }
        if (column.Type is { IsText: true, IsJson: false })
        {
            return "'Unknown'";
        }
        if (_mapped.Any(reference => ReferenceEquals(Find(reference.Columns[0]), column)))
        {
            return Quote(UnknownKey);
        }
        var isNeeded = _table.NotNull.Any(name => string.Equals(name, column.Name, StringComparison.OrdinalIgnoreCase));
        return !isNeeded ? "NULL" : column.Type switch
        {
            { IsNumber: true } => "0",
            { Id: DuckTypeId.Boolean } => "false",
            { Id: DuckTypeId.Date or DuckTypeId.Timestamp or DuckTypeId.TimestampTz } => "'1900-01-01'",
            _ => throw new EscaleException(
                "warehouse.unknown-member", $"The column '{column.Name}' of {_table.Target} is never null, and there is no value for the unknown member.",
                $"Give it under meta: unknown: {{{column.Name}: …}}.", _table.Place),
        };
    }

    private string IsMatched(Reference reference) =>
        $"f.{Name(reference.Columns[0])} IN (SELECT {CopyColumn.QuoteName(reference.TargetColumns[0])} FROM {reference.Source.ToSql()})";

    private string Unknown(Reference reference) => $"{Quote(UnknownKey)}::{Find(reference.Columns[0]).Type}";

    private string Name(string column) => CopyColumn.QuoteName(Find(column).Name);

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    // Dates, UUIDs and unsigned numbers have no −1: such keys may be null, and an unmatched one is an error of the foreign key.
    internal static bool CanBeUnknown(DuckType type) => type is { IsText: true, IsJson: false }
        || type.Id is DuckTypeId.TinyInt or DuckTypeId.SmallInt or DuckTypeId.Integer or DuckTypeId.BigInt or DuckTypeId.HugeInt or DuckTypeId.Decimal;
}
