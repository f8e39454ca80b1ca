using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Runs;

namespace Escale.Orchestrate.Display;

/// <summary>The words in which a run is told, the same in every display.</summary>
internal static class RunText
{
    /// <summary>What people call the asset: its table when it makes one, else its name.</summary>
    public static string Label(Asset asset) => asset.Table?.ToString() ?? asset.Name;

    public static string Word(StepStatus status) => status switch
    {
        StepStatus.Ok => "ok",
        StepStatus.Unchanged => "unchanged",
        StepStatus.Failed => "failed",
        StepStatus.Skipped => "skipped",
        _ => "cancelled",
    };

    public static string Seconds(TimeSpan time) => time.TotalSeconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds:00} s");

    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Bytes(long value) => value switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{value} B"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.0} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:0.00} GB"),
    };

    public static string Rows(long count) => count == 1 ? "1 row" : $"{Count(count)} rows";

    /// <summary>What there is to say about a step that ended, without its name and status.</summary>
    public static IEnumerable<string> Details(StepOutcome outcome) => AllDetails(outcome).Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> AllDetails(StepOutcome outcome)
    {
        if (outcome.Result is { } result && outcome.Status != StepStatus.Failed)
        {
            if (result.RowCount is { } rows && outcome.Status == StepStatus.Ok && outcome.Version is not null)
            {
                yield return Rows(rows);
            }
            if (result.QuarantinedCount > 0)
            {
                yield return $"{Count(result.QuarantinedCount)} quarantined";
            }
            if (result.Summary is { Length: > 0 } summary)
            {
                yield return summary;
            }
            if (result.Warning is { } warning)
            {
                yield return $"warning: {warning}";
            }
        }
        if (outcome.Reason is { } reason)
        {
            yield return reason;
        }
        if (outcome.Attempts > 1)
        {
            yield return $"{outcome.Attempts} attempts";
        }
        if (outcome.Error is { } error)
        {
            yield return error.Code;
        }
        if (outcome.Status is StepStatus.Ok or StepStatus.Failed)
        {
            yield return Seconds(outcome.Elapsed);
        }
    }

    /// <summary>An error as the command line prints it.</summary>
    public static IEnumerable<string> Lines(StepError error)
    {
        yield return $"error {error.Code}: {error.Message}";
        if (error.Place?.ToString() is { Length: > 0 } place)
        {
            yield return $"  at {place}";
        }
        if (error.Remedy is { } remedy)
        {
            yield return $"  next: {remedy}";
        }
    }

    /// <summary>The end of the story: counts, rows, the slowest, what failed and why, and the next step.</summary>
    public static IEnumerable<string> Summary(RunSummary summary)
    {
        foreach (var failed in summary.Outcomes.Where(outcome => outcome.Error is not null))
        {
            yield return "";
            yield return $"{failed.Step.Asset.Kind} {Label(failed.Step.Asset)} failed";
            foreach (var line in Lines(failed.Error!))
            {
                yield return $"  {line}";
            }
        }
        yield return "";
        var counts = Enum.GetValues<StepStatus>().Where(status => summary.Count(status) > 0).Select(status => $"{summary.Count(status)} {Word(status)}");
        yield return $"Run {summary.Run} {summary.Status.ToString().ToLowerInvariant()} in {Seconds(summary.Elapsed)}: "
            + (summary.Outcomes.Count == 0 ? "nothing was selected" : string.Join(", ", counts));
        if (summary.RowCount > 0 || summary.SizeBytes > 0)
        {
            yield return $"  {Rows(summary.RowCount)}, {Bytes(summary.SizeBytes)} written";
        }
        if (summary.QuarantinedCount > 0)
        {
            yield return $"  {Rows(summary.QuarantinedCount)} in quarantine; see `escale quarantine ls`";
        }
        var slowest = summary.Outcomes.Where(outcome => outcome.Elapsed > TimeSpan.FromMilliseconds(500) && outcome.Attempts > 0)
            .OrderByDescending(outcome => outcome.Elapsed).Take(3)
            .Select(outcome => $"{Label(outcome.Step.Asset)} {Seconds(outcome.Elapsed)}").ToList();
        if (slowest.Count > 1)
        {
            yield return $"  slowest: {string.Join(", ", slowest)}";
        }
        if (summary.Status is RunStatus.Failed or RunStatus.Cancelled)
        {
            yield return summary.Status == RunStatus.Failed
                ? "  next: mend what failed, then `escale run --resume`"
                : "  next: `escale run --resume` goes on from here";
        }
    }
}
