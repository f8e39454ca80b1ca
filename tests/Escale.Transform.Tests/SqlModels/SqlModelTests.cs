using Escale.Kernel;
using Xunit;

namespace Escale.Transform.Tests.SqlModels;

/// <summary>Tables, views and ephemeral models from file to lake.</summary>
public sealed class SqlModelTests
{
    [Fact]
    public void Seeds_models_and_views_are_made_in_order_and_only_what_changed_is_made_again()
    {
        using var shop = new Shop(
            ("seeds/raw.csv", "id,name,day\n1,Ann,2024-01-01\n2,Bob,2024-02-29\n"),
            ("models/stg.sql", "select id, upper(name) as name, day from {{ ref('raw') }}"),
            ("models/eph.sql", "{{ config(materialized='ephemeral') }}select *, day + 1 as next_day from {{ ref('stg') }}"),
            ("models/big.sql", "{{ config(materialized='table', schema='gold') }}select name, next_day from {{ ref('eph') }} order by id desc -- the end"));
        var first = shop.Run();
        Assert.Equal("BOB,03/01/2024; ANN,01/02/2024", shop.Text("select * from gold.big"));
        Assert.Equal(2, first["big"]!.RowCount);
        Assert.All(shop.Run().Values, Assert.Null);
        shop.Change(("seeds/raw.csv", "id,name,day\n1,Ann,2024-01-01\n"));
        var second = shop.Run();
        Assert.True(second["raw"]!.Changed && second["big"]!.Changed);
        Assert.Equal("ANN,01/02/2024", shop.Text("select * from gold.big"));
        shop.Change(("models/stg.sql", "select id, lower(name) as name, day from {{ ref('raw') }}"));
        var third = shop.Run();
        Assert.Null(third["raw"]);
        Assert.Equal("ann,01/02/2024", shop.Text("select * from gold.big"));
        Assert.Contains("__dbt__cte__eph", File.ReadAllText(Path.Combine(shop.Folder, ".escale/compiled/models/big.sql")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_types_of_a_seed_are_inferred_from_all_rows_or_declared()
    {
        using var shop = new Shop(
            ("seeds/s.csv", "code,n,empty\n007,1,\n008,2.5,x\n"),
            ("seeds/schema.yml", "seeds:\n  - name: s\n    config:\n      column_types: {CODE: varchar}\n"));
        shop.Run();
        Assert.Equal("007,1,∅; 008,2.5,x", shop.Text("select * from main.s"));
    }

    [Theory]
    [InlineData("column_types: {cod: varchar}", "id,code\n1,2\n", "transform.seed-column", "Did you mean 'code'?", "seeds/schema.yml:4:7,")]
    [InlineData("column_types: {code: integer}", "id,code\n1,2\n2,two\n", "transform.seed-unreadable", "column_types", "seeds/s.csv:3")]
    public void A_bad_seed_is_shown_at_its_place(string config, string csv, string code, string remedy, string place)
    {
        using var shop = new Shop(("seeds/s.csv", csv), ("seeds/schema.yml", $"seeds:\n  - name: s\n    config:\n      {config}\n"));
        var error = shop.Fails("s");
        Assert.Equal(code, error.Code);
        Assert.Contains(remedy, error.Remedy, StringComparison.Ordinal);
        Assert.StartsWith(place[..^1], error.Place!.ToString(), StringComparison.Ordinal);
        Assert.False(shop.Catalog.Exists(new TableName("main", "s")));
    }

    [Fact]
    public void An_error_of_the_SQL_points_at_the_authors_line_and_leaves_the_table_as_it_was()
    {
        using var shop = new Shop(("models/a.sql", "{{ config(materialized='table') }}\nselect 1 as id"));
        shop.Run();
        shop.Change(("models/a.sql", "{{ config(materialized='table') }}\n{% for i in [1, 2] %}\n{% endfor %}\nselect\n  idd\nfrom (select 1 as id)"));
        var error = shop.Fails("a");
        Assert.Equal("engines.duckdb.binder", error.Code);
        Assert.Equal("models/a.sql:5:3, table main.a", error.Place!.ToString());
        Assert.Equal("1", shop.Text("select * from main.a"));
        Assert.Equal(0, shop.Version("main.a"));
        shop.Change(("models/a.sql", "{{ config(materialized='table') }}\nselect cast(x as integer) as id from (values ('1'), ('one')) t(x)"));
        error = shop.Fails("a");
        Assert.Equal("engines.duckdb.conversion", error.Code);
        Assert.Equal("models/a.sql:2:8, table main.a", error.Place!.ToString());
        Assert.Equal(0, shop.Version("main.a"));
    }

    [Theory]
    [InlineData("select\n  1 as one,\n  cast(x as date) as d\nfrom t", "models/a.sql:3:3", "")]
    [InlineData("select 'à la carte' as note,\n 'é', t.x::date as d\nfrom t", "models/a.sql:2:10", "")]
    [InlineData("{% set c = 'x' %}\n\nselect 1,\n  try_cast('1' as int),\n  cast({{ c }} as date) as d\nfrom t", "models/a.sql:5", "")]
    [InlineData("select * from t\n\nwhere x = 5", "models/a.sql:3:7", "")]
    [InlineData("select (x || '-')::int as i\nfrom t", "models/a.sql:1:18", "")]
    [InlineData("with long_enough as (select 1 as id)\nselect id,\n{{ days() }} from t, long_enough", "models/a.sql:3", "")]
    [InlineData("select * from {{ ref('e') }}", "models/e.sql:2:2", "")]
    [InlineData("select strptime(x, '%Y') as year from t", "models/a.sql", ".escale/compiled/models/a.sql")]
    [InlineData("select * from {{ ref('v') }}", "models/a.sql", ".escale/compiled/models/a.sql")]
    [InlineData("{% do run_query('select 1 from nowhere') %}select 1", "models/a.sql:1:7", "")]
    public void A_value_that_cannot_be_converted_points_at_the_conversion(string sql, string place, string remedy)
    {
        const string Values = "from (values ('2020-01-01'), ('zero')) t(x)";
        using var shop = new Shop(
            ("dbt_project.yml", "name: shop\nmodels: {+materialized: table}\n"),
            ("models/a.sql", sql.Replace("from t", Values, StringComparison.Ordinal)),
            ("models/e.sql", "{{ config(materialized='ephemeral') }}select\n cast(x as date) as d " + Values),
            ("models/v.sql", "{{ config(materialized='view') }}select 1 as one, 2 as two, cast(x as date) as d " + Values),
            ("macros/m.sql", "{% macro days() %}\n cast(x as date) as d{% endmacro %}"));
        if (sql.Contains("ref('v')", StringComparison.Ordinal))
        {
            shop.Run(only: "v");
        }
        var error = shop.Fails("a");
        Assert.StartsWith("engines.duckdb.", error.Code, StringComparison.Ordinal);
        Assert.Equal(place, error.Place!.ToString().Split(',')[0]);
        Assert.Contains(remedy, error.Remedy ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("exception_type", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_no_single_SELECT_is_refused()
    {
        using var shop = new Shop(("models/a.sql", "{{ config(materialized='table') }}select 1 as id; drop table x"), ("models/b.sql", "create table t (id int)"));
        Assert.Equal("engines.duckdb.one-statement", shop.Fails("a").Code);
        Assert.Equal("engines.duckdb.parser", shop.Fails("b").Code);
    }

    [Fact]
    public void A_table_becomes_a_view_and_a_view_a_table()
    {
        using var shop = new Shop(("models/a.sql", "{{ config(materialized='table') }}select 1 as id"), ("models/b.sql", "select * from {{ ref('a') }}"));
        shop.Run();
        shop.Change(("models/a.sql", "{{ config(materialized='view') }}select 2 as id"));
        shop.Run();
        Assert.NotNull(shop.Catalog.View(new TableName("main", "a")));
        Assert.Equal("2", shop.Text("select * from main.b"));
        shop.Change(("models/a.sql", "{{ config(materialized='table') }}select 3 as id"));
        shop.Run();
        Assert.Null(shop.Catalog.View(new TableName("main", "a")));
        Assert.Equal("3", shop.Text("select * from main.b"));
    }

    [Fact]
    public void A_model_that_reads_what_was_never_made_says_what_to_run()
    {
        using var shop = new Shop(("models/a.sql", "{{ config(materialized='table') }}select 1 as id"), ("models/b.sql", "select * from {{ ref('a') }}"));
        var error = shop.Fails("b");
        Assert.Equal("transform.input-missing", error.Code);
        Assert.Equal("Run it first: escale run --select +b", error.Remedy);
    }

    [Fact]
    public void A_contract_lists_every_difference_and_guards_every_row()
    {
        const string Schema = "models:\n  - name: a\n    config: {materialized: table, contract: {enforced: true}}\n    columns:\n"
            + "      - {name: id, data_type: bigint, constraints: [{type: not_null}]}\n      - {name: name, data_type: text}\n";
        using var shop = new Shop(("models/schema.yml", Schema), ("models/a.sql", "select 1::bigint as id, 'x' as name"));
        shop.Run();
        shop.Change(("models/a.sql", "select 1 as id, 'x' as nom"));
        var error = shop.Fails("a");
        Assert.Equal("transform.contract", error.Code);
        Assert.Contains("'id' is INTEGER and declared BIGINT", error.Message, StringComparison.Ordinal);
        Assert.Contains("the column 'name' is declared and not selected", error.Message, StringComparison.Ordinal);
        Assert.Contains("the column 'nom' is selected and not declared", error.Message, StringComparison.Ordinal);
        shop.Change(("models/a.sql", "select nullif(i, 2)::bigint as id, 'x' as name from range(5) t(i)"));
        Assert.Contains("'id' is null", shop.Fails("a").Message, StringComparison.Ordinal);
        Assert.Equal("1,x", shop.Text("select * from main.a"));
    }

    [Fact]
    public void A_macro_may_ask_the_data_that_its_model_reads()
    {
        using var shop = new Shop(
            ("seeds/payments.csv", "id,method,amount\n1,card,10\n1,cash,5\n2,card,7\n"),
            ("macros/pivot.sql", "{% macro methods(relation) %}{% set found = run_query('select distinct method from ' ~ relation ~ ' order by 1') %}{% if execute %}{{ return(found.columns[0].values()) }}{% else %}{{ return([]) }}{% endif %}{% endmacro %}"),
            ("models/wide.sql", "{{ config(materialized='table') }}select id{% for m in methods(ref('payments')) %}, sum(amount) filter (method = '{{ m }}') as {{ m }}{% endfor %} from {{ ref('payments') }} group by 1 order by 1"));
        shop.Run();
        Assert.Equal("1,10,5; 2,7,∅", shop.Text("select * from main.wide"));
    }
}
