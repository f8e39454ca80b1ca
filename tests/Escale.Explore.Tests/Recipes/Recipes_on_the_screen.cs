using System.Text.Json.Nodes;
using Escale.Explore.Recipes;
using Escale.Kernel;

namespace Escale.Explore.Tests.Recipes;

/// <summary>Previews, clusters and files, as the screen asks for them.</summary>
public sealed class Recipes_on_the_screen : IAsyncDisposable
{
    private readonly RecipeProject _project = new();

    public Recipes_on_the_screen() => _project.With("bronze.t", "select * from (values (1, ' Ann ', 'Paris'), (2, 'bob', 'paris'), (3, 'Cy', 'PARIS '), (4, 'Di', 'Lyon')) t(id, name, town)");

    public ValueTask DisposeAsync() => _project.DisposeAsync();

    private Task<Preview> ShowAsync(string steps, int step, bool onlyChanged = false) =>
        _project.Get<RecipePreview>().ShowAsync(RecipeFiles.Parse("draft", $"table: bronze.t\nsteps:\n{steps}"), step, 100, onlyChanged, RecipeProject.Awa, default);

    [Fact]
    public async Task A_step_is_shown_with_its_changed_cells_and_the_rows_after_each()
    {
        var shown = await ShowAsync("  - {type: trim, column: name}\n  - {type: drop_rows, where: id = 4}\n", 1);
        Assert.Equal([4, 4, 3], shown.Counts);
        Assert.Equal((1, 4, false), (shown.ChangedRowCount, shown.RowCount, shown.IsSample));
        Assert.Equal(["changed", "same", "same", "same"], shown.Rows.Select(row => row.State));
        Assert.Equal(("Ann", " Ann "), (shown.Rows[0].Cells[1]!.GetValue<string>(), shown.Rows[0].Before![1]!.GetValue<string>()));
        Assert.Equal([1], shown.Rows[0].Changed);
        Assert.Equal([0, 1, 0], shown.Columns.Select(column => column.ChangedCount!.Value));
    }

    [Fact]
    public async Task Rows_that_go_and_columns_that_come_are_shown_as_such()
    {
        var gone = await ShowAsync("  - {type: drop_rows, where: id = 4}\n", 1, onlyChanged: true);
        Assert.Equal(("removed", 4), (Assert.Single(gone.Rows).State, gone.Rows[0].Row!.Value));
        var added = await ShowAsync("  - {type: derive, into: twice, formula: id * 2}\n  - {type: drop_columns, column: town}\n", 1);
        Assert.True(added.Columns.Single(column => column.Name == "twice").IsNew);
        Assert.Equal(["town"], (await ShowAsync("  - {type: drop_columns, column: town}\n", 1)).Removed);
        var grouped = await ShowAsync("  - {type: group, by: [town], measures: [{function: count}]}\n", 1);
        Assert.Equal((null, 4), (grouped.ChangedRowCount, grouped.Rows.Count));
    }

    [Theory]
    [InlineData("  - {type: trim, column: name}\n  - {type: trim, column: nmae}\n", "explore.recipe-step", "Step 2 (trim)", "Did you mean 'name'?")]
    [InlineData("  - {type: trim, column: name}\n  - {type: derive, into: name, formula: '1'}\n", "explore.recipe-column-exists", "Step 2 (derive)", "name")]
    [InlineData("  - {type: derive, into: x, formula: (from read_text('/etc/passwd'))}\n  - {type: trim, column: name}\n", "explore.recipe-formula", "Step 1 (derive)", "query")]
    [InlineData("  - {type: derive, into: x, formula: (select 1)}\n  - {type: trim, column: name}\n", "explore.recipe-formula", "Step 1 (derive)", "query")]
    [InlineData("  - {type: derive, into: x, formula: row_number() over ()}\n  - {type: trim, column: name}\n", "explore.recipe-formula", "Step 1 (derive)", "window")]
    [InlineData("  - {type: derive, into: x, formula: getenv('HOME')}\n  - {type: trim, column: name}\n", "explore.recipe-formula", "Step 1 (derive)", "getenv")]
    [InlineData("  - {type: filter, where: id = 1) or (id = (select 2)}\n  - {type: trim, column: name}\n", "explore.recipe-formula", "Step 1 (filter)", "query")]
    public async Task A_step_that_cannot_be_done_is_named(string steps, string code, string step, string word)
    {
        var error = await Assert.ThrowsAsync<EscaleException>(() => ShowAsync(steps, 2));
        Assert.Equal(code, error.Code);
        Assert.Contains(step, error.Message, StringComparison.Ordinal);
        Assert.Contains(word, error.Message + error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_lost_a_column_or_is_gone_is_told()
    {
        var steps = "  - {type: trim, column: town}\n";
        _ = await ShowAsync(steps, 1);
        _project.With("bronze.t", "select 1 as id");
        await Task.Delay(600);
        Assert.Contains("town", (await Assert.ThrowsAsync<EscaleException>(() => ShowAsync(steps, 1))).Message, StringComparison.Ordinal);
        var gone = await Assert.ThrowsAsync<EscaleException>(() => _project.Get<RecipePreview>().ShowAsync(RecipeFiles.Parse("draft", "table: bronze.tt\nsteps: []"), 0, 10, false, RecipeProject.Awa, default));
        Assert.Equal(("explore.recipe-table", "Did you mean 'bronze.t'?"), (gone.Code, gone.Remedy));
    }

    [Fact]
    public async Task Values_written_differently_are_found_and_become_a_map()
    {
        var recipe = RecipeFiles.Parse("draft", "table: bronze.t\nsteps: []");
        var clusters = await _project.Get<StepLearning>().ClustersAsync(recipe, "town", "fingerprint", null, null, RecipeProject.Awa, default);
        Assert.Equal(3, Assert.Single(clusters).Values.Count);
        var learned = await _project.Get<StepLearning>().LearnAsync(recipe, "cluster", "town", [], RecipeProject.Awa, default);
        Assert.Equal(2, learned["values"]!.AsObject().Count);
        var levels = await _project.Get<StepLearning>().LearnAsync(recipe, "one_hot", "town", [], RecipeProject.Awa, default);
        Assert.Equal(4, levels["levels"]!.AsArray().Count);
        Assert.Equal("explore.recipe-column", (await Assert.ThrowsAsync<EscaleException>(() => _project.Get<StepLearning>().LearnAsync(recipe, "cluster", "twon", [], RecipeProject.Awa, default))).Code);
    }

    [Fact]
    public void A_file_keeps_its_comments_and_who_expected_another_is_refused()
    {
        var path = _project.Write("recipes/people.yml", "# people\ntable: bronze.t # as it came\nsteps:\n  # blanks\n  - id: a\n    type: trim\n    column: name\n");
        var tag = _project.Files.TagOf("people");
        var value = RecipeProject.Json("""{"table":"bronze.t","steps":[{"id":"a","type":"trim","column":"name"},{"id":"b","type":"case","column":"name","to":"upper","note":"loud"}]}""");
        Assert.True(_project.Files.Save("people", value, tag));
        Assert.False(_project.Files.Save("people", value, _project.Files.TagOf("people")));
        var text = File.ReadAllText(path);
        Assert.StartsWith("# people\ntable: bronze.t # as it came\nsteps:\n  # blanks\n  - id: a\n", text, StringComparison.Ordinal);
        Assert.Equal(2, _project.Files.Get("people").Steps.Count);
        Assert.Equal("explore.recipe-changed-meanwhile", Assert.Throws<EscaleException>(() => _project.Files.Save("people", value, tag)).Code);
        Assert.Equal("explore.recipe-exists", Assert.Throws<EscaleException>(() => _project.Files.Save("people", value, null)).Code);
        Assert.Equal("explore.recipe-name", Assert.Throws<EscaleException>(() => _project.Files.Save("../x", value, null)).Code);
        Assert.Equal("explore.recipe-step-type", Assert.Throws<EscaleException>(() => _project.Files.Save("new", RecipeProject.Json("""{"table":"bronze.t","steps":[{"type":"x"}]}"""), null)).Code);
        Assert.False(File.Exists(Path.Combine(_project.Folder, "recipes/new.yml")));
        _project.Files.Remove("people", _project.Files.TagOf("people"));
        Assert.Equal("explore.recipe-not-found", Assert.Throws<EscaleException>(() => _project.Files.Get("people")).Code);
    }

    [Fact]
    public void Half_a_file_is_told_and_hides_no_other()
    {
        _project.Write("recipes/good.yml", "table: bronze.t\nsteps: []\n");
        _project.Write("recipes/half.yml", "table: bronze.t\nsteps:\n  - {type: tr");
        var (recipes, errors) = _project.Files.All();
        Assert.Equal(("good", "half"), (Assert.Single(recipes).Name, Assert.Single(errors).Name));
    }
}
