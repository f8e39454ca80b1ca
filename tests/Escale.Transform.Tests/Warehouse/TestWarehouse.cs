using Escale.Engines.Postgres;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Testing;
using Escale.Transform.Warehouse;
using Npgsql;
using Xunit;

namespace Escale.Transform.Tests.Warehouse;

/// <summary>One after the other: failpoints are the whole process's.</summary>
[CollectionDefinition("warehouse")]
public sealed class WarehouseTests : ICollectionFixture<TestWarehouse>
{
}

/// <summary>A lake and an embedded PostgreSQL that the tests share; each test publishes to a schema of its own.</summary>
public sealed class TestWarehouse : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private int _number;

    public PostgresServer Server { get; private set; } = null!;

    public LakeEngine Lake { get; private set; } = null!;

    internal WarehouseRunner Runner { get; private set; } = null!;

    public NpgsqlDataSource Owner { get; private set; } = null!;

    public NpgsqlDataSource Reader { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);
        }
        Server = new PostgresServer(new ProjectRoot(_folder.Path), new RunEnvironment(), TimeProvider.System, new DurableWriter(new LocalFileLayer()));
        Lake = LakeEngine.Open(Path.Combine(_folder.Path, "lake"));
        Runner = new WarehouseRunner(Lake, Server, TimeProvider.System);
        Owner = await Server.OwnerAsync(CancellationToken.None);
        Reader = await Server.ReaderAsync(CancellationToken.None);
    }

    public string NewSchema() => $"s{Interlocked.Increment(ref _number)}";

    /// <summary>Writes a lake table whose name is that of the target's schema.</summary>
    public void Write(TableName table, string sql, WriteMode mode = WriteMode.Overwrite, params string[] keys)
    {
        using var session = Lake.OpenSession();
        session.Write(new TableWrite { Table = table, Sql = sql, Mode = mode, Keys = keys, SchemaChange = mode == WriteMode.Overwrite ? SchemaChange.Replace : SchemaChange.None, Operation = "TEST" }, CancellationToken.None);
    }

    public static Asset AssetOf(WarehouseTable table) => new()
    {
        Id = table.AssetId, Kind = "warehouse", Name = table.Target.ToString(), Reads = [$"model.{table.Source}"], CodeFingerprint = "1", Definition = table,
    };

    /// <summary>A run that publishes these tables, as the orchestrator would.</summary>
    public async Task<IReadOnlyList<StepResult>> PublishAsync(params WarehouseTable[] tables)
    {
        var contexts = NewRun(tables);
        var results = new List<StepResult>();
        foreach (var context in contexts)
        {
            results.Add(await Runner.RunAsync(context, CancellationToken.None));
        }
        await Runner.CompleteAsync(contexts, anyFailed: false, CancellationToken.None);
        return results;
    }

    public static IReadOnlyList<StepContext> NewRun(params WarehouseTable[] tables)
    {
        var run = RunId.New(TimeProvider.System, SeededRandom.Unpredictable());
        return [.. tables.Select(table => new StepContext { Run = run, Asset = AssetOf(table), Attempt = 1, Fingerprint = Guid.NewGuid().ToString("N") })];
    }

    public async Task<object?> ScalarAsync(string sql)
    {
        await using var command = Owner.CreateCommand(sql);
        return await command.ExecuteScalarAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        Lake.Dispose();
        await Server.StopAsync(CancellationToken.None);
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
