using Escale.Engines.Tables;
using Escale.Kernel;

namespace Escale.Projects.Compile;

/// <summary>
/// Answers what macros ask of the database when models are compiled outside a run: the tables of the lake as they stand. Opens nothing until
/// the first question. Not thread-safe.
/// </summary>
/// <param name="engine">Gives the lake.</param>
public sealed class LakeAnswers(Func<LakeEngine> engine) : IDisposable
{
    private LakeSession? _session;
    private bool _allIsMounted;

    private LakeSession Session => _session ??= engine().OpenSession();

    /// <summary>The options with these answers.</summary>
    public CompileOptions For(CompileOptions options) => options with { Columns = Columns, Query = Query };

    /// <inheritdoc/>
    public void Dispose() => _session?.Dispose();

    private List<(string Name, string Type)>? Columns(TableName table)
    {
        if (Session.Catalog.View(table) is null && !Session.Catalog.Exists(table))
        {
            return null;
        }
        Session.Mount(table);
        using var result = Session.Connection.Query($"SELECT * FROM {table.ToSql()} LIMIT 0");
        return [.. result.Columns.Select(column => (column.Name, column.Type.ToString()!))];
    }

    private QueryTable Query(string sql)
    {
        if (!_allIsMounted)
        {
            _allIsMounted = true;
            Session.MountAll();
        }
        using var result = Session.Connection.Query(sql);
        return new QueryTable([.. result.Columns.Select(column => column.Name)], [.. result.Rows().Select(row => row.ToArray())]);
    }
}
