using Escale.Kernel;
using Escale.Modeling.Registry;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Truth;

/// <summary><c>POST /api/v1/endpoints/NAME/truth</c>, and the form of the page.</summary>
internal static class TruthEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/api/v1/endpoints/{name}/truth", TakeAsync).For(Role.Analyst, TokenScope.Write).WithTags("Endpoints").WithSummary("Tell what came true of predictions, as CSV or JSON")
            .WithDescription("Rows with 'prediction_id' (the header X-Prediction-Id of an answer; 'row' for the place in a request of many), or with the values of fields, and the true value under the target's name or 'truth'. ?value= names another column, ?keys=a,b the fields to find rows by.")
            .Accepts<IReadOnlyList<Dictionary<string, object>>>("application/json", "text/csv", "application/x-ndjson");
        ModelPages.FileForm(endpoints, "/endpoints/{name}/truth", FormAsync, Role.Analyst, TruthRows.MostBytes);
    }

    private static async Task<Ok<TruthTold>> TakeAsync(HttpContext context, TruthUploads uploads, string name, string? value, string? keys, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = TruthRows.MostBytes + 1;
        }
        var told = await uploads.TakeAsync(name, context.Request.Body, context.Request.ContentType, value, Names(keys), cancellationToken);
        await AuditAsync(context, name, told);
        return TypedResults.Ok(told);
    }

    private static async Task<IResult> FormAsync(HttpContext context, TruthUploads uploads, Mount mount, Endpoints.EndpointReports reports, string name, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        try
        {
            if (form.Files.GetFile("file") is not { Length: > 0 } file)
            {
                throw new EscaleException("modeling.truth-unreadable", "No file was chosen.", "Choose a CSV or JSON file.");
            }
            await using var body = file.OpenReadStream();
            var told = await uploads.TakeAsync(name, body, file.ContentType, form["value"].ToString().Trim(), Names(form["keys"]), cancellationToken);
            await AuditAsync(context, name, told);
            return Results.Redirect(mount.To($"/endpoints/{name}?tab=watch&told={told.Predictions}&lost={told.Unmatched}#truth"));
        }
        catch (EscaleException error)
        {
            return await Endpoints.EndpointPages.ShowAsync(context, reports, name, "watch", error, null, cancellationToken);
        }
    }

    private static Task AuditAsync(HttpContext context, string name, TruthTold told) => context.AuditAsync("endpoint.truth-told", name, detail: $"{told.Predictions} predictions");

    private static string[] Names(string? keys) => (keys ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
