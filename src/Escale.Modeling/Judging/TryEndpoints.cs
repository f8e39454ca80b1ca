using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Explanations;
using Escale.Learning.Frames;
using Escale.Modeling.Endpoints;
using Escale.Modeling.Registry;
using Escale.Modeling.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Judging;

/// <summary>The versions that were looked at last, in memory: a page that asks ten times a second loads a model once. Thread-safe.</summary>
internal sealed class TriedModels(ModelRegistry registry)
{
    private const int Most = 4;

    private readonly Lock _gate = new();
    private readonly List<ServedModel> _models = [];

    /// <summary>A version of a model.</summary>
    public async Task<ServedModel> GetAsync(string name, string version, CancellationToken cancellationToken)
    {
        var found = await registry.FindAsync(name, version, cancellationToken);
        lock (_gate)
        {
            if (_models.FirstOrDefault(model => model.Version.Name == found.Name && model.Version.Version == found.Version && model.Version.Sha256 == found.Sha256) is { } known)
            {
                return known;
            }
        }
        var loaded = new ServedModel(found, await Task.Run(() => registry.Load(found), cancellationToken));
        lock (_gate)
        {
            _models.Add(loaded);
            if (_models.Count > Most)
            {
                _models.RemoveAt(0);
            }
        }
        return loaded;
    }
}

/// <summary>Asking a version of a model from its pages, before it is published: what it says of a row, and why.</summary>
internal static class TryEndpoints
{
    private const int MostBytes = 1 << 20;
    private const int BackgroundRows = 20;

    /// <summary>Why a row gets its prediction.</summary>
    /// <param name="Base">What is predicted before anything is known of the row.</param>
    /// <param name="IsExact">Whether the effects were computed rather than estimated.</param>
    /// <param name="InScore">Whether they are in the model's score (log-odds) rather than in what it predicts.</param>
    /// <param name="Class">The class that is explained, or null for a number.</param>
    /// <param name="Effects">What each column does, the largest first.</param>
    internal sealed record RowExplanation(double Base, bool IsExact, bool InScore, string? Class, IReadOnlyList<Effect> Effects);

    /// <summary>What a column does to a prediction.</summary>
    internal sealed record Effect(string Column, double Value);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/api/v1/models/{name}/versions/{version}/predictions", PredictAsync).For(Role.Viewer).WithTags("Models").WithSummary("Predict one row or many by a version, to try it; programs use endpoints");
        endpoints.MapPost("/api/v1/models/{name}/versions/{version}/explanations", ExplainAsync).For(Role.Viewer).WithTags("Models").WithSummary("Why a version predicts what it does for one row: what each column does (Shapley values)");
    }

    private static async Task<IResult> PredictAsync(HttpContext context, TriedModels models, string name, string version, CancellationToken cancellationToken)
    {
        var model = await models.GetAsync(name, version, cancellationToken);
        var body = await BodyAsync(context, cancellationToken);
        var slot = model.Rent();
        try
        {
            var errors = Read(() => Predicting.Answer(body, model, slot, ignoreExtra: false, out _));
            return errors is null ? TypedResults.Bytes(slot.Answer.WrittenSpan.ToArray(), "application/json") : Invalid(errors);
        }
        finally
        {
            model.Return(slot);
        }
    }

    private static async Task<Results<Ok<RowExplanation>, JsonHttpResult<object>>> ExplainAsync(HttpContext context, TriedModels models, RunFolder folder, string name, string version, CancellationToken cancellationToken)
    {
        var model = await models.GetAsync(name, version, cancellationToken);
        if (folder.ReferenceOf(model.Version.Run) is not { } reference)
        {
            throw new EscaleException("modeling.artifact-not-found", $"The rows that version {model.Version.Version} of '{name}' learned from were not kept: its predictions cannot be explained.", "Train it again.");
        }
        var body = await BodyAsync(context, cancellationToken);
        var (row, errors, outputs) = Row(model, body);
        if (errors is not null)
        {
            return (JsonHttpResult<object>)Invalid(errors);
        }
        var background = References.Rows(model.Model, reference.Background);
        var found = await Task.Run(() => ModelExplainer.Contributions(model.Model, row, background, new SamplingShapley { Orders = 16, BackgroundRows = BackgroundRows }), cancellationToken);
        var score = found.ScoreCount == 1 ? 0 : Predicting.Likeliest(outputs);
        var of = model.Model.Task switch { LearningTask.Regression => null, LearningTask.Binary => found.ScoreCount == 1 ? model.Model.Classes[1] : model.Model.Classes[score], _ => model.Model.Classes[score] };
        var effects = Enumerable.Range(0, found.Names.Count).Select(at => new Effect(found.Names[at], found.Of(0, score)[at])).OrderByDescending(effect => Math.Abs(effect.Value)).ToList();
        return TypedResults.Ok(new RowExplanation(found.Base(score), found.IsExact, found.Unit == ContributionUnit.Score, of, effects));
    }

    private static (Frame Row, List<FieldError>? Errors, double[] Outputs) Row(ServedModel model, byte[] body)
    {
        var slot = model.Rent();
        try
        {
            var errors = Read(() => Predicting.Answer(body, model, slot, ignoreExtra: false, out _));
            using var row = System.Text.Json.JsonDocument.Parse(body);
            if (errors is null && row.RootElement.ValueKind != System.Text.Json.JsonValueKind.Object)
            {
                errors = [new FieldError(0, "", "mistyped", "Expected one row (an object).")];
            }
            var texts = model.Columns.ToDictionary(column => column.Column.Name, column => (IReadOnlyList<string?>)[errors is null ? TextOf(row.RootElement, column.Column.Name) : null]);
            return (References.Rows(model.Model, texts), errors, [.. slot.Outputs]);
        }
        finally
        {
            model.Return(slot);
        }
    }

    private static string? TextOf(System.Text.Json.JsonElement row, string name) => !row.TryGetProperty(name, out var value) || value.ValueKind == System.Text.Json.JsonValueKind.Null ? null : value.ToString();

    private static List<FieldError>? Read(Func<List<FieldError>?> predict)
    {
        try
        {
            return predict();
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or InvalidOperationException)
        {
            throw new EscaleException("modeling.prediction-unreadable", "The body is not the JSON expected.", "Send a row as an object with a value for each field.", inner: error);
        }
    }

    private static async Task<byte[]> BodyAsync(HttpContext context, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        int count;
        while ((count = await context.Request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            body.Write(buffer, 0, count);
            if (body.Length > MostBytes)
            {
                throw new EscaleException("modeling.prediction-too-large", "The request is larger than 1 MiB.", "Send fewer rows at a time.");
            }
        }
        return body.ToArray();
    }

    private static JsonHttpResult<object> Invalid(List<FieldError> errors) => TypedResults.Json<object>(
        new { Type = "about:blank", Title = $"{errors.Count} fields cannot be used.", Status = 422, Code = "modeling.prediction-invalid", Errors = errors, Next = "Correct the fields named; nothing was predicted." },
        TrackingJson.Options, "application/problem+json", StatusCodes.Status422UnprocessableEntity);
}
