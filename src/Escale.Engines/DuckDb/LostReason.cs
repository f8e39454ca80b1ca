using System.Text.RegularExpressions;
using Escale.Kernel;

namespace Escale.Engines.DuckDb;

/// <summary>
/// Finds out why a stream failed when DuckDB forgot it. An error on a worker thread interrupts the query's other threads; a stream that is
/// fetched just then sees the interruption first, reports that, and drops the error (DuckDB 1.5, <c>SimpleBufferedData::ExecuteTaskInternal</c>:
/// nothing in the C API can read it any more). Queries that are not streamed are not concerned, and only SELECT is streamed: so the query is
/// run again under EXPLAIN ANALYZE, which works out every row on all threads, keeps none, and reports its errors exactly.
/// </summary>
internal static partial class LostReason
{
    private const string Head = "EXPLAIN ANALYZE ";

    /// <summary>What to throw for an interruption.</summary>
    /// <param name="connection">Where the query ran.</param>
    /// <param name="select">The query; null when it is no SELECT, or its text is not known.</param>
    /// <param name="values">Its parameters.</param>
    /// <param name="ct">Cancels the second run.</param>
    public static Exception Find(DuckConnection connection, string? select, IReadOnlyDictionary<int, object?> values, CancellationToken ct)
    {
        if (ct.IsCancellationRequested || connection.IsInterruptAsked)
        {
            return new OperationCanceledException("The query was interrupted.", ct);
        }
        try
        {
            if (select is not null && !connection.Handle.IsClosed)
            {
                using var again = connection.Prepare(Head + select);
                foreach (var (index, value) in values)
                {
                    again.Bind(index, value);
                }
                again.Execute(ct);
            }
        }
        catch (EscaleException error) when (!error.Message.StartsWith("TransactionContext Error", StringComparison.Ordinal))
        {
            var place = error.Place is { Line: 1, Column: > 0 } first ? first with { Column = Math.Max(1, first.Column.Value - Head.Length) } : error.Place;
            return new EscaleException(error.Code, OwnHead().Replace(error.Message, "$1$2"), error.Remedy, place, error);
        }
        catch (OperationCanceledException cancelled)
        {
            return cancelled;
        }
        return new EscaleException(
            "engines.duckdb.reason-lost", "An error on one of DuckDB's threads stopped the query, and did not come back when the query was run again.", "Run it again.");
    }

    [GeneratedRegex(@"^(LINE 1: )EXPLAIN ANALYZE (.*\n) {16}(?= *\^)", RegexOptions.Multiline)]
    private static partial Regex OwnHead();
}
