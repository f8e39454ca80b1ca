using Escale.Kernel;
using Escale.Orchestrate.Display;
using Escale.Orchestrate.ProjectServices;
using Escale.Orchestrate.Records;
using Escale.Projects;

namespace Escale.Orchestrate.Runs;

/// <summary>What to run and how to tell it.</summary>
public sealed record RunOrder
{
    /// <summary>What is asked for; when a run is resumed, its selection and parameters go before.</summary>
    public required RunRequest Request { get; init; }

    /// <summary>The project's assets and which of them a request chooses.</summary>
    public required Func<RunRequest, (IReadOnlyList<Asset> Graph, IReadOnlySet<string> Selected)> Select { get; init; }

    /// <summary>The services that sources may need.</summary>
    public IReadOnlyList<ServiceSettings> Services { get; init; } = [];

    /// <summary>Go on with the last run when it failed or was interrupted.</summary>
    public bool Resume { get; init; }

    /// <summary>Wait while another run is under way; else fail.</summary>
    public bool Wait { get; init; } = true;

    /// <summary>Hears what happens.</summary>
    public required RunWatcher Display { get; init; }

    /// <summary>Says a line that belongs to no step.</summary>
    public Action<string> Say { get; init; } = _ => { };
}

/// <summary>Runs of one project: one at a time, recorded, resumable, with the services that its sources need.</summary>
public sealed class ProjectRuns(
    ProjectRoot root, RunStore store, IEnumerable<IStepRunner> runners, RunEnvironment environment, IProgramHost host, TimeProvider clock)
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(300);

    /// <summary>Runs to the end. Failed steps are in the summary.</summary>
    /// <exception cref="EscaleException">
    /// <c>orchestrate.busy</c>: another run is under way and the order does not wait; <c>orchestrate.lease-lost</c>: this process stood still
    /// so long that another run began; and whatever is wrong with the project or the selection.
    /// </exception>
    public async Task<RunSummary> RunAsync(RunOrder order, CancellationToken cancellationToken)
    {
        var opening = store.OpenAsync(cancellationToken); // the database starts while the project is read
        var fresh = order.Resume ? null : Plan(order, order.Request, opening);
        await opening;
        var run = RunId.New(clock, SeededRandom.Unpredictable());
        await using var lease = await ClaimAsync(order, run, cancellationToken);
        await using var record = store.Record(run, lease);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            var (request, resumes) = order.Resume ? await ResumeAsync(order, run, stop.Token) : (order.Request, null);
            var plan = fresh ?? Plan(order, request, null);
            var summary = await TakeStepsAsync(order, run, plan, request, await store.EarlierWorkAsync(resumes, stop.Token), record, stop.Token);
            return lease.Lost.IsCancellationRequested ? throw Lost(run) : summary;
        }
        catch (Exception error) when (error is EscaleException or OperationCanceledException)
        {
            record.Ended(new RunSummary(run, error is EscaleException ? RunStatus.Failed : RunStatus.Cancelled, [], TimeSpan.Zero));
            throw;
        }
    }

    private async Task<RunSummary> TakeStepsAsync(
        RunOrder order, RunId run, RunPlan plan, RunRequest request, EarlierWork earlier, RunRecord record, CancellationToken cancellationToken)
    {
        using var log = new RunLogFile(root, clock);
        await using var services = new ServiceGroup(order.Services, root, environment, host, clock) { Say = order.Say };
        var engine = new RunEngine(runners, clock, SeededRandom.Unpredictable()) { Prepare = services.EnsureForAsync };
        return await engine.RunAsync(run, plan, request, earlier, new RunWatchers(record, log, order.Display), cancellationToken);
    }

    private static RunPlan Plan(RunOrder order, RunRequest request, Task? alongside)
    {
        try
        {
            var (graph, selected) = order.Select(request);
            return RunPlan.Make(graph, selected);
        }
        catch (EscaleException)
        {
            // The project's error is the one to report; the database's own is seen when it is next needed.
            _ = alongside?.ContinueWith(task => task.Exception, TaskScheduler.Default);
            throw;
        }
    }

    private async Task<RunLease> ClaimAsync(RunOrder order, RunId run, CancellationToken cancellationToken)
    {
        for (var said = false; ; said = true)
        {
            var (lease, holder) = await store.TryBeginAsync(run, order.Request, ProgramVersion, cancellationToken);
            if (lease is not null)
            {
                return lease;
            }
            var who = holder is null ? "Another run" : $"The run {holder.Run} (process {holder.Process.Id} on {holder.Process.Host})";
            if (!order.Wait)
            {
                throw new EscaleException("orchestrate.busy", $"{who} is under way in this project.", "Wait for it: leave out --no-wait.");
            }
            if (!said)
            {
                order.Say($"{who} is under way in this project; waiting for its end");
            }
            await Task.Delay(_poll, clock, cancellationToken);
        }
    }

    private async Task<(RunRequest Request, RunId? Resumes)> ResumeAsync(RunOrder order, RunId run, CancellationToken cancellationToken)
    {
        var last = await store.LastAsync(run, order.Request.Verb, cancellationToken);
        if (last is not { Status: RunStatus.Failed or RunStatus.Interrupted or RunStatus.Cancelled } found)
        {
            order.Say(last is null ? "There is no earlier run to resume: this is a run from the start" : $"The run {last.Value.Run} succeeded, there is nothing to resume: this is a new run");
            return (order.Request, null);
        }
        var request = order.Request with { Select = found.Request.Select, Exclude = found.Request.Exclude, FullRefresh = found.Request.FullRefresh };
        order.Say($"resuming the run {found.Run}, which {(found.Status == RunStatus.Failed ? "failed" : "was " + found.Status.ToString().ToLowerInvariant())}");
        await store.NoteResumedAsync(run, request, found.Run, cancellationToken);
        return (request, found.Run);
    }

    private static string ProgramVersion { get; } = typeof(ProjectRuns).Assembly.GetName().Version?.ToString(3) ?? "";

    private static EscaleException Lost(RunId run) => new(
        "orchestrate.lease-lost", $"The run {run} stood still for so long that another run took over.",
        "Nothing was lost; start `escale run --resume` when the other has ended.");
}
