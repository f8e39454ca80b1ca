using Escale.Kernel;
using Xunit;

namespace Escale.Projects.Tests.Compile;

/// <summary>A project's own <c>generate_schema_name</c> and <c>generate_alias_name</c>.</summary>
public sealed class NamingTests
{
    private const string ProdOrDev = """
        {% macro generate_schema_name(custom_schema_name, node) -%}
            {%- set default_schema = target.schema -%}
            {%- if target.name == 'prod' and custom_schema_name is not none -%}
                {{ custom_schema_name | trim }}
            {%- else -%}
                {{ default_schema }}
            {%- endif -%}
        {%- endmacro %}
        """;

    private static readonly (string, string) _model = ("models/marts/a.sql", "{{ config(schema='gold') }}select 1 as id");

    [Theory]
    [InlineData("", "dev_awa.a")]
    [InlineData("target: prod\n", "gold.a")]
    [InlineData("target: ci\n", "dev_awa.a")]
    public void Production_and_development_have_schemas_of_their_own(string target, string table)
    {
        using var shop = new CompiledProject(("escale.yml", target + "schema: dev_awa\n"), ("macros/names.sql", ProdOrDev), _model, ("models/b.sql", "select * from {{ ref('a') }}"));
        Assert.Equal(table, shop.Asset("model.shop.a").Table!.ToString());
        Assert.Equal("dev_awa.b", shop.Asset("model.shop.b").Table!.ToString());
        Assert.Equal($"select * from {shop.Asset("model.shop.a").Table!.ToSql()}", shop.Sql("model.shop.b"));
    }

    [Fact]
    public void The_environment_chooses_the_target_over_the_settings()
    {
        using var shop = new CompiledProject(
            ("escale.yml", "target: dev\n"), ("macros/names.sql", ProdOrDev), _model,
            ("models/b.sql", "select '{{ target.name }}' as made_for"), ("models/c.sql", "{{ config(tags=['x' ~ 'y']) }}select 1"));
        shop.Variables.Set("ESCALE_TARGET", "prod");
        Assert.Equal("gold.a", shop.Asset("model.shop.a").Table!.ToString());
        Assert.Equal("select 'prod' as made_for", shop.Sql("model.shop.b"));
        using var other = new CompiledProject(
            ("escale.yml", "target: dev\n"), ("macros/names.sql", ProdOrDev), _model,
            ("models/b.sql", "select '{{ target.name }}' as made_for"), ("models/c.sql", "{{ config(tags=['x' ~ 'y']) }}select 1"));
        // What names the target is another text for another target; what does not is the same.
        Assert.NotEqual(shop.Asset("model.shop.b").CodeFingerprint, other.Asset("model.shop.b").CodeFingerprint);
        Assert.Equal(shop.Asset("model.shop.c").CodeFingerprint, other.Asset("model.shop.c").CodeFingerprint);
    }

    [Fact]
    public void A_macro_sees_the_node_that_it_names()
    {
        using var shop = new CompiledProject(
            ("macros/names.sql", """
                {% macro generate_schema_name(custom_schema_name=none, node=none) %}
                  {{ node.fqn[1] if node.fqn | length > 2 else node.resource_type }}_{{ custom_schema_name or node.config.materialized or 'none' }}
                {% endmacro %}
                {% macro generate_alias_name(custom_alias_name=none, node=none) %}{{ prefix(node) }}_{{ custom_alias_name or node.name }}{% endmacro %}
                {% macro prefix(node) %}{{ node.tags | first | default('t') }}_{{ node.path.split('/') | length }}{% endmacro %}
                """),
            ("models/marts/a.sql", "{{ config(schema='gold', alias='aa', tags=['x']) }}select 1 as id"),
            ("models/b.sql", "{{ config(materialized='table') }}select 1 as id"),
            ("seeds/s.csv", "id\n1\n"));
        Assert.Equal("marts_gold.x_2_aa", shop.Asset("model.shop.a").Table!.ToString());
        Assert.Equal("model_table.t_1_b", shop.Asset("model.shop.b").Table!.ToString());
        Assert.Equal("seed_none.t_1_s", shop.Asset("seed.shop.s").Table!.ToString());
    }

    [Fact]
    public void A_package_names_its_own_nodes_and_the_project_all_others()
    {
        const string Model = "{{ config(schema='x') }}select 1 as id";
        using var shop = new CompiledProject(
            ("macros/names.sql", "{% macro default__generate_schema_name(custom_schema_name, node) %}root_{{ custom_schema_name }}{% endmacro %}"),
            ("models/a.sql", Model),
            ("dbt_packages/own/dbt_project.yml", "name: own\n"), ("dbt_packages/own/models/b.sql", Model),
            ("dbt_packages/own/macros/n.sql", "{% macro generate_schema_name(custom_schema_name, node) %}own_{{ custom_schema_name }}{% endmacro %}"),
            ("dbt_packages/plain/dbt_project.yml", "name: plain\n"), ("dbt_packages/plain/models/c.sql", Model));
        Assert.Equal("root_x", shop.Asset("model.shop.a").Table!.Schema);
        Assert.Equal("own_x", shop.Asset("model.own.b").Table!.Schema);
        Assert.Equal("root_x", shop.Asset("model.plain.c").Table!.Schema);
        using var without = new CompiledProject(
            ("models/a.sql", Model), ("dbt_packages/own/dbt_project.yml", "name: own\n"), ("dbt_packages/own/models/b.sql", Model),
            ("dbt_packages/own/macros/n.sql", "{% macro generate_schema_name(custom_schema_name, node) %}own_{{ custom_schema_name }}{% endmacro %}"));
        Assert.Equal("x", without.Asset("model.shop.a").Table!.Schema);
        Assert.Equal("own_x", without.Asset("model.own.b").Table!.Schema);
    }

    [Fact]
    public void The_macro_for_environments_that_dbt_ships_is_there_to_be_called()
    {
        using var shop = new CompiledProject(
            ("escale.yml", "target: prod\n"), _model, ("models/b.sql", "select 1 as id"),
            ("macros/names.sql", "{% macro generate_schema_name(custom_schema_name, node) -%}\n  {{ generate_schema_name_for_env(custom_schema_name, node) }}\n{%- endmacro %}"));
        Assert.Equal("gold.a", shop.Asset("model.shop.a").Table!.ToString());
        Assert.Equal("main.b", shop.Asset("model.shop.b").Table!.ToString());
    }

    [Theory]
    [InlineData("{{ custom_schema_name }}-{{ node.name }}", "kernel.table-name", "macros/names.sql:1", "'gold-a'")]
    [InlineData("", "kernel.table-name", "macros/names.sql:1", "models/marts/a.sql")]
    [InlineData("\n{{ exceptions.raise_compiler_error('no ' ~ node.name) }}", "projects.compile.raised", "macros/names.sql:2", "no a")]
    [InlineData("\n{{ var('missing') }}", "projects.compile.var-missing", "macros/names.sql:2", "missing")]
    [InlineData("\n{{ nothing(node) }}", "projects.jinja.undefined", "macros/names.sql:2", "'nothing' is undefined")]
    public void What_is_wrong_in_the_macro_shows_where_it_stands(string body, string code, string place, string says)
    {
        using var shop = new CompiledProject(
            ("macros/names.sql", "{% macro generate_schema_name(custom_schema_name, node) %}" + body + "{% endmacro %}"), _model);
        var error = Assert.Throws<EscaleException>(() => shop.Project.Graph);
        Assert.Equal(code, error.Code);
        Assert.StartsWith(place, error.Place!.ToString(), StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
