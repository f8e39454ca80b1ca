using System.CommandLine;
using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Outside;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;

namespace Escale.Orchestrate.Pipelines.Commands;

/// <summary><c>escale pipeline</c>: what there is, what happened, and starting, stopping and repeating runs.</summary>
internal static class PipelineVerbs
{
    public static void Add(Cli cli)
    {
        var group = cli.Group("pipeline", "Pipelines: schedules, runs, backfills");
        cli.Add(group, new Command("ls", "The pipelines, when they run next and how they ended last"), ListAsync, examples: ["escale pipeline ls", "escale pipeline ls --json"]);
        RunVerbOfPipelines.Add(cli, group);
        BackfillVerb.Add(cli, group);
        AddRuns(cli, group);
        LogsVerb.Add(cli, group);
        AddPause(cli, group, "pause", "Begin no runs by themselves until resumed", isPaused: true);
        AddPause(cli, group, "resume", "Let a paused pipeline run by itself again", isPaused: false);
        AddCancel(cli, group);
        AddClear(cli, group);
        MarkVerb.Add(cli, group);
        StepVerb.Add(cli, group);
    }

    private static async Task<int> ListAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var (folder, problems, history, clock) = (call.Get<PipelineFiles>().Read(), call.Get<PipelineProblems>().All(), call.Get<PipelineHistory>(), call.Get<TimeProvider>());
        var (rows, newest) = folder.Pipelines.Count == 0 ? (new Dictionary<string, PipelineRow>(), new Dictionary<string, ShownRun>()) : (await history.PipelinesAsync(cancellationToken), await history.NewestAsync(cancellationToken));
        var shown = folder.Pipelines.Values.OrderBy(pipeline => pipeline.Name, StringComparer.Ordinal).Select(pipeline => new
        {
            pipeline.Name, pipeline.Description, pipeline.Path, Schedule = ScheduleText.Of(pipeline), Steps = pipeline.Tasks.Count,
            Paused = rows.TryGetValue(pipeline.Name, out var row) && row.IsPaused,
            Next = pipeline.Schedule is { } schedule ? new Schedule(schedule).Next(clock.GetUtcNow()) : null, Last = newest.GetValueOrDefault(pipeline.Name),
        }).ToList();
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new { Pipelines = shown, Errors = problems.Select(error => new { error.Code, error.Message, Place = error.Place?.ToString(), Next = error.Remedy }) });
            return problems.Count == 0 ? ExitCode.Success : ExitCode.Failure;
        }
        if (shown.Count == 0 && problems.Count == 0)
        {
            call.Output.Line($"No pipelines yet. Write {PipelineFiles.Folder}/daily.yml with a schedule and what to build.");
        }
        else if (shown.Count > 0)
        {
            call.Output.Table(["NAME", "SCHEDULE", "NEXT", "LAST", "STATUS", ">STEPS"], shown.Select(one => (IReadOnlyList<string>)
            [
                one.Name, one.Schedule, one.Paused ? "paused" : Moment(one.Next), Moment(one.Last?.StartedAt ?? one.Last?.CreatedAt), one.Last?.Status ?? "", one.Steps.ToString(CultureInfo.InvariantCulture),
            ]));
        }
        foreach (var error in problems)
        {
            call.Output.Message($"{error.Place}: {error.Message} {error.Remedy}");
        }
        return problems.Count == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static void AddRuns(Cli cli, Command group)
    {
        var name = new Argument<string?>("NAME") { Description = "A pipeline (default: all)", Arity = ArgumentArity.ZeroOrOne };
        var limit = new Option<int>("--limit") { Description = "How many", DefaultValueFactory = _ => 20 };
        var runs = new Command("runs", "The runs of pipelines, newest first") { name, limit };
        cli.Add(group, runs, async (call, cancellationToken) =>
        {
            var list = await call.Get<PipelineHistory>().ListAsync(call.Value(name), call.Value(limit), cancellationToken);
            if (call.Output.IsJson)
            {
                call.Output.WriteJson(list);
                return ExitCode.Success;
            }
            call.Output.Table(["RUN", "PIPELINE", "STATUS", "BECAUSE", "INTERVAL", "STARTED", ">SECONDS", ">STEPS"], list.Select(run => (IReadOnlyList<string>)
            [
                run.Id, run.Pipeline, run.Status, run.Trigger, run.IntervalEnd is null ? "" : $"{Moment(run.IntervalBegin)} – {Moment(run.IntervalEnd)}", Moment(run.StartedAt), Seconds(run.Seconds),
                run.StepCount.ToString(CultureInfo.InvariantCulture),
            ]));
            return ExitCode.Success;
        }, examples: ["escale pipeline runs", "escale pipeline runs daily --limit 5 --json"]);
        var id = new Argument<string>("RUN") { Description = "The run's id" };
        cli.Add(group, new Command("show", "The steps of one run") { id }, async (call, cancellationToken) =>
        {
            RunVerbOfPipelines.Show(call.Output, await call.Get<PipelineHistory>().ShowAsync(call.Value(id)!, cancellationToken));
            return ExitCode.Success;
        }, examples: ["escale pipeline show p20261122T060000Z-3f9a2c"]);
    }

    private static void AddPause(Cli cli, Command group, string verb, string description, bool isPaused)
    {
        var name = new Argument<string>("NAME") { Description = "The pipeline" };
        cli.Add(group, new Command(verb, description) { name }, async (call, cancellationToken) =>
        {
            var pipeline = call.Get<PipelineFiles>().Get(call.Value(name)!);
            var engine = call.Get<PipelineEngine>();
            await engine.KnowAsync([new PipelineRow(pipeline.Name, false, call.Get<TimeProvider>().GetUtcNow(), pipeline.Concurrency)], cancellationToken);
            await engine.PauseAsync(pipeline.Name, isPaused, cancellationToken);
            Say(call, new { pipeline.Name, Paused = isPaused }, isPaused ? $"{pipeline.Name} is paused." : $"{pipeline.Name} runs by itself again.");
            return ExitCode.Success;
        }, examples: [$"escale pipeline {verb} daily"]);
    }

    private static void AddCancel(Cli cli, Command group)
    {
        var id = new Argument<string>("RUN") { Description = "The run's id" };
        cli.Add(group, new Command("cancel", "Stop a run: what is under way is ended, the rest is not begun") { id }, async (call, cancellationToken) =>
        {
            var run = await call.Get<PipelineHistory>().RunAsync(call.Value(id)!, cancellationToken);
            if (!await call.Get<PipelineEngine>().StopAsync(run.Id, PipelineEngine.Cancelled, null, cancellationToken))
            {
                throw new EscaleException("orchestrate.not-running", $"The run {run.Id} is not under way.", "It ended, or it is being stopped already.");
            }
            Say(call, new { run.Id, Cancelled = true }, $"{run.Id} is being stopped.");
            return ExitCode.Success;
        }, examples: ["escale pipeline cancel p20261122T060000Z-3f9a2c"]);
    }

    private static void AddClear(Cli cli, Command group)
    {
        var id = new Argument<string>("RUN") { Description = "The run's id" };
        var steps = new Option<string[]>("--step") { Description = "A step to do again (default: those that failed or were not taken)", HelpName = "STEP", AllowMultipleArgumentsPerToken = true };
        var only = new Option<bool>("--only") { Description = "Not what is behind it" };
        cli.Add(group, new Command("clear", "Do steps of a run again, and what is behind them") { id, steps, only }, async (call, cancellationToken) =>
        {
            var run = await call.Get<PipelineHistory>().RunAsync(call.Value(id)!, cancellationToken);
            var count = await Clearing.ClearAsync(call.Get<PipelineEngine>(), run, call.Value(steps) ?? [], !call.Value(only), cancellationToken);
            Say(call, new { run.Id, Steps = count }, count == 1 ? $"1 step of {run.Id} waits to be done again." : $"{count} steps of {run.Id} wait to be done again.");
            return ExitCode.Success;
        }, examples: ["escale pipeline clear p20261122T060000Z-3f9a2c", "escale pipeline clear p20261122T060000Z-3f9a2c --step load"]);
    }

    internal static string Moment(DateTimeOffset? time) => time?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";

    internal static string Seconds(double? seconds) => seconds?.ToString("0.0", CultureInfo.InvariantCulture) ?? "";

    internal static void Say<T>(VerbCall call, T json, string text)
    {
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(json);
            return;
        }
        call.Output.Line(text);
    }
}

/// <summary>Doing steps again, asked for by their ids.</summary>
internal static class Clearing
{
    /// <exception cref="EscaleException"><c>orchestrate.step-not-found</c>; <c>orchestrate.nothing-to-retry</c>; <c>orchestrate.step-running</c>.</exception>
    public static async Task<int> ClearAsync(PipelineEngine engine, ShownRun run, IReadOnlyList<string> steps, bool withAfter, CancellationToken cancellationToken)
    {
        var graph = (await engine.Definitions.GetAsync(run.Definition, cancellationToken)).Graph;
        return await engine.ClearAsync(run.Id, steps.Count == 0 ? null : [.. steps.Select(graph.PlaceOf)], withAfter, cancellationToken) switch
        {
            0 => throw new EscaleException("orchestrate.nothing-to-retry", $"Nothing of the run {run.Id} failed or was left out.", "Name a step with --step, or start a new run."),
            -1 => throw new EscaleException("orchestrate.step-running", $"A step of the run {run.Id} that is to be done again is under way.", "Wait for it, or cancel the run first."),
            var count => count,
        };
    }
}

/// <summary>Schedules in a few words.</summary>
internal static class ScheduleText
{
    public static string Of(PipelineSpec pipeline)
    {
        var parts = new List<string>();
        if (pipeline.Schedule is { } schedule)
        {
            parts.Add(schedule.Cron is { } cron ? cron + (schedule.Zone == "UTC" ? "" : " " + schedule.Zone) : "every " + Period(schedule.Every!.Value));
        }
        var triggers = pipeline.Triggers;
        parts.AddRange(triggers.After.Count > 0 ? ["after " + string.Join(", ", triggers.After)] : Array.Empty<string>());
        parts.AddRange(triggers.Assets.Count > 0 ? ["when " + string.Join(", ", triggers.Assets) + " changes"] : Array.Empty<string>());
        parts.AddRange(triggers.Files.Count > 0 ? ["file " + string.Join(", ", triggers.Files)] : Array.Empty<string>());
        parts.AddRange(triggers.Webhook ? ["webhook"] : Array.Empty<string>());
        return parts.Count == 0 ? "by hand" : string.Join(", ", parts);
    }

    private static string Period(TimeSpan period) => period.TotalDays >= 1 && period.Ticks % TimeSpan.TicksPerDay == 0 ? FormattableString.Invariant($"{period.TotalDays:0} d")
        : period.TotalHours >= 1 && period.Ticks % TimeSpan.TicksPerHour == 0 ? FormattableString.Invariant($"{period.TotalHours:0} h")
        : period.TotalMinutes >= 1 && period.Ticks % TimeSpan.TicksPerMinute == 0 ? FormattableString.Invariant($"{period.TotalMinutes:0} min")
        : FormattableString.Invariant($"{period.TotalSeconds:0.###} s");
}
