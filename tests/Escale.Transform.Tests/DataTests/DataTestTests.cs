using Escale.Transform.Tests.SqlModels;
using Xunit;

namespace Escale.Transform.Tests.DataTests;

/// <summary>Data tests: generic, custom, singular.</summary>
public sealed class DataTestTests
{
    private const string Schema = """
        models:
          - name: a
            columns:
              - name: id
                tests:
                  - unique: {name: ids_differ}
                  - not_null: {name: ids_stand, config: {where: "id is not null or name = 'x'"}}
              - name: kind
                tests:
                  - accepted_values: {name: kinds_known, values: [p, q]}
                  - accepted_values: {name: kinds_warned, values: [p], config: {severity: warn}}
                  - relationships: {name: kinds_match, to: ref('kinds'), field: kind}
                  - short: {name: kinds_short, longest: 1, config: {store_failures: true, error_if: '> 5', warn_if: '> 0'}}
        """;

    private static Shop Make(string rows) => new(
        ("models/a.sql", $"{{{{ config(materialized='table') }}}}select * from (values {rows}) t(id, kind, name)"),
        ("seeds/kinds.csv", "kind\np\nq\nlong\n"),
        ("models/schema.yml", Schema),
        ("tests/generic/short.sql", "{% test short(model, column_name, longest) %}\nselect * from {{ model }} where length({{ column_name }}) > {{ longest }}\n{% endtest %}"),
        ("tests/no_names.sql", "-- singular\nselect * from {{ ref('a') }} where name = 'bad'"));

    [Fact]
    public void Good_data_passes_every_test()
    {
        using var shop = Make("(1, 'p', 'n'), (2, 'p', null)");
        var results = shop.Run();
        Assert.All(results.Where(pair => shop.Project.Graph.Assets.Single(asset => asset.Name == pair.Key).IsCheck), pair =>
        {
            Assert.Equal(0, pair.Value!.RowCount);
            Assert.Null(pair.Value.Version);
            Assert.Null(pair.Value.Warning);
        });
        Assert.Equal(7, results.Keys.Count(name => shop.Project.Graph.Assets.Single(asset => asset.Name == name).IsCheck));
    }

    [Fact]
    public void Bad_data_fails_with_a_sample_of_its_rows()
    {
        using var shop = Make("(1, 'p', 'bad'), (1, 'z', 'x'), (null, 'long', 'x')");
        shop.Run(only: "a");
        shop.Run(only: "kinds");
        var twice = shop.Fails("ids_differ");
        Assert.Equal("transform.test-failed", twice.Code);
        Assert.Equal("ids_differ: 1 failing row of a, such as unique_field = 1, n_records = 2.", twice.Message);
        Assert.Equal("models/schema.yml", twice.Place!.File);
        Assert.Contains("id = null, kind = long", shop.Fails("ids_stand").Message, StringComparison.Ordinal);
        Assert.Contains("2 failing rows", shop.Fails("kinds_known").Message, StringComparison.Ordinal);
        Assert.Contains("from_field = z", shop.Fails("kinds_match").Message, StringComparison.Ordinal);
        Assert.Equal("tests/no_names.sql", shop.Fails("no_names").Place!.File);
        Assert.StartsWith("kinds_warned: 2 failing rows", shop.Step("kinds_warned")!.Warning, StringComparison.Ordinal);
        var stored = shop.Step("kinds_short")!;
        Assert.Equal("kinds_short: 1 failing row of a, such as id = null, kind = long, name = x. All of them are in tests.kinds_short.", stored.Warning);
        Assert.Equal("∅,long,x", shop.Text("select * from tests.kinds_short"));
    }

    [Fact]
    public void A_test_whose_SQL_is_wrong_points_at_its_file()
    {
        using var shop = new Shop(("models/a.sql", "{{ config(materialized='table') }}select 1 as id"), ("tests/t.sql", "select *\nfrom {{ ref('a') }}\nwhere nope > 1"));
        shop.Run(only: "a");
        Assert.Equal("tests/t.sql:3:7", shop.Fails("t").Place!.ToString());
    }

    [Fact]
    public void An_unknown_generic_test_names_the_nearest()
    {
        using var shop = new Shop(
            ("models/a.sql", "{{ config(materialized='table') }}select 1 as id"),
            ("models/schema.yml", "models:\n  - name: a\n    columns:\n      - name: id\n        tests:\n          - uniqe\n"));
        shop.Run(only: "a");
        var error = shop.Fails(shop.Project.Graph.Assets.Single(asset => asset.IsCheck).Name);
        Assert.Equal("projects.compile.unknown-test", error.Code);
        Assert.Equal("Did you mean 'unique'?", error.Remedy);
        Assert.Equal(6, error.Place!.Line);
    }
}
