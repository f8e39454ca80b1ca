using Escale.Kernel;
using Escale.Modeling.Judging;
using Escale.Modeling.Tracking;
using Escale.Modeling.Training;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Registry;

/// <summary>A version with what came of its training.</summary>
/// <param name="Version">The version.</param>
/// <param name="Summary">What came of its training; null when that is not known here.</param>
public sealed record VersionDetail(ModelVersion Version, TrainedModel? Summary);

/// <summary><c>/api/v1/models</c>: the registered models, publishing, rolling back, exporting.</summary>
internal static class RegistryEndpoints
{
    private const string Tag = "Models";

    /// <summary>The models.</summary>
    internal sealed record ModelList(IReadOnlyList<RegisteredModel> Models);

    /// <summary>A model with its versions and where its aliases were.</summary>
    internal sealed record ModelDetail(RegisteredModel Model, IReadOnlyList<VersionDetail> Versions, IReadOnlyList<AliasMove> Moves);

    /// <summary>Where an alias is to be.</summary>
    internal sealed record AliasForm(int Version, string? Note);

    /// <summary>Where an alias was and is.</summary>
    internal sealed record AliasMoved(string Alias, int? From, int To);

    /// <summary>A note on a version.</summary>
    internal sealed record NoteForm(string Note);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var all = endpoints.MapGroup("/api/v1/models").WithTags(Tag);
        all.MapGet("/", async (ModelRegistry registry, CancellationToken cancellationToken) => TypedResults.Ok(new ModelList(await registry.ListAsync(cancellationToken)))).For(Role.Viewer).WithSummary("The registered models");
        all.MapGet("/{name}", ShowAsync).For(Role.Viewer).WithSummary("A model: its versions with their scores, and where its aliases were");
        all.MapPut("/{name}/aliases/{alias}", PublishAsync).For(Role.Engineer, TokenScope.Write).WithSummary("Put an alias on a version: 'champion' is the one in use");
        all.MapDelete("/{name}/aliases/{alias}", RemoveAsync).For(Role.Engineer, TokenScope.Write).WithSummary("Take an alias away");
        all.MapPost("/{name}/aliases/{alias}/rollback", RollBackAsync).For(Role.Engineer, TokenScope.Write).WithSummary("Put an alias back to the version that it was on before");
        all.MapPut("/{name}/versions/{version}/note", NoteAsync).For(Role.Engineer, TokenScope.Write).WithSummary("Write a note on a version");
        all.MapGet("/{name}/versions/{version}/file", FileAsync).For(Role.Viewer).WithSummary("The file of a version: a number, an alias or 'latest'; ?format=onnx for ONNX, ?format=csharp for a C# project (ZIP)");
    }

    private static async Task<Ok<ModelDetail>> ShowAsync(ModelRegistry registry, TrainingJob job, string name, CancellationToken cancellationToken)
    {
        var model = await registry.GetAsync(name, cancellationToken);
        var versions = await registry.VersionsAsync(name, cancellationToken);
        return TypedResults.Ok(new ModelDetail(model, [.. versions.Select(version => new VersionDetail(version, version.Run is { } run ? job.SummaryOf(run) : null))], await registry.MovesAsync(name, cancellationToken)));
    }

    private static async Task<Ok<AliasMoved>> PublishAsync(HttpContext context, ModelRegistry registry, string name, string alias, AliasForm form, CancellationToken cancellationToken)
    {
        var before = await registry.MoveAsync(name, alias, form.Version, Caller.Of(context)!.Name, form.Note ?? "", cancellationToken);
        await context.AuditAsync("model.published", name, detail: $"{alias} = {form.Version}");
        return TypedResults.Ok(new AliasMoved(alias, before, form.Version));
    }

    private static async Task<Results<NoContent, NotFound>> RemoveAsync(HttpContext context, ModelRegistry registry, string name, string alias, CancellationToken cancellationToken)
    {
        var before = await registry.RemoveAsync(name, alias, Caller.Of(context)!.Name, cancellationToken);
        await context.AuditAsync("model.alias-removed", name, before is not null, alias);
        return before is null ? TypedResults.NotFound() : TypedResults.NoContent();
    }

    private static async Task<Ok<AliasMoved>> RollBackAsync(HttpContext context, ModelRegistry registry, string name, string alias, CancellationToken cancellationToken)
    {
        var (from, to) = await registry.RollBackAsync(name, alias, Caller.Of(context)!.Name, cancellationToken);
        await context.AuditAsync("model.rolled-back", name, detail: $"{alias}: {from} to {to}");
        return TypedResults.Ok(new AliasMoved(alias, from, to));
    }

    private static async Task<NoContent> NoteAsync(HttpContext context, ModelRegistry registry, string name, int version, NoteForm form, CancellationToken cancellationToken)
    {
        await registry.NoteAsync(name, version, form.Note, cancellationToken);
        await context.AuditAsync("model.noted", name, detail: version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return TypedResults.NoContent();
    }

    private static async Task<FileContentHttpResult> FileAsync(ModelRegistry registry, RunFolder folder, string name, string version, string? format, CancellationToken cancellationToken)
    {
        var found = await registry.FindAsync(name, version, cancellationToken);
        if (format == "onnx")
        {
            using var bytes = new MemoryStream();
            ModelFormats.ToOnnx(registry.Load(found), bytes);
            return TypedResults.File(bytes.ToArray(), "application/octet-stream", $"{found.Name}-{found.Version}.onnx");
        }
        if (format == "csharp")
        {
            return TypedResults.File(CSharpProject.Write(found, registry.Load(found), registry.Bytes(found), folder.ReferenceOf(found.Run)?.Background), "application/zip", $"{found.Name}-{found.Version}.zip");
        }
        return TypedResults.File(registry.Bytes(found), "application/octet-stream", $"{found.Name}-{found.Version}.escale");
    }
}
