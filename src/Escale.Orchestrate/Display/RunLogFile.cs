using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Runs;

namespace Escale.Orchestrate.Display;

/// <summary>The run's log, <c>.escale/logs/run-ID.log</c>: every event and every line that a step said, with traces of our own bugs.</summary>
internal sealed class RunLogFile(ProjectRoot root, TimeProvider clock) : RunWatcher, IDisposable
{
    private readonly Lock _lock = new();
    private StreamWriter? _writer;

    public override void Started(RunId run, RunPlan plan)
    {
        var folder = Path.Combine(root.StateFolder, "logs");
        Directory.CreateDirectory(folder);
        lock (_lock)
        {
            _writer = new StreamWriter(Path.Combine(folder, $"run-{run}.log")) { AutoFlush = true };
        }
        Write($"run {run}: {plan.Steps.Count} steps");
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
            _writer?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():O}  {text}"));
        }
    }
}
