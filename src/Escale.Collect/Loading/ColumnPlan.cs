using Escale.Collect.Definitions;
using Escale.Engines.Tables;
using Escale.Lake;

namespace Escale.Collect.Loading;

/// <summary>A column of the table after the load.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Target">Its SQL type in the table.</param>
internal sealed record PlannedColumn(string Name, string Target)
{
    /// <summary>What the source file says of it, or null.</summary>
    public ColumnRule? Rule { get; init; }

    /// <summary>What happens to values that are not of the type.</summary>
    public ContractMode OnMismatch { get; init; }

    /// <summary>The contract does not let this column in: rows that have it go to quarantine.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Whether the type follows the data (no declaration, nothing in the table yet).</summary>
    public bool IsInferred { get; init; }
}

/// <summary>Decides the columns of the table from the batch, the source file, the table as it is and the contract.</summary>
internal static class ColumnPlan
{
    /// <summary>The plan.</summary>
    /// <param name="table">The table's definition.</param>
    /// <param name="incoming">The batch's columns with their types, in order.</param>
    /// <param name="current">The table as it is, or null.</param>
    /// <param name="replaces">Whether all rows are replaced, and the columns may be.</param>
    public static IReadOnlyList<PlannedColumn> Make(SourceTable table, IReadOnlyList<(string Name, string Type)> incoming, DeltaSchema? current, bool replaces)
    {
        if (current is null && table.Contract.Tables != ContractMode.Evolve)
        {
            throw new EscaleException("collect.contract-tables", $"{table.Table} does not exist and its contract does not let it be made.", "Set contract.tables: evolve for the first load.", table.Place);
        }
        var plan = new List<PlannedColumn>();
        foreach (var (name, type) in incoming)
        {
            var known = current?.Find(name);
            var rule = table.Rule(name);
            if (current is not null && known is null && rule is null && table.Contract.Columns != ContractMode.Evolve)
            {
                switch (table.Contract.Columns)
                {
                    case ContractMode.Freeze:
                        throw new EscaleException(
                            "collect.contract-columns", $"The source has a new column '{name}', and the contract of {table.Table} freezes its columns.",
                            "Declare the column under 'columns:', or set contract.columns: evolve.", table.Place with { Field = name });
                    case ContractMode.DiscardRow:
                        plan.Add(new PlannedColumn(name, type) { IsRefused = true });
                        break;
                }
                continue;
            }
            plan.Add(Plan(table, known?.Name ?? rule?.Name ?? name, type, rule, known, replaces));
        }
        foreach (var rule in table.Columns.Where(rule => !incoming.Any(column => Same(column.Name, rule.Name))))
        {
            // A declared column that the batch lacks is there all the same, empty.
            var known = current?.Find(rule.Name) is { } field ? TableTypes.ToSql(field.Type) : null;
            plan.Add(new PlannedColumn(rule.Name, TableType(rule.Type ?? known ?? SqlTypes.Text)) { Rule = rule });
        }
        return plan;
    }

    public static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    /// <summary>Timestamps are moments in the lake; a time without a zone is read as UTC.</summary>
    public static string TableType(string type) => type == SqlTypes.Timestamp ? SqlTypes.TimestampTz : type;

    private static PlannedColumn Plan(SourceTable table, string name, string type, ColumnRule? rule, DeltaField? known, bool replaces)
    {
        var mode = table.Contract.DataType;
        var batch = TableType(type);
        var before = known is null ? null : TableTypes.ToSql(known.Type);
        if (rule?.Type is { } declared)
        {
            var target = TableType(declared);
            if (before is not null && !replaces && before != target && Widen(before, target) is var wider)
            {
                target = wider ?? throw new EscaleException(
                    "collect.type-changed", $"'{name}' is declared {declared.ToLowerInvariant()} but is {before.ToLowerInvariant()} in {table.Table}.",
                    "Collect the table anew with --full-refresh, or declare the type it has.", table.Place with { Field = name });
            }
            return new PlannedColumn(name, target) { Rule = rule, OnMismatch = mode };
        }
        if (before is null || before == batch || (replaces && mode == ContractMode.Evolve))
        {
            return new PlannedColumn(name, batch) { Rule = rule, OnMismatch = mode, IsInferred = true };
        }
        var evolved = mode == ContractMode.Evolve ? Widen(before, batch) : null;
        return new PlannedColumn(name, evolved ?? before) { Rule = rule, OnMismatch = mode };
    }

    private static string? Widen(string before, string batch)
    {
        if (batch.Contains('(', StringComparison.Ordinal) || batch.EndsWith("[]", StringComparison.Ordinal))
        {
            // Structures grow field by field; the lake knows how.
            return before.Contains("STRUCT", StringComparison.Ordinal) && batch.Contains("STRUCT", StringComparison.Ordinal) ? batch : before == SqlTypes.Text ? before : null;
        }
        return (before, batch) switch
        {
            (SqlTypes.Text, _) => SqlTypes.Text,
            (SqlTypes.TimestampTz, SqlTypes.Date) or (SqlTypes.Date, SqlTypes.TimestampTz) => SqlTypes.TimestampTz,
            (SqlTypes.Date or SqlTypes.TimestampTz or SqlTypes.Boolean, _) => null,
            _ => SqlTypes.Widen(before, batch),
        };
    }
}
