using System.Diagnostics;
using Escale.Kernel;
using Escale.Testing;
using Xunit;

namespace Escale.Engines.Tests.Tables;

/// <summary>Promise R1 for lake tables: the process is killed at every failpoint, and the work done again ends as if nothing had been.</summary>
public sealed class CrashTests
{
    // Each failpoint of docs/manual/failpoints.md that lies on the way of a write, and the hit at which to die.
    private static readonly (string Name, int Hit)[] _places =
    [
        ("tables.copy.before", 1), ("tables.copy.before", 6), ("tables.copy.after", 4), ("tables.adopt.after", 2),
        ("tables.compact.before-commit", 1), ("tables.commit.after", 5),
        ("lake.commit.before-log", 1), ("lake.commit.before-log", 7), ("lake.commit.after-log", 1), ("lake.commit.after-log", 6),
        ("lake.commit.before-checkpoint", 1), ("lake.checkpoint.before-parquet", 1), ("lake.checkpoint.before-pointer", 1),
        ("lake.drop.after-marker", 1), ("lake.drop.before-log", 1), ("lake.vacuum.delete", 1),
        ("durable.before-sync", 3), ("durable.before-rename", 4), ("durable.after-rename", 5), ("durable.adopt", 3),
    ];

    [Fact]
    public void Killed_at_any_failpoint_the_work_resumes_to_the_same_rows()
    {
        using var undisturbed = new TempFolder();
        TablesWorker.Run(undisturbed.Path);
        var expected = TablesWorker.State(undisturbed.Path);
        Assert.Contains("merged", expected);
        Assert.Null(DeltaSpecification.Check(Path.Combine(undisturbed.Path, "silver", "plain")));

        var failures = new List<string>();
        Parallel.ForEach(_places, new ParallelOptions { MaxDegreeOfParallelism = 2 }, place =>
        {
            if (Play(place.Name, place.Hit, expected) is { } failure)
            {
                lock (failures)
                {
                    failures.Add($"{place.Name}@{place.Hit}: {failure}");
                }
            }
        });
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public void A_full_disk_at_any_write_of_the_lake_is_a_typed_error_and_the_work_resumes()
    {
        using var undisturbed = new TempFolder();
        TablesWorker.Run(undisturbed.Path);
        var expected = TablesWorker.State(undisturbed.Path);
        for (var (at, failed) = (1, true); failed; at += at < 6 ? 1 : 3)
        {
            using var folder = new TempFolder();
            failed = false;
            try
            {
                TablesWorker.Run(folder.Path, new FullDisk(at));
            }
            catch (EscaleException exception)
            {
                Assert.True(exception.Code == "lake.store-failed", $"write {at}: {exception}");
                failed = true;
            }
            // A checkpoint that finds no space fails nothing: then the disk was full, and the work went on.
            failed |= at < 20;
            TablesWorker.Run(folder.Path);
            Assert.Equal(expected, TablesWorker.State(folder.Path));
        }
    }

    private static string? Play(string failpoint, int hit, string expected)
    {
        using var folder = new TempFolder();
        using (var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { "tables-worker", folder.Path },
            Environment = { ["ESCALE_FAILPOINTS"] = $"{failpoint}=crash@{hit}" },
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!)
        {
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0 || errors.Length > 0)
            {
                return $"did not die there (exit {process.ExitCode}) {errors}";
            }
        }
        TablesWorker.Run(folder.Path);
        var state = TablesWorker.State(folder.Path);
        return state != expected ? $"ended as\n{state}" : DeltaSpecification.Check(Path.Combine(folder.Path, "silver", "plain")) ?? DeltaSpecification.Check(Path.Combine(folder.Path, "silver", "parted"));
    }

    /// <summary>The machine's disk, full at one write.</summary>
    private sealed class FullDisk(int atWrite) : FileLayer
    {
        private readonly LocalFileLayer _disk = new();
        private int _writes;

        public override void Create(string path, ReadOnlySpan<byte> content)
        {
            if (Interlocked.Increment(ref _writes) == atWrite)
            {
                _disk.Create(path, content[..(content.Length / 2)]);
                throw new IOException("No space left on device");
            }
            _disk.Create(path, content);
        }

        public override long Append(string path, ReadOnlySpan<byte> content) => _disk.Append(path, content);

        public override void SyncFile(string path) => _disk.SyncFile(path);

        public override void SyncFolder(string path) => _disk.SyncFolder(path);

        public override void Replace(string source, string target) => _disk.Replace(source, target);

        public override bool MoveIfAbsent(string source, string target) => _disk.MoveIfAbsent(source, target);

        public override void CreateFolder(string path) => _disk.CreateFolder(path);

        public override void Delete(string path) => _disk.Delete(path);

        public override bool Exists(string path) => _disk.Exists(path);

        public override byte[] Read(string path) => _disk.Read(path);

        public override IReadOnlyList<string> List(string folder) => _disk.List(folder);

        public override IReadOnlyList<string> ListFolders(string folder) => _disk.ListFolders(folder);

        public override bool FolderExists(string path) => _disk.FolderExists(path);

        public override void DeleteFolder(string path) => _disk.DeleteFolder(path);

        public override FileFacts? Stat(string path) => _disk.Stat(path);
    }
}
