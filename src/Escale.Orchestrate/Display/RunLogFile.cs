using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Runs;

namespace Escale.Orchestrate.Display;

/// <summary>
/// The run's log, <c>.escale/logs/run-ID.log</c>: every event and every line that a step said, with traces of our own bugs. The newest
/// <see cref="Kept"/> stay. A log that cannot be written ends; the run goes on.
/// </summary>
internal sealed class RunLogFile(ProjectRoot root, TimeProvider clock) : RunWatcher, IDisposable
{
    /// <summary>How many logs stay, this run's included.</summary>
    public const int Kept = 100;

    private readonly Lock _lock = new();
    private StreamWriter? _writer;

    public override void Started(RunId run, RunPlan plan)
    {
        var folder = Path.Combine(root.StateFolder, "logs");
        try
        {
            Directory.CreateDirectory(folder);
            // A run's id begins with its time: the order of names is the order of runs.
            foreach (var old in Directory.GetFiles(folder, "run-*.log").OrderDescending(StringComparer.Ordinal).Skip(Kept - 1))
            {
                File.Delete(old);
            }
            lock (_lock)
            {
                _writer = new StreamWriter(Path.Combine(folder, $"run-{run}.log")) { AutoFlush = true };
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return;
        }
        Write($"run {run}: {plan.Steps.Count} step{(plan.Steps.Count == 1 ? "" : "s")}");
    }

    public override void AttemptStarted(StepContext context) => Write($"{context.Asset.Id}: attempt {context.Attempt}");

    public override void Logged(PlannedStep step, string line) => Write($"{step.Asset.Id}: {line}");

    public override void AttemptEnded(StepContext context, StepResult? result, StepError? error, TimeSpan elapsed, TimeSpan? retryIn)
    {
        if (error is not null)
        {
            Write($"{context.Asset.Id}: attempt {context.Attempt} failed: {string.Join(" | ", RunText.Lines(error))}");
        }
    }

    public override void StepEnded(StepOutcome outcome) =>
        Write($"{outcome.Step.Asset.Id}: {RunText.Word(outcome.Status)} {string.Join(", ", RunText.Details(outcome))}");

    public override void Ended(RunSummary summary) => Write(string.Join("\n  ", RunText.Summary(summary)));

    public void Dispose()
    {
        lock (_lock)
        {
            _writer?.Dispose();
            _writer = null;
        }
    }

    private void Write(string text)
    {
        lock (_lock)
        {
            try
            {
                _writer?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():O}  {text}"));
            }
            catch (IOException)
            {
                // The disk is full, most likely. Who writes data says so; what was flushed of the log stays.
                _writer = null;
            }
        }
    }
}
