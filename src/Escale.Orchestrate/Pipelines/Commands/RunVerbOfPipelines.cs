using System.CommandLine;
using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Outside;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Orchestrate.Pipelines.Working;

namespace Escale.Orchestrate.Pipelines.Commands;

/// <summary><c>escale pipeline run NAME</c>: makes a run and works on it until it is over, beside the workers that there are.</summary>
internal static class RunVerbOfPipelines
{
    public static void Add(Cli cli, Command group)
    {
        var name = new Argument<string>("NAME") { Description = "The pipeline" };
        var parameters = new Option<string[]>("--param") { Description = "A parameter's value", HelpName = "NAME=VALUE", AllowMultipleArgumentsPerToken = true };
        var noWait = new Option<bool>("--no-wait") { Description = "Leave the work to a served program or a worker" };
        var (time, followers) = (new ScheduledTime(), new Option<bool>("--followers") { Description = "Also run the pipelines that come after it" });
        var command = new Command("run", "Run a pipeline now and wait for its end") { name, parameters, noWait, followers };
        time.AddTo(command);
        cli.Add(group, command, async (call, cancellationToken) =>
        {
            var spec = call.Get<PipelineFiles>().Get(call.Value(name)!);
            if (time.Of(call) is { } at && StepVerb.LeftOut(spec, at) is { } reason)
            {
                call.Output.Message(reason);
                return ExitCode.Success;
            }
            await (call.Value(followers) ? call.Get<Followers>().ListenAsync(spec, cancellationToken) : Task.CompletedTask);
            var run = time.Of(call) is { } scheduled ? await call.Get<Followers>().ScheduledAsync(spec, scheduled, Parse(call.Value(parameters) ?? []), cancellationToken) : await Starting.StartAsync(call.Get<PipelineEngine>(), spec, Parse(call.Value(parameters) ?? []), "manual", null, call.Get<TimeProvider>(), cancellationToken);
            if (call.Value(noWait))
            {
                PipelineVerbs.Say(call, await call.Get<PipelineHistory>().ShowAsync(run.Id, cancellationToken), run.Id);
                return ExitCode.Success;
            }
            var ended = await FollowAsync(call, run.Id, cancellationToken);
            Show(call.Output, ended);
            var isGood = ended.Status == "succeeded" && (!call.Value(followers) || await call.Get<Followers>().RunAsync(spec, shown => Show(call.Output, shown), cancellationToken));
            return isGood ? ExitCode.Success : ExitCode.Failure;
        }, examples: ["escale pipeline run daily", "escale pipeline run daily --param day=2026-11-22 --json"]);
    }

    /// <summary>A run with its steps.</summary>
    public static void Show(CliOutput output, ShownRun run)
    {
        if (output.IsJson)
        {
            output.WriteJson(run);
            return;
        }
        output.Line($"{run.Pipeline} {run.Id}  {run.Status}  {PipelineVerbs.Moment(run.StartedAt ?? run.CreatedAt)}{(run.Seconds is { } seconds ? $"  {PipelineVerbs.Seconds(seconds)} s" : "")}");
        output.Table(["STEP", "STATUS", ">ATTEMPTS", ">SECONDS", "NOTE"], run.Steps!.Select(step => (IReadOnlyList<string>)
        [
            step.Id, step.Status, step.Attempts.ToString(CultureInfo.InvariantCulture), PipelineVerbs.Seconds(step.Seconds), step.Error is { } error ? $"{error.Code}: {error.Message}" : "",
        ]));
    }

    private static async Task<ShownRun> FollowAsync(VerbCall call, string run, CancellationToken cancellationToken)
    {
        var said = false;
        try
        {
            await call.Get<PipelineHost>().FollowAsync(run, now =>
            {
                if (now.Status == "queued" && !said)
                {
                    said = true;
                    call.Output.Message($"{run} waits for an earlier run of {now.Pipeline}");
                }
            }, error => call.Output.Message($"{error.Message.TrimEnd('.')}. {error.Remedy} The run waits for ten minutes at most."), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await call.Get<PipelineEngine>().StopAsync(run, PipelineEngine.Cancelled, null, patience.Token);
            throw;
        }
        return await call.Get<PipelineHistory>().ShowAsync(run, cancellationToken);
    }

    internal static Dictionary<string, string> Parse(IReadOnlyList<string> texts)
    {
        var pairs = Pairs(texts);
        return pairs.CountBy(pair => pair.Name, StringComparer.Ordinal).FirstOrDefault(name => name.Value > 1).Key is { } twice
            ? throw new EscaleException("orchestrate.parameter", $"The parameter '{twice}' is given twice.", "Give it once; `escale pipeline backfill` makes a run for each of several values.")
            : pairs.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
    }

    /// <summary>Names and values, <c>NAME=VALUE</c>.</summary>
    internal static IReadOnlyList<(string Name, string Value)> Pairs(IReadOnlyList<string> texts) => [.. texts.Select(text => text.Split('=', 2)).Select(pair =>
        pair.Length == 2 ? (pair[0], pair[1]) : throw new EscaleException("orchestrate.parameter", $"'{pair[0]}' has no value.", "Write --param NAME=VALUE."))];
}

/// <summary>Making a run that somebody or something asked for.</summary>
internal static class Starting
{
    public static Task<PipelineRun> StartAsync(
        PipelineEngine engine, PipelineSpec spec, IReadOnlyDictionary<string, string> parameters, string trigger, string? key, TimeProvider clock, CancellationToken cancellationToken) =>
        StartAsync(engine, spec, parameters, trigger, key, (null, null), clock, cancellationToken);

    public static async Task<PipelineRun> StartAsync(
        PipelineEngine engine, PipelineSpec spec, IReadOnlyDictionary<string, string> parameters, string trigger, string? key, (DateTimeOffset? Begin, DateTimeOffset? End) interval, TimeProvider clock, CancellationToken cancellationToken)
    {
        var id = PipelineRunId.New(clock);
        var asked = new NewRun
        {
            Id = id, Definition = Definition.Of(spec), Trigger = trigger, Key = key ?? $"{trigger}:{id}", Parameters = ParameterReader.Values(spec, parameters), IntervalBegin = interval.Begin, IntervalEnd = interval.End,
        };
        await engine.KnowAsync([new PipelineRow(spec.Name, false, clock.GetUtcNow(), spec.Concurrency)], cancellationToken);
        return await engine.StartAsync(asked, cancellationToken);
    }
}

/// <summary><c>escale worker</c>: takes steps for a program served elsewhere, from the same PostgreSQL.</summary>
internal static class WorkerVerb
{
    public static void Add(Cli cli)
    {
        var slots = new Option<int?>("--slots") { Description = "Steps at once (default: 16)", HelpName = "N" };
        slots.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int?>() is < 1)
            {
                result.AddError("--slots must be at least 1.");
            }
        });
        cli.Add(cli.Root, new Command("worker", "Take steps of pipelines until interrupted, beside the served program or on another machine") { slots }, async (call, cancellationToken) =>
        {
            await using var host = call.Get<PipelineHost>().Start(call.Value(slots), schedules: false);
            PipelineVerbs.Say(call, new { Event = "working", Worker = WorkerName.Of(ProcessIdentity.Own, 1) }, "Working (Ctrl-C stops)");
            await call.Output.Results.FlushAsync(cancellationToken);
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = cancellationToken.Register(stopped.SetResult);
            await stopped.Task;
            return ExitCode.Success;
        }, examples: ["escale worker --slots 8", "ESCALE_DATABASE=postgres://… escale worker"]);
    }
}
