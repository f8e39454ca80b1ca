using Escale.Kernel;
using Xunit;

namespace Escale.Transform.Tests.SqlModels;

/// <summary>Incremental models: how new rows meet those of the table.</summary>
public sealed class IncrementalTests
{
    private static (string, string) Model(string config, string first, string later) => (
        "models/inc.sql", $"{{{{ config(materialized='incremental'{config}) }}}}{{% if is_incremental() %}}{later}{{% else %}}{first}{{% endif %}}");

    [Theory]
    [InlineData("", "1,a; 2,b; 2,B; 3,c")]
    [InlineData(", unique_key='id'", "1,a; 2,B; 3,c")]
    [InlineData(", unique_key='id', incremental_strategy='merge'", "1,a; 2,B; 3,c")]
    [InlineData(", unique_key=['id'], incremental_strategy='delete+insert'", "1,a; 2,B; 3,c")]
    [InlineData(", unique_key='id', incremental_strategy='append'", "1,a; 2,b; 2,B; 3,c")]
    [InlineData(", unique_key=['id', 'name']", "1,a; 2,b; 2,B; 3,c")]
    [InlineData(", unique_key='id', incremental_predicates=[\"DBT_INTERNAL_DEST.name = 'zzz'\"]", "1,a; 2,b; 2,B; 3,c")]
    [InlineData(", unique_key='id', incremental_predicates=[\"DBT_INTERNAL_DEST.name >= 'b'\"]", "1,a; 2,B; 3,c")]
    [InlineData(", unique_key='id', incremental_strategy='merge', merge_update_columns=[]", "1,a; 2,B; 3,c")]
    [InlineData(", unique_key='id', incremental_strategy='merge', merge_exclude_columns=['name']", "1,a; 2,b; 3,c")]
    public void New_rows_meet_the_table_as_the_strategy_says(string config, string expected)
    {
        using var shop = new Shop(Model(config, "select * from (values (1, 'a'), (2, 'b')) t(id, name)", "select * from (values (2, 'B'), (3, 'c')) t(id, name)"), Trigger(1));
        shop.Run();
        shop.Change(Model(config, "select * from (values (1, 'a'), (2, 'b')) t(id, name)", "select * from (values (2, 'B'), (3, 'c')) t(id, name) -- again"));
        var step = shop.Step("inc");
        Assert.True(step!.Changed);
        Assert.Equal(expected, shop.Text("select * from main.inc order by id, name desc").Replace("2,B; 2,b", "2,b; 2,B", StringComparison.Ordinal));
    }

    [Fact]
    public void A_full_refresh_makes_the_table_anew()
    {
        using var shop = new Shop(Model("", "select 1 as id", "select 2 as id"));
        shop.Run();
        shop.Step("inc", fullRefresh: true);
        Assert.Equal("1", shop.Text("select * from main.inc"));
    }

    [Fact]
    public void A_step_repeated_with_the_same_fingerprint_adds_its_rows_once()
    {
        using var shop = new Shop(("seeds/raw.csv", "id\n1\n"), ("models/inc.sql", "{{ config(materialized='incremental') }}select id from {{ ref('raw') }}{% if is_incremental() %} where id > (select max(id) from {{ this }}){% endif %}"));
        shop.Run();
        Assert.Null(shop.Step("inc"));
        shop.Change(("seeds/raw.csv", "id\n1\n2\n3\n"));
        shop.Run();
        Assert.Equal("1; 2; 3", shop.Text("select * from main.inc order by 1"));
        shop.Change(("seeds/raw.csv", "id\n1\n2\n"));
        Assert.False(shop.Run()["inc"]!.Changed);
        Assert.Null(shop.Step("inc"));
    }

    [Theory]
    [InlineData("ignore", "1,a; 2,∅")]
    [InlineData("append_new_columns", "1,a,∅; 2,∅,9")]
    [InlineData("sync_all_columns", "1,∅; 2,9")]
    public void Changed_columns_are_treated_as_told(string mode, string expected)
    {
        using var shop = new Shop(Model($", on_schema_change='{mode}'", "select 1 as id, 'a' as gone", "select 2::bigint as id, 9 as fresh"), Trigger(1));
        shop.Run();
        shop.Change(Model($", on_schema_change='{mode}'", "select 1 as id, 'a' as gone", "select 2::bigint as id, 9 as fresh -- again"));
        shop.Step("inc");
        Assert.Equal(expected, shop.Text("select * from main.inc order by id"));
    }

    [Fact]
    public void Changed_columns_can_be_refused()
    {
        using var shop = new Shop(Model(", on_schema_change='fail'", "select 1 as id, 'a' as gone", "select 2 as id, 9 as fresh"));
        shop.Run();
        shop.Change(Model(", on_schema_change='fail'", "select 1 as id, 'a' as gone", "select 2 as id, 9 as fresh -- again"));
        var error = shop.Fails("inc");
        Assert.Equal("transform.schema-changed", error.Code);
        Assert.Contains("'fresh' is new; 'gone' is gone", error.Message, StringComparison.Ordinal);
        Assert.Equal("1,a", shop.Text("select * from main.inc"));
    }

    [Theory]
    [InlineData(", incremental_strategy='merg', unique_key='id'", "projects.config-invalid", "Did you mean 'merge'?")]
    [InlineData(", incremental_strategy='merge'", "transform.key-missing", "Add unique_key= to config().")]
    [InlineData(", unique_key='idd'", "transform.key-missing", "Did you mean 'id'?")]
    public void A_strategy_that_cannot_work_is_refused_with_the_way_out(string config, string code, string remedy)
    {
        using var shop = new Shop(Model("", "select 1 as id", "select 2 as id"));
        shop.Run();
        shop.Change(Model(config, "select 1 as id", "select 2 as id"));
        var error = shop.Fails("inc");
        Assert.Equal(code, error.Code);
        Assert.Equal(remedy, error.Remedy);
        Assert.StartsWith("models/inc.sql:1", error.Place!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_merge_with_two_new_rows_of_one_key_is_refused_and_changes_nothing()
    {
        using var shop = new Shop(Model(", unique_key='id', incremental_strategy='merge'", "select 1 as id, 'a' as name", "select * from (values (1, 'x'), (1, 'y')) t(id, name)"));
        shop.Run();
        shop.Change(Model(", unique_key='id', incremental_strategy='merge'", "select 1 as id, 'a' as name", "select * from (values (1, 'x'), (1, 'z')) t(id, name)"));
        Assert.Equal("tables.duplicate-key", shop.Fails("inc").Code);
        Assert.Equal("1,a", shop.Text("select * from main.inc"));
    }

    private static (string, string) Trigger(int number) => ("models/other.sql", $"select {number} as id");
}
