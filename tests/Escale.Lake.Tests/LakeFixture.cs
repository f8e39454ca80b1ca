using System.Globalization;
using System.Text;
using Escale.Kernel;
using Escale.Testing;

namespace Escale.Lake.Tests;

/// <summary>A lake in a folder of its own, with a clock that a test moves.</summary>
internal sealed class LakeFixture : IDisposable
{
    public static readonly TableName Table = new("bronze", "calls");

    public static readonly DeltaSchema Columns = new(new DeltaField("id", PrimitiveType.Long), new DeltaField("name", PrimitiveType.String));

    private readonly TempFolder _folder = new();

    public LakeFixture()
    {
        Store = new LocalStore(_folder.Path, new DurableWriter(new LocalFileLayer()));
        Catalog = Reopen();
    }

    public ManualClock Clock { get; } = new();

    public LocalStore Store { get; }

    public LakeCatalog Catalog { get; private set; }

    public string Folder => _folder.Path;

    /// <summary>The same lake as another process sees it: nothing cached.</summary>
    public LakeCatalog Reopen() => Catalog = new LakeCatalog(Store, Clock);

    public DeltaTable Create(params (string Key, string Value)[] configuration)
    {
        var table = Catalog.Table(Table);
        table.Commit(NewTable(configuration));
        return table;
    }

    public static DeltaCommit NewTable(params (string Key, string Value)[] configuration) => new()
    {
        Operation = "CREATE TABLE",
        Base = null,
        Metadata = new TableMetadata("11111111-2222-3333-4444-555555555555", Columns, [], configuration.ToDictionary(pair => pair.Key, pair => pair.Value)),
    };

    /// <summary>Writes a data file (its content does not matter here) and returns it.</summary>
    public DataFile File(string name, long rows = 1) => File(Store, Table, name, rows, Clock);

    public static DataFile File(ObjectStore store, TableName table, string name, long rows, TimeProvider clock)
    {
        var content = Encoding.UTF8.GetBytes($"PAR1 {name} with {rows} rows PAR1");
        store.Put($"{table.Schema}/{table.Name}/{name}", content);
        return new DataFile(name, DataFile.NoPartition, content.Length, clock.GetUtcNow().ToUnixTimeMilliseconds())
        {
            StatsJson = string.Create(CultureInfo.InvariantCulture, $$"""{"numRecords":{{rows}}}"""),
            Tags = new Dictionary<string, string> { [DataFile.ChecksumTag] = Crc32C.Of(content).ToString("x8", CultureInfo.InvariantCulture) },
        };
    }

    public static DeltaCommit Append(Snapshot from, params DataFile[] files) => new() { Operation = "WRITE", Base = from, Reads = ReadScope.None, Adds = files };

    public void Dispose() => _folder.Dispose();
}

internal sealed class ManualClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
