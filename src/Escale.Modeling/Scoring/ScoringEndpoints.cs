using Escale.Kernel;
using Escale.Modeling.Registry;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Scoring;

/// <summary><c>/api/v1/models/NAME/scorings</c> and <c>/api/v1/scorings</c>: all rows of a table or a file predicted in the background.</summary>
internal static class ScoringEndpoints
{
    private const string Tag = "Models";
    private const long MostBytes = 4L << 30;

    /// <summary>What is to be predicted.</summary>
    /// <param name="Table">The table.</param>
    /// <param name="Version">The version: a number, an alias or <c>latest</c>; the champion when left out.</param>
    /// <param name="IntoLake">Whether to write the lake table predictions.MODEL too.</param>
    internal sealed record ScoringForm(string Table, string? Version, bool IntoLake);

    /// <summary>Jobs, the newest first.</summary>
    internal sealed record ScoringList(IReadOnlyList<ScoringJob> Jobs);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/api/v1/models/{name}/scorings", StartAsync).For(Role.Analyst, TokenScope.Run).WithTags(Tag).WithSummary("Predict all rows of a table, in the background; into_lake (engineers) writes the table predictions.MODEL too")
            .Accepts<ScoringForm>("application/json");
        endpoints.MapPost("/api/v1/models/{name}/scorings/file", UploadAsync).For(Role.Analyst, TokenScope.Run).WithTags(Tag).WithSummary("Predict all rows of a file (CSV, TSV, Parquet, JSON, Excel), which is the body; ?file_name=rows.csv tells its kind")
            .Accepts<string>("application/octet-stream", "text/csv");
        endpoints.MapGet("/api/v1/models/{name}/scorings", (HttpContext context, ScoringJobs jobs, string name) => TypedResults.Ok(new ScoringList([.. jobs.List(name).Where(job => Sees(context, job))]))).For(Role.Viewer).WithTags(Tag)
            .WithSummary("Your jobs that predict all rows of something, the newest first; of engineers, everyone's");
        endpoints.MapGet("/api/v1/scorings/{id}", Results<Ok<ScoringJob>, NotFound> (HttpContext context, ScoringJobs jobs, string id) => Find(context, jobs, id) is { } job ? TypedResults.Ok(job) : TypedResults.NotFound()).For(Role.Viewer).WithTags(Tag).WithSummary("How far a job is");
        endpoints.MapDelete("/api/v1/scorings/{id}", CancelAsync).For(Role.Analyst, TokenScope.Run).WithTags(Tag).WithSummary("Cancel a job");
        endpoints.MapGet("/api/v1/scorings/{id}/result.csv", (HttpContext context, ScoringJobs jobs, string id) => Result(context, jobs, id, "csv", "text/csv; charset=utf-8")).For(Role.Viewer).WithTags(Tag).WithSummary("The rows of a job with what is predicted of each, as CSV");
        endpoints.MapGet("/api/v1/scorings/{id}/result.parquet", (HttpContext context, ScoringJobs jobs, string id) => Result(context, jobs, id, "parquet", "application/vnd.apache.parquet")).For(Role.Viewer).WithTags(Tag).WithSummary("The same as Parquet");
        ModelPages.FileForm(endpoints, "/models/{name}/score", FormAsync, Role.Analyst, MostBytes);
        ModelPages.Form(endpoints, "/models/{name}/scorings/{id}/cancel", async (HttpContext context, ScoringJobs jobs, Mount mount, string name, string id) =>
        {
            await CancelAsync(context, jobs, id);
            return Results.Redirect(mount.To($"/models/{name}#scorings"));
        }, Role.Analyst);
    }

    private static async Task<Accepted<ScoringJob>> StartAsync(HttpContext context, ScoringJobs jobs, string name, ScoringForm form, CancellationToken cancellationToken)
    {
        var job = await TableAsync(context, jobs, name, form, cancellationToken);
        return TypedResults.Accepted($"/api/v1/scorings/{job.Id}", job);
    }

    private static async Task<ScoringJob> TableAsync(HttpContext context, ScoringJobs jobs, string name, ScoringForm form, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(context)!;
        if (form.IntoLake && !caller.Is(Role.Engineer))
        {
            throw new EscaleException("modeling.save-not-allowed", "Only engineers write tables of the lake.", "Predict without the lake table, and download the result.");
        }
        var job = await jobs.StartAsync(jobs.Prepare().Id, new ScoreOrder { Model = name, Version = form.Version, Table = TableName.Parse(form.Table), To = form.IntoLake ? LakeTable(name) : null }, form.Table, caller, cancellationToken);
        await context.AuditAsync("model.table-scored", name, detail: form.Table);
        return job;
    }

    private static async Task<Accepted<ScoringJob>> UploadAsync(HttpContext context, ScoringJobs jobs, string name, string? file_name, string? version, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostBytes;
        }
        var job = await FileAsync(context, jobs, name, context.Request.Body, file_name, version, cancellationToken);
        return TypedResults.Accepted($"/api/v1/scorings/{job.Id}", job);
    }

    // The uploaded bytes lie in the job's own folder, under a name of ours: of what people call it only the ending is kept.
    private static async Task<ScoringJob> FileAsync(HttpContext context, ScoringJobs jobs, string name, Stream body, string? fileName, string? version, CancellationToken cancellationToken)
    {
        var shown = Path.GetFileName((fileName ?? "").Replace('\\', '/')) is { Length: > 0 and <= 200 } given ? given : "rows.csv";
        var ending = Path.GetExtension(shown).ToLowerInvariant() is { Length: > 1 and <= 10 } known && known[1..].All(char.IsAsciiLetterOrDigit) ? known : ".csv";
        var (id, folder) = jobs.Prepare();
        var path = Path.Combine(folder, "rows" + ending);
        await using (var file = File.Create(path))
        {
            await body.CopyToAsync(file, cancellationToken);
        }
        var job = await jobs.StartAsync(id, new ScoreOrder { Model = name, Version = version, File = path }, shown, Caller.Of(context)!, cancellationToken);
        await context.AuditAsync("model.table-scored", name, detail: shown);
        return job;
    }

    private static async Task<IResult> FormAsync(HttpContext context, ScoringJobs jobs, Mount mount, string name, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        if (form.Files.GetFile("file") is { Length: > 0 } file)
        {
            await using var body = file.OpenReadStream();
            await FileAsync(context, jobs, name, body, file.FileName, null, cancellationToken);
        }
        else
        {
            await TableAsync(context, jobs, name, new ScoringForm(form["table"].ToString().Trim(), null, form["into_lake"] == "true"), cancellationToken);
        }
        return Results.Redirect(mount.To($"/models/{name}#scorings"));
    }

    private static async Task<Results<NoContent, NotFound>> CancelAsync(HttpContext context, ScoringJobs jobs, string id)
    {
        if (Find(context, jobs, id) is not { } job || !jobs.Cancel(id))
        {
            return TypedResults.NotFound();
        }
        await context.AuditAsync("model.scoring-cancelled", job.Model, detail: job.Source);
        return TypedResults.NoContent();
    }

    private static Results<PhysicalFileHttpResult, NotFound> Result(HttpContext context, ScoringJobs jobs, string id, string format, string type) =>
        Find(context, jobs, id) is { } job && jobs.ResultOf(job, format) is { } file ? TypedResults.PhysicalFile(file, type, $"{job.Model}-{Path.GetFileNameWithoutExtension(job.Source)}.{format}") : TypedResults.NotFound();

    /// <summary>Whether who asks may see a job: their own, and engineers all.</summary>
    public static bool Sees(HttpContext context, ScoringJob job) => Caller.Of(context) is { } caller && (caller.Id == job.PersonId || caller.Is(Role.Engineer));

    private static ScoringJob? Find(HttpContext context, ScoringJobs jobs, string id) => jobs.Get(id) is { } job && Sees(context, job) ? job : null;

    /// <summary>The lake table with a model's predictions.</summary>
    public static TableName LakeTable(string model) => new(ScoringJobs.Schema, string.Concat(model.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_')));
}
