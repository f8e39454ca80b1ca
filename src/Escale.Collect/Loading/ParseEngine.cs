using Escale.Engines.DuckDb;
using Escale.Engines.Tables;

namespace Escale.Collect.Loading;

/// <summary>The one seam through which files of others reach DuckDB: whatever reads them runs in a session of this (S1).</summary>
internal sealed class ParseEngine(LakeEngine lake)
{
    /// <summary>Opens a session that may read these files and write into these folders.</summary>
    public Task<ParseSession> OpenAsync(IReadOnlyList<string> readPaths, IReadOnlyList<string> writeFolders, CancellationToken cancellationToken)
    {
        _ = (readPaths, writeFolders);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(new ParseSession(lake.OpenSession()));
    }

    /// <summary>Decompresses zstd through the engine, which knows it; .NET does not.</summary>
    public async Task<string> UnzstdAsync(string path, string shown, string workspace, CancellationToken cancellationToken)
    {
        var target = Path.Combine(workspace, Guid.NewGuid().ToString("N") + ".plain");
        await using var session = await OpenAsync([path], [workspace], cancellationToken);
        try
        {
            // Lines as one column that nothing can split or quote: what comes out are the bytes that went in.
            await session.RowsAsync(
                $"COPY (SELECT line FROM read_csv({Sql.Text(path)}, compression = 'zstd', auto_detect = false, header = false, delim = '\u0001', quote = '', escape = '', "
                + $"max_line_size = 67108864, columns = {{'line': 'VARCHAR'}})) TO {Sql.Text(target)} (FORMAT csv, HEADER false, DELIMITER '\u0001', QUOTE '', ESCAPE '')", cancellationToken);
        }
        catch (EscaleException error)
        {
            throw new EscaleException("collect.file-broken", $"{shown} is not whole zstd text: {error.Message}", "Get the file again.", new Place(shown), error);
        }
        return target;
    }
}

/// <summary>A connection that parses files. Not thread-safe.</summary>
internal sealed class ParseSession(LakeSession session) : IAsyncDisposable
{
    /// <summary>Runs a statement and gives its rows.</summary>
    public Task<IReadOnlyList<object?[]>> RowsAsync(string sql, CancellationToken cancellationToken) => Task.Run<IReadOnlyList<object?[]>>(() =>
    {
        using var result = session.Connection.Query(sql, cancellationToken);
        return [.. result.Rows()];
    }, cancellationToken);

    /// <summary>Runs a COPY with RETURN_STATS and gives the files that it wrote.</summary>
    public Task<IReadOnlyList<CopiedFile>> CopyAsync(string sql, CancellationToken cancellationToken) => Task.Run(() =>
    {
        using var result = session.Connection.Query(sql, cancellationToken);
        return CopiedFile.Read(result);
    }, cancellationToken);

    /// <summary>The columns of a SELECT.</summary>
    public Task<IReadOnlyList<DuckColumn>> DescribeAsync(string sql, CancellationToken cancellationToken) => Task.Run(() =>
    {
        using var result = session.Connection.Query($"SELECT * FROM ({sql}) LIMIT 0", cancellationToken);
        return result.Columns;
    }, cancellationToken);

    public ValueTask DisposeAsync()
    {
        session.Dispose();
        return ValueTask.CompletedTask;
    }
}
