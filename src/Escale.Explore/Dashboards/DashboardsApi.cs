using System.Text.Json;
using Escale.Explore.Dashboards.Files;
using Escale.Explore.Dashboards.Tiles;
using Escale.Explore.Sql;
using Escale.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Explore.Dashboards;

/// <summary><c>/api/v1/dashboards</c>: the files as JSON or as they are, the rows of their tiles, what their filters can be set to.</summary>
internal static class DashboardsApi
{
    /// <summary>The header with the filters that a tile follows.</summary>
    public const string AppliedHeader = "Escale-Filters";

    private const string Tag = "Dashboards";
    private const string YamlType = "application/yaml";

    /// <summary>A dashboard in a list.</summary>
    internal sealed record DashboardEntry(string Id, string Title, string Description, int Tiles);

    /// <summary>The dashboards of the project, and the files that cannot be read.</summary>
    internal sealed record DashboardList(IReadOnlyList<DashboardEntry> Dashboards, IReadOnlyList<BrokenEntry> Broken);

    /// <summary>A file that cannot be read.</summary>
    internal sealed record BrokenEntry(string Id, string Error, int? Line);

    /// <summary>Markdown to look at.</summary>
    internal sealed record MarkdownRequest(string Text);

    /// <summary>Markdown as HTML.</summary>
    internal sealed record MarkdownAnswer(string Html);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var all = endpoints.MapGroup("/api/v1/dashboards").WithTags(Tag);
        all.MapGet("/", List).For(Role.Viewer).WithSummary("The dashboards");
        all.MapPost("/", CreateAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Make a dashboard from JSON; its id is made of its title, unless 'id' is given in the address");
        all.MapGet("/{id}", (HttpContext context, DashboardFiles files, TileQueries queries, string id) => Answer(context, files.Get(id), queries, isShared: false)).For(Role.Viewer).RequireRateLimiting(RateLimits.View).WithSummary("A dashboard as JSON, with its ETag");
        all.MapPut("/{id}", SaveAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Change a dashboard; lines of its file whose values stay are left alone. If-Match holds its ETag: 412 when somebody changed it meanwhile");
        all.MapDelete("/{id}", DeleteAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Remove a dashboard");
        all.MapGet("/{id}/file", (DashboardFiles files, string id) => TypedResults.File(files.Export(id), YamlType, id + ".yml")).For(Role.Viewer).WithSummary("Export: the dashboard's file, byte for byte");
        all.MapPut("/{id}/file", ImportAsync).For(Role.Analyst, TokenScope.Write).RequireRateLimiting(RateLimits.Upload).WithSummary("Import: write the dashboard's file, byte for byte, if it can be read");
        all.MapGet("/{id}/tiles/{tile}", (HttpContext context, DashboardFiles files, TileRunner tiles, string id, string tile, CancellationToken cancellationToken) =>
            TileAsync(context, files.Get(id), tiles, tile, cancellationToken)).For(Role.Viewer).RequireRateLimiting(RateLimits.View).WithSummary("The rows of a tile under the filters of the address")
            .WithDescription("period=2025-01-01..2025-03-31 or last-30-days; terminal=A&terminal=B; waiting=0..24; pick.column=value. The header Escale-Filters names those that the tile follows.");
        all.MapGet("/{id}/filters/{filter}", async (DashboardFiles files, TileRunner tiles, string id, string filter, string? q, CancellationToken cancellationToken) =>
            Json(await tiles.ChoicesAsync(files.Get(id), filter, q, cancellationToken))).For(Role.Viewer).RequireRateLimiting(RateLimits.View).WithSummary("What a filter can be set to");
        all.MapPost("/{id}/filters/{filter}", async (DashboardFiles files, TileRunner tiles, string id, string filter, string? q, JsonElement body, CancellationToken cancellationToken) =>
            Json(await tiles.ChoicesAsync(files.Draft(id, Body(body)), filter, q, cancellationToken))).For(Role.Analyst).RequireRateLimiting(RateLimits.View).WithSummary("What a filter can be set to in a dashboard that is being changed: its values are the body; nothing is kept");
        all.MapPost("/markdown", (MarkdownRequest request) => TypedResults.Ok(new MarkdownAnswer(MarkdownText.ToHtml(request.Text)))).For(Role.Analyst).WithSummary("Markdown as the HTML of a text tile");
    }

    /// <summary>A dashboard as JSON: the values of its file, its id, its ETag, and texts as HTML.</summary>
    public static JsonHttpResult<Dictionary<string, object?>> Answer(HttpContext context, Dashboard dashboard, TileQueries queries, bool isShared)
    {
        context.Response.Headers.ETag = dashboard.Tag;
        var answer = new Dictionary<string, object?>(dashboard.Tree, StringComparer.Ordinal) { ["id"] = isShared ? "" : dashboard.Id };
        answer["tiles"] = dashboard.Tree.GetValueOrDefault("tiles") is List<object?> tiles
            ? tiles.Cast<IReadOnlyDictionary<string, object?>>().Select(tile => Tile(tile, queries, isShared)).ToList()
            : [];
        return TypedResults.Json(answer);
    }

    /// <summary>The rows of a tile; 304 when the caller has them.</summary>
    public static async Task<IResult> TileAsync(HttpContext context, Dashboard dashboard, TileRunner tiles, string tile, CancellationToken cancellationToken)
    {
        var answer = await tiles.RunAsync(dashboard, tile, context.Request.Query, cancellationToken);
        var tag = Fingerprint.Tag(answer.Result.Json.Span, isWeak: true);
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.ETag = tag.ToString();
        context.Response.Headers[AppliedHeader] = string.Join(',', answer.Applied.Select(Uri.EscapeDataString));
        return context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : Json(answer.Result);
    }

    /// <summary>Rows as they are kept.</summary>
    public static IResult Json(SqlResult result) => TypedResults.Bytes(result.Json, "application/json; charset=utf-8");

    // People with a link see what a tile shows, not how it is asked.
    private static Dictionary<string, object?> Tile(IReadOnlyDictionary<string, object?> tile, TileQueries queries, bool isShared)
    {
        var answer = new Dictionary<string, object?>(tile, StringComparer.Ordinal);
        if (tile.GetValueOrDefault("text") is string text)
        {
            answer["html"] = MarkdownText.ToHtml(text);
        }
        if (tile.GetValueOrDefault("question") is string id && queries.Find(id) is { } question)
        {
            answer["asked"] = new Dictionary<string, object?> { ["title"] = question.Title, ["chart"] = question.Chart };
        }
        if (isShared)
        {
            answer.Remove("sql");
            answer.Remove("steps");
            answer.Remove("question");
        }
        return answer;
    }

    private static Ok<DashboardList> List(DashboardFiles files)
    {
        var (all, broken) = files.All();
        return TypedResults.Ok(new DashboardList(
            [.. all.Select(one => new DashboardEntry(one.Id, one.Title, one.Description, one.Tiles.Count))],
            [.. broken.Select(one => new BrokenEntry(one.Id, one.Error.Message, one.Error.Place?.Line))]));
    }

    private static async Task<Created<DashboardEntry>> CreateAsync(HttpContext context, DashboardFiles files, JsonElement body, string? id)
    {
        var title = Body(body).TryGetProperty("title", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
        var made = files.Save(id ?? files.FreeId(title), body, isNew: true, null);
        await context.AuditAsync("dashboard.saved", made.Id, detail: "new");
        context.Response.Headers.ETag = made.Tag;
        return TypedResults.Created("/api/v1/dashboards/" + made.Id, new DashboardEntry(made.Id, made.Title, made.Description, made.Tiles.Count));
    }

    private static async Task<JsonHttpResult<Dictionary<string, object?>>> SaveAsync(HttpContext context, DashboardFiles files, TileQueries queries, string id, JsonElement body)
    {
        var saved = files.Save(id, Body(body), isNew: false, Fingerprint.Expected(context.Request));
        await context.AuditAsync("dashboard.saved", id);
        return Answer(context, saved, queries, isShared: false);
    }

    private static async Task<NoContent> DeleteAsync(HttpContext context, DashboardFiles files, string id)
    {
        files.Delete(id, Fingerprint.Expected(context.Request));
        await context.AuditAsync("dashboard.removed", id);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<DashboardEntry>> ImportAsync(HttpContext context, DashboardFiles files, string id, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var body = context.Request.Body;
        var buffer = new byte[16 << 10];
        for (int read; bytes.Length <= 1 << 20 && (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            bytes.Write(buffer, 0, read);
        }
        var isNew = files.All() is var all && all.Dashboards.All(one => one.Id != id) && all.Broken.All(one => one.Id != id);
        var made = files.Import(id, bytes.ToArray(), isNew, Fingerprint.Expected(context.Request));
        await context.AuditAsync("dashboard.imported", id);
        context.Response.Headers.ETag = made.Tag;
        return TypedResults.Ok(new DashboardEntry(made.Id, made.Title, made.Description, made.Tiles.Count));
    }

    private static JsonElement Body(JsonElement body) => body.ValueKind == JsonValueKind.Object
        ? body
        : throw new EscaleException("explore.dashboard-invalid", "A dashboard is an object with a title and tiles.", "See the API reference.");
}
