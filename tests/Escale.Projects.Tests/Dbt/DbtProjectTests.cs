using Escale.Kernel;
using Escale.Projects.Dbt;
using Xunit;

namespace Escale.Projects.Tests.Dbt;

public sealed class DbtProjectTests
{
    [Fact]
    public void Jaffle_shop_has_the_assets_and_names_that_dbt_gives_it()
    {
        using var files = JaffleShop.Create();
        var graph = files.Open().Graph;
        Assert.Equal(
            [
                "model.jaffle_shop.customers", "model.jaffle_shop.orders", "model.jaffle_shop.stg_customers", "model.jaffle_shop.stg_orders",
                "model.jaffle_shop.stg_payments", "seed.jaffle_shop.raw_customers", "seed.jaffle_shop.raw_orders", "seed.jaffle_shop.raw_payments",
                "test.jaffle_shop.accepted_values_orders_1ce6ab157c285f7cd2ac656013faf758",
                "test.jaffle_shop.accepted_values_stg_orders_4f514bf94b77b7ea437830eec4421c58",
                "test.jaffle_shop.accepted_values_stg_payments_c7909fb19b1f0177c2bf99c7912f06ef",
                "test.jaffle_shop.not_null_customers_customer_id", "test.jaffle_shop.not_null_orders_amount",
                "test.jaffle_shop.relationships_orders_customer_id__customer_id__ref_customers_",
                "test.jaffle_shop.unique_customers_customer_id",
            ],
            graph.Assets.Select(asset => asset.Id).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["model.jaffle_shop.stg_customers", "model.jaffle_shop.stg_orders", "model.jaffle_shop.stg_payments"],
            graph["model.jaffle_shop.customers"].Reads);
        Assert.Equal("table", graph["model.jaffle_shop.customers"].Config["materialized"]);
        Assert.Equal("view", graph["model.jaffle_shop.stg_customers"].Config["materialized"]);
        Assert.Equal("main.customers", graph["model.jaffle_shop.customers"].Table!.ToString());
        Assert.Equal(["jaffle_shop", "staging", "stg_orders"], graph["model.jaffle_shop.stg_orders"].Fqn);
        Assert.StartsWith("Orders can be one of the following statuses:", graph["model.jaffle_shop.orders"].Columns[1].Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_whose_table_a_seed_makes_is_another_name_of_it()
    {
        using var files = new TestProject(
            ("dbt_project.yml", "name: shop\nseeds: {+schema: raw}\n"), ("seeds/orders.csv", "id\n1\n"), ("models/a.sql", "select * from {{ source('shop', 'orders') }}"),
            ("models/s.yml", "sources: [{name: shop, schema: raw, tables: [{name: orders}, {name: elsewhere}]}]\n"));
        var graph = files.Open().Graph;
        Assert.Equal(["seed.shop.orders", "source.shop.shop.orders", "model.shop.a"], graph.Upstream("model.shop.a").Append(graph["model.shop.a"]).Select(asset => asset.Id));
        Assert.Empty(graph["source.shop.shop.elsewhere"].Reads);
        using var twice = new TestProject(("seeds/a.csv", "id\n1\n"), ("models/b.sql", "{{ config(alias='a') }}select 1"), ("models/s.yml", "sources: [{name: main, tables: [{name: a}]}]\n"));
        Assert.Equal("projects.duplicate-table", Assert.Throws<EscaleException>(() => twice.Open().Graph).Code);
    }

    [Fact]
    public void Configuration_comes_from_the_tree_then_the_property_file_then_the_model()
    {
        using var files = new TestProject(
            ("dbt_project.yml", """
                name: shop
                models:
                  +tags: all
                  +meta: {owner: a, level: 1}
                  shop:
                    +materialized: table
                    silver:
                      +schema: silver
                      materialized: ephemeral
                      special: {+schema: other}
                """),
            ("models/silver/a.sql", "{{ config(tags=['own'], alias='aa') }} select 1"),
            ("models/silver/schema.yml", "models:\n- name: a\n  config: {materialized: view, meta: {level: 2}, tags: [yml]}\n"),
            ("models/silver/special.sql", "select 1"),
            ("models/b.sql", "{{ config(materialized='incremental') }} select 1"));
        var graph = files.Open().Graph;
        var a = graph["model.shop.a"];
        Assert.Equal("silver.aa", a.Table!.ToString());
        Assert.Equal("view", a.Config["materialized"]);
        Assert.Equal(["all", "own", "yml"], a.Tags);
        Assert.Equal(new Dictionary<string, object?> { ["owner"] = "a", ["level"] = 2L }, a.Config["meta"]);
        Assert.Equal("incremental", graph["model.shop.b"].Config["materialized"]);
        var special = graph["model.shop.special"];
        Assert.Equal(("other", false, (TableName?)null), (special.Config["schema"], special.Runnable, special.Table));
    }

    [Fact]
    public void A_package_is_configured_by_itself_and_overruled_by_the_project()
    {
        using var files = new TestProject(
            ("dbt_project.yml", "name: shop\nvars: {x: 1, lib: {y: 2}}\nmodels: {lib: {+schema: lib_out}}\n"),
            ("dbt_packages/lib/dbt_project.yml", "name: lib\nunknown-key: 1\nvars: {x: 0, y: 0, z: 0}\nmodels: {lib: {+schema: own, +materialized: table}}\n"),
            ("dbt_packages/lib/models/p.sql", "{{ config(schema='in_file') }} select 1"),
            ("models/m.sql", "select * from {{ ref('lib', 'p') }}"));
        var project = files.Open();
        var asset = project.Graph["model.lib.p"];
        Assert.Equal("lib_out.p", asset.Table!.ToString());
        Assert.Equal("table", asset.Config["materialized"]);
        Assert.Equal(["model.lib.p"], project.Graph["model.shop.m"].Reads);
        Assert.Equal(new Dictionary<string, object?> { ["x"] = 1L, ["y"] = 2L, ["z"] = 0L }, project.Dbt.VarsOf("lib"));
        Assert.Equal(new Dictionary<string, object?> { ["x"] = 1L }, project.Dbt.VarsOf("shop"));
    }

    [Fact]
    public void A_declared_source_adds_its_words_to_the_collected_table_and_another_is_an_existing_table()
    {
        var collected = new Asset
        {
            Id = "source.shop.port.calls", Kind = "source", Name = "calls", SourceName = "port", Package = "shop",
            Table = new TableName("bronze", "calls"), AlwaysRuns = true, CodeFingerprint = "c", Path = "sources/port.yml",
        };
        using var files = new TestProject(
            ("models/schema.yml", """
                sources:
                - name: port
                  schema: ignored
                  tables:
                  - name: calls
                    description: Calls of ships
                    columns: [{name: id, description: The call, tests: [unique]}]
                  - {name: berths, identifier: berth_list}
                """),
            ("models/m.sql", "select * from {{ source('port', 'calls') }} join {{ source('port', 'berths') }}")).With(new FixedLoader(collected));
        var graph = files.Open().Graph;
        var calls = graph["source.shop.port.calls"];
        Assert.Equal(("Calls of ships", "bronze.calls", true, "The call"), (calls.Description, calls.Table!.ToString(), calls.Runnable, calls.Columns[0].Description));
        var berths = graph["source.shop.port.berths"];
        Assert.Equal(("ignored.berth_list", false), (berths.Table!.ToString(), berths.Runnable));
        Assert.Equal(["source.shop.port.calls", "source.shop.port.berths"], graph["model.shop.m"].Reads);
        Assert.Equal(["test.shop.source_unique_port_calls_id"], graph["model.shop.m"].WaitsFor);
    }

    [Fact]
    public void What_is_built_on_a_table_waits_for_its_tests_and_a_test_of_two_tables_makes_no_circle()
    {
        using var files = new TestProject(
            ("models/a.sql", "select 1 as id"), ("models/b.sql", "select * from {{ ref('a') }}"), ("models/c.sql", "select * from {{ ref('b') }}"),
            ("models/schema.yml", """
                models:
                - name: a
                  columns:
                  - name: id
                    data_tests:
                    - not_null
                    - relationships: {arguments: {to: ref('b'), field: id}}
                """),
            ("tests/none.sql", "select * from {{ ref('a') }} where false"));
        var graph = files.Open().Graph;
        Assert.Equal(["test.shop.none", "test.shop.not_null_a_id"], graph["model.shop.b"].WaitsFor);
        Assert.Equal(
            ["test.shop.none", "test.shop.not_null_a_id", "test.shop.relationships_a_id__id__ref_b_"], graph["model.shop.c"].WaitsFor);
        Assert.Empty(graph["model.shop.a"].WaitsFor);
        Assert.Equal(["model.shop.a", "model.shop.b"], graph["test.shop.relationships_a_id__id__ref_b_"].Reads);
    }

    [Fact]
    public void All_ways_to_write_a_test_are_read()
    {
        using var files = new TestProject(
            ("models/a.sql", "select 1 as id"),
            ("models/schema.yml", """
                models:
                - name: a
                  tests:
                  - lib.recency: {field: t, severity: warn}
                  columns:
                  - name: id
                    tags: [ids]
                    tests:
                    - unique: {config: {severity: warn, where: "id > 0"}}
                    - accepted_values: {name: my_values, values: [1, 2], tags: x}
                    - {name: other, test_name: not_null, config: {enabled: true}}
                    - accepted_values: {values: [true, 1.5, null]}
                """));
        var graph = files.Open().Graph;
        var tests = graph.Assets.Where(asset => asset.Kind == "test").ToDictionary(asset => asset.Name, asset => (DataTest)asset.Definition!);
        Assert.Equal(["accepted_values_a_id__True__1_5__None", "lib_recency_a_t", "my_values", "other", "unique_a_id"], tests.Keys.Order(StringComparer.Ordinal));
        Assert.True(tests["unique_a_id"].WarnsOnly);
        Assert.Equal("id > 0", tests["unique_a_id"].Config.Text("where"));
        Assert.Equal(("recency", "lib", null), (tests["lib_recency_a_t"].TestName, tests["lib_recency_a_t"].TestPackage, tests["lib_recency_a_t"].ColumnName));
        Assert.Equal(new List<object?> { 1L, 2L }, tests["my_values"].Arguments["values"]);
        Assert.Equal(["ids", "x"], tests["my_values"].Config.Tags);
        Assert.Equal("not_null", tests["other"].TestName);
    }

    [Fact]
    public void Constraints_keep_what_the_warehouse_needs()
    {
        using var files = new TestProject(
            ("models/dim.sql", "select 1 as id"), ("models/fact.sql", "select * from {{ ref('dim') }}"),
            ("models/schema.yml", """
                models:
                - name: fact
                  constraints:
                  - {type: primary_key, columns: [id, day]}
                  columns:
                  - name: dim_id
                    data_type: bigint
                    constraints: [{type: foreign_key, to: ref('dim'), to_columns: [id]}, {type: not_null}]
                """));
        var model = (SqlModel)files.Open().Graph["model.shop.fact"].Definition!;
        Assert.Equal(["id", "day"], model.Constraints.Single().Columns);
        var key = model.Columns[0].Constraints[0];
        Assert.Equal((ConstraintType.ForeignKey, "model.shop.dim"), (key.Type, key.ToId));
        Assert.Equal(["dim_id"], key.Columns);
        Assert.Equal(["id"], key.ToColumns);
    }

    [Theory]
    [InlineData("models/m.sql", "select * from {{ ref('a') }}\nunion from {{ ref('bb') }}", "projects.unknown-ref", "models/m.sql:2:12")]
    [InlineData("models/m.sql", "select * from {{ source('a', 'b') }}", "projects.unknown-source", "models/m.sql:1:15")]
    [InlineData("models/m.sql", "select * from {{ ref('off') }}", "projects.disabled-ref", "models/m.sql:1:15")]
    [InlineData("models/m.sql", "select * from {{ ref('nolib', 'a') }}", "projects.unknown-ref", "models/m.sql:1:15")]
    [InlineData("models/sub/a.sql", "select 1", "projects.duplicate-asset", "models/sub/a.sql")]
    [InlineData("models/m.sql", "{{ config(alias='a') }} select 1", "projects.duplicate-table", "models/m.sql")]
    [InlineData("models/m.sql", "{{ config(materialized='tabel') }} select 1", "projects.config-invalid", "models/m.sql:1:1")]
    [InlineData("models/m.sql", "{{ config(schema='a b') }} select 1", "kernel.table-name", "models/m.sql:1:1")]
    [InlineData("models/m.sql", "select * from {{ ref('m') }}", "projects.cycle", "models/m.sql")]
    [InlineData("models/m.py", "x", "projects.not-supported", "models/m.py")]
    [InlineData("models/p.yml", "model:\n- name: a\n", "projects.unknown-key", "models/p.yml:1:1")]
    [InlineData("models/p.yml", "models:\n- name: a\n  colums: []\n", "projects.unknown-key", "models/p.yml:3:3")]
    [InlineData("models/p.yml", "models:\n- name: a\n- name: a\n", "projects.duplicate-properties", "models/p.yml:3:3")]
    [InlineData("models/p.yml", "models:\n- name: a\n  columns: [{name: x}, {name: X}]\n", "projects.duplicate-column", "models/p.yml:3:24")]
    [InlineData("models/p.yml", "models:\n- name: a\n  versions: [{v: 1}]\n", "projects.not-supported", "models/p.yml:3:13")]
    [InlineData("models/p.yml", "models:\n- name: a\n  description: \"{{ doc('x') }}\"\n", "projects.unknown-doc", "models/p.yml:2:3")]
    [InlineData("models/p.yml", "models:\n- name: a\n  tests: [accepted_values]\n", "projects.test-invalid", "models/p.yml:3:11")]
    [InlineData("models/p.yml", "models:\n- name: a\n  tests:\n  - unique:\n    severity: warn\n", "projects.test-invalid", "models/p.yml:4:5")]
    [InlineData("models/p.yml", "models:\n- name: a\n  tests: [unique: {column_name: x}, unique: {column_name: x}]\n", "projects.duplicate-asset", "models/p.yml:3:37")]
    [InlineData("models/p.yml", "models:\n- name: a\n  tests: [relationships: {column_name: x, to: ref('zz'), field: x}]\n", "projects.unknown-ref", "models/p.yml:3:11")]
    [InlineData("models/p.yml", "models:\n- name: a\n  tests: [unique: {column_name: x, severity: loud}]\n", "projects.config-invalid", "models/p.yml:3:36")]
    [InlineData("models/d.md", "{% docs x %}", "projects.docs-invalid", "models/d.md:1")]
    [InlineData("dbt_project.yml", "name: shop\nmodle-paths: [x]\n", "projects.unknown-key", "dbt_project.yml:2:1")]
    [InlineData("dbt_project.yml", "name: my shop\n", "projects.wrong-type", "dbt_project.yml:1:7")]
    [InlineData("dbt_project.yml", "name: shop\nmodel-paths: [../x]\n", "projects.path-outside", "dbt_project.yml:2:14")]
    [InlineData("dbt_project.yml", "name: shop\nmodels: {+tags: {x: 1}}\n", "projects.config-invalid", "dbt_project.yml:2:10")]
    [InlineData("dbt_packages/x/dbt_project.yml", "name: shop\n", "projects.duplicate-package", "dbt_packages/x")]
    public void A_mistake_has_a_code_and_a_place(string path, string text, string code, string place)
    {
        using var files = new TestProject(
            ("dbt_project.yml", "name: shop\n"), ("models/a.sql", "select 1"), ("models/off.sql", "{{ config(enabled=false) }} select 1"));
        File.WriteAllText(Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(files.Folder, path))!).FullName + "/" + Path.GetFileName(path), text);
        var error = Assert.Throws<EscaleException>(() => files.Open().Graph);
        Assert.Equal((code, place), (error.Code, error.Place?.ToString()));
        Assert.NotNull(error.Remedy);
    }

    [Fact]
    public void An_unknown_ref_names_the_nearest_model()
    {
        using var files = new TestProject(("models/customers.sql", "select 1"), ("models/m.sql", "select * from {{ ref('custmers') }}"));
        Assert.Equal("Did you mean 'customers'?", Assert.Throws<EscaleException>(() => files.Open().Graph).Remedy);
    }

    [Fact]
    public void A_circle_is_shown_with_its_files()
    {
        using var files = new TestProject(
            ("models/a.sql", "{{ ref('c') }}"), ("models/b.sql", "{{ ref('a') }}"), ("models/c.sql", "{{ ref('b') }}"), ("models/d.sql", "{{ ref('c') }}"));
        var error = Assert.Throws<EscaleException>(() => files.Open().Graph);
        Assert.Equal(
            "These read each other in a circle: a (models/a.sql) → c (models/c.sql) → b (models/b.sql) → a (models/a.sql).", error.Message);
    }

    [Fact]
    public void A_description_of_nothing_is_a_warning()
    {
        using var files = new TestProject(("models/a.sql", "select 1"), ("models/p.yml", "models: [{name: aa, columns: [{name: x, tests: [unique]}]}]"));
        var project = files.Open();
        Assert.Single(project.Graph.Assets);
        Assert.Equal("models/p.yml:1:10: there is no model 'aa' to describe; did you mean 'a'?", Assert.Single(project.Warnings));
    }

    [Fact]
    public void The_fingerprint_follows_the_code_and_not_the_description()
    {
        var first = FingerprintOf("select 1", "d", "view", "select 2");
        Assert.Equal(first, FingerprintOf("select 1", "other words", "view", "select 2"));
        Assert.NotEqual(first, FingerprintOf("select 3", "d", "view", "select 2"));
        Assert.NotEqual(first, FingerprintOf("select 1", "d", "table", "select 2"));
        // The ephemeral model becomes part of the text.
        Assert.NotEqual(first, FingerprintOf("select 1", "d", "view", "select 4"));

        static string FingerprintOf(string sql, string description, string materialized, string ephemeral)
        {
            using var files = new TestProject(
                ("models/e.sql", "{{ config(materialized='ephemeral') }} " + ephemeral),
                ("models/m.sql", sql + " from {{ ref('e') }}"),
                ("models/p.yml", $"models: [{{name: m, description: {description}, config: {{materialized: {materialized}, tags: [t{description.Length}]}}}}]"));
            return files.Open().Graph["model.shop.m"].CodeFingerprint;
        }
    }

    [Fact]
    public void A_project_without_dbt_project_yml_takes_its_name_from_the_settings()
    {
        using var files = new TestProject(("escale.yml", "name: flights\nschema: silver\n"), ("models/a.sql", "select 1"));
        Assert.Equal("silver.a", files.Open().Graph["model.flights.a"].Table!.ToString());
    }

    private sealed class FixedLoader(params Asset[] assets) : IAssetLoader
    {
        public int Order => 0;

        public Func<IReadOnlyList<Asset>, IEnumerable<Asset>> Read(ProjectRoot root) => _ => assets;
    }
}
