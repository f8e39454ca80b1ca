using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Escale.Explore.Profiles.Alerts;
using Escale.Explore.Profiles.Cleaning;
using Escale.Explore.Profiles.Running;
using Escale.Explore.Recipes.Suggestions;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Escale.Explore.Profiles;

/// <summary>Steps that clean without losing anything.</summary>
/// <param name="Steps">The steps, each with a note that says why.</param>
/// <param name="Recipe">The same as a recipe's file.</param>
internal sealed record CleaningAnswer(IReadOnlyList<System.Text.Json.Nodes.JsonObject> Steps, string Recipe);

/// <summary>
/// <c>GET /api/v1/tables/{name}/profile</c> and <c>GET /api/v1/uploads/{id}/profile</c>: a sample first; all rows with <c>full=true</c>, whose progress comes
/// as server-sent events to who accepts them.
/// </summary>
internal static class ProfileEndpoints
{
    private const string About = "Answers with a profile of a sample, or of all rows when there are few. full=true reads all rows; with Accept: text/event-stream it sends progress events, then one named result.";
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(15);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/tables/{name}/profile", TableAsync).For(Role.Viewer).Produces<TableProfile>().WithTags("Tables").WithSummary("Get the profile of a table: meaning, distribution and alerts of each column, pairs").WithDescription(About);
        endpoints.MapGet("/api/v1/tables/{name}/cleaning", CleaningAsync).For(Role.Viewer).WithTags("Tables").WithSummary("Get the steps of a recipe that clean a table without losing anything, each with its reason");
        endpoints.MapGet("/api/v1/uploads/{id}/profile", UploadAsync).For(Role.Analyst).Produces<TableProfile>().WithTags("Uploads").WithSummary("Get the profile of an uploaded file").WithDescription(About);
    }

    private static async Task<Ok<CleaningAnswer>> CleaningAsync(ProfileCache cache, Answers answers, Reader reader, string name, CancellationToken cancellationToken)
    {
        var profile = await (await cache.TableAsync(TableName.Parse(name), null, full: true, cancellationToken)).Result.WaitAsync(cancellationToken);
        var steps = SafeSteps.Of(profile, reader, answers.Adviser(), answers.RefusedIn(profile.Name));
        return TypedResults.Ok(new CleaningAnswer(steps, SafeSteps.Yaml(profile, steps)));
    }

    private static async Task<IResult> TableAsync(HttpContext context, ProfileCache cache, Reader reader, IOptions<JsonOptions> json, TimeProvider clock, string name, string? version, bool? full, CancellationToken cancellationToken) =>
        await AnswerAsync(context, await cache.TableAsync(TableName.Parse(name), string.IsNullOrEmpty(version) ? null : version, full == true, cancellationToken), full == true, reader, json.Value, clock, cancellationToken);

    private static async Task<IResult> UploadAsync(HttpContext context, ProfileCache cache, Reader reader, IOptions<JsonOptions> json, TimeProvider clock, string id, bool? full, CancellationToken cancellationToken) =>
        await AnswerAsync(context, await cache.UploadAsync(id, Caller.Of(context)!, full == true, cancellationToken), full == true, reader, json.Value, clock, cancellationToken);

    private static async Task<IResult> AnswerAsync(HttpContext context, ProfileJob job, bool full, Reader reader, JsonOptions json, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (full && context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy that gathers would make it late
            return TypedResults.ServerSentEvents(FollowAsync(job, reader, json.SerializerOptions, clock, cancellationToken));
        }
        context.Response.Headers.CacheControl = "private, no-cache";
        return TypedResults.Ok(Told(await job.Result.WaitAsync(cancellationToken), reader));
    }

    private static async IAsyncEnumerable<SseItem<string>> FollowAsync(ProfileJob job, Reader reader, JsonSerializerOptions json, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (said, last) = ((ProfileProgress?)null, clock.GetTimestamp());
        while (!job.Result.IsCompleted)
        {
            if (job.Progress != said || clock.GetElapsedTime(last) > _heartbeat)
            {
                (said, last) = (job.Progress, clock.GetTimestamp());
                yield return new SseItem<string>(JsonSerializer.Serialize(said, json), "progress");
            }
            await Task.WhenAny(job.Result, Task.Delay(_pause, clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
        var (profile, failure) = await OutcomeAsync(job);
        yield return profile is not null
            ? new SseItem<string>(JsonSerializer.Serialize(Told(profile, reader), json), "result")
            : new SseItem<string>(JsonSerializer.Serialize(new { failure!.Code, failure.Message, Next = failure.Remedy }, json), "failed");
    }

    private static async Task<(TableProfile? Profile, EscaleException? Failure)> OutcomeAsync(ProfileJob job)
    {
        try
        {
            return (await job.Result, null);
        }
        catch (EscaleException error)
        {
            return (null, error);
        }
    }

    /// <summary>The profile with the words of its alerts.</summary>
    public static TableProfile Told(TableProfile profile, Reader reader) => profile with { Alerts = [.. profile.Alerts.Select(alert => AlertWords.Tell(alert, reader))] };
}
