using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Engines.Tables;

/// <summary>A table or view of the lake as the SQL that makes it visible in a DuckDB that is not ours to share (the sandbox).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sql">Statements that define it as a view; what it reads comes before it in the list.</param>
public sealed record LakeMount(TableName Name, string Sql)
{
    /// <summary>The version of the table that is seen; null for a view.</summary>
    public long? Version { get; init; }

    /// <summary>The tables and views that a view reads; none for a table.</summary>
    public IReadOnlyList<TableName> Reads { get; init; } = [];

    /// <summary>Everything in the lake, what is read before what reads it.</summary>
    /// <param name="catalog">The lake.</param>
    /// <param name="at">
    /// A version, moment or tag (see <see cref="DeltaTable.Read(string)"/>) at which tables are seen; tables that did not exist then are left
    /// out. Null: as they are.
    /// </param>
    /// <param name="failed">What could not be read, and why: one damaged table must not hide the others.</param>
    public static IReadOnlyList<LakeMount> All(LakeCatalog catalog, string? at, out IReadOnlyDictionary<TableName, EscaleException> failed)
    {
        var views = catalog.Views().ToDictionary(view => view.Name);
        var mounts = new Dictionary<TableName, LakeMount>();
        var errors = new Dictionary<TableName, EscaleException>();
        foreach (var name in catalog.Tables().Where(name => !views.ContainsKey(name)))
        {
            try
            {
                var table = catalog.Table(name);
                var snapshot = at is null ? table.Read() : table.Read(at);
                mounts.Add(name, Define(name, TableSelect.Of(table, snapshot.Metadata, [.. snapshot.Files])) with { Version = snapshot.Version });
            }
            catch (EscaleException error)
            {
                errors[name] = error;
            }
        }
        var done = new List<LakeMount>(mounts.Values);
        var open = new HashSet<TableName>();
        foreach (var view in views.Values)
        {
            Add(view);
        }
        failed = errors;
        return done;

        void Add(LakeView view)
        {
            if (mounts.ContainsKey(view.Name) || !open.Add(view.Name))
            {
                return;
            }
            foreach (var read in view.Reads)
            {
                if (views.TryGetValue(read, out var inner))
                {
                    Add(inner);
                }
            }
            if (view.Reads.All(mounts.ContainsKey))
            {
                mounts.Add(view.Name, Define(view.Name, view.Sql.TrimEnd().TrimEnd(';')) with { Reads = view.Reads });
                done.Add(mounts[view.Name]);
            }
        }
    }

    private static LakeMount Define(TableName name, string select) => new(
        name, $"CREATE SCHEMA IF NOT EXISTS {DuckSql.Name(name.Schema)}; CREATE OR REPLACE VIEW {name.ToSql()} AS {select}");
}
