using System.Security.Cryptography;
using System.Text;
using Escale.Engines.DuckDb;
using Escale.Explore.Tables.Reading;
using Escale.Kernel;
using Escale.Projects;

namespace Escale.Explore.Tables.Exports;

/// <summary>
/// Parquet files made for downloads, kept for an hour under what they hold (the table's version and the query), so that readers that fetch a file in
/// many ranges, or again, get the same bytes at once. They are made by DuckDB under <c>.escale/exports</c> and take no memory. What takes more of the disk
/// than <c>serve.exports_limit</c> allows goes before, the one that was read longest ago first.
/// </summary>
internal sealed class ParquetFiles(ProjectRoot root, Project project, TimeProvider clock)
{
    private static readonly TimeSpan _keep = TimeSpan.FromHours(1);
    private static readonly TimeSpan _reading = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>The file of a query.</summary>
    public async Task<string> MakeAsync(ReadSessions.Lease lease, TableShape shape, RowQuery query, string key, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(root.StateFolder, "exports");
        var file = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16)) + ".parquet");
        await _one.WaitAsync(cancellationToken);
        try
        {
            Directory.CreateDirectory(folder);
            if (!File.Exists(file))
            {
                var partial = $"{file}.{Guid.NewGuid():n}.tmp";
                try
                {
                    await lease.RunAsync((session, ct) => Write(session.Connection, shape, query, shape.Scan(session.Catalog), partial, ct));
                    File.Move(partial, file, overwrite: true);
                }
                finally
                {
                    File.Delete(partial);
                }
            }
            File.SetLastAccessTimeUtc(file, clock.GetUtcNow().UtcDateTime);
            Clean(folder);
            return file;
        }
        finally
        {
            _one.Release();
        }
    }

    private static long Write(DuckConnection connection, TableShape shape, RowQuery query, string scan, string file, CancellationToken cancellationToken)
    {
        var (sql, clauses) = RowSql.Whole(shape, query, scan);
        try
        {
            using var statement = clauses.Prepare(connection, $"COPY (\n{sql}\n) TO {DuckSql.Literal(file)} (FORMAT parquet, COMPRESSION zstd)");
            return statement.Execute(cancellationToken);
        }
        catch (EscaleException error) when (error.Code == "engines.duckdb.conversion" && query.Filters.Count > 0)
        {
            throw RowSql.Unfit(error);
        }
    }

    private void Clean(string folder)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var taken = 0L;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles().OrderByDescending(file => file.LastAccessTimeUtc))
        {
            taken += file.Length;
            // One that was asked for just now may not be open yet.
            if (file.LastAccessTimeUtc < now - _keep || (taken > project.Settings.Serve.ExportsLimitBytes && file.LastAccessTimeUtc < now - _reading))
            {
                taken -= file.Length;
                file.Delete();
            }
        }
    }
}
