using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Engines.Tables;

/// <summary>
/// A connection in which lake tables appear as views under their names, and through which they are written. Its catalog is its own. Not
/// thread-safe; dispose it to give everything back.
/// </summary>
public sealed partial class LakeSession : IDisposable
{
    private readonly LakeEngine _engine;
    private readonly string _catalog;
    private readonly Dictionary<TableName, string> _mounted = [];
    private bool _isDisposed;

    internal LakeSession(LakeEngine engine, DuckConnection connection, long number)
    {
        _engine = engine;
        Connection = connection;
        _catalog = $"escale_session_{SqlText.Number(number)}";
        connection.Execute($"ATTACH ':memory:' AS {_catalog}; USE {_catalog}");
    }

    /// <summary>The connection; its current catalog is the session's.</summary>
    public DuckConnection Connection { get; }

    /// <summary>The lake.</summary>
    public LakeCatalog Catalog => _engine.Catalog;

    /// <summary>Makes a table or view of the lake visible under its name. Mounting it again moves it to the newest version.</summary>
    /// <param name="name">The table or view.</param>
    /// <param name="version">A version of the table; null: the newest. Of a view: null.</param>
    /// <exception cref="EscaleException"><c>lake.table-not-found</c>, <c>lake.version-not-found</c>, <c>lake.corrupt-log</c>.</exception>
    public void Mount(TableName name, long? version = null) => Mount(name, version, []);

    /// <summary>Makes a snapshot visible under a table's name, read only as far as it can hold rows within these bounds.</summary>
    /// <param name="snapshot">The version.</param>
    /// <param name="bounds">Conditions that the rows wanted meet; rows that do not meet them may or may not appear.</param>
    /// <param name="alias">Another name to mount it under, or null.</param>
    public void Mount(Snapshot snapshot, IReadOnlyList<ColumnBound>? bounds = null, TableName? alias = null)
    {
        var files = bounds is null ? snapshot.Files : FileSkipping.Select(snapshot, bounds);
        Define(alias ?? snapshot.Table, TableSelect.Of(Catalog.Table(snapshot.Table), snapshot.Metadata, [.. files]));
        _mounted.Remove(alias ?? snapshot.Table);
    }

    /// <summary>Makes some of a version's files visible as a table: what a version has gained, or what it has lost.</summary>
    public void MountFiles(Snapshot snapshot, IReadOnlyCollection<DataFile> files, TableName alias)
    {
        Define(alias, TableSelect.Of(Catalog.Table(snapshot.Table), snapshot.Metadata, files));
        _mounted.Remove(alias);
    }

    /// <summary>Makes all tables and views visible.</summary>
    /// <returns>What could not be mounted, and why: one damaged table must not hide the others.</returns>
    public IReadOnlyDictionary<TableName, EscaleException> MountAll()
    {
        var failed = new Dictionary<TableName, EscaleException>();
        foreach (var name in Catalog.Tables().Concat(Catalog.Views().Select(view => view.Name)).Distinct())
        {
            try
            {
                Mount(name);
            }
            catch (EscaleException exception)
            {
                failed[name] = exception;
            }
        }
        return failed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }
        _isDisposed = true;
        try
        {
            Connection.Execute($"USE memory; DETACH {_catalog}");
        }
        catch (EscaleException)
        {
            // An aborted transaction still holds it: it goes with the instance.
        }
        Connection.Dispose();
    }

    private void Mount(TableName name, long? version, HashSet<TableName> above)
    {
        if (version is null && Catalog.View(name) is { } view)
        {
            MountView(view, above);
            return;
        }
        var table = Catalog.Table(name);
        var snapshot = version is { } number ? table.Read(number) : table.Read();
        var key = $"{snapshot.Metadata.Id} {SqlText.Number(snapshot.Version)}";
        if (_mounted.GetValueOrDefault(name) == key)
        {
            return;
        }
        Define(name, TableSelect.Of(table, snapshot.Metadata, snapshot.Files as IReadOnlyCollection<DataFile> ?? [.. snapshot.Files]));
        _mounted[name] = key;
    }

    private void MountView(LakeView view, HashSet<TableName> above)
    {
        if (!above.Add(view.Name))
        {
            throw new EscaleException("tables.view-cycle", $"The view {view.Name} reads itself.", "Run its model again.", new Place(null, Table: view.Name.ToString()));
        }
        foreach (var read in view.Reads)
        {
            Mount(read, null, above);
        }
        above.Remove(view.Name);
        Define(view.Name, view.Sql.TrimEnd().TrimEnd(';'));
        _mounted.Remove(view.Name);
    }

    private void Define(TableName name, string select) => Connection.Execute(
        $"CREATE SCHEMA IF NOT EXISTS {DuckSql.Name(name.Schema)}; CREATE OR REPLACE VIEW {name.ToSql()} AS {select}");
}
