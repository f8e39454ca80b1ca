using System.Text.Json;
using System.Text.Json.Nodes;
using Escale.Explore.Sql;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Escale.Explore.Questions;

/// <summary>The pages of questions, and <c>/api/v1/questions</c>.</summary>
internal static class QuestionEndpoints
{
    internal sealed record Listed(string Id, string Title, string Description, IReadOnlyList<string> Tags);

    internal sealed record Whole(string Id, string Title, string Description, IReadOnlyList<string> Tags, IReadOnlyList<Step>? Steps, string? Sql, JsonObject? Parameters, JsonObject? Chart, string AsSql);

    internal sealed record StepsBody(IReadOnlyList<Step> Steps);

    internal sealed record SqlBody(string Sql);

    internal sealed record RunBody(IReadOnlyList<Step>? Steps = null, string? Sql = null, int? UpTo = null, int? RowLimit = null, IReadOnlyDictionary<string, JsonElement>? Parameters = null, bool Counts = false);

    internal sealed record RowsBody(IReadOnlyList<PickedValue> Filters, int? RowLimit = null);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        MapPages(endpoints);
        var api = endpoints.MapGroup("/api/v1/questions").WithTags("Questions");
        api.MapGet("/", (QuestionFiles files) => TypedResults.Ok(files.All().Questions.Select(question => new Listed(question.Id, question.Title, question.Description, question.Tags)).ToList()))
            .For(Role.Viewer).WithSummary("The questions of the project");
        api.MapGet("/{id}", (HttpContext context, QuestionFiles files, QuestionQueries queries, string id) => AsJson(Tagged(context, files, files.Get(id), queries))).For(Role.Viewer).WithSummary("A question: its query, its chart, and the query as SQL");
        api.MapPost("/", SaveNewAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Save a new question; its id is made from its title");
        api.MapPut("/{id}", ChangeAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Change a question; lines of its file whose values stay are left alone. If-Match holds its ETag: 412 when somebody changed it meanwhile");
        api.MapDelete("/{id}", RemoveAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Delete a question");
        api.MapGet("/{id}/result", ResultAsync).For(Role.Viewer).WithSummary("The rows of a question; values of its parameters as query parameters of their names");
        api.MapPost("/{id}/rows", RowsAsync).For(Role.Viewer).RequireRateLimiting(RateLimits.Sql).WithSummary("The rows behind a mark of a question's chart");
        api.MapPost("/compile", async (HttpContext context, QuestionQueries queries) => AsJson(new JsonObject { ["sql"] = queries.Compile((await BodyAsync<StepsBody>(context)).Steps, binds: false).Sql }))
            .For(Role.Analyst).Accepts<StepsBody>("application/json").WithSummary("Steps as SQL");
        api.MapPost("/parse", ParseAsync).For(Role.Analyst).Accepts<SqlBody>("application/json").WithSummary("SQL as steps, or what in it goes beyond them");
        api.MapPost("/run", RunAsync).For(Role.Analyst).RequireRateLimiting(RateLimits.Sql).Accepts<RunBody>("application/json").WithSummary("The rows of steps, all or up to one; with counts, the number of rows after each");
    }

    private static void MapPages(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/questions", (QuestionFiles files, string? q) => Page.Show<QuestionsView>(new { All = files.All(), Search = q ?? "" })).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/questions/new", () => Page.Show<BuilderView>(new { Question = (Question?)null })).For(Role.Analyst).ExcludeFromDescription();
        endpoints.MapGet("/questions/{id}", (QuestionFiles files, QuestionQueries queries, string id) =>
        {
            var question = files.Get(id);
            return Page.Show<QuestionView>(new { Question = question, Sql = queries.SqlOf(question) });
        }).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/questions/{id}/edit", (QuestionFiles files, string id) => Page.Show<BuilderView>(new { Question = files.Get(id) })).For(Role.Analyst).ExcludeFromDescription();
        endpoints.MapPost("/questions/{id}/delete", async (HttpContext context, QuestionFiles files, Mount mount, string id) =>
        {
            await RemoveAsync(context, files, id);
            return Results.Redirect(mount.To("/questions"));
        }).For(Role.Analyst, TokenScope.Write).ExcludeFromDescription();
    }

    private static async Task<IResult> SaveNewAsync(HttpContext context, QuestionFiles files, QuestionQueries queries)
    {
        var question = files.Add(Checked(await BodyAsync<Question>(context), queries));
        await Audit.NoteAsync(context, "question.saved", question.Id);
        return AsJson(Tagged(context, files, question, queries), StatusCodes.Status201Created);
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, QuestionFiles files, QuestionQueries queries, string id)
    {
        var question = Checked(await BodyAsync<Question>(context), queries) with { Id = files.Get(id).Id };
        if (files.Change(question, Fingerprint.Expected(context.Request)))
        {
            await Audit.NoteAsync(context, "question.changed", id);
        }
        return AsJson(Tagged(context, files, question, queries));
    }

    private static async Task<NoContent> RemoveAsync(HttpContext context, QuestionFiles files, string id)
    {
        files.Remove(id, Fingerprint.Expected(context.Request));
        await Audit.NoteAsync(context, "question.deleted", id);
        return TypedResults.NoContent();
    }

    // What cannot be compiled, and a circle of questions, is not saved.
    private static Question Checked(Question question, QuestionQueries queries)
    {
        _ = question.Steps is null && question.Sql is null ? "" : queries.SqlOf(question);
        return question;
    }

    private static async Task<IResult> ResultAsync(HttpContext context, QuestionFiles files, QuestionQueries queries, string id, [FromQuery(Name = "row_limit")] int? rowLimit, CancellationToken cancellationToken)
    {
        var given = context.Request.Query.Where(entry => entry.Key != "row_limit").ToDictionary(entry => entry.Key, entry => JsonSerializer.SerializeToElement(entry.Value.ToString()), StringComparer.Ordinal);
        return AsBytes(await queries.RunAsync(files.Get(id), given, rowLimit, Caller.Of(context)!, cancellationToken));
    }

    private static async Task<IResult> RowsAsync(HttpContext context, RowsBody body, QuestionFiles files, QuestionQueries queries, string id, CancellationToken cancellationToken)
    {
        var question = files.Get(id);
        if (DrillDown.Steps(question.Steps, body.Filters) is { } steps)
        {
            var compiled = queries.Compile(steps, binds: true);
            return AsBytes(await queries.AskAsync(compiled.Sql, compiled.Values, body.RowLimit, Caller.Of(context)!, cancellationToken));
        }
        var (sql, values) = DrillDown.Sql(queries.SqlOf(question), body.Filters);
        return AsBytes(await queries.AskAsync(sql, values, body.RowLimit, Caller.Of(context)!, cancellationToken));
    }

    private static async Task<IResult> ParseAsync(HttpContext context, QuestionQueries queries, CancellationToken cancellationToken)
    {
        var read = await queries.ReadAsync((await BodyAsync<SqlBody>(context)).Sql, Caller.Of(context)!, cancellationToken);
        return Results.Json(read, Question.Json);
    }

    private static async Task<IResult> RunAsync(HttpContext context, QuestionQueries queries, CancellationToken cancellationToken)
    {
        var (caller, body) = (Caller.Of(context)!, await BodyAsync<RunBody>(context));
        if (body.Steps is not { } steps)
        {
            return AsBytes(await queries.RunAsync(new Question { Title = "", Sql = body.Sql ?? "" }, body.Parameters, body.RowLimit, caller, cancellationToken));
        }
        if (!body.Counts)
        {
            var compiled = queries.Compile([.. steps.Take(body.UpTo ?? steps.Count)], binds: true);
            return AsBytes(await queries.AskAsync(compiled.Sql, compiled.Values, body.RowLimit, caller, cancellationToken));
        }
        var counts = new JsonArray();
        for (var at = 1; at <= steps.Count; at++)
        {
            var compiled = queries.Compile([.. steps.Take(at)], binds: true);
            var result = await queries.AskAsync($"select count(*) from (\n{compiled.Sql}\n) as step", compiled.Values, 1, caller, cancellationToken);
            counts.Add(JsonNode.Parse(result.Json.Span)!["rows"]![0]![0]!.DeepClone());
        }
        return AsJson(new JsonObject { ["counts"] = counts });
    }

    /// <summary>The body, in the form of questions' files; what is wrong in it is told in words.</summary>
    private static async Task<T> BodyAsync<T>(HttpContext context)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(context.Request.Body, Question.Json, context.RequestAborted) ?? throw new JsonException("The body is null.");
        }
        catch (JsonException error)
        {
            throw new EscaleException("explore.question-body", error.Message.Split(" Path:")[0], "See the API reference for what a question looks like.");
        }
    }

    private static Whole Tagged(HttpContext context, QuestionFiles files, Question question, QuestionQueries queries)
    {
        context.Response.Headers.ETag = files.TagOf(question.Id);
        return WholeOf(question, queries);
    }

    private static Whole WholeOf(Question question, QuestionQueries queries) => new(
        question.Id, question.Title, question.Description, question.Tags, question.Steps, question.Sql, question.Parameters, question.Chart, queries.SqlOf(question));

    private static IResult AsJson<T>(T value, int status = StatusCodes.Status200OK) => Results.Json(value, Question.Json, statusCode: status);

    private static IResult AsBytes(SqlResult result) => Results.Bytes(result.Json, "application/json");
}
