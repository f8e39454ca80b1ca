using Escale.Kernel;
using Xunit;

namespace Escale.Lake.Tests;

public sealed class DeltaTableTests : IDisposable
{
    private readonly LakeFixture _lake = new();

    public void Dispose() => _lake.Dispose();

    [Fact]
    public void A_table_that_was_never_made_is_not_found()
    {
        var error = Assert.Throws<EscaleException>(() => _lake.Catalog.Table(LakeFixture.Table).Read());
        Assert.Equal("lake.table-not-found", error.Code);
        Assert.False(_lake.Catalog.Exists(LakeFixture.Table));
    }

    [Fact]
    public void What_was_committed_is_read_back_by_another_process()
    {
        var table = _lake.Create(("delta.appendOnly", "true"));
        table.Commit(LakeFixture.Append(table.Read(), _lake.File("a b%.parquet", 7)) with
        {
            Txn = ("collect.calls", 42),
            Properties = new Dictionary<string, string> { ["escale.run"] = "r1" },
        });

        var snapshot = _lake.Reopen().Table(LakeFixture.Table).Read();

        Assert.Equal(1, snapshot.Version);
        Assert.Equal(7, snapshot.RowCount);
        Assert.Equal("a b%.parquet", Assert.Single(snapshot.Files).Path);
        Assert.Equal(42, snapshot.Txn("collect.calls"));
        Assert.Equal(LakeFixture.Columns, snapshot.Schema);
        Assert.Equal("r1", snapshot.LastDataCommit.Properties["escale.run"]);
        Assert.Equal("true", snapshot.Configuration["delta.appendOnly"]);
    }

    [Fact]
    public void A_transaction_that_is_already_there_is_skipped()
    {
        var table = _lake.Create();
        table.Commit(LakeFixture.Append(table.Read(), _lake.File("1.parquet")) with { Txn = ("app", 5) });

        var again = table.Commit(LakeFixture.Append(table.Read(), _lake.File("2.parquet")) with { Txn = ("app", 5) });
        var older = table.Commit(LakeFixture.Append(table.Read(0), _lake.File("3.parquet")) with { Txn = ("app", 4) });

        Assert.True(again.Skipped);
        Assert.True(older.Skipped);
        Assert.Equal("1.parquet", Assert.Single(table.Read().Files).Path);
    }

    [Fact]
    public void Appends_planned_on_the_same_version_both_stand()
    {
        var table = _lake.Create();
        var from = table.Read();
        table.Commit(LakeFixture.Append(from, _lake.File("1.parquet")));
        var second = table.Commit(LakeFixture.Append(from, _lake.File("2.parquet")));

        Assert.Equal(2, second.Version);
        Assert.Equal(["1.parquet", "2.parquet"], table.Read().Files.Select(file => file.Path));
    }

    [Fact]
    public void A_rewrite_conflicts_with_rows_added_since_it_read()
    {
        var table = _lake.Create();
        table.Commit(LakeFixture.Append(table.Read(), _lake.File("1.parquet")));
        var from = table.Read();
        table.Commit(LakeFixture.Append(from, _lake.File("2.parquet")));

        var error = Assert.Throws<EscaleException>(() => table.Commit(new DeltaCommit
        {
            Operation = "MERGE", Base = from, Removes = from.Files, Adds = [_lake.File("3.parquet")],
        }));

        Assert.Equal("lake.conflict", error.Code);
        Assert.Equal(2, table.Read().Files.Count);
    }

    [Fact]
    public void A_compaction_and_an_append_do_not_conflict_but_two_compactions_of_one_file_do()
    {
        var table = _lake.Create();
        table.Commit(LakeFixture.Append(table.Read(), _lake.File("1.parquet"), _lake.File("2.parquet")));
        var from = table.Read();
        table.Commit(LakeFixture.Append(from, _lake.File("3.parquet")));
        var compaction = new DeltaCommit
        {
            Operation = "OPTIMIZE", Base = from, Reads = ReadScope.RemovedFiles, DataChange = false, Removes = from.Files, Adds = [_lake.File("4.parquet", 2)],
        };

        table.Commit(compaction);

        Assert.Equal(["3.parquet", "4.parquet"], table.Read().Files.Select(file => file.Path));
        Assert.Equal(2, table.Read().DataVersion);
        Assert.Equal("WRITE", table.Read().LastDataCommit.Operation);
        Assert.Equal("lake.conflict", Assert.Throws<EscaleException>(() => table.Commit(compaction)).Code);
    }

    [Fact]
    public void An_append_only_table_refuses_to_lose_rows_but_may_be_compacted()
    {
        var table = _lake.Create(("delta.appendOnly", "true"));
        table.Commit(LakeFixture.Append(table.Read(), _lake.File("1.parquet")));
        var from = table.Read();

        var error = Assert.Throws<EscaleException>(() => table.Commit(new DeltaCommit { Operation = "DELETE", Base = from, Removes = from.Files }));
        var compacted = table.Commit(new DeltaCommit
        {
            Operation = "OPTIMIZE", Base = from, DataChange = false, Removes = from.Files, Adds = [_lake.File("2.parquet")], Reads = ReadScope.RemovedFiles,
        });

        Assert.Equal("lake.append-only", error.Code);
        Assert.Equal(2, compacted.Version);
    }

    [Fact]
    public void Versions_are_found_by_number_time_and_tag()
    {
        var table = _lake.Create();
        for (var i = 1; i <= 25; i++)
        {
            _lake.Clock.Advance(TimeSpan.FromHours(1));
            table.Commit(LakeFixture.Append(table.Read(), _lake.File($"{i}.parquet")));
        }
        table.Tag("audited", 17);
        var again = _lake.Reopen().Table(LakeFixture.Table);

        Assert.Equal(3, again.Read(3).Files.Count);
        Assert.Equal(12, again.Read(new DateTimeOffset(2026, 3, 2, 0, 30, 0, TimeSpan.Zero)).Version);
        Assert.Equal(12, again.Read("2026-03-02T00:30").Version);
        Assert.Equal(17, again.Read("audited").Files.Count);
        Assert.Equal(0, again.Read("2026-03-01T12:00").Version);
        Assert.Equal("lake.version-not-found", Assert.Throws<EscaleException>(() => again.Read(26)).Code);
        Assert.Equal("lake.version-not-found", Assert.Throws<EscaleException>(() => again.Read("2025-01-01")).Code);
        Assert.Equal("lake.version-not-found", Assert.Throws<EscaleException>(() => again.Read("nonsense")).Code);
        Assert.Equal(26, again.History().Count);
    }

    [Fact]
    public void Restoring_brings_back_files_columns_cursor_and_properties()
    {
        var table = _lake.Create();
        table.Commit(LakeFixture.Append(table.Read(), _lake.File("1.parquet")) with { Txn = ("app", 1), Properties = new Dictionary<string, string> { ["cursor"] = "a" } });
        var wider = new DeltaSchema([.. LakeFixture.Columns.Columns, new DeltaField("more", PrimitiveType.Date)]);
        table.Commit(LakeFixture.Append(table.Read(), _lake.File("2.parquet")) with
        {
            Txn = ("app", 2),
            Metadata = table.Read().Metadata with { Schema = wider },
            Properties = new Dictionary<string, string> { ["cursor"] = "b", ["extra"] = "x" },
        });

        table.Restore(table.Read(1));

        var now = _lake.Reopen().Table(LakeFixture.Table).Read();
        Assert.Equal(3, now.Version);
        Assert.Equal(3, now.DataVersion);
        Assert.Equal("1.parquet", Assert.Single(now.Files).Path);
        Assert.Equal(LakeFixture.Columns, now.Schema);
        Assert.Equal(1, now.Txn("app"));
        Assert.Equal("a", now.Properties["cursor"]);
        Assert.False(now.Properties.ContainsKey("extra"));
    }

    [Fact]
    public void A_dropped_table_is_gone_and_can_be_made_again_while_others_look_at_the_old_one()
    {
        var table = _lake.Create();
        table.Commit(LakeFixture.Append(table.Read(), _lake.File("1.parquet")));
        var other = new LakeCatalog(_lake.Store, _lake.Clock);
        other.Table(LakeFixture.Table).Read();

        _lake.Catalog.Drop(LakeFixture.Table);
        Assert.Empty(other.Tables());
        Assert.Null(other.Table(LakeFixture.Table).TryRead());

        _lake.Create();
        Assert.Equal(0, other.Table(LakeFixture.Table).Read().Version);
        Assert.Empty(other.Table(LakeFixture.Table).Read().Files);
    }

    [Fact]
    public void A_view_is_kept_listed_and_takes_the_place_of_a_table()
    {
        _lake.Create();
        var view = new LakeView(LakeFixture.Table, "select 1 as x from silver.a", [new TableName("silver", "a")], "f1") { Comment = "one" };

        _lake.Catalog.SaveView(view);

        var found = Assert.Single(_lake.Reopen().Views());
        Assert.Equal((view.Sql, "f1", "one"), (found.Sql, found.Fingerprint, found.Comment));
        Assert.Equal(view.Reads, found.Reads);
        Assert.Empty(_lake.Catalog.Tables());
        _lake.Catalog.DropView(view.Name);
        Assert.Null(_lake.Catalog.View(view.Name));
    }
}
