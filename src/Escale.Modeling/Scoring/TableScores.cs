using Escale.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Scoring;

/// <summary>A table predicted at once, for programs that wait for it: into the lake table <c>predictions.MODEL</c>, or as CSV.</summary>
internal static class TableScores
{
    /// <summary>What is to be predicted.</summary>
    /// <param name="Table">The table.</param>
    /// <param name="Version">The version: a number, an alias or <c>latest</c>; the champion when left out.</param>
    internal sealed record ScoreForm(string Table, string? Version);

    /// <summary>What was predicted.</summary>
    internal sealed record Scored(string Table, long Rows, int Version);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/api/v1/models/{name}/scores", ToTableAsync).For(Role.Engineer, TokenScope.Write).WithTags("Models").WithSummary("Predict all rows of a lake table into the lake table predictions.MODEL, and wait for it");
        endpoints.MapGet("/api/v1/models/{name}/scores.csv", ToCsvAsync).For(Role.Viewer).WithTags("Models").WithSummary("Predict all rows of a lake table, as CSV");
    }

    private static async Task<Ok<Scored>> ToTableAsync(HttpContext context, BatchScorer scorer, string name, ScoreForm form, CancellationToken cancellationToken)
    {
        var to = ScoringEndpoints.LakeTable(name);
        var scored = await scorer.RunAsync(new ScoreOrder { Model = name, Version = form.Version, Table = TableName.Parse(form.Table), To = to }, null, cancellationToken);
        await context.AuditAsync("model.table-scored", name, detail: $"{form.Table} to {to}");
        return TypedResults.Ok(new Scored(to.ToString(), scored.Rows, scored.Version));
    }

    private static async Task<FileStreamHttpResult> ToCsvAsync(BatchScorer scorer, ProjectRoot root, string name, string table, string? version, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Directory.CreateDirectory(root.SpillFolder).FullName, $"scores-{Guid.NewGuid():N}.csv");
        await scorer.RunAsync(new ScoreOrder { Model = name, Version = version, Table = TableName.Parse(table), Csv = path }, null, cancellationToken);
        return TypedResults.File(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.DeleteOnClose), "text/csv; charset=utf-8", $"{name}-{table}.csv");
    }
}
