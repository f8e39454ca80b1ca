using System.Text.Json.Nodes;
using Escale.Explore.Recipes;
using Escale.Kernel;

namespace Escale.Explore.Tests.Recipes;

/// <summary>A column filled from the others by a small tree: learned when the step is made, kept in the file, the same in runs and predictions.</summary>
public sealed class Filling_by_a_model : IAsyncDisposable
{
    // Size follows the kind, and within one kind the age; every seventh is missing, and some kinds are too.
    private const string Rows = """
        select i as id, case when i % 11 = 0 then null else ['small', 'large', 'huge'][i % 3 + 1] end as kind, case when i % 13 = 0 then null else i * 7 % 50 end as age,
          case when i % 7 = 0 then null when i % 3 = 0 then 10 when i % 3 = 1 then 100 + (i * 7 % 50 > 24)::int * 50 else 1000 end as size, case when i % 5 = 0 then null else i % 3 = 0 end as is_small
        from range(600) r(i)
        """;

    private readonly RecipeProject _project = new();

    public ValueTask DisposeAsync() => _project.DisposeAsync();

    private async Task<JsonObject> LearnAsync(string column)
    {
        var settings = RecipeProject.Json("""{"method": "model"}""");
        return await _project.Get<StepLearning>().LearnAsync(RecipeFiles.Parse("draft", "table: bronze.t\nsteps: []"), "fill", column, settings, RecipeProject.Awa, TestContext.Current.CancellationToken);
    }

    private static JsonObject Recipe(string column, JsonObject learned) => new()
    {
        ["table"] = "bronze.t",
        ["steps"] = new JsonArray(new JsonObject { ["id"] = "fill", ["type"] = "fill", ["column"] = column, ["method"] = "model", ["tree"] = learned["tree"]!.DeepClone() }),
    };

    [Fact]
    public async Task A_tree_is_learned_kept_and_used_alike_in_runs_and_predictions()
    {
        _project.With("bronze.t", Rows);
        var learned = await LearnAsync("size");
        Assert.Equal(learned.ToJsonString(), (await LearnAsync("size")).ToJsonString());
        Assert.True(_project.Files.Save("sizes", Recipe("size", learned), null));
        Assert.Contains("tree:", _project.Files.TextOf("sizes"), StringComparison.Ordinal);
        await using var made = new RecipeProject(("recipes/sizes.yml", _project.Files.TextOf("sizes")));
        made.With("bronze.t", Rows).Make("sizes");
        Assert.Equal("0", made.Sql("select count(*) from silver.sizes where size is null"));
        // What the kind says is nearly always found again.
        Assert.Equal("true", made.Sql("select (avg((size = case id % 3 when 0 then 10 when 1 then 100 + (id * 7 % 50 > 24)::int * 50 else 1000 end)::int) > 0.95)::varchar from silver.sizes where kind is not null"));

        // Rows that came later change neither the file nor what a prediction does.
        made.With("bronze.t", "select 1 as id, 'small'::varchar as kind, 3 as age, 5::integer as size, true as is_small");
        var preparation = (await made.Get<IRowPreparations>().FitAsync(TableName.Parse("silver.sizes"), TestContext.Current.CancellationToken))!;
        using var session = made.Engine.OpenSession();
        session.MountAll();
        Assert.Equal("10", RecipeProject.Text(session, $"with input as (select 0 as __row, 9 as id, 'small' as kind, 5 as age, null::integer as size, null::boolean as is_small) select size from ({preparation.Sql}) as prepared"));
        Assert.Equal("1000", RecipeProject.Text(session, $"with input as (select 0 as __row, 9 as id, 'huge' as kind, 5 as age, null::integer as size, null::boolean as is_small) select size from ({preparation.Sql}) as prepared"));
    }

    [Fact]
    public async Task Yes_or_no_and_texts_are_filled_as_such()
    {
        _project.With("bronze.t", Rows);
        Assert.True(_project.Files.Save("flags", Recipe("is_small", await LearnAsync("is_small")), null));
        Assert.True(_project.Files.Save("kinds", Recipe("kind", await LearnAsync("kind")), null));
        await using var made = new RecipeProject(("recipes/flags.yml", _project.Files.TextOf("flags")), ("recipes/kinds.yml", _project.Files.TextOf("kinds")));
        made.With("bronze.t", Rows).Make("flags");
        made.Make("kinds");
        Assert.Equal("BOOLEAN|0", made.Sql("select typeof(any_value(is_small)), count(*) filter (where is_small is null) from silver.flags"));
        Assert.Equal("0|3", made.Sql("select count(*) filter (where kind is null), count(distinct kind) from silver.kinds"));
    }

    [Fact]
    public async Task Too_little_to_learn_from_is_told()
    {
        _project.With("bronze.t", "select i as id, md5(i::varchar) as words, null::double as nothing, date '2024-01-01' + i::int as day from range(100) r(i)");
        foreach (var column in (string[])["words", "nothing", "day"])
        {
            Assert.Equal("explore.recipe-fill-model", (await Assert.ThrowsAsync<EscaleException>(() => LearnAsync(column))).Code);
        }
    }

    [Fact]
    public void What_is_missing_goes_where_the_tree_says()
    {
        const string Tree = "  - type: fill\n    column: y\n    method: model\n    tree: {column: a, at: 2, missing: below, below: {value: 1}, above: {column: b, is: missing, \"yes\": {value: 2}, \"no\": {column: b, in: [p], \"yes\": {value: 3}, \"no\": {value: 4}}}}";
        _project.With("bronze.y", "select * from (values (null, null, null), (1, 'p', null), (3, null, null), (3, 'p', null), (3, 'q', null), (3, 'q', 9)) t(a, b, y)");
        Assert.Equal("1 / 1 / 2 / 3 / 4 / 9", _project.Rows("bronze.y", Tree + "\n  - {type: keep_columns, columns: [y]}"));
    }

    [Fact]
    public async Task A_recipe_prepares_rows_with_what_it_learned_when_its_table_was_made()
    {
        _project.Write("recipes/fare.yml", "table: bronze.fares\nsteps:\n  - {type: fill, column: fare, method: mean}\n");
        _project.With("bronze.fares", "select * from (values (10.0), (20.0), (null)) t(fare)").Make("fare");
        _project.With("bronze.fares", "select * from (values (1000.0), (null)) t(fare)");
        var preparation = (await _project.Get<IRowPreparations>().FitAsync(TableName.Parse("silver.fare"), TestContext.Current.CancellationToken))!;
        Assert.Equal(["bronze.fares@0"], preparation.LearnedFrom);
        using var session = _project.Engine.OpenSession();
        Assert.Equal("15", RecipeProject.Text(session, $"with input as (select 0 as __row, null::double as fare) select fare from ({preparation.Sql}) as prepared"));
    }
}
