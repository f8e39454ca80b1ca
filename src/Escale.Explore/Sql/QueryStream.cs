using Escale.Engines.DuckDb;
using Escale.Engines.Sandbox;

namespace Escale.Explore.Sql;

/// <summary>A running query: its columns, then its rows chunk by chunk. Disposing it ends its process.</summary>
internal sealed class QueryStream(SandboxSession session, SandboxResult result) : IAsyncDisposable
{
    /// <summary>Names and types.</summary>
    public IReadOnlyList<DuckColumn> Columns => result.Columns;

    /// <summary>The chunk that was read last; valid until the next is read.</summary>
    public ResultChunk Chunk => result.Chunk;

    /// <summary>Reads the next chunk; false when there is none.</summary>
    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken) => result.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await result.DisposeAsync();
        await session.DisposeAsync();
    }
}
