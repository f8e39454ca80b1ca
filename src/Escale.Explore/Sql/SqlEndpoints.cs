using System.Buffers;
using System.Text.Json;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Explore.Sql;

/// <summary><c>/sql</c>, and <c>/api/v1/sql</c>: running SQL, stopping it, what was run, and the names that can be written.</summary>
internal static class SqlEndpoints
{
    /// <summary>The header with the query's name.</summary>
    public const string IdHeader = "Escale-Query";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/sql", () => Page.Show<SqlView>()).For(Role.Analyst).ExcludeFromDescription();
        var sql = endpoints.MapGroup("/api/v1/sql").WithTags("SQL");
        sql.MapPost("/", RunAsync).For(Role.Analyst).RequireRateLimiting(RateLimits.Sql)
            .WithSummary("Run SQL over the tables: JSON, or with 'Accept: application/x-ndjson' each part as it comes; format=csv or parquet for a file");
        sql.MapGet("/{id}", Results<Ok<QueryProgress>, NotFound> (HttpContext context, RunningQueries queries, string id) =>
            queries.Find(Caller.Of(context)!, id) is { } progress ? TypedResults.Ok(progress) : TypedResults.NotFound()).For(Role.Analyst).WithSummary("How far a query of yours is");
        sql.MapDelete("/{id}", Results<NoContent, NotFound> (HttpContext context, RunningQueries queries, string id) =>
            queries.Stop(Caller.Of(context)!, id) ? TypedResults.NoContent() : TypedResults.NotFound()).For(Role.Analyst).WithSummary("Stop a query of yours");
        sql.MapGet("/names", async (HttpContext context, SqlNames names, CancellationToken cancellationToken) =>
            TypedResults.Bytes(await names.JsonAsync(Caller.Of(context)!, cancellationToken), "application/json")).For(Role.Analyst).WithSummary("The tables and columns that can be named");
        sql.MapPost("/models", SaveModelAsync).For(Role.Engineer, TokenScope.Write).WithSummary("Keep a query as a SQL model: a new file under models/");
        sql.MapGet("/history", async (HttpContext context, SqlHistory history, string? q, CancellationToken cancellationToken) =>
            TypedResults.Ok(await history.OfAsync(Caller.Of(context)!, q, cancellationToken))).For(Role.Analyst).WithSummary("What you ran last");
    }

    private static async Task<Created<NewModel>> SaveModelAsync(HttpContext context, NewModel model, ProjectRoot root, DurableWriter writer)
    {
        var file = SqlModels.Save(root, writer, model);
        await Audit.NoteAsync(context, "model.saved", file);
        return TypedResults.Created((string?)null, model);
    }

    private static async Task RunAsync(
        HttpContext context, SqlRequest request, SqlRunner runner, RunningQueries queries, LakeQueries files, SqlHistory history, ProjectRoot root, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(context)!;
        var statements = SqlStatement.Parse(request.Sql);
        if (statements.Count == 0)
        {
            throw new EscaleException("explore.sql-missing", "There is no query.", "Write a SELECT.");
        }
        using var running = queries.Begin(caller, request.Id, cancellationToken);
        context.Response.Headers[IdHeader] = running.Key.Id;
        if (request.Format is not null and not "json")
        {
            await SqlDownload.SendAsync(context, runner, files, root, statements, request, caller, running.Token);
            return;
        }
        var (asked, explained) = request.Explain is null ? (statements, null) : Explained(statements, request.Explain);
        if (context.Request.Headers.Accept.ToString().Contains("application/x-ndjson", StringComparison.OrdinalIgnoreCase))
        {
            var stream = new SqlStream(context, runner, running);
            await stream.SendAsync(asked, request, caller);
            await history.AddAsync(caller, request.Sql, running.Elapsed, stream.RowCount, stream.ErrorCode);
            return;
        }
        try
        {
            await WholeAsync(context, asked, request, runner, running, caller);
        }
        catch (EscaleException error) when (explained is { } moved && error.Place is { Line: { } line, Column: { } column } place && line == moved.Line && column > moved.Shift)
        {
            throw new EscaleException(error.Code, error.Message, error.Remedy, place with { Column = column - moved.Shift }, error);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new EscaleException("explore.sql-stopped", "The query was stopped.");
        }
    }

    private static (IReadOnlyList<SqlStatement> Statements, (int Line, int Shift)? Moved) Explained(IReadOnlyList<SqlStatement> statements, string how)
    {
        var last = statements[^1];
        var (text, line, shift) = last.Explained(how == "analyze");
        return ([.. statements.SkipLast(1), last with { Text = text }], (line, shift));
    }

    private static async Task WholeAsync(HttpContext context, IReadOnlyList<SqlStatement> statements, SqlRequest request, SqlRunner runner, RunningQueries.Running running, Caller caller)
    {
        var timeout = request.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        IReadOnlyList<SqlResult> results = statements.Count == 1
            ? [await runner.AskAsync(statements[0], request.Values(), request.RowLimit, timeout, caller, running.Token)]
            : await runner.RunAsync(statements, request.Values(), runner.RowsOf(request.RowLimit), timeout, caller, running.Token);
        context.Response.ContentType = "application/json; charset=utf-8";
        Write(context.Response.BodyWriter, running, results);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static void Write(IBufferWriter<byte> body, RunningQueries.Running running, IReadOnlyList<SqlResult> results)
    {
        using var json = new Utf8JsonWriter(body, ResultJson.Options);
        json.WriteStartObject();
        json.WriteString("id"u8, running.Key.Id);
        json.WriteNumber("elapsed_ms"u8, Math.Round(running.Elapsed.TotalMilliseconds, 3));
        json.WriteBoolean("cached"u8, results.All(result => result.IsCached));
        json.WriteStartArray("results"u8);
        foreach (var result in results)
        {
            json.WriteRawValue(result.Json.Span, skipInputValidation: true);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
