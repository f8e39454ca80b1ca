using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Orchestrate.Pipelines.Scheduling;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines;

/// <summary>What is to be run for the past: days, values of parameters, or each of the values on each of the days.</summary>
/// <param name="From">The first day, 2026-11-01, or null.</param>
/// <param name="To">The last day; null: only the first.</param>
/// <param name="NewestFirst">Whether to begin with the last.</param>
/// <param name="Limit">At most so many runs; null: all.</param>
/// <param name="Again">Whether what ran already is run once more.</param>
public sealed record BackfillAsk(string? From, string? To, bool NewestFirst = false, int? Limit = null, bool Again = false)
{
    /// <summary>By parameter the values that there is a run for each of; of days and whole numbers also from one to another, <c>2026-11-01..2026-11-07</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>It in a line, for the audit log.</summary>
    public override string ToString() => string.Join(' ', (From is null ? [] : new[] { $"{From}..{To ?? From}" }).Concat(Parameters.Select(pair => $"{pair.Key}={string.Join(',', pair.Value)}")));
}

/// <summary>The runs of a past time, less urgent than those of now.</summary>
internal static class Backfill
{
    private const int MostRuns = 10_000;
    private const int LessUrgent = -10;
    private const int OfOneUrgency = 50;

    /// <summary>The runs that would be made: those whose interval begins in the days asked for, as far as it has ended, for each combination of the values.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.no-schedule</c>, <c>orchestrate.parameter</c>.</exception>
    public static IReadOnlyList<NewRun> Plan(TimeProvider clock, PipelineSpec spec, BackfillAsk ask)
    {
        if (ask.Limit is < 1)
        {
            throw new EscaleException("orchestrate.parameter", "At most so many runs: that must be 1 or more.", "Leave it out for all of them.");
        }
        var (partitions, mark) = (Partitions.Of(spec, ask.Parameters, MostRuns), ask.Again ? "#" + clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) : "");
        var runs = Times(clock, spec, ask).SelectMany(run => partitions.Select(values => run with
        {
            Id = PipelineRunId.New(clock), Parameters = ParameterReader.Values(spec, values), Key = run.Key + Partitions.KeyOf(spec, values) + mark,
        }));
        return [.. (ask.NewestFirst ? runs.Reverse() : runs).Take(ask.Limit ?? MostRuns).Select((run, at) => ask.NewestFirst ? run with { Priority = LessUrgent - (at / OfOneUrgency) } : run)];
    }

    // A run for each time, or one that is about none.
    private static IEnumerable<NewRun> Times(TimeProvider clock, PipelineSpec spec, BackfillAsk ask)
    {
        var definition = Definition.Of(spec);
        if (string.IsNullOrEmpty(ask.From) && string.IsNullOrEmpty(ask.To) && ask.Parameters.Count > 0)
        {
            return [new NewRun { Id = "", Definition = definition, Trigger = "backfill", Key = "for", Priority = LessUrgent }];
        }
        if (spec.Schedule is null)
        {
            throw new EscaleException("orchestrate.no-schedule", $"The pipeline '{spec.Name}' has no schedule: it has no past times.", "Give it one, or backfill values of its parameters.");
        }
        var (from, until) = (Day(ask.From ?? "", spec), Day(ask.To is { Length: > 0 } to ? to : ask.From ?? "", spec).AddDays(1));
        if (until <= from)
        {
            throw new EscaleException("orchestrate.parameter", $"The last day, {ask.To}, is before the first, {ask.From}.", "Write the earlier day first.");
        }
        var schedule = new Schedule(spec.Schedule with { From = null, Until = null });
        return schedule.Between(from, clock.GetUtcNow(), MostRuns).TakeWhile(time => schedule.BeginOf(time) < until).Where(time => schedule.BeginOf(time) >= from)
            .Select(time => PipelineScheduler.ScheduledRun("", definition, schedule, time, "backfill", LessUrgent));
    }

    /// <summary>The values of a run that were asked for.</summary>
    public static IReadOnlyDictionary<string, string> Chosen(BackfillAsk ask, NewRun run) => run.Parameters.Where(pair => ask.Parameters.ContainsKey(pair.Key)).ToDictionary(StringComparer.Ordinal);

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
            throw new EscaleException("orchestrate.parameter", text.Length == 0 ? "The first day is missing." : $"'{text}' is no day.",
                text.Length == 0 && spec.Parameters.Count > 0 ? "Give one such as 2026-11-22, or values of parameters." : "Write it as 2026-11-22.");
        }
        return new DateTimeOffset(day, TimeZoneInfo.FindSystemTimeZoneById(spec.Schedule?.Zone ?? "UTC").GetUtcOffset(day)).ToUniversalTime();
    }
}
