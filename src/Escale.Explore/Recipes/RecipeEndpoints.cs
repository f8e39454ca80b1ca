using System.Text.Json;
using System.Text.Json.Nodes;
using Escale.Kernel;
using Escale.Projects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Explore.Recipes;

/// <summary><c>/api/v1/recipes</c>.</summary>
internal static class RecipeEndpoints
{
    private const int MostRows = 500;

    internal sealed record Listed(string Name, string Table, string Makes, string Description, IReadOnlyList<string> Tags, int StepCount);

    internal sealed record Broken(string Name, string Code, string Message, string? Place);

    internal sealed record All(IReadOnlyList<Listed> Recipes, IReadOnlyList<Broken> Errors);

    internal sealed record Whole(string Name, string Table, string Makes, string Description, IReadOnlyList<string> Tags, JsonArray Steps, string Yaml, string Sql);

    /// <summary>A recipe as it is so far, in the form of its file.</summary>
    internal sealed record DraftBody(JsonObject Recipe, string Name = "draft");

    /// <summary>What is to be seen: the step, from 1 (0 is the table; default: the last), and how many rows.</summary>
    internal sealed record PreviewBody(JsonObject Recipe, int? Step = null, int Rows = 100, bool OnlyChanged = false, string Name = "draft");

    /// <summary>What is to be learned for a step at the end of a recipe.</summary>
    internal sealed record LearnBody(JsonObject Recipe, string Type, string Column, JsonObject? Settings = null);

    internal sealed record ClusterBody(JsonObject Recipe, string Column, string Method = "fingerprint", double? Threshold = null, int? Size = null);

    /// <summary>A run that was started.</summary>
    internal sealed record Started(string Run);

    internal sealed record Compiled(string Yaml, string Sql);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        RecipePages.Map(endpoints);
        Suggestions.SuggestionEndpoints.Map(endpoints);
        var api = endpoints.MapGroup("/api/v1/recipes").WithTags("Recipes");
        api.MapGet("/", List).For(Role.Viewer).WithSummary("The recipes of the project, and what is wrong with those that cannot be read");
        api.MapGet("/{name}", Get).For(Role.Viewer).WithSummary("A recipe: its steps, its file, and the SQL that they are");
        api.MapPut("/{name}", PutAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Save a recipe in the form of its file. If-Match holds its ETag (412 when somebody changed it meanwhile) or *; without it the recipe must be new");
        api.MapDelete("/{name}", DeleteAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Delete a recipe; the table that it made stays");
        api.MapPost("/{name}/runs", RunAsync).For(Role.Analyst, TokenScope.Run).WithSummary("Make the recipe's own table: a run of this recipe and nothing else; answers once it is planned");
        api.MapPost("/preview", PreviewAsync).For(Role.Analyst).RequireRateLimiting(RateLimits.Sql).WithSummary("What a step does: rows before and after it, changed cells, and the number of rows after each step; of a large table on a sample, and says so");
        api.MapPost("/compile", (DraftBody body) => TypedResults.Ok(CompiledOf(RecipeFiles.Draft(body.Name, body.Recipe), body.Recipe))).For(Role.Analyst).WithSummary("A recipe as its file and as SQL");
        api.MapPost("/cluster", ClusterAsync).For(Role.Analyst).RequireRateLimiting(RateLimits.Sql).WithSummary("Values of a column, after the recipe's steps, that are the same written differently: by fingerprint, ngram or edit distance");
        api.MapPost("/learn", LearnAsync).For(Role.Analyst).RequireRateLimiting(RateLimits.Sql).WithSummary("The settings that a step takes from the table and keeps in the file: levels of one_hot, values of pivot, the map of cluster");
    }

    /// <summary>A recipe's steps in JSON.</summary>
    public static JsonArray StepsOf(Recipe recipe) => [.. recipe.Steps.Select(step =>
    {
        var map = JsonSerializer.SerializeToNode(step.Settings.ToValue())!.AsObject();
        map["id"] = step.Id;
        return map;
    })];

    private static Ok<All> List(RecipeFiles files)
    {
        var (recipes, errors) = files.All();
        return TypedResults.Ok(new All(
            [.. recipes.Select(recipe => new Listed(recipe.Name, recipe.Table, recipe.Makes.ToString(), recipe.Description, recipe.Tags, recipe.Steps.Count))],
            [.. errors.Select(error => new Broken(error.Name, error.Error.Code, error.Error.Message, error.Error.Place?.ToString()))]));
    }

    private static Ok<Whole> Get(HttpContext context, RecipeFiles files, string name)
    {
        context.Response.Headers.ETag = files.TagOf(name);
        return TypedResults.Ok(WholeOf(files, files.Get(name)));
    }

    private static async Task<Ok<Whole>> PutAsync(HttpContext context, RecipeFiles files, RecipePreview preview, JsonObject body, string name, CancellationToken cancellationToken)
    {
        // Formulas are parsed before a file can bring them into a run.
        await preview.CheckAsync(RecipeFiles.Draft(name, body), Caller.Of(context)!, cancellationToken);
        var isNew = !files.Has(name);
        if (files.Save(name, body, Fingerprint.Expected(context.Request), context.Request.Headers.IfMatch == "*"))
        {
            await Audit.NoteAsync(context, isNew ? "recipe.saved" : "recipe.changed", name);
        }
        return Get(context, files, name);
    }

    private static async Task<NoContent> DeleteAsync(HttpContext context, RecipeFiles files, string name)
    {
        files.Remove(name, Fingerprint.Expected(context.Request));
        await Audit.NoteAsync(context, "recipe.deleted", name);
        return TypedResults.NoContent();
    }

    /// <summary>Whoever may write a recipe may see what it makes; what else is run is for those who change the project.</summary>
    private static async Task<Accepted<Started>> RunAsync(HttpContext context, RecipeFiles files, LiveProject live, IRunStart runs, string name, CancellationToken cancellationToken)
    {
        var recipe = files.Get(name);
        var project = live.Refresh(); // the recipe may have been written just now
        var asset = project.Graph.Assets.FirstOrDefault(asset => asset.Kind == "model" && asset.Name == recipe.Name && asset.Table == recipe.Makes)
            ?? throw project.Error ?? new EscaleException("explore.recipe-not-found", $"The project has no table of the recipe {name}.", "Run `escale compile` to see what is wrong with the project's files.");
        var run = await runs.StartAsync([asset.Id], cancellationToken);
        await Audit.NoteAsync(context, "run.started", run.Value);
        return TypedResults.Accepted($"/api/v1/runs/{run}", new Started(run.Value));
    }

    private static async Task<Ok<Preview>> PreviewAsync(HttpContext context, RecipePreview preview, PreviewBody body, CancellationToken cancellationToken)
    {
        var recipe = RecipeFiles.Draft(body.Name, body.Recipe);
        return TypedResults.Ok(await preview.ShowAsync(recipe, body.Step ?? recipe.Steps.Count, Math.Clamp(body.Rows, 1, MostRows), body.OnlyChanged, Caller.Of(context)!, cancellationToken));
    }

    private static async Task<Ok<IReadOnlyList<ValueCluster>>> ClusterAsync(HttpContext context, StepLearning learning, ClusterBody body, CancellationToken cancellationToken) =>
        TypedResults.Ok(await learning.ClustersAsync(RecipeFiles.Draft("draft", body.Recipe), body.Column, body.Method, body.Threshold, body.Size, Caller.Of(context)!, cancellationToken));

    private static async Task<Ok<JsonObject>> LearnAsync(HttpContext context, StepLearning learning, LearnBody body, CancellationToken cancellationToken) =>
        TypedResults.Ok(await learning.LearnAsync(RecipeFiles.Draft("draft", body.Recipe), body.Type, body.Column, body.Settings ?? [], Caller.Of(context)!, cancellationToken));

    private static Whole WholeOf(RecipeFiles files, Recipe recipe) => new(
        recipe.Name, recipe.Table, recipe.Makes.ToString(), recipe.Description, recipe.Tags, StepsOf(recipe), files.TextOf(recipe.Name), SqlOf(recipe));

    private static Compiled CompiledOf(Recipe recipe, JsonObject value) => new(RecipeFiles.Text(value), SqlOf(recipe));

    /// <summary>The SQL without the line of configuration at its top.</summary>
    public static string SqlOf(Recipe recipe)
    {
        var text = RecipeCompiler.Model(recipe, table => table).Text;
        return text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..];
    }
}
