using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Display;
using Escale.Orchestrate.Runs;
using Escale.Orchestrate.Tests.Runs;
using Escale.Testing;
using Xunit;

namespace Escale.Orchestrate.Tests.Display;

public sealed class RunLogFileTests : IDisposable
{
    private static readonly RunPlan _plan = RunPlan.Make([Workshop.Model("a", "1")], new HashSet<string> { "a" });
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_newest_logs_stay_and_other_files_are_left_alone()
    {
        for (var run = 0; run < RunLogFile.Kept + 5; run++)
        {
            _folder.Write(string.Create(CultureInfo.InvariantCulture, $".escale/logs/run-20260101T000000Z-{run:000000}.log"), "");
        }
        _folder.Write(".escale/logs/simulator.log", "");
        Run("20260102T000000Z-abcdef");
        var names = Directory.GetFiles(Path.Combine(_folder.Path, ".escale/logs")).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(RunLogFile.Kept + 1, names.Count);
        Assert.Equal(("run-20260101T000000Z-000006.log", "run-20260102T000000Z-abcdef.log", "simulator.log"), (names[0], names[^2], names[^1]));
        Assert.Contains(": 1 step", File.ReadAllText(Path.Combine(_folder.Path, ".escale/logs", names[^2]!)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_cannot_be_written_does_not_stop_the_run()
    {
        _folder.Write(".escale/logs", "a file where the folder should be");
        Run("20260102T000000Z-abcdef");
        Assert.Equal("a file where the folder should be", File.ReadAllText(Path.Combine(_folder.Path, ".escale/logs")));
    }

    private void Run(string id)
    {
        using var log = new RunLogFile(new ProjectRoot(_folder.Path), TimeProvider.System);
        log.Started(new RunId(id), _plan);
        log.Logged(_plan.Steps[0], "a line");
    }
}
