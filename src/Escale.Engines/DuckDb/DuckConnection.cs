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

    /// <summary>Whether a call into DuckDB works on a query right now.</summary>
    internal volatile bool IsRunning;

    /// <summary>Whether <see cref="Interrupt"/> was called since the last statement began.</summary>
    internal volatile bool IsInterruptAsked;

    /// <summary>
    /// From now on (or no longer) errors carry a <see cref="DuckReport"/>, which knows the place of the failing expression also when it stands in a
    /// view; in return they have no place of their own and do not print the line.
    /// </summary>
    public void ReportPositions(bool on = true) => Execute(on ? "SET errors_as_json = true" : "SET errors_as_json = false");

    /// <summary>How far the running query is, 0 to 1; null when DuckDB cannot tell or nothing runs. Any thread may ask.</summary>
    public double? Progress
    {
        get
        {
            var percentage = Handle.IsClosed || !IsRunning ? -1 : Native.QueryProgress(Handle).Percentage;
            return percentage is >= 0 and <= 100 ? percentage / 100 : null;
        }
    }

    /// <summary>Runs a script and gives the result of its last statement as a stream: rows are made as they are read.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.*</c> with DuckDB's message, and line and column in <paramref name="sql"/>.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, also later while rows are read.</exception>
    public DuckResult Query(string sql, CancellationToken ct = default) => Query(sql, null, ct);

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

    /// <summary>Opens an appender to a table of the current catalog.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.*</c>: no such table.</exception>
    public DuckAppender Append(string schema, string table) => DuckAppender.Open(this, null, schema, table);

    /// <summary>Opens an appender to a table of an attached catalog.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.*</c>: no such table.</exception>
    public DuckAppender Append(string catalog, string schema, string table) => DuckAppender.Open(this, catalog, schema, table);

    /// <summary>Stops what runs, if anything: it ends with <see cref="OperationCanceledException"/>. Any thread may call it.</summary>
    public void Interrupt()
    {
        if (!Handle.IsClosed)
        {
            IsInterruptAsked = true;
            Native.Interrupt(Handle);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    /// <summary>As <see cref="Query(string, CancellationToken)"/>; each statement is shown before it runs, with whether it is the last.</summary>
    internal DuckResult Query(string sql, Action<DuckStatement, bool>? inspect, CancellationToken ct)
    {
        using var script = Script.Parse(this, sql);
        for (var index = 0; index < script.Count - 1; index++)
        {
            using var statement = script.Prepare(index);
            inspect?.Invoke(statement, false);
            statement.Execute(ct);
        }
        var last = script.Prepare(script.Count - 1);
        try
        {
            inspect?.Invoke(last, true);
            return last.Query(ct, ownsStatement: true);
        }
        catch
        {
            last.Dispose();
            throw;
        }
    }

    /// <summary>A parsed script.</summary>
    private sealed class Script(DuckConnection connection, string sql, ExtractedHandle handle, int count) : IDisposable
    {
        // DuckDB places the errors of all but the first statement wrongly: each is parsed again alone, blanks before it.
        private readonly IReadOnlyList<string> _statements = count > 1 ? DuckSql.Split(sql) : [];

        public int Count => count;

        public static Script Parse(DuckConnection connection, string sql)
        {
            ObjectDisposedException.ThrowIf(connection.Handle.IsClosed, connection);
            var handle = Extract(connection, sql, out var count);
            return count > 0 ? new Script(connection, sql, handle, count) : throw Failed(handle, sql);
        }

        public DuckStatement Prepare(int index)
        {
            if (_statements.Count != count)
            {
                return Prepare(handle, index, count == 1 ? sql : null);
            }
            using var alone = Extract(connection, _statements[index], out var found);
            return found == 1 ? Prepare(alone, 0, _statements[index]) : Prepare(handle, index, null);
        }

        public void Dispose() => handle.Dispose();

        private static unsafe ExtractedHandle Extract(DuckConnection connection, string sql, out int count)
        {
            var bytes = new byte[Encoding.UTF8.GetMaxByteCount(sql.Length) + 1];
            Encoding.UTF8.GetBytes(sql, bytes);
            fixed (byte* utf8 = bytes)
            {
                count = (int)Native.ExtractStatements(connection.Handle, utf8, out var handle);
                return handle;
            }
        }

        private static unsafe EscaleException Failed(ExtractedHandle handle, string sql)
        {
            using (handle)
            {
                var error = Native.Text(Native.ExtractStatementsError(handle));
                return string.IsNullOrEmpty(error)
                    ? new EscaleException("engines.duckdb.empty", "The SQL text holds no statement.", "Write a statement, such as SELECT 1.")
                    : DuckErrors.From(error, sql);
            }
        }

        private unsafe DuckStatement Prepare(ExtractedHandle statements, int index, string? text)
        {
            var state = Native.PrepareExtracted(connection.Handle, statements, (ulong)index, out var statement);
            if (state == NativeState.Success)
            {
                return new DuckStatement(connection, statement, sql, text);
            }
            using (statement)
            {
                var error = Native.Text(Native.PrepareError(statement)) ?? "The statement could not be prepared.";
                throw DuckErrors.IsInterrupt(error) ? new OperationCanceledException("The query was interrupted.") : DuckErrors.From(error, sql);
            }
        }
    }
}
