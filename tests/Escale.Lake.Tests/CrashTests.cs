using System.Text;
using Escale.Kernel;
using Escale.Testing;
using Xunit;

namespace Escale.Lake.Tests;

/// <summary>Promises R4 and R5 for the lake: power cuts with everything not synced dropped, torn or reordered; full disks.</summary>
public sealed class CrashTests
{
    private static readonly string _root = Path.Combine(Path.GetPathRoot(Path.GetTempPath())!, "data", "lake");

    [Fact]
    public void Ten_thousand_power_cuts_lose_no_acknowledged_commit_and_show_no_half_one()
    {
        var failures = new List<string>();
        Parallel.For(0, 10_000, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            if (Play(seed) is { } failure)
            {
                lock (failures)
                {
                    failures.Add($"seed {seed}: {failure}");
                }
            }
        });
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(5)));
    }

    [Fact]
    public void A_full_disk_at_any_write_is_a_typed_error_and_the_work_goes_on_afterwards()
    {
        for (var at = 1; ; at++)
        {
            var files = new SimulatedFileLayer(at) { NoSpaceAt = at };
            var work = new Work(files, at);
            var failed = false;
            for (var i = 0; i < 8; i++)
            {
                var before = work.Acknowledged;
                try
                {
                    work.Step();
                }
                catch (Exception exception) when (exception is IOException or EscaleException)
                {
                    // A data file is the engine's to write, and fails as the medium does; everything of the lake's own is typed.
                    Assert.True(exception is EscaleException { Code: "lake.store-failed" } || work.IsWritingData, $"write {at}: {exception}");
                    failed = true;
                    Assert.Equal(before, work.Reopen().TryRead()?.Version ?? -1);
                    work.Step();
                }
            }
            Assert.Null(work.Check());
            if (!failed && files.Writes < at)
            {
                Assert.True(at > 15, $"only {at} writes");
                return;
            }
        }
    }

    private static string? Play(int seed)
    {
        var random = new Random(seed);
        var files = new SimulatedFileLayer(seed);
        var work = new Work(files, seed);
        for (var life = 0; life < 2; life++)
        {
            files.CrashAt = files.Operations + 1 + random.Next(100);
            try
            {
                for (var i = 0; i < 8; i++)
                {
                    work.Step();
                }
            }
            catch (SimulatedCrashException)
            {
                // As planned.
            }
            files.Crash();
            if (work.Check() is { } failure)
            {
                return failure;
            }
            work.Resume();
        }
        return null;
    }

    /// <summary>A writer of random commits, and what it knows must be there.</summary>
    private sealed class Work
    {
        private readonly SimulatedFileLayer _files;
        private readonly Random _random;
        private readonly LocalStore _store;
        private readonly ManualClock _clock = new();
        private readonly List<HashSet<string>> _versions = [];
        private readonly Dictionary<string, string> _contents = new(StringComparer.Ordinal);
        private HashSet<string>? _trying;
        private DeltaTable _table;
        private int _number;

        public Work(SimulatedFileLayer files, int seed)
        {
            _files = files;
            _random = new Random(seed ^ 0x5eed);
            _store = new LocalStore(_root, new DurableWriter(files));
            _table = Reopen();
        }

        /// <summary>The version that the last successful commit returned.</summary>
        public long Acknowledged => _versions.Count - 1;

        public bool IsWritingData { get; private set; }

        public DeltaTable Reopen() => new LakeCatalog(_store, _clock).Table(LakeFixture.Table);

        public void Step()
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            if (_random.Next(8) == 0 && Acknowledged >= 0)
            {
                _table.Checkpoint_IgnoringFullDisk();
            }
            var now = Acknowledged < 0 ? [] : _versions[^1];
            var head = Acknowledged < 0 ? null : _table.Read();
            var replace = head is not null && _random.Next(3) == 0;
            var add = Data();
            _trying = replace ? [add.Path] : [.. now, add.Path];
            var commit = head is null
                ? LakeFixture.NewTable(("delta.checkpointInterval", "3")) with { Adds = [add] }
                : LakeFixture.Append(head, add) with { Removes = replace ? head.Files : [], Reads = replace ? ReadScope.WholeTable : ReadScope.None };
            _table.Commit(commit);
            _versions.Add(_trying);
            _trying = null;
        }

        /// <summary>After a crash: what is wrong, or null. The commit that was cut off may be there or not, but wholly.</summary>
        public string? Check()
        {
            var table = Reopen();
            Snapshot? head;
            try
            {
                head = table.TryRead();
                var version = head?.Version ?? -1;
                if (version != Acknowledged && !(version == Acknowledged + 1 && _trying is not null))
                {
                    return $"version {version} after {Acknowledged} was acknowledged";
                }
                if (version == Acknowledged + 1)
                {
                    _versions.Add(_trying!);
                }
                _trying = null;
                for (var v = Math.Max(0, version - 3); v <= version; v++)
                {
                    var snapshot = table.Read(v);
                    if (!snapshot.Files.Select(file => file.Path).ToHashSet().SetEquals(_versions[(int)v]))
                    {
                        return $"version {v} has other files than were committed";
                    }
                    foreach (var file in snapshot.Files)
                    {
                        if (_store.TryRead($"{table.Folder}/{file.Path}") is not { } bytes || Encoding.UTF8.GetString(bytes) != _contents[file.Path])
                        {
                            return $"version {v} needs {file.Path}, which is damaged or gone";
                        }
                    }
                }
                return version < 0 || table.Verify().Problems is not [var problem, ..] ? null : $"{problem.File} {problem.What}";
            }
            catch (Exception exception) when (exception is EscaleException or IOException or KeyNotFoundException)
            {
                return exception.ToString();
            }
        }

        public void Resume() => _table = Reopen();

        private DataFile Data()
        {
            var name = $"part-{_number++}.parquet";
            _contents[name] = $"PAR1 {name} with 1 rows PAR1";
            IsWritingData = true;
            var file = LakeFixture.File(_store, LakeFixture.Table, name, 1, _clock);
            IsWritingData = false;
            return file;
        }
    }
}

internal static class CheckpointExtensions
{
    /// <summary>A checkpoint only saves time: a full disk during one is no failure of the work.</summary>
    public static void Checkpoint_IgnoringFullDisk(this DeltaTable table)
    {
        try
        {
            table.Checkpoint();
        }
        catch (EscaleException exception) when (exception.Code == "lake.store-failed")
        {
            return;
        }
    }
}
