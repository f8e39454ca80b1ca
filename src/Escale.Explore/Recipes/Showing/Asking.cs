using System.Text.Json.Nodes;
using Escale.Explore.Sql;
using Escale.Kernel;

namespace Escale.Explore.Recipes;

/// <summary>A column as the sandbox tells it.</summary>
internal sealed record AskedColumn(string Name, string Type, string Kind)
{
    public PreviewColumn AsColumn(IReadOnlyList<AskedColumn> before, long? changed) =>
        new(Name, Type, Kind, !before.Any(column => column.Name.Equals(Name, StringComparison.OrdinalIgnoreCase)), changed);
}

/// <summary>Asks the sandbox about the relations of a compiled recipe.</summary>
internal sealed class Asking(SqlRunner runner, CompiledRecipe compiled, Caller caller, CancellationToken cancellationToken)
{
    private static readonly Dictionary<string, object?> _none = [];

    /// <summary>The result of a query.</summary>
    public static async Task<JsonNode> RunAsync(SqlRunner runner, string sql, IReadOnlyDictionary<string, object?> values, Caller caller, CancellationToken cancellationToken) =>
        JsonNode.Parse((await runner.AskAsync(SqlStatement.Parse(sql)[0], values, 10_000, null, caller, cancellationToken)).Json.Span)!;

    /// <summary>The result of a query over the parts up to a relation.</summary>
    public Task<JsonNode> QueryAsync(string upTo, string select) => RunAsync(runner, compiled.Query(upTo, select), _none, caller, cancellationToken);

    /// <summary>The columns of a relation, without the rows' numbers.</summary>
    public async Task<IReadOnlyList<AskedColumn>> ColumnsAsync(string relation) => [.. (await QueryAsync(relation, $"select * from {relation} limit 0"))["columns"]!.AsArray()
        .Select(column => new AskedColumn(column!["name"]!.GetValue<string>(), column["type"]!.GetValue<string>(), column["kind"]!.GetValue<string>())).Where(column => column.Name != RecipeSql.Row)];

    /// <summary>Rows as lists.</summary>
    public async Task<JsonArray> RowsAsync(string upTo, string select) => (await QueryAsync(upTo, select))["rows"]!.AsArray();

    /// <summary>The one row of a query that counts.</summary>
    public async Task<IReadOnlyList<long>> NumbersAsync(string upTo, string what) => [.. (await RowsAsync(upTo, $"select {what}"))[0]!.AsArray().Select(cell => cell!.GetValue<long>())];

    /// <summary>The error with the first step that cannot be done.</summary>
    public async Task<EscaleException> ExplainAsync(Recipe recipe, EscaleException error)
    {
        for (var at = 1; at < compiled.After.Count; at++)
        {
            try
            {
                await QueryAsync(compiled.After[at], $"select count(*) from (select * from {compiled.After[at]}) as step");
                await QueryAsync(compiled.After[at], $"select * from {compiled.After[at]} limit 1");
            }
            catch (EscaleException found) when (found.Code.StartsWith("engines.duckdb.", StringComparison.Ordinal))
            {
                return RecipeChecks.Explain(recipe.Steps[at - 1], found, (await ColumnsAsync(compiled.After[at - 1])).Select(column => column.Name));
            }
        }
        return error;
    }
}
