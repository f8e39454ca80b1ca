using System.Text.Json;
using Escale.Collect.Definitions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Collect.Streams;

/// <summary><c>POST</c> and <c>GET /api/v1/streams/{name}</c>.</summary>
internal static class StreamEndpoints
{
    private const int MaxIdLength = 128;

    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    // Types that a page of another site cannot send without asking first (and we never say yes).
    private static readonly string[] _types = ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/jsonlines", "application/json"];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        // Whoever has the stream's own key may push to it without an account; what has no key asks for an account itself.
        endpoints.MapPost("/api/v1/streams/{name}", (RequestDelegate)PushAsync).ForAnyone().WithMetadata(new TakesNoCookie())
            .WithTags("Streams").WithSummary("Push events, newline-delimited JSON; durable when the answer is 202");
        endpoints.MapGet("/api/v1/streams/{name}", (RequestDelegate)StatusAsync).ForAnyone().WithTags("Streams").WithSummary("What a stream has taken in");
    }

    private static async Task StatusAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } settings)
        {
            return;
        }
        var journal = context.RequestServices.GetRequiredService<StreamJournals>().Of(settings.Stream);
        await WriteAsync(context, StatusCodes.Status200OK, journal.Status());
    }

    private static async Task PushAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } settings)
        {
            return;
        }
        var type = context.Request.ContentType?.Split(';')[0].Trim() ?? "";
        if (!_types.Contains(type, StringComparer.OrdinalIgnoreCase) || context.Request.Headers.ContentEncoding.Count > 0)
        {
            await ProblemAsync(context, StatusCodes.Status415UnsupportedMediaType, "collect.stream-type", "Push newline-delimited JSON, not compressed, as application/x-ndjson.");
            return;
        }
        var id = context.Request.Headers["Escale-Batch"].ToString();
        if (id.Length > MaxIdLength || id.Any(letter => letter is < '!' or > '~'))
        {
            await ProblemAsync(context, StatusCodes.Status400BadRequest, "collect.stream-batch-id", $"Escale-Batch is at most {MaxIdLength} printable ASCII characters without spaces.");
            return;
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
        var body = await ReadAsync(context, settings.MaxRequestSizeBytes);
        if (body is null)
        {
            await ProblemAsync(context, StatusCodes.Status413PayloadTooLarge, "collect.stream-too-large", $"A push may hold {Http.Sizes.Show(settings.MaxRequestSizeBytes)}; split it into several.");
            return;
        }
        var journal = context.RequestServices.GetRequiredService<StreamJournals>().Of(settings.Stream);
        if (journal.IsFuller(settings.MaxJournalSizeBytes))
        {
            context.Response.Headers.RetryAfter = "10";
            await ProblemAsync(context, StatusCodes.Status429TooManyRequests, "collect.stream-full", "Too many events wait to be collected; run the project, then push again.");
            return;
        }
        var receipt = await journal.PushAsync(id.Length == 0 ? null : id, EventsIn(body), body, context.RequestAborted);
        await WriteAsync(context, StatusCodes.Status202Accepted, receipt);
    }

    /// <summary>The stream of the request, when there is one and the request may use it; else the problem has been answered.</summary>
    private static async Task<StreamSettings?> FindAsync(HttpContext context)
    {
        var name = context.Request.RouteValues["name"] as string ?? "";
        var settings = context.RequestServices.GetRequiredService<StreamDirectory>().Find(name);
        if (settings is null)
        {
            await ProblemAsync(context, StatusCodes.Status404NotFound, "collect.stream-not-found", $"This project has no stream '{name}'.");
            return null;
        }
        if (IsForeign(context.Request))
        {
            await ProblemAsync(context, StatusCodes.Status403Forbidden, "collect.stream-origin", "Pages of other sites may not use streams.");
            return null;
        }
        if (settings.Key is null && !MayPush(context))
        {
            await ProblemAsync(context, StatusCodes.Status401Unauthorized, "collect.stream-token", $"The stream '{name}' has no key of its own: send an API token that may push, as 'Authorization: Bearer …'.");
            return null;
        }
        if (settings.Key is { } key && !HasKey(context, key))
        {
            await ProblemAsync(context, StatusCodes.Status401Unauthorized, "collect.stream-key", $"The stream '{name}' needs its key, as 'Authorization: Bearer …' or 'X-Api-Key: …'.");
            return null;
        }
        return settings;
    }

    private static bool IsForeign(HttpRequest request) =>
        request.Headers.TryGetValue("Origin", out var origin) && origin.Count > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == request.Host.Value);

    // Not by a cookie: a program pushes.
    private static bool MayPush(HttpContext context) => context.User.HasClaim(Caller.ScopeClaim, nameof(TokenScope.Push));

    private static bool HasKey(HttpContext context, string key)
    {
        var expected = Variables.Expand(key, context.RequestServices.GetRequiredService<RunEnvironment>(), new Place(null));
        return SecretToken.Is(context.Request.Bearer() ?? context.Request.Headers["X-Api-Key"].ToString(), SecretToken.Hash(expected));
    }

    private static async Task<byte[]?> ReadAsync(HttpContext context, long maxSizeBytes)
    {
        if (context.Request.ContentLength > maxSizeBytes)
        {
            return null;
        }
        if (context.Request.ContentLength is { } length)
        {
            var whole = new byte[length];
            await context.Request.Body.ReadExactlyAsync(whole, context.RequestAborted);
            return whole;
        }
        using var body = new MemoryStream();
        var buffer = new byte[1 << 16];
        int got;
        while ((got = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            if (body.Length + got > maxSizeBytes)
            {
                return null;
            }
            body.Write(buffer, 0, got);
        }
        return body.ToArray();
    }

    private static int EventsIn(ReadOnlySpan<byte> body)
    {
        var count = 0;
        foreach (var range in body.Split((byte)'\n'))
        {
            count += body[range].Trim(" \t\r"u8).IsEmpty ? 0 : 1;
        }
        return count;
    }

    private static Task WriteAsync<T>(HttpContext context, int status, T value)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(value, _json), context.RequestAborted);
    }

    private static Task ProblemAsync(HttpContext context, int status, string code, string title) => Problem.WriteAsync(context, status, code, title);
}

/// <summary>The streams that the project's source files define, read once.</summary>
internal sealed class StreamDirectory(SourceCatalog sources)
{
    private readonly Lazy<Dictionary<string, StreamSettings>> _streams = new(() => sources.Read()
        .SelectMany(source => source.Tables).Select(table => table.Settings).OfType<StreamSettings>()
        .GroupBy(settings => settings.Stream, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal));

    public StreamSettings? Find(string name) => _streams.Value.GetValueOrDefault(name);
}
