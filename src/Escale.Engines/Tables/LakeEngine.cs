using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Engines.Tables;

/// <summary>The lake's tables through DuckDB: the catalog, and sessions over one shared instance. Thread-safe; one per program.</summary>
public sealed class LakeEngine(LakeCatalog catalog, SharedDatabase database, TimeProvider clock) : IDisposable
{
    private long _sessions;

    /// <summary>The tables and views there are.</summary>
    public LakeCatalog Catalog => catalog;

    internal TimeProvider Clock => clock;

    /// <summary>An engine over a folder, outside of a project's container.</summary>
    public static LakeEngine Open(string folder, DuckSettings? settings = null, TimeProvider? clock = null, FileLayer? files = null)
    {
        var database = new SharedDatabase(settings ?? new DuckSettings());
        var store = new LocalStore(folder, new DurableWriter(files ?? new LocalFileLayer()));
        return new LakeEngine(new LakeCatalog(store, clock ?? TimeProvider.System, new DuckCheckpointCodec(database)), database, clock ?? TimeProvider.System);
    }

    /// <summary>Opens a session: a connection with a catalog of its own, so that what one mounts no other sees.</summary>
    public LakeSession OpenSession() => new(this, database.Connect(), Interlocked.Increment(ref _sessions));

    /// <inheritdoc/>
    public void Dispose() => database.Dispose();
}
