using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Explore.Sql;

/// <summary>A running query: its columns, then its rows chunk by chunk.</summary>
internal abstract class QueryStream : IAsyncDisposable
{
    /// <summary>Names and types.</summary>
    public abstract IReadOnlyList<DuckColumn> Columns { get; }

    /// <summary>Hands the next chunk to the reader; false when there is none. The chunk is valid during the call only.</summary>
    public abstract ValueTask<bool> ReadAsync(ChunkReader read, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}

/// <summary>Takes a chunk.</summary>
internal delegate void ChunkReader(ResultChunk chunk);

/// <summary>
/// Runs a user's SQL over the lake: all tables and views mounted, read only, no other file, no network, no settings.
/// </summary>
internal sealed class LakeQueries(LakeEngine engine, ProjectRoot root)
{
    /// <summary>Starts a query.</summary>
    /// <param name="sql">The user's text.</param>
    /// <param name="at">When the tables are seen, see <see cref="LakeMount.All"/>.</param>
    /// <param name="writeFolder">A folder that COPY may write to, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<QueryStream> StartAsync(string sql, string? at, string? writeFolder, CancellationToken cancellationToken)
    {
        var mounts = LakeMount.All(engine.Catalog, at, out var failed);
        if (mounts.Count == 0 && failed.Count > 0 && at is not null)
        {
            throw failed.Values.First();
        }
        var database = DuckDatabase.Open(); // of its own: what is locked here must not bind the engine that writes tables
        var connection = database.Connect();
        try
        {
            foreach (var mount in mounts)
            {
                connection.Execute(mount.Sql, cancellationToken);
            }
            Lock(connection, writeFolder);
            return Task.FromResult<QueryStream>(new InProcess(database, connection, connection.Query(sql, cancellationToken)));
        }
        catch (EscaleException error) when (error.Code == "engines.duckdb.catalog" && failed.Keys.FirstOrDefault(name => Names(sql, name)) is { } damaged)
        {
            connection.Dispose();
            database.Dispose();
            throw failed[damaged];
        }
        catch
        {
            connection.Dispose();
            database.Dispose();
            throw;
        }
    }

    private static bool Names(string sql, TableName name) => sql.Contains(name.Name, StringComparison.OrdinalIgnoreCase);

    private void Lock(DuckConnection connection, string? writeFolder)
    {
        var folders = new[] { engine.Catalog.Store is LocalStore local ? local.Root : root.LakeFolder, writeFolder }
            .OfType<string>().Select(folder => DuckSql.Literal(Path.TrimEndingDirectorySeparator(folder) + "/"));
        connection.Execute($"SET allowed_directories = [{string.Join(", ", folders)}]; SET enable_external_access = false; SET lock_configuration = true");
    }

    private sealed class InProcess(DuckDatabase database, DuckConnection connection, DuckResult result) : QueryStream
    {
        public override IReadOnlyList<DuckColumn> Columns => result.Columns;

        public override ValueTask<bool> ReadAsync(ChunkReader read, CancellationToken cancellationToken)
        {
            if (!result.TryRead(out var chunk))
            {
                return ValueTask.FromResult(false);
            }
            read(chunk);
            return ValueTask.FromResult(true);
        }

        public override ValueTask DisposeAsync()
        {
            result.Dispose();
            connection.Dispose();
            database.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
