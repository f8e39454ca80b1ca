using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Orchestrate.Pipelines.Scheduling;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines;

/// <summary>Which past times of a pipeline are to be run.</summary>
/// <param name="From">The first day, 2026-11-01.</param>
/// <param name="To">The last day.</param>
/// <param name="NewestFirst">Whether to begin with the last day.</param>
/// <param name="Limit">At most so many runs; null: all.</param>
/// <param name="Again">Whether times that ran already are run once more.</param>
public sealed record BackfillAsk(string From, string To, bool NewestFirst = false, int? Limit = null, bool Again = false);

/// <summary>The runs of a past time, less urgent than those of now.</summary>
internal static class Backfill
{
    private const int MostRuns = 10_000;
    private const int LessUrgent = -10;
    private const int OfOneUrgency = 50;

    /// <summary>The runs that would be made: those whose interval begins in the days asked for, as far as it has ended.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.no-schedule</c>, <c>orchestrate.parameter</c>.</exception>
    public static IReadOnlyList<NewRun> Plan(TimeProvider clock, PipelineSpec spec, BackfillAsk ask)
    {
        if (spec.Schedule is null)
        {
            throw new EscaleException("orchestrate.no-schedule", $"The pipeline '{spec.Name}' has no schedule: it has no past times.", "Give it one, or run it with a parameter for the day.");
        }
        var (from, until) = (Day(ask.From, spec), Day(ask.To, spec).AddDays(1));
        if (until <= from)
        {
            throw new EscaleException("orchestrate.parameter", $"The last day, {ask.To}, is before the first, {ask.From}.", "Write the earlier day first.");
        }
        if (ask.Limit is < 1)
        {
            throw new EscaleException("orchestrate.parameter", "At most so many runs: that must be 1 or more.", "Leave it out for all of them.");
        }
        var (schedule, definition, mark) = (new Schedule(spec.Schedule with { From = null, Until = null }), Definition.Of(spec), clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        var runs = schedule.Between(from, clock.GetUtcNow(), MostRuns).TakeWhile(time => schedule.BeginOf(time) < until).Where(time => schedule.BeginOf(time) >= from)
            .Select(time => PipelineScheduler.ScheduledRun(PipelineRunId.New(clock), definition, schedule, time, "backfill", LessUrgent)).Select(run => ask.Again ? run with { Key = $"{run.Key}#{mark}" } : run);
        return [.. (ask.NewestFirst ? runs.Reverse() : runs).Take(ask.Limit ?? MostRuns).Select((run, at) => ask.NewestFirst ? run with { Priority = LessUrgent - (at / OfOneUrgency) } : run)];
    }

    /// <summary>Makes them; returns how many were not there yet.</summary>
    public static async Task<int> MakeAsync(PipelineEngine engine, TimeProvider clock, PipelineSpec spec, IReadOnlyList<NewRun> runs, CancellationToken cancellationToken)
    {
        await engine.KnowAsync([new PipelineRow(spec.Name, false, clock.GetUtcNow(), spec.Concurrency)], cancellationToken);
        return await engine.QueueAsync(runs, cancellationToken);
    }

    private static DateTimeOffset Day(string text, PipelineSpec spec)
    {
        if (!DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            throw new EscaleException("orchestrate.parameter", $"'{text}' is no day.", "Write it as 2026-11-22.");
        }
        return new DateTimeOffset(day, TimeZoneInfo.FindSystemTimeZoneById(spec.Schedule?.Zone ?? "UTC").GetUtcOffset(day)).ToUniversalTime();
    }
}
