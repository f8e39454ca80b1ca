using Escale.Kernel;
using Escale.Projects.Compile;
using Xunit;

namespace Escale.Transform.Tests.SqlModels;

/// <summary>A package of macros that look at the database while they write SQL, as the well-known packages of dbt do.</summary>
public sealed class PackageTests
{
    private const string Macros = """
        {% macro columns_but(table, without=[]) %}{{ return(adapter.dispatch('columns_but', 'toolbox')(table, without)) }}{% endmacro %}
        {% macro default__columns_but(table, without) %}
          {%- do toolbox.must_stand(table) -%}
          {%- if not execute %}{{ return('*') }}{% endif -%}
          {%- set hidden = without | map('lower') | list, [] -%}
          {%- for one in adapter.get_columns_in_relation(table) if one.name | lower not in hidden[0] %}{% do hidden[1].append(one.quoted) %}{% endfor -%}
          {{ hidden[1] | join(', ') }}
        {%- endmacro %}

        {% macro must_stand(table) %}
          {%- if not (table is mapping and table.get('metadata', {}).get('type', '').endswith('Relation')) %}{{ exceptions.raise_compiler_error('no relation: ' ~ table) }}{% endif -%}
          {%- if table.is_cte %}{{ exceptions.raise_compiler_error(api.Relation.add_ephemeral_prefix(table.name) ~ ' is ephemeral') }}{% endif -%}
        {% endmacro %}

        {% macro values_of(table, column, otherwise=none) %}
          {%- if not execute %}{{ return(otherwise or []) }}{% endif -%}
          {%- set stands = load_relation(table) is not none -%}
          {%- call statement('values_of', fetch_result=true) -%}
            {%- if not stands %}{{ return(otherwise) }}{% endif -%}
            select distinct {{ column }} from {{ table }} order by 1
          {%- endcall -%}
          {{ return(load_result('values_of')['data'] | map(attribute=0) | list) }}
        {% endmacro %}

        {% macro counted(column, values) %}{% for value in values %}count(*) filter ({{ column }} = '{{ dbt.escape_single_quotes(value) }}') as {{ adapter.quote(value) }}{{ ', ' if not loop.last }}{% endfor %}{% endmacro %}

        {% macro stacked(tables) %}
          {%- set having, types = {}, {} -%}
          {%- for table in tables -%}
            {%- do having.update({table: []}) -%}
            {%- for one in adapter.get_columns_in_relation(table) -%}
              {%- do having[table].append(one.column) -%}
              {%- if one.column not in types or (one.is_string() and one.string_size() > 1000) %}{% do types.update({one.column: one}) %}{% endif -%}
            {%- endfor -%}
          {%- endfor -%}
          {%- for table in tables %}
            select {{ dbt.string_literal(table.identifier) }} as origin{% for name, one in types.items() %}, cast({{ one.quoted if name in having[table] else 'null' }} as {{ one.data_type }}) as {{ one.quoted }}{% endfor %} from {{ table }}
            {{ 'union all' if not loop.last }}
          {%- endfor -%}
        {% endmacro %}

        {% macro key_of(fields) %}{% set parts = [] %}{% for field in fields %}{% do parts.append("coalesce(cast(" ~ field ~ " as " ~ dbt.type_string() ~ "), '?')") %}{% if not loop.last %}{% do parts.append("'-'") %}{% endif %}{% endfor %}{{ dbt.hash(dbt.concat(parts)) }}{% endmacro %}

        {% macro spine_of(first, last) %}
          {%- set days = dbt_days(first, last) -%}
          select {{ dbt.dateadd('day', 'n', first) }} as day from range({{ days }}) t(n)
        {% endmacro %}
        {% macro dbt_days(first, last) %}{% if execute %}{{ return(run_query('select ' ~ dbt.datediff(first, last, 'day')).columns[0].values()[0]) }}{% endif %}{{ return(1) }}{% endmacro %}

        {% macro one_of_each(table, by, order) %}select distinct on ({{ by }}) * from {{ table }} order by {{ by }}, {{ order }}{% endmacro %}

        {% macro as_dict(sql) %}{% set found = {} %}{% if execute %}{% for name, column in run_query(sql).columns.items() %}{% do found.update({name: column.values()}) %}{% endfor %}{% endif %}{{ return(found) }}{% endmacro %}
        """;

    private const string Tests = """
        {% test in_bounds(model, column_name, least=none, most=none) %}
        select * from {{ model }} where not (true {% if least is not none %}and {{ column_name }} >= {{ least }}{% endif %} {% if most is not none %}and {{ column_name }} <= {{ most }}{% endif %})
        {% endtest %}
        {% test together_unique(model, fields) %}select {{ fields | join(', ') }} from {{ model }} group by all having count(*) > 1{% endtest %}
        {% test is_so(model, says, column_name=none) %}
        select {{ '*' if should_store_failures() else '1' }} from {{ model }} where not ({{ column_name or '' }} {{ says }})
        {% endtest %}
        {% test varies(model, column_name) %}select count(distinct {{ column_name }}) as n from {{ model }} having count(distinct {{ column_name }}) = 1{% endtest %}
        {% test as_many_as(model, other) %}{{ config(fail_calc='sum(apart)', severity='warn') }}select abs((select count(*) from {{ model }}) - (select count(*) from {{ other }})) as apart{% endtest %}
        """;

    private static Shop Make(params (string, string)[] more) => new(
    [
        ("dbt_project.yml", "name: shop\npackages-install-path: vendor\nmodels: {+materialized: table}\n"),
        ("vendor/toolbox/dbt_project.yml", "name: toolbox\nmacro-paths: [code]\n"),
        ("vendor/toolbox/code/sql.sql", Macros), ("vendor/toolbox/code/tests.sql", Tests),
        ("seeds/orders.csv", "id,customer,status,d\n1,10,placed,2020-01-01\n2,10,it's,2020-01-02\n3,11,placed,2020-01-05\n"),
        ("seeds/more.csv", "id,note\n7,hi\n"),
        .. more,
    ]);

    [Fact]
    public void Macros_of_a_package_write_SQL_from_what_stands_in_the_lake()
    {
        using var shop = Make(
            ("models/chosen.sql", "select {{ toolbox.columns_but(ref('orders'), ['D']) }} from {{ ref('orders') }}"),
            ("models/counts.sql", "select customer, {{ toolbox.counted('status', toolbox.values_of(ref('orders'), 'status')) }} from {{ ref('orders') }} group by 1"),
            ("models/stacked.sql", "{{ toolbox.stacked([ref('orders'), ref('more')]) }}"),
            ("models/keyed.sql", "select {{ toolbox.key_of(['id', 'customer']) }} as k from {{ ref('orders') }}"),
            ("models/days.sql", "{{ toolbox.spine_of(\"date '2020-01-01'\", \"date '2020-01-04'\") }}"),
            ("models/firsts.sql", "{{ toolbox.one_of_each(relation, 'customer', 'd desc') }}".Replace("relation", "ref('orders')", StringComparison.Ordinal)),
            ("models/ids.sql", "select '{{ toolbox.as_dict('select id, status from ' ~ ref('orders'))['id'] | join('+') }}' as ids"),
            ("models/absent.sql", "{% set seen = toolbox.values_of(api.Relation.create(schema='main', identifier='nowhere'), 'x', ['none', 'of it']) %}select '{{ seen | join(' ') }}' as seen"));
        shop.Run();
        Assert.Equal("1,10,placed; 2,10,it's; 3,11,placed", shop.Text("from main.chosen order by id"));
        Assert.Equal("10,1,1; 11,0,1", shop.Text("""select customer, "it's", placed from main.counts order by 1"""));
        Assert.Equal("orders,1,10,placed,∅; orders,2,10,it's,∅; orders,3,11,placed,∅; more,7,∅,∅,hi", shop.Text("select origin, id, customer, status, note from main.stacked order by id"));
        Assert.Equal("1", shop.Text("select count(*) from main.keyed where k = md5('3-11')"));
        Assert.Equal("2020-01-01,2020-01-02,2020-01-03", shop.Text("select string_agg(cast(cast(day as date) as varchar), ',' order by day) from main.days"));
        Assert.Equal("2,10; 3,11", shop.Text("select id, customer from main.firsts order by id"));
        Assert.Equal("1+2+3", shop.Text("from main.ids"));
        Assert.Equal("none of it", shop.Text("from main.absent"));
    }

    [Fact]
    public void Outside_a_run_they_see_the_tables_as_they_stand()
    {
        using var shop = Make(("models/chosen.sql", "select {{ toolbox.columns_but(ref('orders')) }}, {{ toolbox.values_of(ref('orders'), 'id') }} from {{ ref('orders') }}"));
        var compiler = new SqlCompiler(shop.Project, new RunEnvironment(), TimeProvider.System);
        var model = shop.Project.Graph["model.shop.chosen"];
        string Sql()
        {
            using var answers = new LakeAnswers(() => shop.Engine);
            return compiler.Compile(model, answers.For(CompileOptions.Default)).Sql;
        }

        Assert.Equal("""select , None from "main"."orders" """.Trim(), Sql());
        shop.Run(only: "orders");
        Assert.Equal("""select "id", "customer", "status", "d", [1, 2, 3] from "main"."orders" """.Trim(), Sql());
    }

    [Fact]
    public void A_relation_that_a_macro_refuses_shows_where_it_was_given()
    {
        using var shop = Make(
            ("models/text.sql", "\nselect {{ toolbox.columns_but('orders') }}"),
            ("models/inner.sql", "{{ config(materialized='ephemeral') }}select 1 as id"),
            ("models/outer.sql", "select {{ toolbox.columns_but(ref('inner')) }} from {{ ref('inner') }}"));
        // What is no relation is refused as soon as the project is read.
        var text = Assert.Throws<EscaleException>(() => shop.Project.Graph);
        Assert.Contains("no relation: orders", text.Message, StringComparison.Ordinal);
        Assert.Contains("models/text.sql:2", text.Message, StringComparison.Ordinal);
        Assert.StartsWith("vendor/toolbox/code/sql.sql:", text.Place!.ToString(), StringComparison.Ordinal);
        shop.Change(("models/text.sql", "select 1 as id"));
        Assert.Contains("__dbt__cte__inner is ephemeral", shop.Fails("outer").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tests_of_a_package_pass_fail_and_configure_themselves()
    {
        using var shop = Make(("seeds/s.yml", """
            seeds:
            - name: orders
              data_tests:
              - toolbox.together_unique: {name: pairs, arguments: {fields: [id, customer]}}
              - toolbox.together_unique: {name: alone, arguments: {fields: [customer]}}
              - toolbox.as_many_as: {name: same_count, arguments: {other: ref('orders')}}
              - toolbox.as_many_as: {name: other_count, arguments: {other: ref('more')}}
              - toolbox.as_many_as: {name: strict_count, arguments: {other: ref('more')}, config: {severity: error}}
              columns:
              - name: id
                data_tests:
                - toolbox.in_bounds: {name: within, arguments: {least: 1, most: "{{ 1 + 2 }}"}}
                - toolbox.in_bounds: {name: beyond, arguments: {least: "{{ var('least', 2) }}"}}
                - toolbox.is_so: {name: whole, arguments: {says: "> 0"}, config: {store_failures: true}}
                - toolbox.varies: {name: varied}
            """));
        shop.Run(only: "orders");
        shop.Run(only: "more");
        foreach (var name in new[] { "pairs", "same_count", "within", "whole", "varied" })
        {
            Assert.Equal((name, null), (name, shop.Step(name)!.Warning));
        }
        Assert.Contains("1 failing row", shop.Fails("alone").Message, StringComparison.Ordinal);
        Assert.Contains("id = 1", shop.Fails("beyond").Message, StringComparison.Ordinal);
        // The macro says what counts and how severe it is; the property file may say otherwise.
        Assert.Contains("2 failing rows", shop.Step("other_count")!.Warning, StringComparison.Ordinal);
        Assert.Equal("transform.test-failed", shop.Fails("strict_count").Code);
    }
}
