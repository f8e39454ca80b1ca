using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Escale.Orchestrate.Pipelines.Pages;

/// <summary>The pages of pipelines: <c>/pipelines</c>, <c>/pipelines/{name}</c>, <c>/pipelines/runs/{id}</c>, and their forms.</summary>
internal static class PipelinePages
{
    private const int Listed = 200;
    private const int ShownOfPlan = 60;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/pipelines", async (HttpContext context, PageReader reader, PipelineFiles files, PipelineProblems problems, string? find, CancellationToken cancellationToken) => Page.Show<PipelinesView>(new
        {
            Pipelines = await reader.ListAsync(find, Listed, cancellationToken), Errors = problems.All(), Find = find ?? "", Total = files.Read().Pipelines.Count, CanRun = MayRun(context),
        })).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/pipelines/{name}", ShowAsync).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/pipelines/runs/{id}", async (HttpContext context, PageReader reader, string id, string? tab, string? step, int? attempt, CancellationToken cancellationToken) =>
            Page.Show<PipelineRunView>(new { Details = await reader.RunAsync(id, cancellationToken), Tab = tab is "gantt" or "graph" or "log" ? tab : "steps", Step = step, Attempt = attempt, CanRun = MayRun(context) }))
            .For(Role.Viewer).ExcludeFromDescription();
        MapForms(endpoints);
    }

    private static void MapForms(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/pipelines/{name}/start", StartAsync).For(Role.Engineer, TokenScope.Run).ExcludeFromDescription();
        endpoints.MapPost("/pipelines/{name}/pause", async (HttpContext context, PipelineActions actions, Mount mount, string name, [FromForm] string? back, CancellationToken cancellationToken) =>
        {
            await actions.PauseAsync(context, name, true, cancellationToken);
            return Results.Redirect(mount.To(Back(name, back)));
        }).For(Role.Engineer, TokenScope.Run).DisableAntiforgery().ExcludeFromDescription();
        endpoints.MapPost("/pipelines/{name}/resume", async (HttpContext context, PipelineActions actions, Mount mount, string name, [FromForm] string? back, CancellationToken cancellationToken) =>
        {
            await actions.PauseAsync(context, name, false, cancellationToken);
            return Results.Redirect(mount.To(Back(name, back)));
        }).For(Role.Engineer, TokenScope.Run).DisableAntiforgery().ExcludeFromDescription();
        endpoints.MapPost("/pipelines/{name}/backfill", BackfillAsync).For(Role.Engineer, TokenScope.Run).ExcludeFromDescription();
        endpoints.MapPost("/pipelines/runs/{id}/cancel", async (HttpContext context, PipelineActions actions, Mount mount, string id, CancellationToken cancellationToken) =>
        {
            await actions.CancelAsync(context, id, cancellationToken);
            return Results.Redirect(mount.To("/pipelines/runs/" + id));
        }).For(Role.Engineer, TokenScope.Run).ExcludeFromDescription();
        endpoints.MapPost("/pipelines/runs/{id}/clear", async (HttpContext context, PipelineActions actions, Mount mount, string id, [FromForm] string? step, [FromForm] bool? only, CancellationToken cancellationToken) =>
        {
            await actions.ClearAsync(context, id, step is { Length: > 0 } ? [step] : [], only != true, cancellationToken);
            return Results.Redirect(mount.To("/pipelines/runs/" + id));
        }).For(Role.Engineer, TokenScope.Run).DisableAntiforgery().ExcludeFromDescription();
        endpoints.MapPost("/pipelines/runs/{id}/mark", async (HttpContext context, PipelineActions actions, Mount mount, string id, [FromForm] string? step, [FromForm] string? note, [FromForm] string? how, CancellationToken cancellationToken) =>
        {
            await actions.MarkAsync(context, id, step is { Length: > 0 } ? [step] : [], how == "success", note ?? "", cancellationToken);
            return Results.Redirect(mount.To("/pipelines/runs/" + id + (step is { Length: > 0 } ? "?step=" + Uri.EscapeDataString(step) : "")));
        }).For(Role.Engineer, TokenScope.Run).DisableAntiforgery().ExcludeFromDescription();
        endpoints.MapPost("/pipelines/runs/{id}/repeat", async (HttpContext context, PipelineActions actions, Mount mount, string id, CancellationToken cancellationToken) =>
            Results.Redirect(mount.To("/pipelines/runs/" + await actions.RepeatAsync(context, id, cancellationToken)))).For(Role.Engineer, TokenScope.Run).ExcludeFromDescription();
    }

    private static async Task<IResult> ShowAsync(
        HttpContext context, PageReader reader, PipelineActions actions, string name, string? tab, string? before, string? day, int? step, string? show, int? made, CancellationToken cancellationToken)
    {
        var head = await reader.HeadAsync(name, MayRun(context), cancellationToken);
        return tab switch
        {
            "graph" => Show(new { Head = head, Graph = await reader.GraphAsync(head.Spec, cancellationToken) }),
            "calendar" => Show(new { Head = head, Calendar = await reader.CalendarAsync(head.Spec, head.IsPaused, cancellationToken) }),
            "times" => Show(new { Head = head, Times = await reader.TimesAsync(head.Spec, cancellationToken) }),
            "code" when reader.Code(head.Spec, show) is { } code => Show(new { Head = head, Code = code }),
            "start" when head.CanRun => Show(new { Head = head, Start = reader.Start(head.Spec, new Dictionary<string, string>(), "", null) }),
            "backfill" when head.CanRun => Show(new { Head = head, Backfill = await PlanAsync(actions, name, Asked(context.Request.Query), made, cancellationToken) }),
            _ => Show(new { Head = head, Grid = await reader.GridAsync(head.Spec, before, day, step ?? 0, cancellationToken) }),
        };
    }

    private static IResult Show(object parameters, int status = StatusCodes.Status200OK) => Page.Show<PipelineView>(parameters, status);

    private static async Task<IResult> StartAsync(HttpContext context, PageReader reader, PipelineActions actions, PipelineFiles files, Mount mount, string name, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var values = Values(form);
        var interval = form["interval"].ToString();
        try
        {
            return Results.Redirect(mount.To("/pipelines/runs/" + await actions.StartAsync(context, files.Get(name), values, "manual", null, Interval(interval), cancellationToken)));
        }
        catch (EscaleException error) when (error.Code == "orchestrate.parameter")
        {
            var head = await reader.HeadAsync(name, true, cancellationToken);
            return Show(new { Head = head, Start = reader.Start(head.Spec, values, interval, error) }, StatusCodes.Status422UnprocessableEntity);
        }
    }

    private static async Task<IResult> BackfillAsync(HttpContext context, PageReader reader, PipelineActions actions, Mount mount, string name, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var ask = Asked(new QueryCollection(form.ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal))) ?? new BackfillAsk(null, null);
        try
        {
            var made = await actions.BackfillAsync(context, name, ask, cancellationToken);
            return Results.Redirect(mount.To(string.Create(CultureInfo.InvariantCulture, $"/pipelines/{name}?tab=backfill&made={made}")));
        }
        catch (EscaleException error) when (error.Code is "orchestrate.parameter" or "orchestrate.no-schedule")
        {
            return Show(new { Head = await reader.HeadAsync(name, true, cancellationToken), Backfill = new BackfillFacts(ask, null, error, null) }, StatusCodes.Status422UnprocessableEntity);
        }
    }

    private static async Task<BackfillFacts> PlanAsync(PipelineActions actions, string name, BackfillAsk? ask, int? made, CancellationToken cancellationToken)
    {
        try
        {
            return new BackfillFacts(ask, ask is null ? null : await actions.PlanAsync(name, ask, ShownOfPlan, cancellationToken), null, made);
        }
        catch (EscaleException error) when (error.Code is "orchestrate.parameter" or "orchestrate.no-schedule")
        {
            return new BackfillFacts(ask, null, error, null);
        }
    }

    private static BackfillAsk? Asked(IQueryCollection fields)
    {
        var (from, to, values) = (fields["from"].ToString(), fields["to"].ToString(), Values(fields).ToDictionary(pair => pair.Key, pair => Partitions.Written(pair.Value), StringComparer.Ordinal));
        return from.Length == 0 && to.Length == 0 && values.Count == 0 ? null
            : new BackfillAsk(from.Length > 0 ? from : null, to.Length > 0 ? to : null, fields["newest"] == "true", int.TryParse(fields["limit"], CultureInfo.InvariantCulture, out var limit) ? limit : null, fields["again"] == "true") { Parameters = values };
    }

    // The fields of parameters that are not empty.
    private static Dictionary<string, string> Values(IEnumerable<KeyValuePair<string, StringValues>> fields) =>
        fields.Where(field => field.Key.StartsWith("p.", StringComparison.Ordinal) && field.Value.ToString().Length > 0).ToDictionary(field => field.Key[2..], field => field.Value.ToString(), StringComparer.Ordinal);

    // "BEGIN/END", as the form offers them.
    private static (DateTimeOffset? Begin, DateTimeOffset? End) Interval(string text) => text.Split('/') is [var begin, var end]
        ? DateTimeOffset.TryParse(begin, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var from) && DateTimeOffset.TryParse(end, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var until)
            ? (from, until) : throw new EscaleException("orchestrate.parameter", $"'{text}' is no interval.", "Choose one of the list.")
        : (null, null);

    private static string Back(string name, string? back) => back == "list" ? "/pipelines" : "/pipelines/" + name;

    private static bool MayRun(HttpContext context) => Caller.Of(context)!.Is(Role.Engineer);
}
