using Escale.Engines.DuckDb;
using Escale.Engines.Sandbox;
using Escale.Engines.Tables;

namespace Escale.Collect.Loading;

/// <summary>
/// The one seam through which files of others reach DuckDB: whatever reads them runs in a confined child process that sees those files and
/// one folder to write to, and nothing else (security requirement S1). The host survives whatever a hostile file does to it.
/// </summary>
internal sealed class ParseEngine(SandboxPool pool, DuckSettings settings, ProjectRoot root)
{
    /// <summary>Opens a session that may read these files and write into these folders.</summary>
    public async Task<ParseSession> OpenAsync(IReadOnlyList<string> readPaths, IReadOnlyList<string> writeFolders, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root.SpillFolder);
        var policy = new SandboxPolicy
        {
            ReadPaths = [.. readPaths.Distinct(StringComparer.Ordinal)],
            WriteFolders = writeFolders,
            MemoryLimitBytes = settings.MemoryLimitBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2,
            Threads = settings.Threads ?? Environment.ProcessorCount,
            MaxSpillBytes = settings.MaxSpillBytes ?? 100L << 30,
            SpillFolder = root.SpillFolder,
            // A large file takes as long as it takes; the run can be stopped.
            Timeout = TimeSpan.FromDays(1),
            MaxRows = long.MaxValue,
        };
        return new ParseSession(await pool.RentAsync(policy, cancellationToken));
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
                + $"max_line_size = 16777216, buffer_size = 33554432, columns = {{'line': 'VARCHAR'}})) TO {Sql.Text(target)} (FORMAT csv, HEADER false, DELIMITER '\u0001', QUOTE '', ESCAPE '')", cancellationToken);
        }
        catch (EscaleException error)
        {
            throw new EscaleException("collect.file-broken", $"{shown} is not whole zstd text: {error.Message}", "Get the file again.", new Place(shown), error);
        }
        return target;
    }
}

/// <summary>A sandboxed connection that parses files. Not thread-safe.</summary>
internal sealed class ParseSession(SandboxSession session) : IAsyncDisposable
{
    /// <summary>Runs a statement and gives its rows.</summary>
    public async Task<IReadOnlyList<object?[]>> RowsAsync(string sql, CancellationToken cancellationToken)
    {
        await using var result = await session.QueryAsync(sql, ct: cancellationToken);
        var rows = new List<object?[]>();
        await foreach (var row in result.RowsAsync(cancellationToken))
        {
            rows.Add(row);
        }
        return rows;
    }

    /// <summary>Runs a statement and gives its rows as they come, in memory of one chunk.</summary>
    public async IAsyncEnumerable<object?[]> StreamAsync(string sql, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var result = await session.QueryAsync(sql, ct: cancellationToken);
        await foreach (var row in result.RowsAsync(cancellationToken))
        {
            yield return row;
        }
    }

    /// <summary>Runs a COPY with RETURN_STATS and gives the files that it wrote.</summary>
    public async Task<IReadOnlyList<CopiedFile>> CopyAsync(string sql, CancellationToken cancellationToken)
    {
        await using var result = await session.QueryAsync(sql, ct: cancellationToken);
        var files = new List<CopiedFile>();
        while (await result.ReadAsync(cancellationToken))
        {
            files.AddRange(CopiedFile.Read(result.Chunk));
        }
        return files;
    }

    /// <summary>Lets one of <see cref="CollectParsers"/> read files of the session.</summary>
    public Task<string> ParseAsync(string parser, string request, CancellationToken cancellationToken) => session.ParseAsync(parser, request, cancellationToken);

    /// <summary>The columns of a SELECT.</summary>
    public async Task<IReadOnlyList<DuckColumn>> DescribeAsync(string sql, CancellationToken cancellationToken)
    {
        await using var result = await session.QueryAsync($"SELECT * FROM ({sql}) LIMIT 0", ct: cancellationToken);
        return result.Columns;
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();
}
