using System.Collections.Concurrent;
using Escale.Explore.Profiles;
using Escale.Explore.Profiles.Running;
using Escale.Explore.Sql;
using Escale.Kernel;

namespace Escale.Explore.Recipes.Suggestions;

/// <summary>
/// Profiles of a table after the steps of a recipe: of the bare table the one that its page shows, else made in the sandbox over the rows that previews look at. The last ones
/// are kept. Thread-safe.
/// </summary>
internal sealed class RecipeProfiles(SqlRunner runner, RecipePreview preview, LakeStates states, ProfileCache? tables)
{
    private const int MostKept = 24;
    private readonly ConcurrentDictionary<string, TableProfile> _known = new(StringComparer.Ordinal);

    /// <summary>The profile after a recipe's steps.</summary>
    /// <exception cref="EscaleException">A step is wrong: it says which.</exception>
    public async Task<TableProfile> OfAsync(Recipe recipe, Caller caller, CancellationToken cancellationToken)
    {
        if (tables is not null && recipe.Steps.All(step => step.IsDisabled) && recipe.Table.Contains('.', StringComparison.Ordinal))
        {
            return await (await tables.TableAsync(TableName.Parse(recipe.Table), null, full: true, cancellationToken)).Result.WaitAsync(cancellationToken);
        }
        var (compiled, count, isSample) = await preview.CompileAsync(recipe, recipe.Steps.Count, caller, cancellationToken);
        var sql = compiled.Query(null, compiled.Rows);
        var key = Fingerprint.Of($"{sql}\n{count}\n{states.Current().KeyOf(sql)}");
        if (_known.TryGetValue(key, out var known))
        {
            return known;
        }
        var profile = await MakeAsync(recipe, compiled, isSample, sql, key, caller, cancellationToken);
        if (_known.Count >= MostKept)
        {
            _known.Clear();
        }
        return _known[key] = profile;
    }

    private async Task<TableProfile> MakeAsync(Recipe recipe, CompiledRecipe compiled, bool isSample, string sql, string key, Caller caller, CancellationToken cancellationToken)
    {
        // Temporary tables are left behind in it: the session ends with the lease.
        await using var lease = await runner.RentAsync(caller, cancellationToken);
        try
        {
            var source = new ProfileSource(recipe.Table, key, isSample ? $"-- a part of\n{sql}" : sql, sql, null, null);
            return await new Profiler(new SandboxRows(lease.Session), source).SampleAsync(cancellationToken);
        }
        catch (EscaleException error) when (error.Code.StartsWith("engines.duckdb.", StringComparison.Ordinal))
        {
            throw await new Asking(runner, compiled, caller, cancellationToken).ExplainAsync(recipe, error);
        }
    }
}
