using Escale.Engines.Tables;
using Escale.Transform.Warehouse;
using Xunit;

namespace Escale.Transform.Tests.Warehouse;

[Collection("warehouse")]
public sealed class MergeTests(TestWarehouse warehouse)
{
    private readonly string _schema = warehouse.NewSchema();

    private WarehouseTable Table => new()
    {
        AssetId = $"warehouse.test.{_schema}.events", Target = new(_schema, "events"), Source = new(_schema, "events"), PrimaryKey = ["id"],
        IsIncremental = true, MergeKey = ["id"],
    };

    private async Task AssertEqualAsync()
    {
        using var session = warehouse.Lake.OpenSession();
        session.Mount(Table.Source);
        var expected = session.Connection.Scalar<string>($"SELECT string_agg(concat_ws(':', id, x), ',' ORDER BY id) FROM {Table.Source.ToSql()}");
        Assert.Equal(expected, await warehouse.ScalarAsync($"select string_agg(concat_ws(':', id, x), ',' order by id) from {_schema}.events"));
    }

    [Fact]
    public async Task Only_what_changed_in_the_lake_is_written()
    {
        warehouse.Write(Table.Source, "SELECT i AS id, 'a' AS x FROM range(1000) r(i)");
        await warehouse.PublishAsync(Table);
        var untouched = await warehouse.ScalarAsync($"select xmin::text || ctid::text from {_schema}.events where id = 500");
        warehouse.Write(Table.Source, "SELECT i AS id, 'b' AS x FROM range(995, 1005) r(i)", WriteMode.Merge, "id");
        warehouse.Write(Table.Source, "SELECT 2000 AS id, 'c' AS x", WriteMode.Append);
        var results = await warehouse.PublishAsync(Table);
        Assert.Equal("merged", results[0].Summary);
        Assert.Equal(untouched, await warehouse.ScalarAsync($"select xmin::text || ctid::text from {_schema}.events where id = 500"));
        Assert.Equal("b", await warehouse.ScalarAsync($"select x from {_schema}.events where id = 999"));
        await AssertEqualAsync();
        Assert.Equal(1006L, await warehouse.ScalarAsync($"select row_count from escale.published where asset_id = '{Table.AssetId}'"));
    }

    [Fact]
    public async Task Rows_that_left_the_lake_leave_the_warehouse()
    {
        warehouse.Write(Table.Source, "SELECT i AS id, 'a' AS x FROM range(100) r(i)");
        await warehouse.PublishAsync(Table);
        using (var session = warehouse.Lake.OpenSession())
        {
            session.Write(
                new TableWrite { Table = Table.Source, Sql = "SELECT 7::BIGINT AS id, 'seven' AS x", Mode = WriteMode.ReplaceWhere, Predicate = "id < 50", Operation = "TEST" },
                CancellationToken.None);
        }
        Assert.Equal("merged", (await warehouse.PublishAsync(Table))[0].Summary);
        await AssertEqualAsync();
    }

    [Fact]
    public async Task Other_columns_mean_the_whole_table_again()
    {
        warehouse.Write(Table.Source, "SELECT i AS id, 'a' AS x FROM range(10) r(i)");
        await warehouse.PublishAsync(Table);
        warehouse.Write(Table.Source, "SELECT i AS id, 'a' AS x, 1 AS y FROM range(12) r(i)");
        Assert.Equal("table", (await warehouse.PublishAsync(Table))[0].Summary);
        await AssertEqualAsync();
    }
}
