using System.Buffers;
using System.Text.Json;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Http;

namespace Escale.Explore.Sql;

/// <summary>
/// A script's results as they come, one JSON object per line: <c>columns</c>, <c>rows</c>, <c>end</c> for each statement, <c>progress</c> while
/// nothing comes, and at last <c>done</c> or <c>error</c>.
/// </summary>
internal sealed class SqlStream(HttpContext context, SqlRunner runner, RunningQueries.Running running)
{
    private static readonly TimeSpan _progressEvery = TimeSpan.FromMilliseconds(400);
    private readonly Utf8JsonWriter _json = new(context.Response.BodyWriter, ResultJson.Options);

    /// <summary>Rows sent.</summary>
    public long RowCount { get; private set; }

    /// <summary>The code of the error that ended it, or null.</summary>
    public string? ErrorCode { get; private set; }

    /// <summary>Runs the script and sends what comes.</summary>
    public async Task SendAsync(IReadOnlyList<SqlStatement> statements, SqlRequest request, Caller caller)
    {
        context.Response.ContentType = "application/x-ndjson";
        var values = request.Values();
        var timeout = request.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        using var limit = runner.Limit(timeout, running.Token);
        try
        {
            await using var lease = await runner.RentAsync(caller, limit.Token);
            running.Session = lease.Session;
            for (var at = 0; at < statements.Count; at++)
            {
                await StatementAsync(lease, at, statements[at], values, runner.RowsOf(request.RowLimit), limit.Token);
            }
            lease.IsClean = statements.All(statement => statement.IsRead);
            await LineAsync("done", () => _json.WriteNumber("elapsed_ms"u8, Ms(running.Elapsed)));
        }
        catch (EscaleException error)
        {
            await ErrorAsync(error);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await ErrorAsync(running.Token.IsCancellationRequested ? new EscaleException("explore.sql-stopped", "The query was stopped.") : runner.TimedOut(timeout));
        }
        finally
        {
            running.Session = null;
        }
    }

    private async Task StatementAsync(QueryLease lease, int at, SqlStatement statement, IReadOnlyDictionary<string, object?> values, int rowLimit, CancellationToken cancellationToken)
    {
        await using var result = await WatchAsync(SqlRunner.BeginAsync(lease, statement, values, cancellationToken));
        await LineAsync("columns", () =>
        {
            _json.WriteNumber("statement"u8, at);
            _json.WriteString("sql"u8, statement.Text.Trim());
            ResultJson.Columns(_json, result.Columns);
            ResultJson.Tables(_json, lease.State.Named(statement.Text));
        });
        var (written, isCut) = (0, false);
        while (!isCut && await WatchAsync(result.ReadAsync(cancellationToken).AsTask()))
        {
            var count = Math.Min(result.Chunk.RowCount, rowLimit - written);
            isCut = count < result.Chunk.RowCount;
            await LineAsync("rows", () =>
            {
                _json.WriteNumber("statement"u8, at);
                _json.WriteStartArray("rows"u8);
                ResultJson.Rows(_json, result.Chunk, count);
                _json.WriteEndArray();
            });
            written += count;
        }
        RowCount += written;
        await LineAsync("end", () =>
        {
            _json.WriteNumber("statement"u8, at);
            _json.WriteNumber("row_count"u8, written);
            _json.WriteBoolean("truncated"u8, isCut);
            _json.WriteNumber("engine_ms"u8, Ms(result.EngineTime));
        });
    }

    /// <summary>Waits for what the engine does, and says how far it is meanwhile.</summary>
    private async Task<T> WatchAsync<T>(Task<T> work)
    {
        while (await Task.WhenAny(work, Task.Delay(_progressEvery)) != work)
        {
            await LineAsync("progress", () =>
            {
                _json.WriteNumber("elapsed_ms"u8, Ms(running.Elapsed));
                if (running.Session?.Progress is { } progress)
                {
                    _json.WriteNumber("progress"u8, progress);
                }
            });
        }
        return await work;
    }

    private Task ErrorAsync(EscaleException error)
    {
        ErrorCode = error.Code;
        return LineAsync("error", () =>
        {
            var words = ErrorGuide.WordsFor(ReaderOf.Request(context), error.Code);
            _json.WriteString("title"u8, words?.Meaning ?? error.Message);
            _json.WriteString("code"u8, error.Code);
            if ((words is { Next.Length: > 0 } ? words.Next : error.Remedy) is { } next)
            {
                _json.WriteString("next"u8, next);
            }
            if (words is not null)
            {
                _json.WriteString("detail"u8, Problem.Detail(error.Message, error.Remedy));
            }
            if (error.Place is { Line: { } line } place)
            {
                _json.WriteStartObject("place"u8);
                _json.WriteNumber("line"u8, line);
                _json.WriteNumber("column"u8, place.Column ?? 1);
                _json.WriteEndObject();
            }
            _json.WriteNumber("elapsed_ms"u8, Ms(running.Elapsed));
        });
    }

    private async Task LineAsync(string type, Action write)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, type);
        write();
        _json.WriteEndObject();
        await _json.FlushAsync(CancellationToken.None);
        _json.Reset();
        context.Response.BodyWriter.Write("\n"u8);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static double Ms(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
