using System.Runtime.CompilerServices;
using Escale.Engines.DuckDb;
using Escale.Kernel;

namespace Escale.Engines.Sandbox;

/// <summary>The rows of a sandboxed query, streamed chunk by chunk over memory of the host. Not thread-safe. Dispose it to go on.</summary>
public sealed class SandboxResult : IAsyncDisposable
{
    private readonly SandboxSession _session;
    private readonly VectorNode[] _nodes;
    private readonly long _maxRows;
    private int _rowCount;
    private bool _isAtEnd;

    internal SandboxResult(SandboxSession session, IReadOnlyList<DuckColumn> columns, long maxRows)
    {
        _session = session;
        _maxRows = maxRows;
        Columns = columns;
        _nodes = [.. columns.Select(column => new VectorNode(column.Type))];
    }

    /// <summary>Names and types of the columns.</summary>
    public IReadOnlyList<DuckColumn> Columns { get; }

    /// <summary>Rows read so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>How long DuckDB itself worked, known after the last row; as the child says, which is not trusted.</summary>
    public TimeSpan EngineTime { get; private set; }

    /// <summary>The chunk that the last <see cref="ReadAsync"/> read; valid until the next.</summary>
    public ResultChunk Chunk => new(_nodes, _rowCount);

    /// <summary>Reads the next chunk into <see cref="Chunk"/>.</summary>
    /// <returns>False when there are no more rows.</returns>
    /// <exception cref="EscaleException">
    /// <c>engines.duckdb.*</c>: the query failed on the way; <c>engines.sandbox.*</c>: time, rows or the process ran out.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled: the session is over.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken ct = default)
    {
        _rowCount = 0;
        if (_isAtEnd)
        {
            return false;
        }
        _isAtEnd = true; // Also when the next line throws.
        var (kind, length) = await _session.ReceiveAsync(ct);
        if (kind == FrameKind.End)
        {
            EngineTime = _session.ReadSpent(length);
            _session.ResultEnded();
            return false;
        }
        _rowCount = kind == FrameKind.Chunk ? _session.ReadChunk(length, _nodes) : throw _session.End(Frames.Malformed("something else than rows"));
        RowCount += _rowCount;
        _isAtEnd = false;
        return RowCount <= _maxRows ? true : throw TooManyRows();
    }

    /// <summary>The remaining rows as objects (see <see cref="ColumnVector.Value"/>).</summary>
    public async IAsyncEnumerable<object?[]> RowsAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        while (await ReadAsync(ct))
        {
            for (var row = 0; row < _rowCount; row++)
            {
                yield return Row(row);
            }
        }
    }

    /// <summary>Ends the result: a query that still runs is stopped, and the session goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isAtEnd)
        {
            _isAtEnd = true;
            await _session.StopStatementAsync();
        }
        _session.ResultEnded();
    }

    private object?[] Row(int row)
    {
        var values = new object?[_nodes.Length];
        for (var column = 0; column < values.Length; column++)
        {
            values[column] = new ColumnVector(_nodes[column]).Value(row);
        }
        return values;
    }

    private EscaleException TooManyRows() => new(
        "engines.sandbox.too-many-rows", $"The result has more than {_maxRows} rows.", "Add a LIMIT or aggregate.");
}
