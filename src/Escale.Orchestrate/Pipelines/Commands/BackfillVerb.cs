using System.CommandLine;
using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Orchestrate.Pipelines.Scheduling;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines.Commands;

/// <summary><c>escale pipeline backfill</c>: the runs of a past time, less urgent than those of now.</summary>
internal static class BackfillVerb
{
    private const int MostRuns = 10_000;
    private const int LessUrgent = -10;

    public static void Add(Cli cli, Command group)
    {
        var name = new Argument<string>("NAME") { Description = "The pipeline" };
        var from = new Option<string>("--from") { Description = "The first day, 2026-11-01", HelpName = "DAY", Required = true };
        var to = new Option<string>("--to") { Description = "The last day", HelpName = "DAY", Required = true };
        var newest = new Option<bool>("--newest-first") { Description = "Begin with the last day" };
        var limit = new Option<int?>("--limit") { Description = "At most so many runs", HelpName = "N" };
        var dry = new Option<bool>("--dry-run") { Description = "Show what would run" };
        var again = new Option<bool>("--again") { Description = "Also times that ran already" };
        cli.Add(group, new Command("backfill", "Make the runs of past times; a served program or a worker takes them when nothing else waits") { name, from, to, newest, limit, dry, again }, async (call, cancellationToken) =>
        {
            var spec = call.Get<PipelineFiles>().Get(call.Value(name)!);
            var runs = Runs(call.Get<TimeProvider>(), spec, Day(call.Value(from)!, spec), Day(call.Value(to)!, spec).AddDays(1), call.Value(again));
            runs = [.. (call.Value(newest) ? runs.Reverse() : runs).Take(call.Value(limit) ?? MostRuns).Select((run, at) => run with { Priority = call.Value(newest) ? LessUrgent - (at / 50) : run.Priority })];
            var made = 0;
            if (!call.Value(dry))
            {
                var engine = call.Get<PipelineEngine>();
                await engine.KnowAsync([new PipelineRow(spec.Name, false, call.Get<TimeProvider>().GetUtcNow(), spec.Concurrency)], cancellationToken);
                made = await engine.QueueAsync(runs, cancellationToken);
            }
            Tell(call, spec, runs, made, call.Value(dry));
            return ExitCode.Success;
        }, examples: ["escale pipeline backfill daily --from 2026-11-01 --to 2026-11-07 --dry-run", "escale pipeline backfill daily --from 2026-01-01 --to 2026-11-22 --newest-first --limit 30"]);
    }

    private static IReadOnlyList<NewRun> Runs(TimeProvider clock, PipelineSpec spec, DateTimeOffset from, DateTimeOffset until, bool again)
    {
        if (spec.Schedule is null)
        {
            throw new EscaleException("orchestrate.no-schedule", $"The pipeline '{spec.Name}' has no schedule: it has no past times.", "Give it one, or run it with a parameter for the day.");
        }
        var scheduler = new PipelineScheduler(null!, () => new PipelineFolder(new Dictionary<string, PipelineSpec>(), []), clock, () => System.Security.Cryptography.RandomNumberGenerator.GetHexString(12, lowercase: true));
        var (schedule, definition, mark) = (new Schedule(spec.Schedule with { From = null, Until = null }), Definition.Of(spec), clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        // The runs whose interval begins in the days asked for, as far as it has ended.
        return
        [
            .. schedule.Between(from, clock.GetUtcNow(), MostRuns).TakeWhile(time => schedule.BeginOf(time) < until).Where(time => schedule.BeginOf(time) >= from)
                .Select(time => scheduler.ScheduledRun(definition, schedule, time, "backfill", LessUrgent)).Select(run => again ? run with { Key = $"{run.Key}#{mark}" } : run),
        ];
    }

    private static DateTimeOffset Day(string text, PipelineSpec spec)
    {
        if (!DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            throw new EscaleException("orchestrate.parameter", $"'{text}' is no day.", "Write it as 2026-11-22.");
        }
        return new DateTimeOffset(day, TimeZoneInfo.FindSystemTimeZoneById(spec.Schedule?.Zone ?? "UTC").GetUtcOffset(day)).ToUniversalTime();
    }

    private static void Tell(VerbCall call, PipelineSpec spec, IReadOnlyList<NewRun> runs, int made, bool isDry)
    {
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new { spec.Name, DryRun = isDry, Asked = runs.Count, Made = made, Runs = runs.Select(run => new { run.Id, run.IntervalBegin, run.IntervalEnd }) });
            return;
        }
        if (isDry)
        {
            call.Output.Table(["FROM", "TO"], runs.Select(run => (IReadOnlyList<string>)[PipelineVerbs.Moment(run.IntervalBegin), PipelineVerbs.Moment(run.IntervalEnd)]));
            call.Output.Line($"{runs.Count} runs; nothing was made.");
            return;
        }
        call.Output.Line($"{made} runs of {spec.Name} wait{(made < runs.Count ? $"; {runs.Count - made} times ran already (--again repeats them)" : "")}.");
    }
}
