using Escale.Kernel;
using Escale.Transform.Warehouse;
using Xunit;

namespace Escale.Transform.Tests.Warehouse;

/// <summary>What people build on published tables outlives the next publication.</summary>
[Collection("warehouse")]
public sealed class DependentTests(TestWarehouse warehouse)
{
    private readonly string _schema = warehouse.NewSchema();

    private WarehouseTable Table => new()
    {
        AssetId = $"warehouse.test.{_schema}.sales", Target = new(_schema, "sales"), Source = new(_schema, "sales"), PrimaryKey = ["id"],
    };

    private async Task PublishAsync(string sql)
    {
        warehouse.Write(Table.Source, sql);
        await warehouse.PublishAsync(Table);
    }

    [Fact]
    public async Task Views_on_views_with_their_rights_comments_and_indexes_read_the_new_content()
    {
        await PublishAsync("SELECT i AS id, i * 2 AS amount FROM range(10) r(i)");
        await warehouse.ScalarAsync($"""
            create view {_schema}.big as select id, amount from {_schema}.sales where amount > 4;
            create view {_schema}.total with (security_barrier = true) as select sum(amount) as amount from {_schema}.big;
            comment on view {_schema}.total is 'All of it'; comment on column {_schema}.total.amount is 'Euros';
            grant select on {_schema}.total to escale_reader;
            create materialized view {_schema}.kept as select id, amount from {_schema}.big; create unique index kept_id on {_schema}.kept (id);
            grant insert on {_schema}.sales to escale_writer;
            """);
        await PublishAsync("SELECT i AS id, i * 3 AS amount, 'extra' AS more FROM range(10) r(i)");
        await using var read = warehouse.Reader.CreateCommand($"select amount from {_schema}.total");
        Assert.Equal(132m, await read.ExecuteScalarAsync(CancellationToken.None));
        Assert.Equal("All of it|Euros", await warehouse.ScalarAsync($"select obj_description('{_schema}.total'::regclass) || '|' || col_description('{_schema}.total'::regclass, 1)"));
        Assert.Equal("security_barrier=true", await warehouse.ScalarAsync($"select array_to_string(reloptions, ',') from pg_class where oid = '{_schema}.total'::regclass"));
        Assert.Equal(8L, await warehouse.ScalarAsync($"select count(*) from {_schema}.kept"));
        Assert.Equal(1L, await warehouse.ScalarAsync($"select count(*) from pg_indexes where schemaname = '{_schema}' and indexname = 'kept_id'"));
        Assert.Equal(true, await warehouse.ScalarAsync($"select has_table_privilege('escale_writer', '{_schema}.sales', 'insert')"));
    }

    [Fact]
    public async Task A_view_that_the_new_content_would_break_stops_the_publication()
    {
        await PublishAsync("SELECT 1 AS id, 2 AS amount");
        await warehouse.ScalarAsync($"create view {_schema}.amounts as select amount from {_schema}.sales");
        var error = await Assert.ThrowsAsync<EscaleException>(() => PublishAsync("SELECT 1 AS id, 5 AS price"));
        Assert.Equal("warehouse.view-breaks", error.Code);
        Assert.Contains($"{_schema}.amounts", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, await warehouse.ScalarAsync($"select amount from {_schema}.amounts"));
    }

    [Fact]
    public async Task A_foreign_key_of_somebodys_own_table_is_kept()
    {
        await PublishAsync("SELECT i AS id FROM range(5) r(i)");
        await warehouse.ScalarAsync($"create table {_schema}.notes (sale bigint constraint to_sale references {_schema}.sales on delete cascade, note text); insert into {_schema}.notes values (3, 'n')");
        await PublishAsync("SELECT i AS id FROM range(7) r(i)");
        Assert.Equal(
            $"FOREIGN KEY (sale) REFERENCES {_schema}.sales(id) ON DELETE CASCADE",
            await warehouse.ScalarAsync($"select pg_get_constraintdef(oid) from pg_constraint where conname = 'to_sale' and conrelid = '{_schema}.notes'::regclass"));
        var error = await Assert.ThrowsAsync<EscaleException>(() => PublishAsync("SELECT 1 AS id"));
        Assert.Equal("warehouse.foreign-key", error.Code);
        Assert.Equal(7L, await warehouse.ScalarAsync($"select count(*) from {_schema}.sales"));
    }

    [Fact]
    public async Task What_cannot_be_kept_is_named()
    {
        await PublishAsync("SELECT 1 AS id, 2 AS amount");
        await warehouse.ScalarAsync($"create function {_schema}.first() returns {_schema}.sales language sql as 'select * from {_schema}.sales limit 1'");
        var error = await Assert.ThrowsAsync<EscaleException>(() => PublishAsync("SELECT 1 AS id, 3 AS amount"));
        Assert.Equal("warehouse.dependents", error.Code);
    }
}
