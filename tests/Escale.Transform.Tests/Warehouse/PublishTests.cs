using Escale.Kernel;
using Escale.Transform.Warehouse;
using Npgsql;
using Xunit;

namespace Escale.Transform.Tests.Warehouse;

[Collection("warehouse")]
public sealed class PublishTests(TestWarehouse warehouse)
{
    private static readonly CancellationToken _none = CancellationToken.None;
    private readonly string _schema = warehouse.NewSchema();

    private WarehouseTable Dimension => new()
    {
        AssetId = $"warehouse.test.{_schema}.dim", Target = new(_schema, "dim"), Source = new(_schema, "dim"), PrimaryKey = ["dim_key"], IsDimension = true,
        Description = "It's a \\dimension", ColumnDescriptions = new Dictionary<string, string> { ["dim_key"] = "The key" },
    };

    private WarehouseTable Fact => new()
    {
        AssetId = $"warehouse.test.{_schema}.fact", Target = new(_schema, "fact"), Source = new(_schema, "fact"), PrimaryKey = ["id"], NotNull = ["amount"],
        References = [new Reference(null, ["dim_key"], new(_schema, "dim"), new(_schema, "dim"), ["dim_key"], MapsUnknown: true)],
        Indexes = [new TableIndex(["amount"], false, "brin")], Checks = [new CheckRule("positive", "amount >= 0")],
    };

    private void WriteStar()
    {
        warehouse.Write(Dimension.Source, "SELECT i::INT AS dim_key, 'd' || i AS name, NULL::DATE AS since FROM range(1, 11) r(i)");
        warehouse.Write(Fact.Source, "SELECT i AS id, CASE WHEN i % 10 = 3 THEN NULL WHEN i % 10 = 4 THEN 999 ELSE 1 + i % 10 END::INT AS dim_key, i::DECIMAL(10,2) AS amount FROM range(100) r(i)");
    }

    [Fact]
    public async Task A_star_arrives_with_keys_indexes_comments_and_rights()
    {
        WriteStar();
        await warehouse.PublishAsync(Dimension, Fact);
        Assert.Equal(100L, await warehouse.ScalarAsync($"select count(*) from {_schema}.fact"));
        Assert.Equal(
            "CHECK ((amount >= (0)::numeric))|FOREIGN KEY (dim_key) REFERENCES " + _schema + ".dim(dim_key)|PRIMARY KEY (id)",
            await warehouse.ScalarAsync($"select string_agg(d, '|' order by d) from (select pg_get_constraintdef(oid) d from pg_constraint where conrelid = '{_schema}.fact'::regclass and contype <> 'n') c"));
        Assert.Equal(1L, await warehouse.ScalarAsync($"select count(*) from pg_indexes where schemaname = '{_schema}' and indexdef like '%USING brin (amount)%'"));
        Assert.Equal("It's a \\dimension", await warehouse.ScalarAsync($"select obj_description('{_schema}.dim'::regclass)"));
        Assert.Equal("The key", await warehouse.ScalarAsync($"select col_description('{_schema}.dim'::regclass, 1)"));
        await using var read = warehouse.Reader.CreateCommand($"select sum(amount) from {_schema}.fact join {_schema}.dim using (dim_key)");
        Assert.Equal(4950m, await read.ExecuteScalarAsync(_none));
        await using var refused = warehouse.Reader.CreateCommand("select * from escale.published");
        Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => refused.ExecuteScalarAsync(_none))).SqlState);
        Assert.Equal(0L, await warehouse.ScalarAsync($"select count(*) from pg_tables where schemaname = '{_schema}_stage'"));
    }

    [Fact]
    public async Task A_null_or_unmatched_key_points_to_the_unknown_member_and_no_fact_is_lost()
    {
        WriteStar();
        var results = await warehouse.PublishAsync(Dimension, Fact);
        Assert.Equal("table, 20 keys unknown", results[1].Summary);
        Assert.Equal("20 of 100", await warehouse.ScalarAsync($"select count(*) filter (where dim_key = -1) || ' of ' || count(*) from {_schema}.fact join {_schema}.dim using (dim_key)"));
        Assert.Equal("Unknown||11", await warehouse.ScalarAsync($"select name || '|' || coalesce(since::text, '') || '|' || (select count(*) from {_schema}.dim) from {_schema}.dim where dim_key = -1"));
    }

    [Fact]
    public async Task An_unknown_member_of_the_models_own_is_kept_and_its_values_can_be_chosen()
    {
        warehouse.Write(Dimension.Source, "SELECT * FROM (VALUES (-1, 'nobody', NULL::DATE), (1, 'one', DATE '2026-01-01')) v(dim_key, name, since)");
        await warehouse.PublishAsync(Dimension);
        Assert.Equal("nobody", await warehouse.ScalarAsync($"select name from {_schema}.dim where dim_key = -1"));
        warehouse.Write(Dimension.Source, "SELECT 'k1' AS dim_key, 'one' AS name, DATE '2026-01-01' AS since, true AS is_good");
        await warehouse.PublishAsync(Dimension with { NotNull = ["is_good", "since"], Unknown = new Dictionary<string, object?> { ["NAME"] = "Inconnu" } });
        Assert.Equal("Inconnu 1900-01-01 false", await warehouse.ScalarAsync($"select concat_ws(' ', name, since, is_good::text) from {_schema}.dim where dim_key = '-1'"));
    }

    [Fact]
    public async Task When_one_fails_none_is_published_and_the_old_content_stands()
    {
        WriteStar();
        await warehouse.PublishAsync(Dimension, Fact);
        warehouse.Write(Dimension.Source, "SELECT i::INT AS dim_key, 'new' AS name, NULL::DATE AS since FROM range(1, 11) r(i)");
        var contexts = TestWarehouse.NewRun(Dimension, Fact);
        await warehouse.Runner.RunAsync(contexts[0], _none);
        var error = await Assert.ThrowsAsync<EscaleException>(() => warehouse.Runner.CompleteAsync([contexts[0]], anyFailed: true, _none));
        Assert.Equal("warehouse.not-published", error.Code);
        Assert.Equal("d1", await warehouse.ScalarAsync($"select name from {_schema}.dim where dim_key = 1"));
        Assert.NotEqual(contexts[0].Fingerprint, (await warehouse.Runner.InspectAsync(contexts[0].Asset, _none))!.Fingerprint);
        Assert.Equal(0L, await warehouse.ScalarAsync($"select count(*) from pg_tables where schemaname = '{_schema}_stage'"));
    }

    [Theory]
    [InlineData("SELECT 1 AS id, 1 AS dim_key, 1.5::DECIMAL(4,2) AS amount FROM range(2)", "warehouse.duplicate-key")]
    [InlineData("SELECT 1 AS id, 1 AS dim_key, NULL::DECIMAL(4,2) AS amount", "warehouse.null-value")]
    [InlineData("SELECT 1 AS id, 1 AS dim_key, -1.5::DECIMAL(4,2) AS amount", "warehouse.check")]
    [InlineData("SELECT 1 AS id, 1 AS dim_key, 1.5::DECIMAL(4,2) AS amount, chr(0) AS nul", "warehouse.value")]
    [InlineData("SELECT 1 AS id, 1 AS dim_key", "warehouse.unknown-column")]
    public async Task Rows_that_break_a_constraint_are_named_and_the_old_content_stands(string rows, string code)
    {
        WriteStar();
        await warehouse.PublishAsync(Dimension, Fact);
        warehouse.Write(Fact.Source, rows);
        var error = await Assert.ThrowsAsync<EscaleException>(() => warehouse.PublishAsync(Fact));
        Assert.Equal(code, error.Code);
        Assert.NotNull(error.Remedy);
        Assert.Equal(100L, await warehouse.ScalarAsync($"select count(*) from {_schema}.fact"));
    }

    [Fact]
    public async Task A_dimension_published_alone_keeps_the_facts_keys()
    {
        WriteStar();
        await warehouse.PublishAsync(Dimension, Fact);
        warehouse.Write(Dimension.Source, "SELECT i::INT AS dim_key, 'e' || i AS name, NULL::DATE AS since FROM range(1, 6) r(i)");
        await warehouse.PublishAsync(Dimension);
        Assert.Equal(100L, await warehouse.ScalarAsync($"select count(*) from {_schema}.fact join {_schema}.dim using (dim_key)"));
        Assert.Equal(1L, await warehouse.ScalarAsync($"select count(*) from pg_constraint where conrelid = '{_schema}.fact'::regclass and contype = 'f' and convalidated"));
        Assert.Equal(0L, await warehouse.ScalarAsync($"select count(*) from {_schema}.fact where dim_key > 5"));
    }

    [Fact]
    public async Task A_fact_published_alone_matches_what_stands()
    {
        WriteStar();
        await warehouse.PublishAsync(Dimension, Fact);
        // In the lake the dimension has gone on, in the warehouse not yet.
        warehouse.Write(Dimension.Source, "SELECT i::INT AS dim_key, 'e' || i AS name, NULL::DATE AS since FROM range(1, 1001) r(i)");
        await warehouse.PublishAsync(Fact);
        Assert.Equal(20L, await warehouse.ScalarAsync($"select count(*) from {_schema}.fact join {_schema}.dim using (dim_key) where dim_key = -1"));
    }

    [Fact]
    public async Task A_table_of_somebody_elses_is_not_replaced()
    {
        WriteStar();
        await warehouse.ScalarAsync($"create schema {_schema}; create table {_schema}.dim as select 42 as precious");
        var error = await Assert.ThrowsAsync<EscaleException>(() => warehouse.PublishAsync(Dimension));
        Assert.Equal("warehouse.table-exists", error.Code);
        Assert.Equal(42, await warehouse.ScalarAsync($"select precious from {_schema}.dim"));
    }

    [Theory]
    [InlineData("warehouse.copy.mid", false)]
    [InlineData("warehouse.before-swap", false)]
    [InlineData("warehouse.after-swap", true)]
    public async Task A_publication_that_is_cut_off_is_old_or_new_and_can_be_repeated(string failpoint, bool isNew)
    {
        WriteStar();
        await warehouse.PublishAsync(Dimension, Fact);
        warehouse.Write(Dimension.Source, "SELECT i::INT AS dim_key, 'new' AS name, NULL::DATE AS since FROM range(1, 11) r(i)");
        var contexts = TestWarehouse.NewRun(Dimension, Fact);
        async Task RunAsync()
        {
            foreach (var context in contexts)
            {
                await warehouse.Runner.RunAsync(context, _none);
            }
            await warehouse.Runner.CompleteAsync(contexts, anyFailed: false, _none);
        }
        using (Failpoint.Arm(failpoint, FailpointAction.Error))
        {
            await Assert.ThrowsAsync<IOException>(RunAsync);
        }
        Assert.Equal(isNew ? "new" : "d1", await warehouse.ScalarAsync($"select name from {_schema}.dim where dim_key = 1"));
        Assert.Equal(isNew, (await warehouse.Runner.InspectAsync(contexts[0].Asset, _none))!.Fingerprint == contexts[0].Fingerprint);
        await RunAsync();
        await warehouse.Runner.CompleteAsync(contexts, anyFailed: false, _none); // As after a commit whose answer was lost.
        Assert.Equal("new", await warehouse.ScalarAsync($"select name from {_schema}.dim where dim_key = 1"));
        Assert.Equal(100L, await warehouse.ScalarAsync($"select count(*) from {_schema}.fact join {_schema}.dim using (dim_key)"));
    }

    [Fact]
    public async Task What_somebody_dropped_counts_as_not_published()
    {
        WriteStar();
        await warehouse.PublishAsync(Dimension);
        Assert.NotNull(await warehouse.Runner.InspectAsync(TestWarehouse.AssetOf(Dimension), _none));
        await warehouse.ScalarAsync($"drop table {_schema}.dim");
        Assert.Null(await warehouse.Runner.InspectAsync(TestWarehouse.AssetOf(Dimension), _none));
    }
}
