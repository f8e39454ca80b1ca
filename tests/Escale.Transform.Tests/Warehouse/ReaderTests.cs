using System.Data;
using Escale.Transform.Warehouse;
using Npgsql;
using Xunit;

namespace Escale.Transform.Tests.Warehouse;

/// <summary>R3: readers see old or new, never half.</summary>
[Collection("warehouse")]
public sealed class ReaderTests(TestWarehouse warehouse)
{
    [Fact]
    public async Task Fifty_readers_never_see_two_versions_at_once()
    {
        var schema = warehouse.NewSchema();
        WarehouseTable Table(string name) => new()
        {
            AssetId = $"warehouse.test.{schema}.{name}", Target = new(schema, name), Source = new(schema, name), PrimaryKey = ["id"], IsDimension = name == "dim",
            References = name == "dim" ? [] : [new Reference(null, ["dim_id"], new(schema, "dim"), new(schema, "dim"), ["id"], MapsUnknown: true)],
        };
        async Task PublishAsync(int version)
        {
            warehouse.Write(new(schema, "dim"), $"SELECT i::INT AS id, {version} AS v FROM range(20) r(i)");
            warehouse.Write(new(schema, "fact"), $"SELECT i AS id, (i % 20)::INT AS dim_id, {version} AS v FROM range(200) r(i)");
            await warehouse.PublishAsync(Table("dim"), Table("fact"));
        }
        await PublishAsync(0);
        await warehouse.ScalarAsync($"create view {schema}.joined as select f.v as fv, d.v as dv from {schema}.fact f join {schema}.dim d on d.id = f.dim_id; grant select on {schema}.joined to escale_reader");
        var settings = new NpgsqlConnectionStringBuilder(warehouse.Reader.ConnectionString) { Pooling = false };
        await using var readers = new NpgsqlDataSourceBuilder((await PasswordOf(settings)).ConnectionString).Build();
        using var stop = new CancellationTokenSource();
        var polls = 0;
        async Task PollAsync(int number)
        {
            await using var connection = await readers.OpenConnectionAsync(CancellationToken.None);
            while (!stop.IsCancellationRequested)
            {
                await using var transaction = await connection.BeginTransactionAsync(
                    number % 3 == 0 ? IsolationLevel.RepeatableRead : IsolationLevel.ReadCommitted, CancellationToken.None);
                async Task<string> ReadAsync(string sql)
                {
                    await using var command = new NpgsqlCommand(sql, connection, transaction);
                    return (string)(await command.ExecuteScalarAsync(CancellationToken.None))!;
                }
                if (number % 3 == 0)
                {
                    // Two statements in one snapshot.
                    var fact = await ReadAsync($"select count(*) || ' ' || min(v) || ' ' || max(v) from {schema}.fact");
                    var dim = await ReadAsync($"select min(v) || ' ' || max(v) from {schema}.dim where id >= 0");
                    Assert.Equal($"200 {dim}", fact);
                }
                else
                {
                    var source = number % 3 == 1 ? $"{schema}.joined" : $"(select f.v as fv, d.v as dv from {schema}.fact f join {schema}.dim d on d.id = f.dim_id)";
                    var seen = await ReadAsync($"select count(*) || ' ' || (min(fv) = max(fv) and min(dv) = max(dv) and min(fv) = min(dv)) from {source} s");
                    Assert.Equal("200 true", seen);
                }
                await transaction.CommitAsync(CancellationToken.None);
                Interlocked.Increment(ref polls);
                await Task.Delay(10, CancellationToken.None);
            }
        }
        var pollers = Enumerable.Range(0, 50).Select(number => Task.Run(() => PollAsync(number))).ToList();
        for (var version = 1; version <= 25; version++)
        {
            await PublishAsync(version);
        }
        await stop.CancelAsync();
        await Task.WhenAll(pollers);
        Assert.True(polls > 100, $"{polls} polls");
    }

    /// <summary>A data source does not give its password back.</summary>
    private async Task<NpgsqlConnectionStringBuilder> PasswordOf(NpgsqlConnectionStringBuilder settings)
    {
        var file = (await warehouse.Server.AddressAsync(CancellationToken.None)).PasswordFile!;
        settings.Password = (await File.ReadAllLinesAsync(file)).Single(line => line.Contains(":escale_reader:", StringComparison.Ordinal)).Split(':')[4];
        return settings;
    }
}
