using System.Globalization;
using Escale.Engines.DuckDb.Interop;
using Escale.Kernel;

namespace Escale.Engines.DuckDb;

/// <summary>The rows of a query, in chunks of up to 2048, made as they are read. Not thread-safe. Dispose it to end the query.</summary>
public sealed class DuckResult : IDisposable
{
    private readonly DuckConnection _connection;
    private readonly ResultHandle _handle;
    private readonly Interruption? _interruption;
    private readonly DuckStatement _statement;
    private readonly bool _ownsStatement;
    private readonly VectorNode[] _nodes;
    private nint _chunk;
    private bool _isAtEnd;

    internal unsafe DuckResult(DuckConnection connection, ResultHandle handle, Interruption? interruption, DuckStatement statement, bool ownsStatement)
    {
        _connection = connection;
        _handle = handle;
        _interruption = interruption;
        _statement = statement;
        _ownsStatement = ownsStatement;
        Columns = ReadColumns(handle.Pointer);
        _nodes = [.. Columns.Select(column => new VectorNode(column.Type))];
    }

    /// <summary>Names and types of the columns.</summary>
    public IReadOnlyList<DuckColumn> Columns { get; }

    /// <summary>The columns of the chunk read last, for the sandbox.</summary>
    internal VectorNode[] Nodes => _nodes;

    /// <summary>Reads the next chunk. The one before, and every span taken from it, is no longer valid.</summary>
    /// <returns>False when there are no more rows.</returns>
    /// <exception cref="EscaleException"><c>engines.duckdb.*</c>: the query failed on the way.</exception>
    /// <exception cref="OperationCanceledException">The token given to the query was cancelled.</exception>
    public bool TryRead(out ResultChunk chunk)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        Native.DestroyDataChunk(ref _chunk);
        var count = _isAtEnd ? 0 : FetchNext();
        if (count == 0)
        {
            _isAtEnd = true;
            chunk = default;
            return false;
        }
        for (var column = 0; column < _nodes.Length; column++)
        {
            _nodes[column].Read(Native.ChunkVector(_chunk, (ulong)column), count);
        }
        chunk = new ResultChunk(_nodes, count);
        return true;
    }

    /// <summary>The remaining rows as objects (see <see cref="ColumnVector.Value"/>). Convenient, not fast.</summary>
    public IEnumerable<object?[]> Rows()
    {
        while (TryReadObjects() is { } rows)
        {
            foreach (var row in rows)
            {
                yield return row;
            }
        }
    }

    /// <summary>The first column of the next row as <typeparamref name="T"/>; default when there is none or it is NULL.</summary>
    /// <exception cref="InvalidCastException">The value is not a <typeparamref name="T"/>.</exception>
    public T? Scalar<T>()
    {
        if (!TryRead(out var chunk) || chunk[0].IsNull(0))
        {
            return default;
        }
        if (typeof(T) == typeof(string))
        {
            return (T)(object)chunk[0].Text(0);
        }
        var value = chunk[0].Value(0);
        return value switch
        {
            T exact => exact,
            Int128 huge => (T)Convert.ChangeType(checked((long)huge), Target<T>(), CultureInfo.InvariantCulture),
            IConvertible and not string => (T)Convert.ChangeType(value, Target<T>(), CultureInfo.InvariantCulture),
            _ => throw new InvalidCastException($"{chunk[0].Type} is not a {typeof(T).Name}."),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_handle.IsClosed)
        {
            Native.DestroyDataChunk(ref _chunk);
            _handle.Dispose();
            _interruption?.Dispose();
            if (_ownsStatement)
            {
                _statement.Dispose();
            }
        }
    }

    private static Type Target<T>() => Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);

    private static unsafe DuckColumn[] ReadColumns(NativeResult* result)
    {
        var columns = new DuckColumn[(int)Native.ColumnCount(result)];
        for (var index = 0; index < columns.Length; index++)
        {
            var name = Native.Text(Native.ColumnName(result, (ulong)index)) ?? "";
            columns[index] = new DuckColumn(name, Native.TakeType(Native.ColumnLogicalType(result, (ulong)index)));
        }
        return columns;
    }

    private unsafe int FetchNext()
    {
        _interruption?.Enter();
        _connection.IsRunning = true;
        try
        {
            _chunk = Native.FetchChunk(*_handle.Pointer);
        }
        finally
        {
            _connection.IsRunning = false;
            _interruption?.Exit();
        }
        if (_chunk != 0)
        {
            return (int)Native.ChunkSize(_chunk);
        }
        var error = Native.Text(Native.ResultError(_handle.Pointer));
        if (string.IsNullOrEmpty(error))
        {
            return 0;
        }
        _isAtEnd = true;
        throw _statement.Failure(error, _interruption);
    }

    private List<object?[]>? TryReadObjects()
    {
        if (!TryRead(out var chunk))
        {
            return null;
        }
        var rows = new List<object?[]>(chunk.RowCount);
        for (var row = 0; row < chunk.RowCount; row++)
        {
            var values = new object?[chunk.ColumnCount];
            for (var column = 0; column < values.Length; column++)
            {
                values[column] = chunk[column].Value(row);
            }
            rows.Add(values);
        }
        return rows;
    }
}
