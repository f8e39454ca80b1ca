using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Xunit;

namespace Escale.Engines.Tests.Tables;

public sealed class UpkeepTests : IDisposable
{
    private readonly TableFixture _lake = new();

    public void Dispose() => _lake.Dispose();

    [Fact]
    public void Compaction_puts_small_files_together_and_is_no_new_data()
    {
        for (var i = 0; i < 6; i++)
        {
            _lake.Session.Write(new TableWrite { Table = TableFixture.Calls, Sql = $"SELECT {i} AS id, 'p' || ({i} % 2) AS p", PartitionBy = i == 0 ? ["p"] : [], Properties = new Dictionary<string, string> { ["escale.fingerprint"] = $"f{i}" } });
        }
        var rows = _lake.Rows();

        var outcome = _lake.Session.Compact(TableFixture.Calls);

        Assert.Equal((6, 2), (outcome.FilesBefore, outcome.FilesAfter));
        Assert.Equal(rows, _lake.Rows());
        Assert.Equal((6, 5, "f5"), (_lake.Head.Version, _lake.Head.DataVersion, _lake.Head.LastDataCommit.Properties["escale.fingerprint"]));
        Assert.Equal(0, _lake.Session.Compact(TableFixture.Calls).FilesBefore);
        Assert.Null(DeltaSpecification.Check(Path.Combine(_lake.Folder, "silver", "calls")));
    }

    [Fact]
    public void A_difference_names_rows_added_removed_and_changed()
    {
        _lake.Write("SELECT range AS id, 'same' AS v FROM range(100)");
        _lake.Write("SELECT range AS id, 'same' AS v FROM range(100, 200)");
        _lake.Write("SELECT * FROM (VALUES (5::BIGINT, 'new'), (300, 'new')) t(id, v)", WriteMode.Merge, keys: "id");
        _lake.Session.Write(new TableWrite { Table = TableFixture.Calls, Mode = WriteMode.ReplaceWhere, Predicate = "id = 7", Sql = "SELECT 0::BIGINT AS id, '' AS v WHERE false" });
        var table = _lake.Lake.Table(TableFixture.Calls);

        Assert.Equal(new DiffCounts(1, 1, 1), _lake.Session.CountDifferences(table.Read(1), table.Read(3), ["id"]));
        Assert.Equal(new DiffCounts(2, 2, 0), _lake.Session.CountDifferences(table.Read(1), table.Read(3), []));
        using (var rows = _lake.Session.Diff(table.Read(1), table.Read(3), ["id"]))
        {
            Assert.Equal(["added|300|new", "changed|5|new", "removed|7|same"], rows.Rows().Select(row => string.Join('|', row)).Order());
        }
        _lake.Session.Compact(TableFixture.Calls);
        Assert.Equal(new DiffCounts(0, 0, 0), _lake.Session.CountDifferences(table.Read(3), table.Read(4), []));
        _lake.Write("SELECT 1 AS id, 2 AS other", WriteMode.Overwrite, SchemaChange.Replace);
        Assert.Equal(200, _lake.Session.CountDifferences(table.Read(4), table.Read(5), []).Removed);
    }

    [Fact]
    public void A_table_opens_from_its_parquet_checkpoint_alone()
    {
        for (var i = 0; i < 4; i++)
        {
            _lake.Session.Write(new TableWrite { Table = TableFixture.Calls, Sql = $"SELECT {i} AS id, 'é {i}' AS p", PartitionBy = i == 0 ? ["p"] : [], Txn = ("app", i) });
        }
        _lake.Write("SELECT 9 AS id, 'é 1' AS p", WriteMode.Overwrite);
        var rows = _lake.Rows();
        _lake.Lake.Table(TableFixture.Calls).Checkpoint();
        _lake.Write("SELECT 10 AS id, NULL::VARCHAR AS p");
        var log = Path.Combine(_lake.Folder, "silver", "calls");
        Directory.Delete(Path.Combine(log, "_escale"), recursive: true);
        for (var version = 0; version < 5; version++)
        {
            File.Delete(Path.Combine(log, "_delta_log", $"{version:D20}.json"));
        }

        using var other = LakeEngine.Open(_lake.Folder);
        var head = other.Catalog.Table(TableFixture.Calls).Read();

        Assert.Equal((5, 2, 3), (head.Version, head.Files.Count, head.Txn("app")));
        Assert.Equal("é 1", head.Files[0].PartitionValues["p"]);
        Assert.NotNull(head.Files[0].Checksum);
        using var session = other.OpenSession();
        session.Mount(TableFixture.Calls);
        Assert.Equal(2, session.Connection.Scalar<long>("SELECT count(*) FROM silver.calls WHERE id IN (9, 10)"));
        Assert.Equal(["9|é 1"], rows);
        Assert.Equal("lake.version-not-found", Assert.Throws<EscaleException>(() => other.Catalog.Table(TableFixture.Calls).Read(2)).Code);
    }

    [Fact]
    public void Vacuum_keeps_what_a_tag_needs_and_deletes_what_dead_writers_left()
    {
        _lake.Write("SELECT 1 AS id");
        _lake.Lake.Table(TableFixture.Calls).Tag("first");
        _lake.Write("SELECT 2 AS id", WriteMode.Overwrite);
        _lake.Write("SELECT 3 AS id", WriteMode.Overwrite);
        File.WriteAllText(Path.Combine(_lake.Folder, "silver", "calls", "part-orphan.parquet"), "left by a crash");
        var table = _lake.Lake.Table(TableFixture.Calls);

        Assert.Equal("lake.vacuum-retention", Assert.Throws<EscaleException>(() => table.Vacuum(TimeSpan.Zero)).Code);
        Assert.Empty(table.Vacuum().Files);
        var dry = table.Vacuum(TimeSpan.Zero, dryRun: true, force: true);
        Assert.Equal(4, _lake.FilesOnDisk().Count);
        var real = table.Vacuum(TimeSpan.Zero, force: true);

        Assert.Equal(dry.Files.Order(), real.Files.Order());
        Assert.Equal((2, 2), (real.Files.Count, _lake.FilesOnDisk().Count));
        Assert.Equal(["1"], _lake.Rows(version: table.Read("first").Version));
        Assert.Equal(["3"], _lake.Rows());
        Assert.Equal("lake.files-missing", Assert.Throws<EscaleException>(() => table.Restore(table.Read(1))).Code);
    }

    [Fact]
    public void A_flipped_byte_in_a_parquet_file_is_found_and_named()
    {
        _lake.Write("SELECT range AS id, 'text ' || range AS t FROM range(10000)");
        var path = Path.Combine(_lake.Folder, "silver", "calls", _lake.FilesOnDisk()[0]);
        var bytes = File.ReadAllBytes(path);
        var random = new Random(3);
        for (var i = 0; i < 60; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, damaged);
            Assert.EndsWith(Path.GetFileName(path), Assert.Single(_lake.Lake.Table(TableFixture.Calls).Verify().Problems).File);
        }
    }

    [Fact]
    public async Task Sixteen_sessions_that_append_lose_nothing_also_when_they_make_the_table()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(() =>
        {
            using var engine = LakeEngine.Open(_lake.Folder, new() { Threads = 1 });
            using var session = engine.OpenSession();
            for (var i = 0; i < 3; i++)
            {
                session.Write(new TableWrite { Table = TableFixture.Calls, Sql = $"SELECT {writer} AS writer, {i} AS i" });
            }
        })));

        Assert.Equal(48, _lake.Rows().Distinct().Count());
        Assert.Equal(47, _lake.Head.Version);
    }
}
