using Escale.Kernel;
using Escale.Modeling.Endpoints;
using Escale.Modeling.Judging;
using Escale.Modeling.Retraining;
using Escale.Modeling.Tracking;
using Escale.Modeling.Training;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Registry;

/// <summary>A model as the list shows it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Summary">What came of the training of the version in use, or of the newest; null when it is not known.</param>
/// <param name="InUse">The version in use, or null.</param>
/// <param name="Scores">The scores of its versions by the metric of that one, the oldest first.</param>
/// <param name="Endpoints">Where it is served.</param>
public sealed record ModelLine(RegisteredModel Model, TrainedModel? Summary, int? InUse, IReadOnlyList<double> Scores, IReadOnlyList<ModelEndpoint> Endpoints);

/// <summary><c>/models</c> and <c>/models/NAME</c>.</summary>
internal static class ModelPages
{
    private const int MostScores = 12;
    private const int MostJobs = 10;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/models", ListAsync).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/models/{name}", ShowAsync).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/models/{name}/versions/{version}/notebook.ipynb", async (ModelRegistry registry, RunFolder folder, string name, string version, CancellationToken cancellationToken) =>
        {
            var found = await registry.FindAsync(name, version, cancellationToken);
            return TypedResults.File(Notebook.Write(found, registry.Load(found), folder.ReferenceOf(found.Run)?.Background), "application/x-ipynb+json", $"{found.Name}-{found.Version}.ipynb");
        }).For(Role.Viewer).ExcludeFromDescription();
        Form(endpoints, "/models/{name}/publish", PublishAsync);
        Form(endpoints, "/models/{name}/rollback", RollBackAsync);
        Form(endpoints, "/models/{name}/note", NoteAsync);
    }

    /// <summary>Maps what a form of engineers is sent to. Its antiforgery token is checked for every endpoint of the program before it comes here.</summary>
    public static void Form(IEndpointRouteBuilder endpoints, string pattern, Delegate handler, Role least = Role.Engineer) =>
        endpoints.MapPost(pattern, handler).For(least).DisableAntiforgery().ExcludeFromDescription();

    /// <summary>The same of a form with a file.</summary>
    public static void FileForm(IEndpointRouteBuilder endpoints, string pattern, Delegate handler, Role least, long mostBytes) => endpoints.MapPost(pattern, handler).For(least).DisableAntiforgery()
        .WithFormOptions(multipartBodyLengthLimit: mostBytes).WithMetadata(new RequestSizeLimitAttribute(mostBytes)).ExcludeFromDescription();

    private static async Task<IResult> ListAsync(ModelRegistry registry, TrainingJob job, TrackingStore tracking, EndpointStore store, CancellationToken cancellationToken)
    {
        var endpoints = await store.ListAsync(cancellationToken);
        var lines = new List<ModelLine>();
        foreach (var model in await registry.ListAsync(cancellationToken))
        {
            var versions = await registry.VersionsAsync(model.Name, cancellationToken);
            var inUse = model.Aliases.TryGetValue(ModelRegistry.Champion, out var champion) ? champion : (int?)null;
            var shown = versions.FirstOrDefault(version => version.Version == (inUse ?? model.Latest));
            var summary = shown?.Run is { } run ? job.SummaryOf(run) : null;
            var scores = versions.Take(MostScores).Reverse().Select(version => version.Run is { } of ? job.SummaryOf(of) : null).OfType<TrainedModel>().Where(one => one.Metric == summary?.Metric).Select(one => one.Score).ToList();
            lines.Add(new ModelLine(model, summary, inUse, scores, [.. endpoints.Where(endpoint => endpoint.Model == model.Name)]));
        }
        return Page.Show<ModelsView>(new { Models = lines, Runs = await tracking.ListAsync(null, 15, cancellationToken) });
    }

    private static async Task<IResult> ShowAsync(HttpContext context, Scoring.ScoringJobs scorings, ModelRegistry registry, TrainingJob job, EndpointStore store, TrainingFiles files, RetrainingStore challenges, string name, CancellationToken cancellationToken)
    {
        var spec = files.All().FirstOrDefault(one => one.Name == name);
        var model = await registry.GetAsync(name, cancellationToken);
        var versions = await registry.VersionsAsync(name, cancellationToken);
        return Page.Show<ModelView>(new
        {
            Model = model,
            Versions = versions.Select(version => new VersionDetail(version, version.Run is { } run ? job.SummaryOf(run) : null)).ToList(),
            Moves = await registry.MovesAsync(name, cancellationToken),
            Endpoints = (await store.ListAsync(cancellationToken)).Where(endpoint => endpoint.Model == name).ToList(),
            TrainingName = spec?.Name,
            Table = spec?.Table.ToString() ?? "",
            Rule = spec?.Retrain,
            Jobs = scorings.List(name).Where(job => Scoring.ScoringEndpoints.Sees(context, job)).Take(MostJobs).ToList(),
            Challenges = await challenges.ListAsync(name, 10, cancellationToken),
        });
    }

    private static async Task<IResult> PublishAsync(
        HttpContext context, ModelRegistry registry, EndpointDirectory directory, Mount mount, string name, [FromForm] int version, [FromForm] string? alias, [FromForm] string? note, CancellationToken cancellationToken)
    {
        var to = string.IsNullOrWhiteSpace(alias) ? ModelRegistry.Champion : alias.Trim();
        await registry.MoveAsync(name, to, version, Caller.Of(context)!.Name, note ?? "", cancellationToken);
        await directory.RefreshAsync(cancellationToken);
        await context.AuditAsync("model.published", name, detail: $"{to} = {version}");
        return Results.Redirect(mount.To("/models/" + name));
    }

    private static async Task<IResult> RollBackAsync(HttpContext context, ModelRegistry registry, EndpointDirectory directory, Mount mount, string name, CancellationToken cancellationToken)
    {
        var (from, to) = await registry.RollBackAsync(name, ModelRegistry.Champion, Caller.Of(context)!.Name, cancellationToken);
        await directory.RefreshAsync(cancellationToken);
        await context.AuditAsync("model.rolled-back", name, detail: $"{ModelRegistry.Champion}: {from} to {to}");
        return Results.Redirect(mount.To("/models/" + name));
    }

    private static async Task<IResult> NoteAsync(HttpContext context, ModelRegistry registry, Mount mount, string name, [FromForm] int version, [FromForm] string? note, CancellationToken cancellationToken)
    {
        await registry.NoteAsync(name, version, (note ?? "").Trim(), cancellationToken);
        await context.AuditAsync("model.noted", name, detail: version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return Results.Redirect(mount.To("/models/" + name));
    }
}
