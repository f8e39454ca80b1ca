using System.Text.Json.Nodes;
using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;

namespace Escale.Explore.Recipes;

/// <summary>What recipes did to the rows of tables, ready to be done to single rows. Thread-safe.</summary>
internal sealed class RowPreparations(Project project, RecipeFiles files, Func<LakeEngine> engine) : IRowPreparations
{
    /// <inheritdoc/>
    public Task<RowPreparation?> FitAsync(TableName table, CancellationToken cancellationToken) => Task.Run(() => Fit(table, cancellationToken), cancellationToken);

    private RowPreparation? Fit(TableName table, CancellationToken cancellationToken)
    {
        var recipe = files.All().Recipes.FirstOrDefault(recipe => recipe.Makes == table);
        if (recipe is null)
        {
            return null;
        }
        using var session = engine().OpenSession();
        var (made, learnedFrom) = (session.Catalog.Table(table).TryRead()?.LastDataCommit.Timestamp, new SortedSet<string>(StringComparer.Ordinal));
        string Mounted(string name)
        {
            var found = RecipeTables.Find(name, project.Graph, session.Catalog, recipe.TablePlace);
            if (AsItWas(session.Catalog, found, made) is { } snapshot)
            {
                session.Mount(snapshot);
                learnedFrom.Add($"{found}@{snapshot.Version}");
            }
            else
            {
                session.Mount(found);
                learnedFrom.Add(found.ToString());
            }
            return found.ToSql();
        }
        try
        {
            // Whether single rows can go through it is known before anything is learned.
            _ = RecipeCompiler.Compile(recipe, RecipeUse.Row, Mounted);
        }
        catch (NotByRow)
        {
            return null;
        }
        Check(recipe, session, cancellationToken);
        var whole = RecipeCompiler.Compile(recipe, RecipeUse.Table, Mounted);
        var fitted = new Dictionary<string, Fitted>(StringComparer.Ordinal);
        foreach (var part in whole.Parts.Where(part => part.IsFit))
        {
            fitted[part.Name] = Read(session.Connection, whole.Query(part.Name, $"select * from {part.Name}"), cancellationToken);
        }
        var rows = RecipeCompiler.Compile(recipe, RecipeUse.Row, Mounted, fitted);
        var sql = rows.Parts.Count == 0 ? $"select * from {RecipeCompiler.Input}" : rows.Query(null, $"select * from {rows.After[^1]}");
        using var described = session.Connection.Query($"select * from {Mounted(recipe.Table)} limit 0", cancellationToken);
        var inputs = described.Columns.Select(column => new AssetColumn(column.Name, "", column.Type.ToString())).ToList();
        return new RowPreparation(recipe.Name, Fingerprint.Of($"{sql}\n{string.Join('\n', inputs)}"), inputs, sql) { LearnedFrom = [.. learnedFrom], Example = Example(session.Connection, Mounted(recipe.Table), cancellationToken) };
    }

    /// <summary>A table as the run saw it that made the recipe's table: rows that came since have taught that table nothing. Null for a view, or when that version is gone.</summary>
    private static Snapshot? AsItWas(LakeCatalog catalog, TableName name, DateTimeOffset? moment)
    {
        if (moment is not { } then || catalog.View(name) is not null)
        {
            return null;
        }
        try
        {
            return catalog.Table(name).Read(then);
        }
        catch (EscaleException error) when (error.Code == "lake.version-not-found")
        {
            return null; // made anew or tidied up since
        }
    }

    private static IReadOnlyList<string?> Example(DuckConnection connection, string table, CancellationToken cancellationToken)
    {
        using var result = connection.Query($"select columns(*)::varchar from {table} limit 1", cancellationToken);
        return [.. result.Rows().FirstOrDefault()?.Select(cell => cell as string) ?? []];
    }

    /// <summary>The small table that a step learns, every value as text: DuckDB reads it back to the same.</summary>
    private static Fitted Read(DuckConnection connection, string query, CancellationToken cancellationToken)
    {
        List<(string, string)> columns;
        using (var described = connection.Query($"{query} limit 0", cancellationToken))
        {
            columns = [.. described.Columns.Select(column => (column.Name, column.Type.ToString()!))];
        }
        using var result = connection.Query($"select {string.Join(", ", columns.Select(column => $"{DuckSql.Name(column.Item1)}::varchar"))} from (\n{query}\n) as learned", cancellationToken);
        return new Fitted(columns, [.. result.Rows().Select(row => row.Select(cell => cell as string).ToArray())]);
    }

    private static void Check(Recipe recipe, LakeSession session, CancellationToken cancellationToken)
    {
        foreach (var (step, node) in Formula.All(recipe))
        {
            using var tree = session.Connection.Query($"select json_serialize_sql({RecipeSql.Text($"select ({node.AsText()})")})::varchar", cancellationToken);
            RecipeChecks.Formula(step, node, JsonNode.Parse(tree.Scalar<string>()!)!);
        }
    }
}
