using System.Text.Json.Nodes;
using Escale.Explore.Recipes;
using Escale.Kernel;
using Escale.Projects.Compile;
using Escale.Projects.Dbt;

namespace Escale.Explore.Tests.Recipes;

/// <summary>Recipes among the project's other files: the graph, the SQL, single rows.</summary>
public sealed class Recipes_as_models
{
    private const string Titanic = "table: bronze.titanic\nsteps:\n  - {id: a, type: rename, names: {Pclass: class}, note: 'Ours {{ ref(''x'') }}'}\n  - {id: b, type: fill, column: age, method: median, by: [class]}\n  - {id: c, type: fill, column: port, method: mode}\n  - {id: d, type: outliers, column: fare}\n  - {id: e, type: drop_rows, where: fare is null}\n  - {id: f, type: derive, into: kin, formula: 'coalesce(sibs, 0) + 1'}\n  - {id: g, type: bin, column: age, method: quantile, bins: 3}\n  - {id: h, type: scale, column: fare}\n  - {id: i, type: deduplicate, keys: [id]}\n";

    private const string Rows = "select i as id, i % 3 as \"Pclass\", case when i % 5 = 0 then null else (i * 7 % 60)::double end as age, case when i % 7 = 0 then null when i % 2 = 0 then 'S' else 'C' end as port, case when i = 50 then 9000.5 else i * 1.25 end as fare, i % 4 as sibs from range(100) r(i)";

    [Fact]
    public async Task A_recipe_is_a_model_that_others_may_read_and_that_reads_what_makes_its_table()
    {
        await using var project = new RecipeProject(
            ("recipes/people.yml", "table: bronze.raw # as it came\nmakes: silver.folk\ndescription: Clean people\ntags: [hr]\nsteps:\n  - {type: trim, column: name}\n"),
            ("recipes/again.yml", "table: ref('people')\nsteps: [{type: case, column: name, to: upper}]\n"),
            ("models/counts.sql", "select name, count(*) as n from {{ ref('again') }} group by 1"),
            ("models/counts.yml", "models:\n  - name: people\n    columns: [{name: name, tests: [not_null]}]\n"));
        project.With("bronze.raw", "select * from (values (' a '), ('a'), ('b')) t(name)");
        var graph = project.Project.Graph;
        Assert.Equal(["source.shop.bronze.raw"], graph["model.shop.people"].Reads);
        Assert.Equal(["model.shop.people"], graph["model.shop.again"].Reads);
        Assert.Equal(("silver.folk", "Clean people", "recipes/people.yml"), (graph["model.shop.people"].Table!.ToString(), graph["model.shop.people"].Description, graph["model.shop.people"].Path!));
        Assert.Contains(graph.Assets, asset => asset.IsCheck && asset.Reads.Contains("model.shop.people"));
        project.Make("people");
        project.Make("again");
        Assert.Equal("A / A / B", project.Sql("select name from silver.again order by 1"));
    }

    [Fact]
    public async Task Replayed_on_new_rows_it_learns_anew()
    {
        await using var project = new RecipeProject(("recipes/ages.yml", "table: bronze.raw\nsteps: [{type: fill, column: age, method: median}]\n"));
        project.With("bronze.raw", "select * from (values (1, 10.0), (2, null), (3, 30.0)) t(id, age)").Make("ages");
        Assert.Equal("20", project.Sql("select age::int from silver.ages where id = 2"));
        project.With("bronze.raw", "select * from (values (1, 100.0), (2, null), (3, 300.0)) t(id, age)").Make("ages");
        Assert.Equal("200", project.Sql("select age::int from silver.ages where id = 2"));
    }

    [Fact]
    public async Task An_error_of_the_sql_stands_at_the_step_in_the_file()
    {
        await using var project = new RecipeProject(("recipes/bad.yml", "table: bronze.raw\nsteps:\n  - type: trim\n    column: name\n  - type: case\n    column: nmae\n"));
        var model = project.Project.Graph["model.shop.bad"];
        var compiled = project.Get<SqlCompiler>().Compile(model);
        var line = compiled.Sql.Split('\n').ToList().FindIndex(text => text.Contains("nmae", StringComparison.Ordinal)) + 1;
        Assert.Equal(("recipes/bad.yml", 5), (compiled.SourceOf(line, 3)!.File!, compiled.SourceOf(line, 3)!.Line!.Value));
    }

    [Fact]
    public async Task Names_and_values_that_look_like_jinja_or_sql_stay_what_they_are()
    {
        const string Nasty = "a\\\"; drop table x; -- {{ 1/0 }} {% raw %} {# ' #}";
        await using var project = new RecipeProject(("recipes/nasty.yml", $"table: bronze.raw\nsteps:\n  - {{type: rename, names: {{name: \"{Nasty}\"}}, note: \"{Nasty} {{{{ ref('q') }}}}\"}}\n  - {{type: fill, column: \"{Nasty}\", value: \"{Nasty}\"}}\n"));
        project.With("bronze.raw", "select null::varchar as name").Make("nasty");
        var name = Nasty.Replace("\\", "", StringComparison.Ordinal);
        Assert.Equal(name, project.Sql("select * from silver.nasty"));
        Assert.Contains(project.Engine.Catalog.Table(TableName.Parse("silver.nasty")).Read().Schema.Columns, column => column.Name == name);
    }

    [Theory]
    [InlineData("table: silver.x\nmakes: silver.x\nsteps: []", "explore.recipe-cycle")]
    [InlineData("table: ref('x')\nsteps: []", "projects.cycle")]
    [InlineData("table: ref('nothing')\nsteps: []", "projects.unknown-ref")]
    [InlineData("table: bronze.raw\nsteps:\n  - {type: trim", "projects.yaml-invalid")]
    [InlineData("table: bronze.raw\nsteps:\n  - {id: a, type: sort, by: [x]}\n  - {id: a, type: sort, by: [x]}", "explore.recipe-step")]
    [InlineData("table: ../x\nsteps: []", "kernel.table-name")]
    public async Task A_file_that_is_wrong_is_told_when_the_project_is_read(string text, string code)
    {
        await using var project = new RecipeProject(("recipes/x.yml", text));
        var error = Assert.Throws<EscaleException>(() => project.Project.Graph.Assets.Count);
        Assert.Equal((code, "recipes/x.yml"), (error.Code, error.Place!.File!));
    }

    [Fact]
    public async Task Single_rows_become_what_the_recipe_made_of_them_with_what_it_had_learned()
    {
        await using var project = new RecipeProject(("recipes/titanic.yml", Titanic));
        project.With("bronze.titanic", Rows).Make("titanic");
        var preparation = await project.Get<IRowPreparations>().FitAsync(TableName.Parse("silver.titanic"), default);
        Assert.NotNull(preparation);
        Assert.Equal(["id", "Pclass", "age", "port", "fare", "sibs"], preparation.Inputs.Select(input => input.Name));
        using var session = project.Engine.OpenSession();
        session.MountAll();
        // Row by row, each alone.
        for (var id = 0; id < 100; id++)
        {
            var one = RecipeProject.Text(session, $"with input as (select 0 as __row, * from bronze.titanic where id = {id}) select * exclude (__row) from ({preparation.Sql}) as prepared");
            Assert.Equal(RecipeProject.Text(session, $"select * from silver.titanic where id = {id}"), one);
        }
        Assert.Equal("1", RecipeProject.Text(session, $"with input as (select 7 as __row, 1000 as id, 2 as \"Pclass\", null::double as age, null::varchar as port, null::decimal(10,2) as fare, null as sibs) select count(*) from ({preparation.Sql}) as prepared where __row = 7 and age is not null and port is not null"));
    }

    [Theory]
    [InlineData("table: bronze.raw\nsteps: [{type: group, by: [name]}]\n")]
    [InlineData("table: bronze.raw\nsteps: [{type: join, table: bronze.raw, on: [name], columns: [name], prefix: o_}]\n")]
    public async Task A_recipe_that_needs_all_rows_prepares_no_single_ones(string text)
    {
        await using var project = new RecipeProject(("recipes/all.yml", text));
        project.With("bronze.raw", "select 'a' as name").Make("all");
        Assert.Null(await project.Get<IRowPreparations>().FitAsync(TableName.Parse("silver.all"), default));
        Assert.Null(await project.Get<IRowPreparations>().FitAsync(TableName.Parse("bronze.raw"), default));
    }
}
