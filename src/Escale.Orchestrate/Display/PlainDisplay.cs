using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Runs;

namespace Escale.Orchestrate.Display;

/// <summary>One line per event, for pipes and log files.</summary>
internal sealed class PlainDisplay(TextWriter writer, TimeProvider clock) : RunWatcher
{
    private readonly Lock _lock = new();

    public override void Started(RunId run, RunPlan plan) =>
        Write($"run {run}  {plan.Steps.Count} {(plan.Steps.Count == 1 ? "step" : "steps")}");

    public override void AttemptEnded(StepContext context, StepResult? result, StepError? error, TimeSpan elapsed, TimeSpan? retryIn)
    {
        if (retryIn is { } wait)
        {
            Write($"{context.Asset.Kind} {RunText.Label(context.Asset)}  retry in {RunText.Seconds(wait)}  {error!.Message}");
        }
    }

    public override void StepEnded(StepOutcome outcome)
    {
        var asset = outcome.Step.Asset;
        Write(string.Join("  ", [$"{asset.Kind} {RunText.Label(asset)}", RunText.Word(outcome.Status), .. RunText.Details(outcome)]));
    }

    public override void Ended(RunSummary summary)
    {
        lock (_lock)
        {
            foreach (var line in RunText.Summary(summary))
            {
                writer.WriteLine(line);
            }
            writer.Flush();
        }
    }

    private void Write(string text)
    {
        var time = clock.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        lock (_lock)
        {
            writer.WriteLine($"{time}  {text}");
            writer.Flush();
        }
    }
}
