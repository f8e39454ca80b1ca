using System.Text.Json.Nodes;
using Escale.Explore.Profiles.Cleaning;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Explore.Recipes.Suggestions;

/// <summary><c>/api/v1/recipes/suggestions</c> and <c>/api/v1/recipes/clean</c>.</summary>
internal static class SuggestionEndpoints
{
    private const int MostLearned = 5;

    /// <summary>A recipe as it is so far, in the form of its file; or only a table.</summary>
    internal sealed record Asked(JsonObject? Recipe = null, string? Table = null, string Name = "draft")
    {
        public Recipe Draft() => RecipeFiles.Draft(Name, Recipe ?? new JsonObject { ["table"] = Table ?? throw new EscaleException("explore.recipe-table", "Neither a recipe nor a table is named.", "Give 'recipe' or 'table'."), ["steps"] = new JsonArray() });
    }

    /// <summary>What is suggested after a recipe's steps.</summary>
    /// <param name="Suggestions">The surest first.</param>
    /// <param name="Clean">The safe ones, joined and in order: "clean it for me".</param>
    /// <param name="ExampleCount">Labelled profiles that the tree learned from.</param>
    /// <param name="AnswerCount">Answers of this project that it learned from.</param>
    /// <param name="IsSample">Whether a part of the rows was looked at; then nothing is told to be safe.</param>
    internal sealed record Answered(IReadOnlyList<Suggestion> Suggestions, IReadOnlyList<JsonObject> Clean, int ExampleCount, int AnswerCount, bool IsSample);

    /// <summary>What somebody thinks of a suggestion: its kind and columns, and the recipe for which it was made.</summary>
    internal sealed record AnswerBody(string Kind, IReadOnlyList<string> Columns, bool Accepted, JsonObject? Recipe = null, string? Table = null);

    /// <summary>A table to clean, and the name of the recipe; without one it is named after the table.</summary>
    internal sealed record CleanBody(string Table, string? Name = null);

    /// <summary>A recipe that was made.</summary>
    internal sealed record Made(string Name, JsonArray Steps);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1/recipes").WithTags("Recipes");
        api.MapPost("/suggestions", SuggestAsync).For(Role.Analyst).RequireRateLimiting(RateLimits.Sql).WithSummary("Steps that a decision tree suggests after a recipe's steps, each ready to be added, with its reason; and those that are safe, as clean");
        api.MapPost("/suggestions/answers", AnswerAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Accept or refuse a suggestion: the tree learns from it, for this project");
        api.MapPost("/clean", CleanAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Make a recipe of the steps that clean a table without losing anything");
        endpoints.MapPost("/tables/{table}/clean", CleanFromPageAsync).For(Role.Analyst, TokenScope.Write).ExcludeFromDescription();
    }

    private static async Task<Ok<Answered>> SuggestAsync(HttpContext context, RecipeProfiles profiles, StepLearning learning, Answers answers, Reader reader, Asked body, CancellationToken cancellationToken)
    {
        var (recipe, caller) = (body.Draft(), Caller.Of(context)!);
        var profile = await profiles.OfAsync(recipe, caller, cancellationToken);
        var (adviser, refused) = (answers.Adviser(), answers.RefusedIn(recipe.Table));
        var suggestions = await LearnedAsync(Suggester.Suggest(profile, adviser, reader, refused), recipe, learning, caller, cancellationToken);
        var clean = SafeSteps.Of(profile, reader, adviser, refused);
        return TypedResults.Ok(new Answered(suggestions, clean, LabelledSigns.Shipped.Count, answers.All().Count, !profile.Basis.IsWhole));
    }

    // A tree that fills is learned before it is suggested, so that the step is whole.
    private static async Task<IReadOnlyList<Suggestion>> LearnedAsync(IReadOnlyList<Suggestion> suggestions, Recipe recipe, StepLearning learning, Caller caller, CancellationToken cancellationToken)
    {
        var (whole, learned) = (new List<Suggestion>(), 0);
        foreach (var suggestion in suggestions)
        {
            if (suggestion.Kind != "fill_model")
            {
                whole.Add(suggestion);
                continue;
            }
            foreach (var column in suggestion.Columns.Take(MostLearned - learned))
            {
                learned++;
                try
                {
                    var step = suggestion.Step.DeepClone().AsObject();
                    step.Remove("columns");
                    step["column"] = column;
                    step["tree"] = (await learning.LearnAsync(recipe, "fill", column, step, caller, cancellationToken))["tree"]!.DeepClone();
                    whole.Add(suggestion with { Columns = [column], Step = step });
                }
                catch (EscaleException error) when (error.Code == "explore.recipe-fill-model")
                {
                    // too little to learn from: another way of filling is for people to choose
                }
            }
        }
        return whole;
    }

    private static async Task<NoContent> AnswerAsync(HttpContext context, RecipeProfiles profiles, Answers answers, TimeProvider clock, AnswerBody body, CancellationToken cancellationToken)
    {
        var recipe = new Asked(body.Recipe, body.Table).Draft();
        var profile = await profiles.OfAsync(recipe, Caller.Of(context)!, cancellationToken);
        var meant = Suggester.Find(profile, answers.Adviser()).Where(found => found.Advice.Kind.Name == body.Kind && (body.Columns.Count == 0 ? found.Column is null : body.Columns.Contains(found.ColumnName))).ToList();
        if (meant.Count == 0)
        {
            throw new EscaleException("explore.suggestion-not-found", $"'{body.Kind}' is not suggested for {(body.Columns.Count == 0 ? recipe.Table : string.Join(", ", body.Columns.Take(5)))}.", "Ask for the suggestions again: the table, the steps or the answers have changed.");
        }
        answers.Add([.. meant.Select(found => new Answer(recipe.Table, found.ColumnName, body.Kind, body.Accepted, clock.GetUtcNow(), found.Advice.Signs))]);
        await Audit.NoteAsync(context, body.Accepted ? "recipe.suggestion-accepted" : "recipe.suggestion-refused", $"{recipe.Table}: {body.Kind}");
        return TypedResults.NoContent();
    }

    private static async Task<Created<Made>> CleanAsync(HttpContext context, RecipeCleaning cleaning, Mount mount, Reader reader, CleanBody body, CancellationToken cancellationToken)
    {
        var recipe = await cleaning.MakeAsync(TableName.Parse(body.Table), body.Name, Caller.Of(context)!, reader, cancellationToken);
        await Audit.NoteAsync(context, "recipe.saved", recipe.Name);
        return TypedResults.Created(mount.To($"/api/v1/recipes/{recipe.Name}"), new Made(recipe.Name, RecipeEndpoints.StepsOf(recipe)));
    }

    private static async Task<IResult> CleanFromPageAsync(HttpContext context, IAntiforgery antiforgery, RecipeCleaning cleaning, Mount mount, Reader reader, string table, CancellationToken cancellationToken)
    {
        await antiforgery.ValidateRequestAsync(context);
        try
        {
            var recipe = await cleaning.MakeAsync(TableName.Parse(table), null, Caller.Of(context)!, reader, cancellationToken);
            await Audit.NoteAsync(context, "recipe.saved", recipe.Name);
            return Results.Redirect(mount.To($"/recipes/{recipe.Name}"));
        }
        catch (EscaleException error) when (error.Code == "explore.nothing-to-clean")
        {
            // What is left needs somebody's decision: the suggestions of a new recipe tell what it is.
            return Results.Redirect(mount.To("/recipes/new?table=" + Uri.EscapeDataString(table)));
        }
    }
}
