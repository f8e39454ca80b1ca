using Escale.Kernel;
using Escale.Projects.Compile;
using Xunit;

namespace Escale.Projects.Tests.Compile;

public sealed class SqlCompilerTests
{
    [Fact]
    public void A_model_names_the_tables_that_it_reads()
    {
        using var shop = new CompiledProject(
            ("models/a.sql", "select 1 as id"),
            ("models/b.sql", "{% set src = 'a' %}select * from {{ ref(src) }} where d >= '{{ var('start') }}'"));
        var compiled = shop.Compile("model.shop.b");
        Assert.Equal("""select * from "main"."a" where d >= '2020-01-01'""", compiled.Sql);
        Assert.Equal(["model.shop.a"], compiled.Reads);
        Assert.Equal(["model.shop.a"], shop.Asset("model.shop.b").Reads);
    }

    [Fact]
    public void Configuration_set_by_code_reaches_the_graph()
    {
        using var shop = new CompiledProject(
            ("models/a.sql", "{% set kind = 'ta' ~ 'ble' %}{{ config(materialized=kind, tags=['x', 'y'], schema='gold', unique_key=['a', 'b']) }}select 1 as id, '{{ this }}' as me"));
        var asset = shop.Asset("model.shop.a");
        Assert.Equal("table", asset.Config["materialized"]);
        Assert.Equal(["x", "y"], asset.Tags);
        Assert.Equal("gold.a", asset.Table!.ToString());
        Assert.Equal(["a", "b"], Assert.IsAssignableFrom<IEnumerable<object?>>(asset.Config["unique_key"]));
        Assert.Contains("""'"gold"."a"' as me""", shop.Sql("model.shop.a"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_ephemeral_model_becomes_a_common_table_expression_of_its_readers()
    {
        using var shop = new CompiledProject(
            ("models/a.sql", "select 1 as id"),
            ("models/e1.sql", "{{ config(materialized='ephemeral') }}select * from {{ ref('a') }}"),
            ("models/e2.sql", "{{ config(materialized='ephemeral') }}with q as (select 1) select * from {{ ref('e1') }}"),
            ("models/plain.sql", "-- first\nselect *\nfrom {{ ref('e2') }} join {{ ref('e1') }} using (id)"),
            ("models/with.sql", "/* c */\nWITH x as (\n  select * from {{ ref('e1') }}\n)\nselect * from x"),
            ("models/rec.sql", "with recursive t(n) as (select 1) select * from t, {{ ref('e1') }}"));
        Assert.Equal(
            "-- first\nwith __dbt__cte__e1 as (\nselect * from \"main\".\"a\"\n), __dbt__cte__e2 as (\nwith q as (select 1) select * from __dbt__cte__e1\n)\n"
            + "select *\nfrom __dbt__cte__e2 join __dbt__cte__e1 using (id)", shop.Sql("model.shop.plain"));
        Assert.Equal(
            "/* c */\nwith __dbt__cte__e1 as (\nselect * from \"main\".\"a\"\n), x as (\n  select * from __dbt__cte__e1\n)\nselect * from x", shop.Sql("model.shop.with"));
        Assert.StartsWith("with recursive __dbt__cte__e1 as (", shop.Sql("model.shop.rec"), StringComparison.Ordinal);
        Assert.Equal(["model.shop.a"], shop.Compile("model.shop.with").Reads);
    }

    [Fact]
    public void Every_line_of_the_SQL_knows_the_line_it_came_from()
    {
        using var shop = new CompiledProject(
            ("models/a.sql", "select 1 as id"),
            ("models/e.sql", "{{ config(materialized='ephemeral') }}\n\nselect *\nfrom {{ ref('a') }}"),
            ("models/m.sql", "{{ config(materialized='table') }}\n{# note\nnote #}\nselect\n{% for i in range(3) %}\n  {{ i }} as c{{ i }},\n{% endfor %}\n  id\nfrom {{ ref('e') }}\nwhere bad"));
        var compiled = shop.Compile("model.shop.m");
        var lines = compiled.Sql.Split('\n');
        Assert.Equal(lines.Length, compiled.Lines.Count);
        int At(string text) => Array.FindIndex(lines, line => line.Contains(text, StringComparison.Ordinal)) + 1;
        Assert.Equal("models/m.sql:10:3", compiled.SourceOf(At("where bad"), 3)!.ToString());
        Assert.Equal("models/m.sql:6", compiled.SourceOf(At("2 as c2"), 3)!.ToString());
        Assert.Equal("models/m.sql:9", compiled.SourceOf(At("from __dbt__cte__e"), 8)!.ToString());
        Assert.Equal("models/e.sql:4", compiled.SourceOf(At("\"main\".\"a\""), 2)!.ToString());
        Assert.Equal("models/e.sql:3:1", compiled.SourceOf(At("select *"), 1)!.ToString());
    }

    [Fact]
    public void A_model_adds_only_when_told_that_its_table_stands()
    {
        using var shop = new CompiledProject(
            ("models/a.sql", "{{ config(materialized='incremental') }}{% set x = 1 %}select 1 as id {% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}"));
        Assert.Equal("select 1 as id", shop.Sql("model.shop.a"));
        Assert.EndsWith("from \"main\".\"a\")", shop.Sql("model.shop.a", new CompileOptions { IsIncremental = true }), StringComparison.Ordinal);
    }

    [Fact]
    public void Macros_of_the_project_its_packages_and_dbt_are_found_where_dbt_finds_them()
    {
        using var shop = new CompiledProject(
            ("macros/money.sql", "{% macro cents(column, scale=2) %}round({{ column }} / 100, {{ scale }}){% endmacro %}{% macro twice(x) %}{{ cents(x) }} + {{ cents(x) }}{% endmacro %}"),
            ("macros/over.sql", "{% macro duckdb__hash(field) %}my_hash({{ field }}){% endmacro %}{% macro default__pick() %}root{% endmacro %}"),
            ("dbt_packages/util/dbt_project.yml", "name: util\n"),
            ("dbt_packages/util/macros/m.sql", "{% macro _inner() %}inner{% endmacro %}{% macro outer() %}{{ _inner() }} {{ adapter.dispatch('pick', 'util')() }}{% endmacro %}{% macro default__pick() %}util{% endmacro %}"),
            ("models/a.sql", "select {{ twice('p') }}, {{ util.outer() }}, {{ dbt.hash('x') }}, {{ dbt.dateadd('day', 1, 'd') }}, {{ dateadd('quarter', 2, 'd') }}, {{ dbt.datediff('a', 'b', 'hour') }}, {{ type_string() }}, {{ dbt.concat(['a', 'b']) }}, {{ safe_cast('a', api_type | default('int')) }}"));
        Assert.Equal(
            "select round(p / 100, 2) + round(p / 100, 2), inner root, my_hash(x), date_add(d, to_days((1)::integer)), date_add(d, to_months(3 * (2)::integer)), "
            + "date_diff('hour', a::timestamp, b::timestamp), varchar, a || b, try_cast(a as int)", shop.Sql("model.shop.a"));
    }

    [Fact]
    public void A_macro_can_return_a_value_and_a_loop_can_use_it()
    {
        using var shop = new CompiledProject(
            ("macros/m.sql", "{% macro methods() %}{{ return(['card', 'cash']) }}{% endmacro %}{% macro none_of() %}{% do return(none) %}{% endmacro %}"),
            ("models/a.sql", "select {% for m in methods() %}'{{ m }}'{{ ', ' if not loop.last }}{% endfor %}{% if none_of() is none %}, 1{% endif %}"));
        Assert.Equal("select 'card', 'cash', 1", shop.Sql("model.shop.a"));
    }

    [Fact]
    public void Dbts_own_functions_answer()
    {
        using var shop = new CompiledProject(
            ("models/a.sql", """
                {%- set data = fromjson('{"a": [1, 2.5, null]}') -%}
                select '{{ tojson(data) }}', '{{ fromyaml("x: [1, two]").x[1] }}', {{ zip([1, 2], ['a', 'b']) }}, {{ set([1, 1, 2]) | length }},
                '{{ target.type }}.{{ target.schema }}', '{{ model.name }}', '{{ project_name }}', {{ execute }}, '{{ adapter.quote("a b") }}', {{ flags.FULL_REFRESH }},
                '{{ modules.datetime.datetime(2024, 2, 29).strftime("%Y-%m") }}', '{{ (modules.datetime.date(2024, 2, 29) + modules.datetime.timedelta(days=1)).isoformat() }}',
                '{{ modules.re.sub("[^a-z]+", "_", "ab-cd") }}', '{{ run_started_at.strftime("%Y") | int > 2000 }}', '{{ local_md5("a") }}', {{ var("missing", 7) }}, {{ var("limits")[1] }},
                '{{ env_var("ESCALE_TEST_ABSENT", "dflt") }}', '{{ config.get("materialized") }}', {{ builtins.var("start") | length }}, '{{ this.include(database=false).identifier }}'
                """));
        Assert.Equal(
            """
            select '{"a": [1, 2.5, null]}', 'two', [(1, 'a'), (2, 'b')], 2,
            'duckdb.main', 'a', 'shop', True, '"a b"', False,
            '2024-02', '2024-03-01',
            'ab_cd', 'True', '0cc175b9c0f1b6a831c399e269772661', 7, 2,
            'dflt', 'view', 10, 'a'
            """.ReplaceLineEndings("\n"), shop.Sql("model.shop.a"));
    }

    [Fact]
    public void A_query_of_a_macro_is_answered_while_the_model_runs_and_refused_where_there_is_no_data()
    {
        using var shop = new CompiledProject(
            ("models/a.sql", "{% set r = run_query('select distinct m') %}{% if execute %}{% set ms = r.columns[0].values() %}{% else %}{% set ms = [] %}{% endif %}select {{ ms | join('+') }} {% if execute %}, {{ r.rows[0]['m'] }}{% endif %}{% call statement('s', fetch_result=true) %}select {{ 1 }}{% endcall %}{% if execute %}, {{ load_result('s').data[1][0] }}{% endif %}"));
        var asked = new List<string>();
        var sql = shop.Sql("model.shop.a", new CompileOptions
        {
            Query = text =>
            {
                asked.Add(text);
                return new QueryTable(["m"], [[1L], [2L]]);
            },
        });
        Assert.Equal("select 1+2 , 1, 2", sql);
        Assert.Equal(["select distinct m", "select 1"], asked);
        var error = Assert.Throws<EscaleException>(() => shop.Sql("model.shop.a"));
        Assert.Equal("projects.compile.no-database", error.Code);
    }

    [Fact]
    public void A_generic_test_is_the_query_of_its_macro_over_what_it_tests()
    {
        using var shop = new CompiledProject(
            ("models/a.sql", "select 1 as id"),
            ("models/b.sql", "select 1 as id"),
            ("tests/generic/even.sql", "{% test even(model, column_name, but=none) %}select * from {{ model }} where {{ column_name }} % 2 = 1 {{ 'and ' ~ but if but }}{% endtest %}"),
            ("models/schema.yml", """
                models:
                  - name: b
                    columns:
                      - name: id
                        tests:
                          - unique
                          - not_null: {config: {where: "id > {{ var('limits')[0] }}"}}
                          - accepted_values: {values: [1, 'it''s'], quote: true}
                          - relationships: {to: ref('a'), field: id}
                          - even: {but: "id > 1"}
                """));
        string Sql(string start) => shop.Sql(shop.Project.Graph.Assets.Single(asset => asset.Kind == "test" && asset.Name.StartsWith(start, StringComparison.Ordinal)).Id);
        Assert.Contains("group by id", Sql("unique"), StringComparison.Ordinal);
        Assert.Equal("""select * from (select * from "main"."b" where id > 1) dbt_subquery where id is null""", Sql("not_null"));
        Assert.Contains("not in ('1', 'it''s')", Sql("accepted"), StringComparison.Ordinal);
        Assert.Contains("""from "main"."a") as parent""", Sql("relationships"), StringComparison.Ordinal);
        Assert.Equal("""select * from "main"."b" where id % 2 = 1 and id > 1""", Sql("even"));
    }

    [Theory]
    [InlineData("select * from {{ ref('cusotmers') }}{% set a = 1 %}", "projects.unknown-ref", "models/a.sql:1:18", "customers")]
    [InlineData("{% set a = 1 %}\nselect {{ var('strat') }}", "projects.compile.var-missing", "models/a.sql:2:11", "start")]
    [InlineData("{% set a = 1 %}select {{ exceptions.raise_compiler_error('no way') }}", "projects.compile.raised", "models/a.sql:1:36", null)]
    [InlineData("{% set a = 1 %}select {{ env_var('ESCALE_TEST_ABSENT') }}", "projects.compile.env-var-missing", "models/a.sql:1:26", "ESCALE_TEST_ABSENT")]
    [InlineData("{% set a = 1 %}select {{ env_var('DBT_ENV_SECRET_X') }}", "projects.compile.secret", "models/a.sql:1:26", null)]
    [InlineData("select {% if %}", "projects.jinja.syntax", "models/a.sql:1:14", null)]
    [InlineData("{% set a = 1 %}{{ config.require('partition') }}select 1", "projects.compile.config-missing", "models/a.sql:1:25", null)]
    public void A_mistake_is_shown_at_its_place_with_the_nearest_name(string text, string code, string place, string? remedy)
    {
        using var shop = new CompiledProject(("models/customers.sql", "select 1 as id"), ("models/a.sql", text));
        var error = Assert.Throws<EscaleException>(() => shop.Sql("model.shop.a"));
        Assert.Equal(code, error.Code);
        Assert.Equal(place, error.Place!.ToString());
        Assert.Contains(remedy ?? "", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_that_only_shows_when_the_model_runs_is_refused_with_the_way_out()
    {
        using var shop = new CompiledProject(
            ("models/a.sql", "select 1 as id"), ("models/b.sql", "{% if execute %}select * from {{ ref('a') }}{% else %}select 1{% endif %}"));
        var error = Assert.Throws<EscaleException>(() => shop.Sql("model.shop.b"));
        Assert.Equal("projects.compile.unplanned-ref", error.Code);
        Assert.Contains("-- depends_on: {{ ref('a') }}", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_macro_or_variable_changes_the_models_that_use_it_and_no_others()
    {
        (string, string)[] Files(string macro, string start) =>
        [
            ("dbt_project.yml", $"name: shop\nvars:\n  start: '{start}'\n"), ("macros/m.sql", "{% macro inner() %}" + macro + "{% endmacro %}"), ("macros/n.sql", "{% macro outer() %}{{ inner() }}{% endmacro %}"),
            ("models/uses_macro.sql", "select {{ outer() }} as x"), ("models/uses_var.sql", "select '{{ var('start') }}' as x"), ("models/plain.sql", "{% set q = 1 %}select {{ q }} as x"),
        ];
        Dictionary<string, string> Codes(string macro, string start)
        {
            using var shop = new CompiledProject(Files(macro, start));
            return shop.Project.Graph.Assets.ToDictionary(asset => asset.Name, asset => asset.CodeFingerprint);
        }

        var before = Codes("1", "a");
        Assert.Equal(before, Codes("1", "a"));
        var macroChanged = Codes("2", "a");
        Assert.Equal(["uses_macro"], before.Keys.Where(name => before[name] != macroChanged[name]));
        var varChanged = Codes("1", "b");
        Assert.Equal(["uses_var"], before.Keys.Where(name => before[name] != varChanged[name]));
    }

    [Fact]
    public void What_a_macro_logs_never_holds_the_value_of_a_secret_variable()
    {
        using var shop = new CompiledProject(("models/a.sql", "{% set t = env_var('API_TOKEN') %}{{ log('token is ' ~ t, info=true) }}select 1 as id"));
        shop.Variables.Set("API_TOKEN", "s3cr3t-value");
        var lines = new List<string>();
        shop.Sql("model.shop.a", new CompileOptions { Log = lines.Add });
        Assert.Equal(["token is ***"], lines);
    }
}
