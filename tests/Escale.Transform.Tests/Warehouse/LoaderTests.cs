using Escale.Kernel;
using Escale.Projects;
using Escale.Testing;
using Escale.Transform.Warehouse;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Escale.Transform.Tests.Warehouse;

public sealed class LoaderTests
{
    private const string Properties = """
        version: 2
        models:
          - name: dim_vessel
            description: Vessels
            config: {meta: {unknown: {name: Inconnu}}}
            columns:
              - name: vessel_key
                description: The key
                constraints: [{type: primary_key}]
          - name: fact_call
            config:
              indexes: [{columns: [vessel_key, day], unique: true}, {columns: [day], type: brin}]
            constraints:
              - {type: primary_key, columns: [id]}
              - {type: foreign_key, columns: [vessel_key], to: ref('dim_vessel')}
              - {type: check, expression: tonnes >= 0, name: positive}
            columns:
              - name: day
                constraints: [{type: not_null}]
              - name: code
                constraints: [{type: unique}]
        """;

    private static Project Open(TempFolder folder, string escaleYml, string properties = Properties)
    {
        folder.Write("dbt_project.yml", "name: shop\nversion: '1.0'\nmodels:\n  shop:\n    gold: {+schema: gold, +materialized: table, +tags: [star]}\n");
        folder.Write("escale.yml", escaleYml);
        folder.Write("models/gold/dim_vessel.sql", "select 1 as vessel_key, 'x' as name");
        folder.Write("models/gold/fact_call.sql", "{{ config(materialized='incremental', unique_key='id') }} select 1 as id, 1 as vessel_key");
        folder.Write("models/other.sql", "select 1 as id");
        folder.Write("models/gold/schema.yml", properties);
        var services = new ServiceCollection();
        services.AddSingleton(new ProjectRoot(folder.Path));
        new ProjectsModule().AddServices(services);
        services.AddSingleton<IAssetLoader, WarehouseLoader>();
        return services.BuildServiceProvider().GetRequiredService<Project>();
    }

    [Theory]
    [InlineData("")]
    [InlineData("warehouse: {publish: 'tag:star'}")]
    public void Gold_models_or_those_selected_become_warehouse_assets(string escaleYml)
    {
        using var folder = new TempFolder();
        var graph = Open(folder, escaleYml).Graph;
        var assets = graph.Assets.Where(asset => asset.Kind == "warehouse").ToList();
        Assert.Equal(["warehouse.shop.gold.dim_vessel", "warehouse.shop.gold.fact_call"], assets.Select(asset => asset.Id).Order(StringComparer.Ordinal));
        Assert.Equal(["model.shop.fact_call", "model.shop.dim_vessel"], graph["warehouse.shop.gold.fact_call"].Reads);
    }

    [Fact]
    public void Keys_constraints_indexes_and_comments_come_from_the_property_file()
    {
        using var folder = new TempFolder();
        var graph = Open(folder, "warehouse: {schema: mart}").Graph;
        var fact = (WarehouseTable)graph["warehouse.shop.mart.fact_call"].Definition!;
        Assert.Equal(["id"], fact.PrimaryKey);
        Assert.Equal((true, "id"), (fact.IsIncremental, Assert.Single(fact.MergeKey)));
        Assert.Equal(["day"], fact.NotNull);
        Assert.Equal("code", Assert.Single(Assert.Single(fact.Unique).Columns));
        Assert.Equal(new CheckRule("positive", "tonnes >= 0"), Assert.Single(fact.Checks));
        Assert.Equal(["unique btree vessel_key,day", " brin day"], fact.Indexes.Select(index => $"{(index.IsUnique ? "unique" : "")} {index.Method} {string.Join(',', index.Columns)}"));
        var reference = Assert.Single(fact.References);
        Assert.Equal(("mart.dim_vessel", "vessel_key", true), (reference.Target.ToString(), Assert.Single(reference.TargetColumns), reference.MapsUnknown));
        var dimension = (WarehouseTable)graph["warehouse.shop.mart.dim_vessel"].Definition!;
        Assert.True(dimension.IsDimension);
        Assert.Equal("Inconnu", dimension.Unknown["name"]);
        Assert.Equal(("Vessels", "The key"), (dimension.Description, dimension.ColumnDescriptions["vessel_key"]));
    }

    [Fact]
    public void What_shapes_the_table_changes_its_fingerprint_and_nothing_else_does()
    {
        using var folder = new TempFolder();
        string Of(string properties) => Open(folder, "", properties).Graph["warehouse.shop.gold.fact_call"].CodeFingerprint;
        var first = Of(Properties);
        Assert.Equal(first, Of("# A comment\n" + Properties));
        Assert.NotEqual(first, Of(Properties.Replace("tonnes >= 0", "tonnes > 0", StringComparison.Ordinal)));
        Assert.NotEqual(first, Of(Properties.Replace("type: brin", "type: hash", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("warehouse: {publish: 'tag:nonsense'}", "", "", "escale.yml")]
    [InlineData("", "ref('dim_vessel')", "dim_vessel", "schema.yml")]
    [InlineData("", "type: brin", "type: brim", "schema.yml")]
    public void A_mistake_says_where_it_is(string escaleYml, string search, string replacement, string file)
    {
        using var folder = new TempFolder();
        var properties = search.Length == 0 ? Properties : Properties.Replace(search, replacement, StringComparison.Ordinal);
        var error = Assert.Throws<EscaleException>(() => Open(folder, escaleYml, properties).Graph);
        Assert.Contains(file, error.Place?.File, StringComparison.Ordinal);
        Assert.NotNull(error.Remedy);
    }
}
