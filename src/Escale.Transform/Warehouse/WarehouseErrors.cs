using Escale.Engines.Postgres;
using Escale.Kernel;
using Npgsql;

namespace Escale.Transform.Warehouse;

/// <summary>What PostgreSQL says about a published table, in terms of the model.</summary>
internal static class WarehouseErrors
{
    public static EscaleException From(PostgresException error, WarehouseTable table)
    {
        var place = (table.Place ?? new Place(null)) with { Table = table.Target.ToString(), Field = error.ColumnName };
        var said = error.Detail is { Length: > 0 } detail && !detail.StartsWith("Detail redacted", StringComparison.Ordinal)
            ? $"{error.MessageText}: {detail.TrimEnd('.')}"
            : error.MessageText;
        return error.SqlState switch
        {
            "23505" => new EscaleException(
                "warehouse.duplicate-key", $"{table.Target} is not published: {said}.", "Make the key unique in the model, and test it with 'unique'.", place, error),
            "23502" => new EscaleException(
                "warehouse.null-value", $"{table.Target} is not published: {error.MessageText}.", "Fill the column in the model, or drop its not_null constraint.", place, error),
            "23503" => new EscaleException(
                "warehouse.foreign-key", $"{table.Target} is not published: {said}.", "Map unmatched keys in the model, or give the other table a key that has an unknown member (an integer or text).", place, error),
            "23514" => new EscaleException(
                "warehouse.check", $"{table.Target} is not published: {said}.", "Correct the rows in the model, or the check.", place, error),
            "53100" => PostgresErrors.Translate(error, "the warehouse"),
            ['2', '2', ..] => new EscaleException(
                "warehouse.value", $"{table.Target} is not published: {error.MessageText}{(error.Where is { Length: > 0 } where ? $" ({where})" : "")}.",
                "PostgreSQL cannot keep this value: change it in the model.", place, error),
            ['4', '2', ..] => new EscaleException(
                "warehouse.definition", $"{table.Target} is not published: {error.MessageText}.", "Correct the constraint or index in the property file.", place, error),
            _ => PostgresErrors.Translate(error, "the warehouse"),
        };
    }
}
