using System.Text;
using Escale.Engines.DuckDb.Interop;
using Escale.Kernel;

namespace Escale.Engines.DuckDb;

/// <summary>
/// A connection to a <see cref="DuckDatabase"/>. Not thread-safe but for <see cref="Interrupt"/> and <see cref="Progress"/>. One streaming
/// result at a time: a new statement ends the one before.
/// </summary>
public sealed class DuckConnection : IDisposable
{
    internal const string ProgressSettings =
        "SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET progress_bar_time = 0";

    internal DuckConnection(ConnectionHandle handle) => Handle = handle;

    internal ConnectionHandle Handle { get; }

    /// <summary>How far the running query is, 0 to 1; null when DuckDB cannot tell or nothing runs. Any thread may ask.</summary>
    public double? Progress
    {
        get
        {
            var percentage = Handle.IsClosed ? -1 : Native.QueryProgress(Handle).Percentage;
            return percentage is >= 0 and <= 100 ? percentage / 100 : null;
        }
    }

    /// <summary>Runs a script and gives the result of its last statement as a stream: rows are made as they are read.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.*</c> with DuckDB's message, and line and column in <paramref name="sql"/>.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, also later while rows are read.</exception>
    public DuckResult Query(string sql, CancellationToken ct = default)
    {
        using var script = Script.Parse(this, sql);
        for (var index = 0; index < script.Count - 1; index++)
        {
            using var statement = script.Prepare(index);
            statement.Execute(ct);
        }
        var last = script.Prepare(script.Count - 1);
        return last.Query(ct, ownsStatement: true);
    }

    /// <summary>Runs a script and returns how many rows its statements changed, or wrote with COPY.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.*</c> with DuckDB's message, and line and column in <paramref name="sql"/>.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public long Execute(string sql, CancellationToken ct = default)
    {
        using var script = Script.Parse(this, sql);
        var changed = 0L;
        for (var index = 0; index < script.Count; index++)
        {
            using var statement = script.Prepare(index);
            changed += statement.Execute(ct);
        }
        return changed;
    }

    /// <summary>Prepares one statement with parameters (<c>?</c>, <c>$1</c> or <c>$name</c>).</summary>
    /// <exception cref="EscaleException">
    /// <c>engines.duckdb.*</c>; <c>engines.duckdb.one-statement</c> when the text holds none or several.
    /// </exception>
    public DuckStatement Prepare(string sql)
    {
        using var script = Script.Parse(this, sql);
        return script.Count == 1
            ? script.Prepare(0)
            : throw new EscaleException(
                "engines.duckdb.one-statement", $"One SQL statement is expected here, not {script.Count}.", "Separate the statements.");
    }

    /// <summary>The first column of the first row; default when there is no row or it is NULL.</summary>
    /// <typeparam name="T">
    /// The type that <see cref="ColumnVector.Value"/> gives, or a number type that it converts to without loss of range; <c>string</c> for any.
    /// </typeparam>
    /// <exception cref="EscaleException"><c>engines.duckdb.*</c>.</exception>
    /// <exception cref="InvalidCastException">The value is not a <typeparamref name="T"/>.</exception>
    public T? Scalar<T>(string sql, CancellationToken ct = default)
    {
        using var result = Query(sql, ct);
        return result.Scalar<T>();
    }

    /// <summary>Stops what runs, if anything: it ends with <see cref="OperationCanceledException"/>. Any thread may call it.</summary>
    public void Interrupt()
    {
        if (!Handle.IsClosed)
        {
            Native.Interrupt(Handle);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    /// <summary>A parsed script.</summary>
    private sealed class Script(DuckConnection connection, string sql, ExtractedHandle handle, int count) : IDisposable
    {
        public int Count => count;

        public static unsafe Script Parse(DuckConnection connection, string sql)
        {
            ObjectDisposedException.ThrowIf(connection.Handle.IsClosed, connection);
            var bytes = new byte[Encoding.UTF8.GetMaxByteCount(sql.Length) + 1];
            Encoding.UTF8.GetBytes(sql, bytes);
            fixed (byte* utf8 = bytes)
            {
                var count = (int)Native.ExtractStatements(connection.Handle, utf8, out var handle);
                if (count > 0)
                {
                    return new Script(connection, sql, handle, count);
                }
                var error = Native.Text(Native.ExtractStatementsError(handle));
                handle.Dispose();
                throw string.IsNullOrEmpty(error)
                    ? new EscaleException("engines.duckdb.empty", "The SQL text holds no statement.", "Write a statement, such as SELECT 1.")
                    : DuckErrors.From(error, sql);
            }
        }

        public unsafe DuckStatement Prepare(int index)
        {
            var state = Native.PrepareExtracted(connection.Handle, handle, (ulong)index, out var statement);
            if (state == NativeState.Success)
            {
                return new DuckStatement(connection, statement, sql);
            }
            var error = Native.Text(Native.PrepareError(statement)) ?? "The statement could not be prepared.";
            statement.Dispose();
            throw DuckErrors.IsInterrupt(error) ? new OperationCanceledException("The query was interrupted.") : DuckErrors.From(error, sql);
        }

        public void Dispose() => handle.Dispose();
    }
}
