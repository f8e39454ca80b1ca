using System.Text.Json.Nodes;
using Escale.Explore.Recipes;
using Escale.Explore.Recipes.Suggestions;
using Escale.Kernel;
using Escale.Ui;

namespace Escale.Explore.Tests.Recipes.Suggestions;

/// <summary>Suggestions of a project: after the steps so far, by what its people took and refused, and as a recipe.</summary>
public sealed class Suggestions_of_a_project : IAsyncDisposable
{
    private static readonly Reader _reader = new(Language.English);
    private readonly RecipeProject _project = new();

    public Suggestions_of_a_project()
    {
        _project.With("bronze.t", "select i as id, [' Dakar', 'Lyon ', 'n/a', 'Oslo'][i % 4 + 1] as town, case when i % 5 = 0 then null else (i * 37 % 101) / 2 end as size, 'x' as same from range(200) r(i)")
            .With("bronze.fresh", "select i as id, ['Bern ', ' Kyiv', 'Riga', 'Lima'][i % 4 + 1] as city from range(240) r(i)")
            .With("bronze.clean", "select i as id, (i * 7919 % 1000) / 10.0 as size from range(100) r(i)");
        for (var table = 0; table < 4; table++)
        {
            _project.With($"bronze.other{table}", $"select i as id, [' Lyon', 'Bamako ', 'Rome', 'Quito'][(i + {table}) % 4 + 1] as place{table}, i * 7 % 50 as n from range({150 + (50 * table)}) r(i)");
        }
    }

    public ValueTask DisposeAsync() => _project.DisposeAsync();

    [Fact]
    public async Task They_are_of_the_rows_after_the_steps_so_far()
    {
        var before = await SuggestAsync("steps: []");
        Assert.Contains(before, suggestion => suggestion is { Kind: "trim", Columns: ["town"], IsSafe: true });
        Assert.Contains(before, suggestion => suggestion is { Kind: "drop_column", Columns: ["same"], IsSafe: true });
        var after = await SuggestAsync("steps: [{type: trim, columns: [town]}, {type: drop_columns, columns: [same]}]");
        Assert.DoesNotContain(after, suggestion => suggestion.Kind is "trim" or "drop_column");
        Assert.Contains(after, suggestion => suggestion is { Kind: "null_words", Columns: ["town"] });
        // Each is a step that can be done.
        foreach (var suggestion in before.Where(suggestion => suggestion.Kind != "fill_model"))
        {
            var recipe = RecipeFiles.Draft("draft", new JsonObject { ["table"] = "bronze.t", ["steps"] = new JsonArray(suggestion.Step.DeepClone()) });
            Assert.NotEmpty((await _project.Get<RecipePreview>().ShowAsync(recipe, 1, 10, false, RecipeProject.Awa, default)).Rows);
        }
    }

    [Fact]
    public async Task What_is_refused_again_and_again_is_suggested_no_more_and_what_is_taken_comes_earlier()
    {
        var answers = _project.Get<Answers>();
        var before = Place("trim", await SuggestAsync("steps: []"));
        Assert.True(before.Sureness > 0.5);
        answers.Add(Answered("trim", accepted: true));
        Assert.True(Place("trim", await SuggestAsync("steps: []")).Sureness > before.Sureness);
        for (var table = 0; table < 4; table++)
        {
            var found = Suggester.Find(await ProfileAsync($"bronze.other{table}", "steps: []"), Adviser.Shipped).Single(one => one.Advice.Kind.Name == "trim");
            answers.Add([new Answer($"bronze.other{table}", found.ColumnName, "trim", false, DateTimeOffset.UnixEpoch, found.Advice.Signs)]);
        }
        answers.Add(Answered("trim", accepted: false));
        Assert.DoesNotContain(await SuggestAsync("steps: []"), suggestion => suggestion.Kind == "trim");
        // Nor for a table that nobody has answered for, nor by who reads the answers anew.
        var fresh = await ProfileAsync("bronze.fresh", "steps: []");
        Assert.Contains(Suggester.Find(fresh, Adviser.Shipped), one => one.Advice.Kind.Name == "trim");
        var read = new Answers(_project.Get<ProjectRoot>(), _project.Get<DurableWriter>());
        Assert.Equal(5, read.All().Count);
        Assert.DoesNotContain(Suggester.Find(fresh, read.Adviser()), one => one.Advice.Kind.Name == "trim");
        Assert.Throws<EscaleException>(() => RecipeCleaning.Save(_project.Files, fresh, TableName.Parse("bronze.fresh"), null, read, _reader));
    }

    [Fact]
    public async Task A_damaged_file_of_answers_teaches_nothing()
    {
        _project.Write(".escale/suggestions.json", "[{\"table\": 1");
        Assert.Empty(_project.Get<Answers>().All());
        Assert.NotEmpty(await SuggestAsync("steps: []"));
    }

    [Fact]
    public async Task Clean_it_for_me_makes_an_ordinary_recipe_of_the_safe_steps()
    {
        var recipe = await _project.Get<RecipeCleaning>().MakeAsync(TableName.Parse("bronze.t"), null, RecipeProject.Awa, _reader, default);
        Assert.Equal(("t_clean", "silver.t_clean"), (recipe.Name, recipe.Makes.ToString()));
        Assert.Equal(["trim", "replace", "drop_columns"], recipe.Steps.Select(step => step.Type));
        Assert.All(recipe.Steps, step => Assert.NotEmpty(step.Note));
        var rows = (await _project.Get<RecipePreview>().ShowAsync(recipe, recipe.Steps.Count, 4, false, RecipeProject.Awa, default)).Rows;
        Assert.Equal(["Dakar", "Lyon", null, "Oslo"], rows.Select(row => row.Cells[1]?.GetValue<string>()));
        Assert.Equal("t_clean_2", (await _project.Get<RecipeCleaning>().MakeAsync(TableName.Parse("bronze.t"), null, RecipeProject.Awa, _reader, default)).Name);
        Assert.Equal("explore.nothing-to-clean", (await Assert.ThrowsAsync<EscaleException>(() => _project.Get<RecipeCleaning>().MakeAsync(TableName.Parse("bronze.clean"), null, RecipeProject.Awa, _reader, default))).Code);
    }

    [Fact]
    public async Task A_step_that_cannot_be_done_is_named() =>
        Assert.Equal("explore.recipe-step", (await Assert.ThrowsAsync<EscaleException>(() => SuggestAsync("steps: [{type: trim, columns: [nothing]}]"))).Code);

    private static Suggestion Place(string kind, IReadOnlyList<Suggestion> suggestions) => suggestions.Single(suggestion => suggestion.Kind == kind);

    private IReadOnlyList<Answer> Answered(string kind, bool accepted)
    {
        var profile = ProfileAsync("bronze.t", "steps: []").GetAwaiter().GetResult();
        return [.. Suggester.Find(profile, Adviser.Shipped).Where(found => found.Advice.Kind.Name == kind).Select(found => new Answer("bronze.t", found.ColumnName, kind, accepted, DateTimeOffset.UnixEpoch, found.Advice.Signs))];
    }

    private Task<Escale.Explore.Profiles.TableProfile> ProfileAsync(string table, string steps) =>
        _project.Get<RecipeProfiles>().OfAsync(RecipeFiles.Parse("draft", $"table: {table}\n{steps}\n"), RecipeProject.Awa, TestContext.Current.CancellationToken);

    private async Task<IReadOnlyList<Suggestion>> SuggestAsync(string steps)
    {
        var answers = _project.Get<Answers>();
        return Suggester.Suggest(await ProfileAsync("bronze.t", steps), answers.Adviser(), _reader, answers.RefusedIn("bronze.t"));
    }
}
