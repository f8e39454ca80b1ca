using Escale.Kernel;
using Escale.Projects.Dbt;
using Xunit;

namespace Escale.Projects.Tests.Compile;

/// <summary>Jinja in the values of <c>dbt_project.yml</c> and of property files.</summary>
public sealed class YamlJinjaTests
{
    [Fact]
    public void The_project_file_is_configured_by_variables_the_environment_and_the_target()
    {
        using var shop = new CompiledProject(
            ("escale.yml", "schema: dev\ntarget: ci\n"),
            ("dbt_project.yml", """
                name: shop
                vars: {use_x: false, layers: [a, b], later: "{{ not_rendered }}"}
                models:
                  shop:
                    +schema: "{{ target.schema }}_{{ env_var('LAYER', 'x') }}"
                    +tags: "{{ var('layers') }}"
                    +meta: {retries: "{{ 2 + 1 }}", zip: "{{ '007' }}", ratio: "{{ '0.5' | as_number }}", on: "{{ env_var('ON') | as_bool }}"}
                    x:
                      +enabled: "{{ var('use_x') }}"
                    y:
                      +enabled: "{{ target.name == 'ci' and var('use_y', true) }}"
                      +pre-hook: "select '{{ this }}'"
                """),
            ("models/x/a.sql", "select 1"), ("models/y/b.sql", "select 1"));
        shop.Variables.Set("LAYER", "silver");
        shop.Variables.Set("ON", "true");
        var models = shop.Project.Graph.Assets;
        Assert.Equal(["model.shop.b"], models.Select(model => model.Id));
        var b = models[0];
        Assert.Equal("dev_silver.b", b.Table!.ToString());
        Assert.Equal(["a", "b"], b.Tags);
        var meta = Assert.IsAssignableFrom<IReadOnlyDictionary<string, object?>>(b.Config["meta"]);
        Assert.Equal([3L, "007", 0.5, true], meta.Values);
        Assert.Equal(["select '\"dev_silver\".\"b\"'"], shop.Compile("model.shop.b").PreHooks);
    }

    [Fact]
    public void A_property_file_sees_the_variables_of_its_package()
    {
        using var shop = new CompiledProject(
            ("dbt_project.yml", "name: shop\nvars:\n  keep: true\n  util:\n    raw: landing\n"),
            ("models/s.yml", """
                models:
                - name: a
                  config: {enabled: "{{ var('keep') }}", materialized: "{{ 'table' if var('keep') else 'view' }}", post_hook: "select '{{ this.name }}'"}
                  description: "for {{ var('keep') }} {{ doc('x') }} {{ target.name }}"
                  columns:
                  - name: id
                    description: " {{ doc('x') }} "
                    data_type: "{{ env_var('ID_TYPE', 'bigint') }}"
                    data_tests:
                    - accepted_values: {arguments: {values: "{{ [1, var('two', 2)] }}", quote: "{{ false }}"}, config: {severity: "{{ 'warn' if var('keep') else 'error' }}", where: "id > {{ var('none', 0) }}"}}
                - name: off
                  config: {enabled: "{{ not var('keep') }}"}
                """),
            ("models/d.md", "{% docs x %}eXplained{% enddocs %}"), ("models/a.sql", "select 1 as id"), ("models/off.sql", "select 1 as id"),
            ("dbt_packages/util/dbt_project.yml", "name: util\nvars: {raw: bronze, table: '{{ x }}'}\n"),
            ("dbt_packages/util/models/s.yml", """
                sources:
                - name: crm
                  schema: "{{ var('raw') }}"
                  tables: [{name: t, identifier: "{{ env_var('T', 'tt') }}"}, {name: u, config: {enabled: "{{ var('raw') == 'bronze' }}"}}]
                """));
        var a = shop.Asset("model.shop.a");
        Assert.Equal("for True eXplained default", a.Description);
        Assert.Equal(new AssetColumn("id", "eXplained", "bigint"), a.Columns.Single());
        Assert.Equal("table", a.Config["materialized"]);
        Assert.Equal(["select 'a'"], shop.Compile("model.shop.a").PostHooks);
        var test = shop.Project.Graph.Assets.Single(asset => asset.IsCheck);
        Assert.True(((DataTest)test.Definition!).WarnsOnly);
        var sql = shop.Sql(test.Id);
        Assert.Contains("not in (1, 2)", sql, StringComparison.Ordinal);
        Assert.Contains("where id > 0", sql, StringComparison.Ordinal);
        Assert.Equal("landing.tt", Assert.Single(shop.Project.Graph.Assets, asset => asset.Kind == "source").Table!.ToString());
    }

    [Theory]
    [InlineData("", "seed.shop.a main.a old")]
    [InlineData("{load: true, when: new}", "seed.shop.a main.a new|seed.shop.b raw.b new")]
    [InlineData("{\"load\": true, \"shop\": {\"when\": \"own\"}}", "seed.shop.a main.a own|seed.shop.b raw.b own")]
    public void Variables_given_at_the_start_win_over_those_of_the_files(string given, string expected)
    {
        using var shop = new CompiledProject(
            ("dbt_project.yml", "name: shop\nvars: {load: false, when: old}\nseeds:\n  shop:\n    data:\n      +enabled: \"{{ var('load') }}\"\n      +schema: raw\n"),
            ("seeds/a.csv", "id\n1\n"), ("seeds/data/b.csv", "id\n1\n"));
        shop.Variables.Set("ESCALE_VARS", given);
        var when = shop.Compiler.CompileText("{{ var('when') }}").Sql;
        Assert.Equal(expected, string.Join('|', shop.Project.Graph.Assets.Select(asset => $"{asset.Id} {asset.Table} {when}")));
    }

    [Fact]
    public void Given_variables_that_are_no_mapping_are_refused()
    {
        using var shop = new CompiledProject(("models/a.sql", "select 1"));
        shop.Variables.Set("ESCALE_VARS", "load");
        var error = Assert.Throws<EscaleException>(() => shop.Project.Graph);
        Assert.Equal(("projects.wrong-type", "ESCALE_VARS:1:1"), (error.Code, error.Place!.ToString()));
    }

    [Theory]
    [InlineData("dbt_project.yml", "name: shop\nmodels:\n  shop:\n    +enabled: \"{{ var('use_x') }}\"\n", "projects.compile.var-missing", "dbt_project.yml:4:19", "use_x")]
    [InlineData("dbt_project.yml", "name: shop\nmodels:\n  +schema: '{{ env_var(\"NO_SUCH_VARIABLE\") }}'\n", "projects.compile.env-var-missing", "dbt_project.yml:3:16", "NO_SUCH_VARIABLE")]
    [InlineData("dbt_project.yml", "name: shop\nmodels:\n  +schema: \"{{ target.schema \"\n", "projects.jinja.syntax", "dbt_project.yml:3:", "")]
    [InlineData("dbt_project.yml", "name: shop\nmodels:\n  +schema: \"{{ target.name | as_number }}\"\n", "projects.jinja.type", "dbt_project.yml:3:", "'default' is not a number")]
    [InlineData("models/s.yml", "models:\n- name: a\n  config:\n    schema: \"x_{{ tarjet.schema }}\"\n", "projects.jinja.undefined", "models/s.yml:4:", "tarjet")]
    [InlineData("models/s.yml", "models:\n- name: a\n  config:\n    schema: \"{{ nothing }}\"\n", "projects.jinja.undefined", "models/s.yml:4:", "nothing")]
    [InlineData("models/s.yml", "models:\n- name: a\n  config:\n    enabled: \"{{ 'maybe' }}\"\n", "projects.config-invalid", "models/s.yml:4:5", "true or false")]
    [InlineData("models/s.yml", "models:\n- name: a\n  columns:\n  - name: \"{{ ref('x') }}\"\n", "projects.jinja.undefined", "models/s.yml:4:", "ref")]
    [InlineData("models/s.yml", "models:\n- name: a\n  config:\n    schema: |\n      {{ target.schema }}\n      {{ nothing }}\n", "projects.jinja.undefined", "models/s.yml:4:", "nothing")]
    [InlineData("models/s.yml", "models:\n- name: a\n  description: \"{{ doc('x', 'y') }} {{ 1 }}\"\n", "projects.unknown-doc", "models/s.yml:2:3", "'y'")]
    [InlineData("models/s.yml", "models:\n- name: a\n  description: \"{{ macro() }}\"\n", "projects.jinja.undefined", "models/s.yml:2:3", "macro")]
    public void What_cannot_be_rendered_shows_file_line_and_column(string path, string text, string code, string place, string says)
    {
        using var shop = new CompiledProject((path, text), ("models/a.sql", "select 1"));
        var error = Assert.Throws<EscaleException>(() => shop.Project.Graph);
        Assert.Equal(code, error.Code);
        Assert.StartsWith(place, error.Place!.ToString(), StringComparison.Ordinal);
        Assert.Contains(says, error.Message + error.Remedy, StringComparison.Ordinal);
    }
}
