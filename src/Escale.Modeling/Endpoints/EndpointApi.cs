using Escale.Kernel;
using Escale.Learning;
using Escale.Modeling.Registry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Endpoints;

/// <summary>What was asked since the program started.</summary>
/// <param name="Requests">Requests.</param>
/// <param name="Rows">Rows predicted.</param>
/// <param name="Errors">Requests that could not be answered.</param>
/// <param name="ShadowRows">Rows that shadows predicted too.</param>
/// <param name="ShadowDiffers">Requests for which a shadow said something else.</param>
public sealed record EndpointUse(long Requests, long Rows, long Errors, long ShadowRows, long ShadowDiffers);

/// <summary><c>/api/v1/endpoints</c>: making endpoints, routing between versions, keys.</summary>
internal static class EndpointApi
{
    private const string Tag = "Endpoints";

    /// <summary>What an endpoint is to be. What is left out stays, or has its default: the model of the same name, all requests to its champion, no limit, open.</summary>
    internal sealed record EndpointForm(string? Model, IReadOnlyList<EndpointRoute>? Routes, int? PerSecond, bool? IsOpen);

    /// <summary>The endpoints.</summary>
    internal sealed record EndpointList(IReadOnlyList<ModelEndpoint> Endpoints);

    /// <summary>An endpoint with what it takes and what it has done since the program started.</summary>
    internal sealed record EndpointDetail(ModelEndpoint Endpoint, LearningTask? Task, IReadOnlyList<string> Classes, IReadOnlyList<EndpointField> Fields, IReadOnlyList<int> Versions, EndpointUse Use);

    /// <summary>The keys of an endpoint.</summary>
    internal sealed record KeyList(IReadOnlyList<EndpointKey> Keys);

    /// <summary>The body of a request for a key.</summary>
    internal sealed record KeyForm(string? Name, int? Days);

    /// <summary>A new key. Its text is in this answer only.</summary>
    internal sealed record NewKey(EndpointKey Key, string Secret);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var all = endpoints.MapGroup("/api/v1/endpoints").WithTags(Tag);
        all.MapGet("/", async (EndpointStore store, CancellationToken cancellationToken) => TypedResults.Ok(new EndpointList(await store.ListAsync(cancellationToken)))).For(Role.Viewer).WithSummary("The endpoints");
        all.MapGet("/{name}", ShowAsync).For(Role.Viewer).WithSummary("An endpoint, the fields it takes, and its use since the program started");
        all.MapPut("/{name}", SaveAsync).For(Role.Engineer, TokenScope.Write).WithSummary("Make an endpoint or change it: model, routes with weights and shadows, limit for each key");
        all.MapDelete("/{name}", DeleteAsync).For(Role.Engineer, TokenScope.Write).WithSummary("Remove an endpoint with its keys");
        all.MapGet("/{name}/schema", SchemaAsync).For(Role.Viewer).WithSummary("The JSON schema of a row that the endpoint takes");
        all.MapGet("/{name}/keys", async (EndpointStore store, string name, CancellationToken cancellationToken) => TypedResults.Ok(new KeyList(await store.KeysAsync(name, cancellationToken)))).For(Role.Engineer).WithSummary("The keys of an endpoint");
        all.MapPost("/{name}/keys", MakeKeyAsync).For(Role.Engineer, TokenScope.Write).WithSummary("Make a key, for so many days (365); its text is in this answer only");
        all.MapDelete("/{name}/keys/{key}", RevokeAsync).For(Role.Engineer, TokenScope.Write).WithSummary("Revoke a key");
        all.MapPost("/{name}/test", (RequestDelegate)PredictionEndpoints.TestAsync).For(Role.Viewer).WithMetadata(((RequestDelegate)PredictionEndpoints.TestAsync).Method).WithSummary("Predict as the endpoint does, for who is signed in");
    }

    private static async Task<Ok<EndpointDetail>> ShowAsync(EndpointStore store, EndpointDirectory directory, string name, CancellationToken cancellationToken)
    {
        var endpoint = await store.GetAsync(name, cancellationToken);
        var served = await directory.FindAsync(name, cancellationToken);
        var counts = served?.Counts ?? new EndpointCounts();
        var model = served?.Routes[0].Model;
        return TypedResults.Ok(new EndpointDetail(
            endpoint, model?.Model.Task, model?.Model.Classes ?? [], model?.Fields ?? [], [.. (served?.Routes ?? []).Select(route => route.Model.Version.Version)],
            new EndpointUse(counts.Requests, counts.Rows, counts.Errors, counts.ShadowRows, counts.ShadowDiffers)));
    }

    private static async Task<Ok<ModelEndpoint>> SaveAsync(HttpContext context, EndpointStore store, EndpointDirectory directory, string name, EndpointForm form, CancellationToken cancellationToken)
    {
        ModelEndpoint? before = (await store.ListAsync(cancellationToken)).FirstOrDefault(one => one.Name == name);
        var saved = await store.SaveAsync(new ModelEndpoint(
            name, form.Model ?? before?.Model ?? name, form.Routes ?? before?.Routes ?? [new EndpointRoute(ModelRegistry.Champion)], form.PerSecond ?? before?.PerSecond, form.IsOpen ?? before?.IsOpen ?? true,
            Caller.Of(context)!.Name, default), cancellationToken);
        await directory.RefreshAsync(cancellationToken);
        await context.AuditAsync("endpoint.saved", name, detail: $"{saved.Model}: {string.Join(", ", saved.Routes.Select(route => route.Shadow ? route.Version + " (shadow)" : $"{route.Version} {route.Weight}"))}");
        return TypedResults.Ok(saved);
    }

    private static async Task<Results<NoContent, NotFound>> DeleteAsync(HttpContext context, EndpointStore store, EndpointDirectory directory, string name, CancellationToken cancellationToken)
    {
        var isDone = await store.DeleteAsync(name, cancellationToken);
        await directory.RefreshAsync(cancellationToken);
        await context.AuditAsync("endpoint.removed", name, isDone);
        return isDone ? TypedResults.NoContent() : TypedResults.NotFound();
    }

    private static async Task<Created<NewKey>> MakeKeyAsync(HttpContext context, EndpointStore store, EndpointDirectory directory, string name, KeyForm form, CancellationToken cancellationToken)
    {
        var label = (form.Name ?? "").Trim();
        var (key, text) = await store.MakeKeyAsync(name, label.Length > 100 ? label[..100] : label, Caller.Of(context)!, TimeSpan.FromDays(Math.Clamp(form.Days ?? 365, 1, 3650)), cancellationToken);
        await directory.RefreshAsync(cancellationToken);
        await context.AuditAsync("endpoint.key-made", name, detail: key.Prefix);
        return TypedResults.Created((string?)null, new NewKey(key, text.Whole));
    }

    private static async Task<Results<NoContent, NotFound>> RevokeAsync(HttpContext context, EndpointStore store, EndpointDirectory directory, string name, string key, CancellationToken cancellationToken)
    {
        var isDone = await store.RevokeKeyAsync(name, key, cancellationToken);
        await directory.RefreshAsync(cancellationToken);
        await context.AuditAsync("endpoint.key-revoked", name, isDone, key);
        return isDone ? TypedResults.NoContent() : TypedResults.NotFound();
    }

    private static async Task<JsonHttpResult<Dictionary<string, object>>> SchemaAsync(EndpointDirectory directory, string name, CancellationToken cancellationToken)
    {
        var served = await directory.FindAsync(name, cancellationToken) ?? throw new EscaleException("modeling.endpoint-not-found", $"No endpoint '{name}' answers here.", "Look at the list of endpoints.");
        var fields = served.Routes[0].Model.Fields;
        return TypedResults.Json(new Dictionary<string, object>
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = name, ["type"] = "object", ["additionalProperties"] = false,
            ["required"] = fields.Where(field => field.IsRequired).Select(field => field.Name),
            ["properties"] = fields.ToDictionary(field => field.Name, PropertyOf),
        });
    }

    private static Dictionary<string, object> PropertyOf(EndpointField field)
    {
        var property = new Dictionary<string, object> { ["type"] = new[] { field.Type switch { "number" => "number", "boolean" => "boolean", _ => "string" }, "null" } };
        if (field.Choices.Count > 0)
        {
            property["examples"] = field.Choices.Take(20);
        }
        if (field is { Least: { } least, Most: { } most } && field.Type == "number")
        {
            property["description"] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"in training from {least} to {most}");
        }
        return property;
    }
}
