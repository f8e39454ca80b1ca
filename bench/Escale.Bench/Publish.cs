using Escale.Engines.Postgres;
using Escale.Engines.Postgres.Copy;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Transform.Warehouse;
using Npgsql;

namespace Escale.Bench;

/// <summary>
/// Publishes 3 million rows (8 columns) from the lake to the embedded PostgreSQL, everything included: reading Parquet, encoding, COPY,
/// statistics, the swap. The peer sends the same rows, encoded beforehand and held in memory, to a new table with plain COPY.
/// </summary>
internal static class Publish
{
    private const int RowCount = 3_000_000;
    private static readonly TableName _table = new("gold", "flights");

    public static void Run(int runs) => RunAsync(runs).GetAwaiter().GetResult();

    private static async Task RunAsync(int runs)
    {
        var folder = Directory.CreateTempSubdirectory("escale-bench-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // PostgreSQL's user must be able to enter it when root runs this.
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        }
        var server = new PostgresServer(new ProjectRoot(folder), new RunEnvironment(), TimeProvider.System, new DurableWriter(new LocalFileLayer()));
        try
        {
            using var lake = LakeEngine.Open(Path.Combine(folder, "lake"));
            var prepared = Prepare(lake);
            var owner = await server.OwnerAsync(CancellationToken.None);
            var runner = new WarehouseRunner(lake, server, TimeProvider.System);
            await using (var schema = owner.CreateCommand("create schema peer"))
            {
                await schema.ExecuteNonQueryAsync();
            }
            Pair.Measure(
                $"publish {RowCount:N0} rows, against COPY of {prepared.Sum(part => (long)part.Length) / 1e6:0} MB prepared in memory", runs,
                () => SendAsync(owner, prepared).GetAwaiter().GetResult(), () => PublishAsync(runner).GetAwaiter().GetResult());
        }
        finally
        {
            await server.StopAsync(CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<byte[]> Prepare(LakeEngine lake)
    {
        using var session = lake.OpenSession();
        session.Write(
            new TableWrite
            {
                Table = _table, Mode = WriteMode.Overwrite, SchemaChange = SchemaChange.Replace, Operation = "BENCH",
                Sql = $"""
                    SELECT i AS id, TIMESTAMP '2001-01-01' + to_minutes(i) AS departed, (i * 7919 % 1440)::INT AS scheduled, (hash(i) % 200)::INT - 60 AS delay,
                      chr(65 + (i % 26)::INT) || chr(65 + (i // 26 % 26)::INT) || 'X' AS origin, 'flight ' || (i % 5000) AS flight,
                      (hash(i + 1) % 1000000 / 100)::DECIMAL(10, 2) AS fare, (hash(i + 2) % 5000)::DOUBLE / 7 AS distance
                    FROM range({RowCount}) r(i)
                    """,
            },
            CancellationToken.None);
        session.Mount(_table);
        using var rows = session.Connection.Query("SELECT * FROM gold.flights");
        var encoder = new RowEncoder(rows);
        var parts = new List<byte[]>();
        var buffer = new byte[256 * 1024];
        while (encoder.Fill(ref buffer) is > 0 and var length)
        {
            parts.Add(buffer[..length]);
        }
        return parts;
    }

    private static async Task SendAsync(NpgsqlDataSource owner, List<byte[]> prepared)
    {
        await using var connection = await owner.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var create = new NpgsqlCommand(
            "drop table if exists peer.flights; create table peer.flights (id bigint, departed timestamp, scheduled int, delay int, origin text, flight text, fare numeric(10,2), distance double precision)",
            connection, transaction))
        {
            await create.ExecuteNonQueryAsync();
        }
        await using (var stream = await connection.BeginRawBinaryCopyAsync("copy peer.flights from stdin (format binary)"))
        {
            foreach (var part in prepared)
            {
                await stream.WriteAsync(part);
            }
        }
        await transaction.CommitAsync();
    }

    private static async Task PublishAsync(WarehouseRunner runner)
    {
        var table = new WarehouseTable { AssetId = "warehouse.bench.gold.flights", Target = _table, Source = _table };
        var asset = new Asset { Id = table.AssetId, Kind = "warehouse", Name = "gold.flights", Reads = ["model.bench.flights"], CodeFingerprint = "1", Definition = table };
        var context = new StepContext
        {
            Run = RunId.New(TimeProvider.System, SeededRandom.Unpredictable()), Asset = asset, Attempt = 1, Fingerprint = Guid.NewGuid().ToString("N"),
        };
        await runner.RunAsync(context, CancellationToken.None);
        await runner.CompleteAsync([context], anyFailed: false, CancellationToken.None);
    }
}
