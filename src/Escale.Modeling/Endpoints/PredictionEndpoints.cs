using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Escale.Kernel;
using Escale.Learning;
using Escale.Modeling.Watching;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Modeling.Endpoints;

/// <summary>
/// Predictions over HTTP, in Escale's own form, MLflow's and that of the Open Inference Protocol. A request is read from the connection's own buffer straight into a row of the model, and answered
/// from a buffer that is used again; PostgreSQL is not asked.
/// </summary>
internal static class PredictionEndpoints
{
    private const int MostBytes = 24 << 20;
    private const string Tag = "Predictions";

    /// <summary>Under which name a prediction is logged: what its truth is told by later.</summary>
    private const string IdHeader = "X-Prediction-Id";

    private enum Form
    {
        Own,
        Mlflow,
        Inference,
    }

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        // Whoever has a key of the endpoint may ask without an account; who has none needs an API token that may read.
        Take(endpoints, "/api/v1/endpoints/{name}/predictions", context => PredictAsync(context, Form.Own), "Predict one row (an object) or many (a list of objects, or {\"rows\": […]})",
            "With a key of the endpoint as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY', or an API token. ?extra=ignore passes over fields that the model does not read.");
        Take(endpoints, "/api/v1/endpoints/{name}/invocations", context => PredictAsync(context, Form.Mlflow), "Predict in MLflow's form: dataframe_split, dataframe_records, instances or inputs", "");
        Take(endpoints, "/v2/models/{name}/infer", context => PredictAsync(context, Form.Inference), "Predict in the form of the Open Inference Protocol", "");
        endpoints.MapGet("/v2", () => TypedResults.Ok(new { Name = "escale", Version = Tracking.TrackingStore.CodeVersion, Extensions = Array.Empty<string>() })).ForAnyone().WithTags(Tag).WithSummary("The Open Inference Protocol: what serves");
        endpoints.MapGet("/v2/health/live", () => TypedResults.Ok(new { Live = true })).ForAnyone().WithTags(Tag).WithSummary("The Open Inference Protocol: whether it lives");
        endpoints.MapGet("/v2/health/ready", () => TypedResults.Ok(new { Ready = true })).ForAnyone().WithTags(Tag).WithSummary("The Open Inference Protocol: whether it answers");
        endpoints.MapGet("/v2/models/{name}", (RequestDelegate)MetadataAsync).ForAnyone().WithMetadata(((RequestDelegate)MetadataAsync).Method).WithTags(Tag).WithSummary("The Open Inference Protocol: what a model takes and gives");
        endpoints.MapGet("/v2/models/{name}/ready", (RequestDelegate)ReadyAsync).ForAnyone().WithMetadata(((RequestDelegate)ReadyAsync).Method).WithTags(Tag).WithSummary("The Open Inference Protocol: whether a model answers");
    }

    /// <summary>The test of a page: as a prediction, for who is signed in.</summary>
    public static async Task TestAsync(HttpContext context)
    {
        var endpoint = await context.RequestServices.GetRequiredService<EndpointDirectory>().FindAsync(NameOf(context), context.RequestAborted);
        await (endpoint is null ? NotFoundAsync(context) : AnswerAsync(context, endpoint, Form.Own));
    }

    // The method among the metadata is what puts an endpoint into the OpenAPI document.
    private static void Take(IEndpointRouteBuilder endpoints, string pattern, RequestDelegate handler, string summary, string description) =>
        // Straight from routing: what comes after it (sessions, limits of /api, antiforgery) is not for keys, and costs more than the prediction.
        endpoints.MapPost(pattern, handler).ShortCircuit().ForAnyone().WithMetadata(new TakesNoCookie(), new AcceptsJson(), handler.Method).WithTags(Tag).WithSummary(summary).WithDescription(description);

    private static async Task PredictAsync(HttpContext context, Form form)
    {
        if (await FindAsync(context) is { } endpoint)
        {
            await AnswerAsync(context, endpoint, form);
        }
    }

    private static async Task AnswerAsync(HttpContext context, ServedEndpoint endpoint, Form form)
    {
        Interlocked.Increment(ref endpoint.Counts.Requests);
        var started = Stopwatch.GetTimestamp();
        var input = context.Request.BodyReader;
        var read = await ReadAsync(context.Request, input);
        if (read.Buffer.Length > MostBytes)
        {
            input.AdvanceTo(read.Buffer.End);
            Interlocked.Increment(ref endpoint.Counts.Errors);
            await Problem.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, "modeling.prediction-too-large", "The request is larger than 24 MiB.", remedy: "Send fewer rows at a time, or score a file with escale predict.");
            return;
        }
        var model = endpoint.Next();
        var slot = model.Rent();
        try
        {
            var (errors, rows, broken) = await PredictAsync(read.Buffer, model, slot, form, context.Request.QueryString.HasValue && context.Request.Query["extra"] == "ignore");
            if (errors is null && broken is null)
            {
                Interlocked.Add(ref endpoint.Counts.Rows, rows);
                var id = context.RequestServices.GetRequiredService<PredictionLog>().Choose(endpoint);
                await WriteAsync(context, slot.Answer.WrittenMemory, id);
                endpoint.Counts.Minutes.Add(Stopwatch.GetElapsedTime(started), isError: false);
                Keep(context, endpoint, model, slot, read.Buffer, started, id);
                await ShadowAsync(endpoint, read.Buffer, slot, form);
            }
            else
            {
                Interlocked.Increment(ref endpoint.Counts.Errors);
                endpoint.Counts.Minutes.Add(Stopwatch.GetElapsedTime(started), isError: true);
                await (broken is not null ? BrokenAsync(context, broken) : InvalidAsync(context, errors!));
            }
        }
        finally
        {
            input.AdvanceTo(read.Buffer.End);
            model.Return(slot);
        }
    }

    private static void Keep(HttpContext context, ServedEndpoint endpoint, ServedModel model, ServedModel.Slot slot, ReadOnlySequence<byte> body, long started, Guid? id)
    {
        if (id is { } chosen)
        {
            context.RequestServices.GetRequiredService<PredictionLog>().Offer(endpoint, model, body.IsSingleSegment ? body.FirstSpan : body.ToArray(), slot.Answer.WrittenSpan, started, chosen);
        }
    }

    private static async ValueTask<(List<FieldError>? Errors, int Rows, string? Broken)> PredictAsync(ReadOnlySequence<byte> body, ServedModel model, ServedModel.Slot slot, Form form, bool ignoreExtra)
    {
        try
        {
            var (errors, rows) = Read(body, model, slot, form, ignoreExtra);
            if (errors is null && slot.HasKept)
            {
                await slot.FinishAsync();
            }
            return (errors, rows, null);
        }
        catch (JsonException error)
        {
            return (null, 0, error.BytePositionInLine is { } at ? string.Create(CultureInfo.InvariantCulture, $"The body is not what is expected, at line {error.LineNumber + 1}, byte {at + 1}.") : error.Message);
        }
        catch (InvalidOperationException)
        {
            return (null, 0, "The body holds a text that is not UTF-8."); // what Utf8JsonReader says of half a character
        }
        catch (LearningException error)
        {
            return ([new FieldError(0, error.Column ?? "", "mistyped", error.Message)], 0, null);
        }
    }

    private static (List<FieldError>? Errors, int Rows) Read(ReadOnlySequence<byte> body, ServedModel model, ServedModel.Slot slot, Form form, bool ignoreExtra)
    {
        int rows;
        if (form == Form.Own)
        {
            var errors = body.IsSingleSegment ? Predicting.Answer(body.FirstSpan, model, slot, ignoreExtra, out rows) : Predicting.Answer(body.ToArray(), model, slot, ignoreExtra, out rows);
            return (errors, rows);
        }
        var bytes = body.IsSingleSegment ? body.First : body.ToArray();
        return (form == Form.Mlflow ? MlflowBodies.Answer(bytes, model, slot, out rows) : InferenceBodies.Answer(bytes, model, slot, out rows), rows);
    }

    private static async ValueTask<ReadResult> ReadAsync(HttpRequest request, PipeReader input)
    {
        while (true)
        {
            var read = await input.ReadAsync(request.HttpContext.RequestAborted);
            if (read.IsCompleted || read.IsCanceled || read.Buffer.Length > MostBytes || read.Buffer.Length == request.ContentLength)
            {
                return read;
            }
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> answer, Guid? id)
    {
        var response = context.Response;
        if (id is { } chosen)
        {
            response.Headers[IdHeader] = chosen.ToString("N");
        }
        response.ContentType = "application/json";
        response.ContentLength = answer.Length;
        var written = response.BodyWriter.WriteAsync(answer, context.RequestAborted);
        return written.IsCompletedSuccessfully ? Task.CompletedTask : written.AsTask();
    }

    // Not heard, and never in the way: what goes wrong in a shadow is counted as a difference.
    private static async ValueTask ShadowAsync(ServedEndpoint endpoint, ReadOnlySequence<byte> body, ServedModel.Slot answered, Form form)
    {
        foreach (var shadow in endpoint.Shadows)
        {
            var slot = shadow.Rent();
            var (errors, rows, broken) = await PredictAsync(body, shadow, slot, form, ignoreExtra: true);
            Interlocked.Add(ref endpoint.Counts.ShadowRows, rows);
            if (errors is not null || broken is not null || !IsSame(answered.Answer.WrittenSpan, slot.Answer.WrittenSpan))
            {
                Interlocked.Increment(ref endpoint.Counts.ShadowDiffers);
            }
            shadow.Return(slot);
        }
    }

    // The beginning of an answer holds its first decision: up to the first comma.
    private static bool IsSame(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        var (end, otherEnd) = (one.IndexOf((byte)','), other.IndexOf((byte)','));
        return end > 0 && otherEnd > 0 && one[..end].SequenceEqual(other[..otherEnd]);
    }

    private static async ValueTask<ServedEndpoint?> FindAsync(HttpContext context)
    {
        var directory = context.RequestServices.GetRequiredService<EndpointDirectory>();
        if (!directory.TryFind(NameOf(context), out var endpoint))
        {
            endpoint = await directory.FindAsync(NameOf(context), context.RequestAborted);
        }
        if (endpoint is not null && KeyOf(context.Request) is { } text && KeyText.TryHash(text, out var hash) && endpoint.Keys.TryGetValue(hash, out var key)
            && key.EndsAt > context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow())
        {
            return await LimitAsync(context, key.Limit) ? endpoint : null;
        }
        if (!await MayReadAsync(context))
        {
            // Whether there is such an endpoint is nobody's business who has no key.
            await Problem.WriteAsync(context, StatusCodes.Status401Unauthorized, "modeling.prediction-key", "This needs a key of the endpoint.", remedy: "Send it as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'.");
            return null;
        }
        if (endpoint is null)
        {
            await NotFoundAsync(context);
            return null;
        }
        return await LimitAsync(context, endpoint.Tokens) ? endpoint : null;
    }

    private static async ValueTask<bool> LimitAsync(HttpContext context, TokenBucket? limit)
    {
        if (limit?.TryTake() != false)
        {
            return true;
        }
        context.Response.Headers.RetryAfter = "1";
        await Problem.WriteAsync(context, StatusCodes.Status429TooManyRequests, "modeling.prediction-too-many", "That is more often than the endpoint allows.", remedy: "Wait a second, then go on more slowly, or send many rows in one request.");
        return false;
    }

    // Not by a session's cookie, which pages of other sites could send along: by a token only.
    private static async Task<bool> MayReadAsync(HttpContext context)
    {
        var person = (await context.AuthenticateAsync()).Principal ?? context.User;
        return person.HasClaim(Caller.ScopeClaim, nameof(TokenScope.Read));
    }

    private static string? KeyOf(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        return header.Count == 1 && header[0] is { } bearer && bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? bearer[7..] : request.Headers["X-Api-Key"] is { Count: 1 } key ? key[0] : null;
    }

    private static string NameOf(HttpContext context) => context.Request.RouteValues["name"] as string ?? "";

    private static Task NotFoundAsync(HttpContext context) =>
        Problem.WriteAsync(context, StatusCodes.Status404NotFound, "modeling.endpoint-not-found", $"No endpoint '{NameOf(context)}' answers here.", remedy: "Look at the list of endpoints.");

    private static Task BrokenAsync(HttpContext context, string message) =>
        Problem.WriteAsync(context, StatusCodes.Status400BadRequest, "modeling.prediction-unreadable", message, remedy: "Send JSON as the endpoint's description shows it.");

    private static Task InvalidAsync(HttpContext context, List<FieldError> errors)
    {
        context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        context.Response.ContentType = "application/problem+json";
        var problem = new { Type = "about:blank", Title = $"{errors.Count} fields cannot be used.", Status = 422, Code = "modeling.prediction-invalid", Errors = errors, Next = "Correct the fields named; nothing was predicted." };
        return context.Response.WriteAsync(JsonSerializer.Serialize(problem, Tracking.TrackingJson.Options), context.RequestAborted);
    }

    private static async Task MetadataAsync(HttpContext context)
    {
        if (await FindAsync(context) is { } endpoint)
        {
            await context.Response.WriteAsJsonAsync(InferenceBodies.Metadata(endpoint.Routes[0].Model), Tracking.TrackingJson.Options, context.RequestAborted);
        }
    }

    private static async Task ReadyAsync(HttpContext context)
    {
        if (await FindAsync(context) is not null)
        {
            await context.Response.WriteAsJsonAsync(new { Ready = true }, Tracking.TrackingJson.Options, context.RequestAborted);
        }
    }

    /// <summary>Says in the OpenAPI document that a body is JSON.</summary>
    private sealed class AcceptsJson : Microsoft.AspNetCore.Http.Metadata.IAcceptsMetadata
    {
        public IReadOnlyList<string> ContentTypes => ["application/json"];

        public Type? RequestType => typeof(JsonElement);

        public bool IsOptional => false;
    }
}
