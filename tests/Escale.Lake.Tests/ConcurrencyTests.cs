using System.Diagnostics;
using System.Globalization;
using Escale.Kernel;
using Xunit;

namespace Escale.Lake.Tests;

/// <summary>Promises R3 and R8: many writers and readers of one table, in threads and in processes.</summary>
public sealed class ConcurrencyTests : IDisposable
{
    private readonly LakeFixture _lake = new();

    public void Dispose() => _lake.Dispose();

    [Fact]
    public async Task Thirty_two_writers_with_catalogs_of_their_own_lose_no_append()
    {
        _lake.Create();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(writer => Task.Run(() =>
        {
            var table = new LakeCatalog(_lake.Store, _lake.Clock).Table(LakeFixture.Table);
            for (var i = 0; i < 8; i++)
            {
                table.Commit(LakeFixture.Append(table.Read(), _lake.File($"{writer}-{i}.parquet")));
            }
        })));

        AssertEveryAppendIsThereOnce(32, 8);
    }

    [Fact]
    public async Task Sixteen_processes_lose_no_append()
    {
        _lake.Create();
        var processes = Enumerable.Range(0, 16).Select(writer => Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { "append-worker", _lake.Folder, writer.ToString(CultureInfo.InvariantCulture), "6" },
            RedirectStandardError = true,
        })!).ToList();
        foreach (var process in processes)
        {
            var errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, errors);
            process.Dispose();
        }

        AssertEveryAppendIsThereOnce(16, 6);
    }

    [Fact]
    public async Task Of_writers_that_rewrite_the_same_rows_each_win_or_get_a_typed_conflict()
    {
        _lake.Create();
        var (won, lost) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(() =>
        {
            var table = new LakeCatalog(_lake.Store, _lake.Clock).Table(LakeFixture.Table);
            for (var i = 0; i < 5; i++)
            {
                var head = table.Read();
                try
                {
                    table.Commit(new DeltaCommit { Operation = "WRITE", Base = head, Removes = head.Files, Adds = [_lake.File($"{writer}-{i}.parquet")] });
                    Interlocked.Increment(ref won);
                }
                catch (EscaleException exception) when (exception.Code == "lake.conflict")
                {
                    Interlocked.Increment(ref lost);
                }
            }
        })));

        var head = _lake.Reopen().Table(LakeFixture.Table).Read();
        Assert.Equal(80, won + lost);
        Assert.Equal(won, head.Version);
        Assert.Single(head.Files);
    }

    [Fact]
    public async Task Fifty_readers_polling_during_a_thousand_publishes_see_no_mixed_version()
    {
        var table = _lake.Create();
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 50).Select(reader => Task.Run(() =>
        {
            var own = new LakeCatalog(_lake.Store, _lake.Clock).Table(LakeFixture.Table);
            var (mixed, seen, before) = (0, 0, -1L);
            while (!done.IsCancellationRequested || seen == 0)
            {
                var snapshot = reader % 5 == 0 ? new LakeCatalog(_lake.Store, _lake.Clock).Table(LakeFixture.Table).Read() : own.Read();
                seen++;
                // Each publish replaces both files by two that carry its number: any other pair is a mixture.
                var numbers = snapshot.Files.Select(file => file.Path.Split('-')[0]).Distinct().ToList();
                var whole = snapshot.Version == 0 ? snapshot.Files.Count == 0
                    : snapshot.Files.Count == 2 && numbers is [var number] && number == snapshot.Version.ToString(CultureInfo.InvariantCulture);
                mixed += whole && (reader % 5 == 0 || snapshot.Version >= before) ? 0 : 1;
                before = snapshot.Version;
                Thread.Sleep(1);
            }
            return mixed;
        })).ToList();
        for (var i = 1; i <= 1000; i++)
        {
            var head = table.Read();
            table.Commit(new DeltaCommit { Operation = "WRITE", Base = head, Removes = head.Files, Adds = [Named($"{i}-a"), Named($"{i}-b")] });
        }
        await done.CancelAsync();

        Assert.Equal(0, (await Task.WhenAll(readers)).Sum());
        Assert.Equal(1000, table.Read().Version);
    }

    // The readers look at the log only: a thousand real files would measure the disk.
    private static DataFile Named(string name) => new($"{name}.parquet", DataFile.NoPartition, 1, 0);

    private void AssertEveryAppendIsThereOnce(int writers, int each)
    {
        var head = _lake.Reopen().Table(LakeFixture.Table).Read();
        var expected = Enumerable.Range(0, writers).SelectMany(writer => Enumerable.Range(0, each).Select(i => $"{writer}-{i}.parquet")).Order(StringComparer.Ordinal);
        Assert.Equal(expected, head.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.Equal(writers * each, head.Version);
    }
}
