using Escale.Engines.DuckDb.Interop;
using Escale.Kernel;

namespace Escale.Engines.DuckDb;

/// <summary>
/// A prepared statement. Parameters keep their values between runs until bound again. Not thread-safe. Named parameters are bound by name
/// without the <c>$</c>, positional ones by number from 1.
/// </summary>
public sealed partial class DuckStatement : IDisposable
{
    private readonly DuckConnection _connection;
    private readonly StatementHandle _handle;
    private readonly string _sql;
    private readonly string? _text;

    /// <param name="connection">Where it runs.</param>
    /// <param name="handle">DuckDB's statement.</param>
    /// <param name="sql">The whole script, for the places of errors.</param>
    /// <param name="text">The statement alone, where it stands in the script; null: not known.</param>
    internal DuckStatement(DuckConnection connection, StatementHandle handle, string sql, string? text)
    {
        _text = text;
        Kind = (DuckStatementKind)Native.StatementType(handle);
        _connection = connection;
        _handle = handle;
        _sql = sql;
    }

    /// <summary>How many parameters the statement has.</summary>
    public int ParameterCount => (int)Native.ParameterCount(_handle);

    /// <summary>The names of the parameters; positional ones are called by their number.</summary>
    public unsafe IReadOnlyList<string> ParameterNames =>
        [.. Enumerable.Range(1, ParameterCount).Select(index => Native.TakeText(Native.OwnParameterName(_handle, (ulong)index)) ?? "")];

    /// <summary>What kind of statement it is.</summary>
    internal DuckStatementKind Kind { get; }

    /// <summary>Runs the statement and streams its rows.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.*</c>.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, also later while rows are read.</exception>
    public DuckResult Query(CancellationToken ct = default) => Query(ct, ownsStatement: false);

    /// <summary>Runs the statement to its end and returns how many rows it changed, or wrote with COPY.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.*</c>.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public unsafe long Execute(CancellationToken ct = default)
    {
        using var interruption = Interruption.For(_connection.Handle, ct);
        using var result = Run(interruption, isStreaming: false);
        return (long)Native.RowsChanged(result.Pointer);
    }

    /// <summary>Runs the statement and keeps its whole result in DuckDB's memory, unread: what benchmarks compare with.</summary>
    internal unsafe long Materialise()
    {
        using var result = Run(null, isStreaming: false);
        return (long)Native.ColumnCount(result.Pointer);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    internal DuckResult Query(CancellationToken ct, bool ownsStatement)
    {
        var interruption = Interruption.For(_connection.Handle, ct);
        try
        {
            var result = Run(interruption, isStreaming: true);
            return new DuckResult(_connection, result, interruption, this, ownsStatement);
        }
        catch
        {
            interruption?.Dispose();
            if (ownsStatement)
            {
                Dispose();
            }
            throw;
        }
    }

    /// <summary>What to throw for an error text of DuckDB's.</summary>
    internal Exception Failure(string error, Interruption? interruption)
    {
        var ct = interruption?.Token ?? CancellationToken.None;
        return ct.IsCancellationRequested ? new OperationCanceledException(ct)
            : DuckErrors.IsInterrupt(error) ? LostReason.Find(_connection, Kind == DuckStatementKind.Select ? _text : null, _values, ct)
            : DuckErrors.From(error, _sql);
    }

    private unsafe ResultHandle Run(Interruption? interruption, bool isStreaming)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        interruption?.Enter();
        PendingHandle? pending = null;
        var result = new ResultHandle();
        _connection.IsInterruptAsked = false;
        _connection.IsRunning = true;
        string? error;
        try
        {
            var state = isStreaming ? Native.PendingPreparedStreaming(_handle, out pending) : Native.PendingPrepared(_handle, out pending);
            error = state == NativeState.Error ? Native.Text(Native.PendingError(pending)) : null;
            if (error is null && Native.ExecutePending(pending, result.Pointer) == NativeState.Error)
            {
                error = Native.Text(Native.ResultError(result.Pointer)) ?? "The query failed.";
            }
            if (error is null)
            {
                return result;
            }
            result.Dispose();
        }
        finally
        {
            _connection.IsRunning = false;
            interruption?.Exit();
            pending?.Dispose();
        }
        throw Failure(error, interruption);
    }
}
