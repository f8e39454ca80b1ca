using System.CommandLine;
using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Commands;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Orchestrate.Pipelines.Working;

namespace Escale.Orchestrate.Pipelines.Outside;

/// <summary><c>escale pipeline step</c>, <c>outcome</c> and <c>due</c>: what other programs call that keep the order of a pipeline's steps, such as the files of <c>escale export</c>.</summary>
internal static class StepVerb
{
    /// <summary>The exit code of a step that was skipped, as Airflow takes it.</summary>
    public const int Skipped = 99;

    public static void Add(Cli cli, Command group)
    {
        AddStep(cli, group);
        AddOutcome(cli, group);
        AddDue(cli, group);
    }

    private static void AddStep(Cli cli, Command group)
    {
        var (name, id, options) = (Name(), new Argument<string>("STEP") { Description = "The id of the step" }, new RunOptions());
        var retries = new Option<bool>("--retries") { Description = "Try again as the step's retries say (else the caller does)" };
        var when = new Option<bool>("--when") { Description = "Only tell whether the step's condition holds: true or false" };
        var command = new Command("step", "Do one step of a pipeline; another program keeps the order") { name, id, retries, when };
        options.AddTo(command);
        cli.Add(group, command, async (call, cancellationToken) =>
        {
            var spec = call.Get<PipelineFiles>().Get(call.Value(name)!);
            var ordinal = spec.Graph().PlaceOf(call.Value(id)!);
            if (options.Time(call) is { } time && LeftOut(spec, time) is { } reason)
            {
                call.Output.Message(reason);
                return Skipped;
            }
            var run = await call.Get<OutsideRuns>().OpenAsync(await options.RunAsync(call, spec, cancellationToken), cancellationToken);
            if (call.Value(when))
            {
                return await TellConditionAsync(call, spec, run, ordinal, cancellationToken);
            }
            call.Get<StepLogs>().Echo = lines => call.Output.Message(lines.TrimEnd('\n'));
            var report = await call.Get<StepRunner>().RunAsync(run, spec, ordinal, call.Value(retries), cancellationToken);
            Tell(call, run, spec.Tasks[ordinal], report);
            return report.Phase switch { StepPhase.Succeeded => ExitCode.Success, StepPhase.Skipped => Skipped, _ => ExitCode.Failure };
        }, examples: ["escale pipeline step daily fetch --run manual-7 --param day=2026-11-22", "escale pipeline step daily build --run scheduled-2026-11-22 --at 2026-11-22T06:00:00Z"]);
    }

    private static void AddOutcome(Cli cli, Command group)
    {
        var (name, options) = (Name(), new RunOptions());
        var command = new Command("outcome", "Decide how a run of single steps ended; fails when it did") { name };
        options.AddTo(command);
        cli.Add(group, command, async (call, cancellationToken) =>
        {
            var spec = call.Get<PipelineFiles>().Get(call.Value(name)!);
            if (options.Time(call) is { } time && LeftOut(spec, time) is { } reason)
            {
                call.Output.Message(reason);
                return Skipped;
            }
            var run = await call.Get<OutsideRuns>().OpenAsync(await options.RunAsync(call, spec, cancellationToken), cancellationToken);
            var isGood = await call.Get<OutsideRuns>().DecideAsync(run, spec, cancellationToken);
            RunVerbOfPipelines.Show(call.Output, await call.Get<PipelineHistory>().ShowAsync(run.Id, cancellationToken));
            return isGood ? ExitCode.Success : ExitCode.Failure;
        }, examples: ["escale pipeline outcome daily --run manual-7"]);
    }

    private static void AddDue(Cli cli, Command group)
    {
        var (name, options) = (Name(), new RunOptions());
        var command = new Command("due", "Tell whether a pipeline runs at a time of its schedule: false on days that are left out") { name };
        options.AddTo(command);
        cli.Add(group, command, (call, _) =>
        {
            var spec = call.Get<PipelineFiles>().Get(call.Value(name)!);
            var reason = options.Time(call) is { } time ? LeftOut(spec, time) : null;
            PipelineVerbs.Say(call, new { spec.Name, Due = reason is null, Reason = reason }, reason is null ? "true" : "false");
            return Task.FromResult(ExitCode.Success);
        }, examples: ["escale pipeline due daily --at 2026-12-25T06:00:00Z"]);
    }

    /// <summary>Why a time is none of the schedule's although its cron expression says so; null when it is.</summary>
    internal static string? LeftOut(PipelineSpec pipeline, DateTimeOffset time)
    {
        if (pipeline.Schedule is not { } schedule)
        {
            return null;
        }
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, TimeZoneInfo.FindSystemTimeZoneById(schedule.Zone)).DateTime);
        var why = schedule.Except.Any(span => span.Has(day)) ? "its schedule leaves that day out"
            : time < schedule.From ? "its schedule begins later" : time >= schedule.Until ? "its schedule has ended" : null;
        return why is null ? null : $"{pipeline.Name} does not run at {PipelineVerbs.Moment(time)}: {why}.";
    }

    private static async Task<int> TellConditionAsync(VerbCall call, PipelineSpec spec, PipelineRun run, int ordinal, CancellationToken cancellationToken)
    {
        var steps = await call.Get<OutsideRuns>().StepsAsync(run.Id, cancellationToken);
        var texts = call.Get<StepTexts>();
        var values = await texts.ValuesAsync(Definition.Of(spec), new ClaimedStep(run, steps[ordinal]), cancellationToken);
        var holds = texts.Holds(spec.Tasks[ordinal], values);
        PipelineVerbs.Say(call, new { Step = spec.Tasks[ordinal].Id, Holds = holds }, holds ? "true" : "false");
        return ExitCode.Success;
    }

    private static void Tell(VerbCall call, PipelineRun run, TaskSpec task, AttemptReport report)
    {
        var status = report.Phase.Word();
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new { Run = run.Id, Step = task.Id, Status = status, Error = report.Failure, report.Output });
        }
        else if (report.Phase == StepPhase.Succeeded)
        {
            call.Output.Line(report.Output ?? status);
        }
        else
        {
            call.Output.Message($"{task.Id} {status}; the run is {run.Id}");
        }
    }

    private static Argument<string> Name() => new("NAME") { Description = "The pipeline" };

    /// <summary>Which run, and what it is about.</summary>
    private sealed class RunOptions
    {
        private readonly Option<string?> _run = new("--run") { Description = "The caller's name for the run; steps with the same read each other's outputs", HelpName = "KEY" };
        private readonly ScheduledTime _time = new();
        private readonly Option<string?> _after = new("--after") { Description = "The run that it comes after, whose interval it is about", HelpName = "PIPELINE/KEY" };
        private readonly Option<string[]> _parameters = new("--param") { Description = "A parameter's value", HelpName = "NAME=VALUE", AllowMultipleArgumentsPerToken = false };
        private readonly Option<string[]> _perhaps = new("--param-if-any") { Description = "The same; its default when the value is empty", HelpName = "NAME=VALUE", AllowMultipleArgumentsPerToken = false };

        public void AddTo(Command command)
        {
            command.Options.Add(_run);
            _time.AddTo(command);
            command.Options.Add(_after);
            command.Options.Add(_parameters);
            command.Options.Add(_perhaps);
        }

        public DateTimeOffset? Time(VerbCall call) => _time.Of(call);

        public async Task<OutsideRun> RunAsync(VerbCall call, PipelineSpec spec, CancellationToken cancellationToken)
        {
            var key = call.Value(_run) is { Length: > 0 } given ? given : PipelineRunId.New(call.Get<TimeProvider>());
            var values = RunVerbOfPipelines.Parse(call.Value(_parameters) ?? []);
            foreach (var (name, value) in RunVerbOfPipelines.Parse(call.Value(_perhaps) ?? []).Where(pair => pair.Value.Length > 0))
            {
                values[name] = value;
            }
            // A default that is given back is the default: it may hold a template, which no value may.
            foreach (var parameter in spec.Parameters.Where(parameter => parameter.Default is { } own && values.GetValueOrDefault(parameter.Name) == own))
            {
                values.Remove(parameter.Name);
            }
            var interval = call.Value(_after) is { Length: > 0 } other ? await call.Get<OutsideRuns>().IntervalOfAsync(other, cancellationToken) : ScheduledTime.Interval(spec, Time(call));
            return new OutsideRun(spec, key, values, interval?.Begin, interval?.End);
        }
    }
}

/// <summary>The time of a schedule that a run is for, as another program tells it: <c>--at</c>, or the name that a CronJob gave to its job.</summary>
internal sealed class ScheduledTime
{
    // A job's name ends with the minutes since 1970 at which it was due: eight digits from 1989 to 2160.
    private const int Digits = 8;

    // What Argo leaves in the place of the time where no schedule made the workflow.
    private const string Unset = "{{";

    private readonly Option<string?> _at = new("--at") { Description = "The time of the schedule that the run is for, 2026-11-22T06:00:00Z; empty: it is of no schedule", HelpName = "TIME" };
    private readonly Option<string?> _job = new("--of-job") { Description = "The name of a Kubernetes job whose CronJob's time it is", HelpName = "JOB" };

    public void AddTo(Command command)
    {
        command.Options.Add(_at);
        command.Options.Add(_job);
    }

    /// <summary>The time, or null: a run that somebody asked for.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.parameter</c>: it is no time.</exception>
    public DateTimeOffset? Of(VerbCall call) => call.Value(_at) is { Length: > 0 } text && !text.StartsWith(Unset, StringComparison.Ordinal) ? Read(text) : call.Value(_job) is { } job ? OfJob(job) : null;

    /// <summary>What a run of a time is about, as the scheduler would say.</summary>
    public static (DateTimeOffset Begin, DateTimeOffset End)? Interval(PipelineSpec pipeline, DateTimeOffset? time) =>
        time is not { } end ? null : pipeline.Schedule is { } schedule ? (new Schedules.Schedule(schedule).BeginOf(end), end) : (end, end);

    internal static DateTimeOffset? OfJob(string job) =>
        job.LastIndexOf('-') is var dash and >= 0 && job[(dash + 1)..] is { Length: Digits } tail && long.TryParse(tail, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            ? DateTimeOffset.FromUnixTimeSeconds(minutes * 60) : null;

    private static DateTimeOffset Read(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time
            : throw new EscaleException("orchestrate.parameter", $"'{text}' is no time.", "Write it as 2026-11-22T06:00:00Z.");
}
