using System.Text;
using Escale.Engines.Sandbox;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;

namespace Escale.Explore.Sql;

/// <summary>
/// Runs a user's SQL over the lake in a sandbox (security requirement S1): all tables and views mounted, read only, and no other file,
/// no network, no settings.
/// </summary>
/// <param name="catalog">The lake.</param>
/// <param name="pool">Where sessions come from; disposed with this.</param>
/// <param name="root">The project's folders.</param>
/// <param name="engine">What a query may use; nulls are the machine's cores, three quarters of its memory, and 100 GB on disk.</param>
internal sealed class LakeQueries(LakeCatalog catalog, SandboxPool pool, ProjectRoot root, EngineSettings engine) : IAsyncDisposable
{
    private const long DefaultSpillBytes = 100L << 30;

    /// <summary>Starts a query.</summary>
    /// <param name="sql">The user's text.</param>
    /// <param name="at">When the tables are seen, see <see cref="LakeMount.All"/>.</param>
    /// <param name="writeFolder">A folder that COPY may write to, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="values">The values of its parameters, or null.</param>
    /// <param name="readPaths">Files beside the lake that it may read, or null.</param>
    /// <exception cref="EscaleException">
    /// <c>engines.duckdb.*</c>, <c>engines.sandbox.*</c>; <c>lake.*</c> when the table that the query names cannot be read.
    /// </exception>
    public async Task<QueryStream> StartAsync(string sql, string? at, string? writeFolder, CancellationToken cancellationToken, IReadOnlyDictionary<string, object?>? values = null, IReadOnlyList<string>? readPaths = null)
    {
        var renting = pool.RentAsync(Policy(writeFolder, readPaths ?? []), cancellationToken); // the process starts while the lake is read
        var failed = (IReadOnlyDictionary<TableName, EscaleException>)new Dictionary<TableName, EscaleException>();
        string mounts;
        try
        {
            mounts = Mounts(at, out failed);
        }
        catch (EscaleException)
        {
            await (await renting).DisposeAsync();
            throw;
        }
        var session = await renting;
        try
        {
            if (mounts.Length > 0)
            {
                await session.ExecuteAsync(mounts, cancellationToken);
            }
            return new QueryStream(session, await session.QueryAsync(sql, values, cancellationToken));
        }
        catch (EscaleException error) when (error.Code == "engines.duckdb.catalog" && failed.Keys.FirstOrDefault(name => Names(sql, name)) is { } damaged)
        {
            await session.DisposeAsync();
            throw failed[damaged];
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => pool.DisposeAsync();

    private string Mounts(string? at, out IReadOnlyDictionary<TableName, EscaleException> failed)
    {
        var mounts = LakeMount.All(catalog, at, out failed);
        if (mounts.Count == 0 && failed.Count > 0 && at is not null)
        {
            throw failed.Values.First();
        }
        return mounts.Aggregate(new StringBuilder(), (text, mount) => text.Append(mount.Sql).Append(";\n")).ToString();
    }

    private static bool Names(string sql, TableName name) => sql.Contains(name.Name, StringComparison.OrdinalIgnoreCase);

    private SandboxPolicy Policy(string? writeFolder, IReadOnlyList<string> readPaths)
    {
        var lake = catalog.Store is LocalStore local ? local.Root : root.LakeFolder;
        return new SandboxPolicy
        {
            ReadPaths = Directory.Exists(lake) ? [lake, .. readPaths] : readPaths,
            WriteFolders = writeFolder is null ? [] : [writeFolder],
            MemoryLimitBytes = engine.MemoryLimitBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3,
            Threads = engine.Threads ?? Environment.ProcessorCount,
            MaxSpillBytes = engine.MaxSpillBytes ?? DefaultSpillBytes,
            SpillFolder = root.SpillFolder,
            // Whoever typed the query waits for it, and stops it with Ctrl-C.
            Timeout = TimeSpan.FromDays(1),
            MaxRows = long.MaxValue,
        };
    }
}
