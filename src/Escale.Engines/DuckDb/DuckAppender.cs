using Escale.Engines.DuckDb.Interop;
using Escale.Kernel;

namespace Escale.Engines.DuckDb;

/// <summary>
/// Fills a table fast, row by row or column by column, in chunks of <see cref="Capacity"/> rows. Not thread-safe. End with
/// <see cref="Complete"/>: rows of an appender that is disposed before are dropped unless DuckDB has already taken them (it takes some
/// hundred thousand at a time; inside a transaction all go or stay together).
/// </summary>
public sealed class DuckAppender : IDisposable
{
    private readonly AppenderHandle _handle;
    private readonly VectorWriter[] _columns;
    private nint _chunk;
    private int _row;
    private int _column;
    private bool _isComplete;

    private DuckAppender(AppenderHandle handle)
    {
        _handle = handle;
        Types = [.. Enumerable.Range(0, (int)Native.AppenderColumnCount(handle)).Select(index => Native.TakeType(Native.AppenderColumnType(handle, (ulong)index)))];
        _columns = [.. Types.Select(type => new VectorWriter(type))];
        _chunk = CreateChunk(Types);
        Attach();
    }

    /// <summary>Rows of a chunk.</summary>
    public static int Capacity { get; } = (int)Native.VectorSize();

    /// <summary>The types of the table's columns, in order.</summary>
    public IReadOnlyList<DuckType> Types { get; }

    /// <summary>Rows written so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>
    /// Writes the next value of the row. Converts where nothing is lost: whole numbers into any number type that holds them, decimals into
    /// DECIMAL of enough digits, text into VARCHAR and ENUM, <c>DateTime</c> into every TIMESTAMP without zone, lists and dictionaries into
    /// nested types.
    /// </summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.append-type</c>, <c>engines.duckdb.append-range</c>.</exception>
    public DuckAppender Append<T>(T value)
    {
        NextColumn().Write(_row, value);
        _column++;
        return this;
    }

    /// <summary>Writes text that is already UTF-8, or bytes.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.append-type</c>: the column is neither VARCHAR nor BLOB.</exception>
    public DuckAppender Append(ReadOnlySpan<byte> utf8)
    {
        NextColumn().WriteBytes(_row, utf8);
        _column++;
        return this;
    }

    /// <summary>Writes NULL.</summary>
    public DuckAppender AppendNull()
    {
        NextColumn().WriteNull(_row);
        _column++;
        return this;
    }

    /// <summary>Ends the row.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.append-columns</c>: values are missing; <c>engines.duckdb.constraint</c> and others from the table.</exception>
    public void EndRow()
    {
        if (_column != _columns.Length)
        {
            throw WrongColumns();
        }
        _column = 0;
        RowCount++;
        if (++_row == Capacity)
        {
            SendChunk();
        }
    }

    /// <summary>
    /// The values of a column of the chunk being filled, as DuckDB keeps them (see <see cref="ColumnVector.Values{T}"/>):
    /// <see cref="Capacity"/> places. Fill the columns, then <see cref="EndChunk"/>. Not to be mixed with rows that are not ended.
    /// </summary>
    public unsafe Span<T> Values<T>(int column)
        where T : unmanaged
    {
        var writer = _columns[column];
        return sizeof(T) == writer.Type.SizeBytes && writer.Type.Layout == DuckLayout.Fixed
            ? new(writer.Data, Capacity)
            : throw new InvalidCastException($"{writer.Type} is not kept as {typeof(T).Name}.");
    }

    /// <summary>Writes text or bytes at a row of the chunk being filled.</summary>
    public void SetBytes(int column, int row, ReadOnlySpan<byte> utf8) => _columns[column].WriteBytes(CheckRow(row), utf8);

    /// <summary>Writes NULL at a row of the chunk being filled.</summary>
    public void SetNull(int column, int row) => _columns[column].WriteNull(CheckRow(row));

    /// <summary>Ends the chunk being filled: its first rows go to the table.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.*</c> from the table.</exception>
    public void EndChunk(int rowCount)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)rowCount, (uint)Capacity, nameof(rowCount));
        if (_column != 0 || _row != 0)
        {
            throw WrongColumns();
        }
        _row = rowCount;
        RowCount += rowCount;
        SendChunk();
    }

    /// <summary>Gives all rows to the table and ends the appender.</summary>
    /// <returns>The rows written.</returns>
    /// <exception cref="EscaleException"><c>engines.duckdb.*</c> from the table, such as a constraint.</exception>
    public long Complete()
    {
        if (_column != 0)
        {
            throw WrongColumns();
        }
        SendChunk();
        if (Native.AppenderClose(_handle) == NativeState.Error)
        {
            throw Failed();
        }
        _isComplete = true;
        return RowCount;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_handle.IsClosed)
        {
            return;
        }
        if (!_isComplete)
        {
            _ = Native.AppenderClear(_handle);
        }
        Native.DestroyDataChunk(ref _chunk);
        _handle.Dispose();
    }

    internal static DuckAppender Open(DuckConnection connection, string? catalog, string schema, string table)
    {
        if (Native.AppenderCreate(connection.Handle, catalog, schema, table, out var handle) == NativeState.Success)
        {
            return new DuckAppender(handle);
        }
        using (handle)
        {
            throw Failed(handle);
        }
    }

    private static unsafe EscaleException Failed(AppenderHandle handle)
    {
        var error = Native.AppenderError(handle);
        var failed = DuckErrors.From(Native.ErrorType(error), Native.Text(Native.ErrorMessage(error)) ?? "The rows could not be appended.");
        Native.DestroyErrorData(ref error);
        return failed;
    }

    private static unsafe nint CreateChunk(IReadOnlyList<DuckType> types)
    {
        var logical = types.Select(Native.MakeType).ToArray();
        try
        {
            fixed (nint* pointer = logical)
            {
                return Native.CreateDataChunk(pointer, (ulong)logical.Length);
            }
        }
        finally
        {
            foreach (ref var type in logical.AsSpan())
            {
                Native.DestroyLogicalType(ref type);
            }
        }
    }

    private void Attach()
    {
        for (var column = 0; column < _columns.Length; column++)
        {
            _columns[column].Attach(Native.ChunkVector(_chunk, (ulong)column));
        }
    }

    private VectorWriter NextColumn() => _column < _columns.Length ? _columns[_column] : throw WrongColumns();

    private static int CheckRow(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Capacity, nameof(row));
        return row;
    }

    private void SendChunk()
    {
        if (_row == 0)
        {
            return;
        }
        Native.SetChunkSize(_chunk, (ulong)_row);
        _row = 0;
        if (Native.AppendDataChunk(_handle, _chunk) == NativeState.Error)
        {
            throw Failed();
        }
        Native.ResetDataChunk(_chunk);
        Attach();
    }

    private EscaleException Failed() => Failed(_handle);

    private EscaleException WrongColumns() => new(
        "engines.duckdb.append-columns", $"The row has {_column} values where the table has {_columns.Length} columns.", "Write one value per column.");
}
