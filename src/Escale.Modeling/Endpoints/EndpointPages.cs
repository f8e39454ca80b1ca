using Escale.Kernel;
using Escale.Learning;
using Escale.Modeling.Judging;
using Escale.Modeling.Registry;
using Escale.Modeling.Tracking;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Endpoints;

/// <summary>What the page of an endpoint shows.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Address">Where it is asked.</param>
/// <param name="Task">What is predicted; null when it does not answer.</param>
/// <param name="Fields">What it takes.</param>
/// <param name="Keys">Its keys.</param>
/// <param name="Versions">The versions of its model.</param>
/// <param name="Use">What was asked since the program started.</param>
/// <param name="Reference">What training rows were like, or null.</param>
public sealed record EndpointReport(
    ModelEndpoint Endpoint, string Address, LearningTask? Task, IReadOnlyList<EndpointField> Fields, IReadOnlyList<EndpointKey> Keys, IReadOnlyList<ModelVersion> Versions, EndpointUse Use, Reference? Reference);

/// <summary><c>/endpoints/NAME</c>: how to ask a model, who may, and which versions answer.</summary>
internal static class EndpointPages
{
    /// <summary>How long a key may be good, in days.</summary>
    public static readonly IReadOnlyList<int> Lifetimes = [30, 90, 365, 1095];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/endpoints/{name}", (HttpContext context, EndpointReports reports, ShownOnce shown, string name, string? tab, string? made, CancellationToken cancellationToken) => ShowAsync(context, reports, name, tab, null, shown.Take(context, made), cancellationToken))
            .For(Role.Viewer).ExcludeFromDescription();
        ModelPages.Form(endpoints, "/endpoints", MakeAsync);
        ModelPages.Form(endpoints, "/endpoints/{name}/routes", RoutesAsync);
        ModelPages.Form(endpoints, "/endpoints/{name}/keys", KeyAsync);
        ModelPages.Form(endpoints, "/endpoints/{name}/keys/{key}/revoke", RevokeAsync);
        ModelPages.Form(endpoints, "/endpoints/{name}/remove", RemoveAsync);
        ModelPages.Form(endpoints, "/endpoints/{name}/logging", LoggingAsync);
    }

    /// <summary>The page, with an error if there is one.</summary>
    public static async Task<IResult> ShowAsync(HttpContext context, EndpointReports reports, string name, string? tab, EscaleException? error, string? secret, CancellationToken cancellationToken)
    {
        var isWatch = tab == "watch";
        var watch = isWatch ? await reports.WatchAsync(name, context.Request.Query["by"] == "week", cancellationToken) : null;
        return Page.Show<EndpointView>(
            new
            {
                Report = await reports.ReadAsync(context, name, cancellationToken), Watch = watch, Alerts = watch is null ? [] : await reports.AlertsAsync(name, watch, cancellationToken), Tab = tab ?? "use", Error = error, Secret = secret,
                Told = long.TryParse(context.Request.Query["told"], System.Globalization.CultureInfo.InvariantCulture, out var told) ? told : (long?)null,
                Lost = long.TryParse(context.Request.Query["lost"], System.Globalization.CultureInfo.InvariantCulture, out var lost) ? lost : 0,
            },
            error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<IResult> MakeAsync(HttpContext context, EndpointStore store, EndpointDirectory directory, Mount mount, [FromForm] string model, CancellationToken cancellationToken)
    {
        var taken = (await store.ListAsync(cancellationToken)).Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        var name = taken.Contains(model) ? Enumerable.Range(2, 1000).Select(number => $"{model}-{number}").First(free => !taken.Contains(free)) : model;
        await store.SaveAsync(new ModelEndpoint(name, model, [new EndpointRoute(ModelRegistry.Champion)], null, true, Caller.Of(context)!.Name, default), cancellationToken);
        await directory.RefreshAsync(cancellationToken);
        await context.AuditAsync("endpoint.saved", name, detail: model);
        return Results.Redirect(mount.To("/endpoints/" + name));
    }

    private static async Task<IResult> RoutesAsync(HttpContext context, EndpointStore store, EndpointDirectory directory, EndpointReports reports, Mount mount, string name, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var before = await store.GetAsync(name, cancellationToken);
        try
        {
            var routes = form["version"].Zip(form["weight"], form["kind"]).Where(row => !string.IsNullOrWhiteSpace(row.First) && row.Third != "off")
                .Select(row => new EndpointRoute(row.First!, row.Third == "shadow" ? 0 : Number(row.Second) ?? double.NaN, row.Third == "shadow")).ToList();
            await store.SaveAsync(before with { Routes = routes, PerSecond = Number(form["per_second"]) is { } limit ? (int)Math.Clamp(limit, 0, 1_000_000) : null, IsOpen = form["open"] == "true" }, cancellationToken);
        }
        catch (EscaleException error)
        {
            return await ShowAsync(context, reports, name, "settings", error, null, cancellationToken);
        }
        await directory.RefreshAsync(cancellationToken);
        await context.AuditAsync("endpoint.saved", name, detail: before.Model);
        return Results.Redirect(mount.To($"/endpoints/{name}?tab=settings"));
    }

    private static async Task<IResult> KeyAsync(
        HttpContext context, EndpointStore store, EndpointDirectory directory, ShownOnce shown, Mount mount, string name, [FromForm] string? label, [FromForm] int? days, CancellationToken cancellationToken)
    {
        var of = (label ?? "").Trim();
        var (key, text) = await store.MakeKeyAsync(name, of.Length > 100 ? of[..100] : of, Caller.Of(context)!, TimeSpan.FromDays(Lifetimes.Contains(days ?? 0) ? days!.Value : 365), cancellationToken);
        await directory.RefreshAsync(cancellationToken);
        await context.AuditAsync("endpoint.key-made", name, detail: key.Prefix);
        return Results.Redirect(mount.To($"/endpoints/{name}?tab=keys&made=") + shown.Keep(context, text.Whole));
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, EndpointStore store, EndpointDirectory directory, Mount mount, string name, string key, CancellationToken cancellationToken)
    {
        var isDone = await store.RevokeKeyAsync(name, key, cancellationToken);
        await directory.RefreshAsync(cancellationToken);
        await context.AuditAsync("endpoint.key-revoked", name, isDone, key);
        return Results.Redirect(mount.To($"/endpoints/{name}?tab=keys"));
    }

    private static async Task<IResult> LoggingAsync(HttpContext context, EndpointStore store, EndpointDirectory directory, EndpointReports reports, Mount mount, string name, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var before = await store.GetAsync(name, cancellationToken);
        try
        {
            var table = form["truth_table"].ToString().Trim();
            await store.SaveAsync(before with
            {
                Logging = new EndpointLogging((Number(form["share"]) ?? 100) / 100, (int)Math.Clamp(Number(form["days"]) is { } days && double.IsFinite(days) ? days : 90, 0, 100_000))
                {
                    MostErrors = (Number(form["most_errors"]) ?? 5) / 100, MostMilliseconds = Number(form["most_ms"]) ?? 1000,
                    Masked = [.. form["masked"].OfType<string>()], TruthTable = table.Length == 0 ? null : TableName.Parse(table).ToString(), TruthKeys = [.. form["key"].OfType<string>()],
                },
            }, cancellationToken);
        }
        catch (EscaleException error)
        {
            return await ShowAsync(context, reports, name, "watch", error, null, cancellationToken);
        }
        await directory.RefreshAsync(cancellationToken);
        await context.AuditAsync("endpoint.logging-changed", name);
        return Results.Redirect(mount.To($"/endpoints/{name}?tab=watch"));
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, EndpointStore store, EndpointDirectory directory, Mount mount, string name, CancellationToken cancellationToken)
    {
        var model = (await store.GetAsync(name, cancellationToken)).Model;
        var isDone = await store.DeleteAsync(name, cancellationToken);
        await directory.RefreshAsync(cancellationToken);
        await context.AuditAsync("endpoint.removed", name, isDone);
        return Results.Redirect(mount.To("/models/" + model));
    }

    private static double? Number(string? text) => string.IsNullOrWhiteSpace(text) ? null : double.TryParse(text.Replace(',', '.'), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
}

/// <summary>Puts together what the page of an endpoint shows.</summary>
internal sealed class EndpointReports(EndpointStore store, EndpointDirectory directory, ModelRegistry registry, RunFolder folder, Watching.WatchReports watching, Alerts.ModelKeeper keeper, Mount mount)
{
    /// <summary>What it does, and whether its model still fits.</summary>
    public Task<Watching.WatchReport> WatchAsync(string name, bool byWeek, CancellationToken cancellationToken) => watching.ReadAsync(name, byWeek, cancellationToken);

    /// <summary>What is wrong with it, by what was just seen.</summary>
    public async Task<IReadOnlyList<Alerts.ModelAlert>> AlertsAsync(string name, Watching.WatchReport watch, CancellationToken cancellationToken) =>
        await keeper.LookAtAsync(await store.GetAsync(name, cancellationToken), cancellationToken, watch);

    /// <summary>The report.</summary>
    /// <exception cref="EscaleException"><c>modeling.endpoint-not-found</c>.</exception>
    public async Task<EndpointReport> ReadAsync(HttpContext context, string name, CancellationToken cancellationToken)
    {
        var endpoint = await store.GetAsync(name, cancellationToken);
        var served = await directory.FindAsync(name, cancellationToken);
        var model = served?.Routes[0].Model;
        var counts = served?.Counts ?? new EndpointCounts();
        var mayManage = Caller.Of(context)?.Is(Role.Engineer) == true;
        return new EndpointReport(
            endpoint, $"{context.Request.Scheme}://{context.Request.Host}{mount.To($"/api/v1/endpoints/{name}/predictions")}", model?.Model.Task, model?.Fields ?? [],
            mayManage ? await store.KeysAsync(name, cancellationToken) : [], await registry.VersionsAsync(endpoint.Model, cancellationToken),
            new EndpointUse(counts.Requests, counts.Rows, counts.Errors, counts.ShadowRows, counts.ShadowDiffers), ReferenceOf(model));
    }

    // Of a model behind a recipe, what was kept of training is what the recipe made; people send rows as they were before.
    private Reference? ReferenceOf(ServedModel? model) => model?.Preparer is { } preparer
        ? new Reference(0, [], new ReferenceColumn("prediction", 0, [], 0, new Dictionary<string, int>()), preparer.Example)
        : folder.ReferenceOf(model?.Version.Run);
}
