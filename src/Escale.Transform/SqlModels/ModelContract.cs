using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Projects.Dbt;

namespace Escale.Transform.SqlModels;

/// <summary>
/// A model's contract (<c>contract: {enforced: true}</c>): the columns and types declared are those of the SELECT, and its <c>not_null</c> and
/// <c>check</c> constraints hold for every row; else nothing is written.
/// </summary>
internal static class ModelContract
{
    /// <summary>The relation to write: the SELECT itself, or the SELECT guarded by the contract.</summary>
    /// <exception cref="EscaleException"><c>transform.contract</c> with every difference.</exception>
    public static string Apply(StepSession session, Asset asset, SqlModel model)
    {
        if (!IsEnforced(model.Config))
        {
            return StepSession.NewRows;
        }
        var place = model.PropertiesPlace ?? new Place(asset.Path);
        var actual = session.Describe(StepSession.NewRows);
        var differences = Differences(session, model, actual, place);
        if (differences.Count > 0)
        {
            throw new EscaleException(
                "transform.contract", $"'{model.Name}' breaks its contract: {string.Join("; ", differences)}.",
                "Change the SELECT, or the columns declared in the property file.", place);
        }
        return Guarded(model, actual);
    }

    private static bool IsEnforced(NodeConfig config) => config["contract"] is IReadOnlyDictionary<string, object?> contract
        && contract.TryGetValue("enforced", out var enforced) && enforced is true;

    private static List<string> Differences(StepSession session, SqlModel model, IReadOnlyList<DuckColumn> actual, Place place)
    {
        var differences = new List<string>();
        foreach (var column in model.Columns)
        {
            var found = actual.FirstOrDefault(one => one.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase));
            if (found is null)
            {
                differences.Add($"the column '{column.Name}' is declared and not selected");
                continue;
            }
            var declared = column.DataType is { } type ? TypeOf(session, type, column) : throw new EscaleException(
                "transform.contract", $"The contract of '{model.Name}' needs a data_type for '{column.Name}'.", "Add data_type: to the column.", column.Place ?? place);
            if (declared != found.Type.ToString())
            {
                differences.Add($"'{column.Name}' is {found.Type} and declared {declared}");
            }
        }
        differences.AddRange(actual.Where(one => model.Columns.All(column => !column.Name.Equals(one.Name, StringComparison.OrdinalIgnoreCase)))
            .Select(one => $"the column '{one.Name}' is selected and not declared"));
        return differences;
    }

    /// <summary>The type as DuckDB calls it: <c>int</c> is <c>INTEGER</c>.</summary>
    private static string TypeOf(StepSession session, string type, ColumnProperties column)
    {
        try
        {
            using var result = session.Connection.Query($"SELECT CAST(NULL AS {type}) AS value");
            return result.Columns[0].Type.ToString()!;
        }
        catch (EscaleException error)
        {
            throw new EscaleException("transform.contract", $"'{type}' is not a type that DuckDB knows.", "Write a SQL type such as bigint or varchar.", column.Place, error);
        }
    }

    private static string Guarded(SqlModel model, IReadOnlyList<DuckColumn> actual)
    {
        var constraints = model.Constraints.Concat(model.Columns.SelectMany(column => column.Constraints)).ToList();
        var required = constraints.Where(one => one.Type is ConstraintType.NotNull or ConstraintType.PrimaryKey).SelectMany(one => one.Columns)
            .Distinct(StringComparer.OrdinalIgnoreCase).Where(name => actual.Any(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            .Select(name => $"CASE WHEN {DuckSql.Name(name)} IS NULL THEN error({DuckSql.Literal($"contract: '{name}' is null")}) ELSE {DuckSql.Name(name)} END AS {DuckSql.Name(name)}")
            .ToList();
        var checks = constraints.Where(one => one is { Type: ConstraintType.Check, Expression: not null })
            .Select(one => $"CASE WHEN ({one.Expression}) IS FALSE THEN error({DuckSql.Literal($"contract: a row does not meet {one.Expression}")}) ELSE true END").ToList();
        if (required.Count + checks.Count == 0)
        {
            return StepSession.NewRows;
        }
        var replace = required.Count > 0 ? $" REPLACE ({string.Join(", ", required)})" : "";
        var where = checks.Count > 0 ? $" WHERE {string.Join(" AND ", checks)}" : "";
        return $"(SELECT *{replace} FROM {StepSession.NewRows}{where})";
    }
}
