using System.Threading.Channels;
using Escale.Kernel;

namespace Escale.Orchestrate.Runs;

/// <summary>
/// Takes the steps of a plan, several at once where the graph allows. A failed step skips what depends on it; the others go on.
/// One coordinator decides, in the order in which steps end; time and chance are injected, so a run can be replayed.
/// </summary>
public sealed class RunEngine(IEnumerable<IStepRunner> runners, TimeProvider clock, Random jitter)
{
    private readonly TimeProvider _clock = clock;
    private readonly Random _jitter = jitter;
    private readonly Dictionary<string, IStepRunner> _runners = runners.ToDictionary(runner => runner.Kind, StringComparer.Ordinal);

    /// <summary>What must be there before an asset's first attempt (the services that a source needs). Default: nothing.</summary>
    public Func<Asset, CancellationToken, Task> Prepare { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Runs the plan to its end. Failures are in the summary; a cancelled run has the status <see cref="RunStatus.Cancelled"/>.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.no-runner</c>: a kind that no room runs.</exception>
    public async Task<RunSummary> RunAsync(
        RunId run, RunPlan plan, RunRequest request, EarlierWork earlier, RunWatcher watcher, CancellationToken cancellationToken)
    {
        foreach (var step in plan.Steps.Where(step => !_runners.ContainsKey(step.Asset.Kind)))
        {
            throw new EscaleException("orchestrate.no-runner", $"Nothing here can run {step.Asset.Id}: no room runs the kind '{step.Asset.Kind}'.",
                "Leave it out with --exclude.");
        }
        var start = _clock.GetTimestamp();
        watcher.Started(run, plan);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var coordination = new Coordination(this, run, plan, request, earlier, watcher, stop);
        var outcomes = await coordination.RunAsync();
        var status = cancellationToken.IsCancellationRequested ? RunStatus.Cancelled
            : outcomes.All(outcome => outcome.IsGood) ? RunStatus.Succeeded
            : RunStatus.Failed;
        var summary = new RunSummary(run, status, outcomes, _clock.GetElapsedTime(start));
        watcher.Ended(summary);
        return summary;
    }

    /// <summary>The state of one run; touched by the coordinator only, which is one logical thread.</summary>
    private sealed class Coordination(
        RunEngine engine, RunId run, RunPlan plan, RunRequest request, EarlierWork earlier, RunWatcher watcher, CancellationTokenSource stop)
    {
        private readonly AssetVersions _versions = new(plan.Graph, engine._runners);
        private readonly Dictionary<string, StepOutcome> _outcomes = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _missing = plan.Steps.ToDictionary(step => step.Asset.Id, step => step.After.Count, StringComparer.Ordinal);
        private readonly PriorityQueue<PlannedStep, int> _ready = new();
        private readonly Dictionary<string, int> _openByKind = plan.Steps
            .GroupBy(step => step.Asset.Kind, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        private readonly ILookup<string, PlannedStep> _after = plan.Steps
            .SelectMany(step => step.After.Select(id => (id, step))).ToLookup(pair => pair.id, pair => pair.step, StringComparer.Ordinal);
        private readonly Channel<StepOutcome> _ended = Channel.CreateUnbounded<StepOutcome>(new UnboundedChannelOptions { SingleReader = true });
        private int _running;

        public async Task<IReadOnlyList<StepOutcome>> RunAsync()
        {
            foreach (var step in plan.Steps.Where(step => step.After.Count == 0))
            {
                _ready.Enqueue(step, step.Order);
            }
            while (true)
            {
                while (_running < Math.Max(1, request.Threads) && !stop.IsCancellationRequested && _ready.TryDequeue(out var step, out _))
                {
                    Start(step);
                }
                if (_running == 0)
                {
                    break;
                }
                var outcome = await _ended.Reader.ReadAsync(CancellationToken.None); // a started step always ends
                _running--;
                await EndAsync(outcome);
            }
            foreach (var step in plan.Steps.Where(step => !_outcomes.ContainsKey(step.Asset.Id)))
            {
                await EndAsync(new StepOutcome { Step = step, Status = StepStatus.Skipped, Reason = "the run stopped" });
            }
            return [.. plan.Steps.Select(step => _outcomes[step.Asset.Id])];
        }

        private void Start(PlannedStep step)
        {
            _running++;
            var attempts = new StepAttempts(
                run, request, engine._runners[step.Asset.Kind], engine.Prepare, _versions, earlier, watcher, engine._clock, engine._jitter);
            _ = Task.Run(async () => _ended.Writer.TryWrite(await attempts.TakeAsync(step, stop.Token)), CancellationToken.None);
        }

        private async Task EndAsync(StepOutcome first)
        {
            var ending = new Queue<StepOutcome>([first]);
            while (ending.TryDequeue(out var outcome))
            {
                if (_outcomes.ContainsKey(outcome.Step.Asset.Id))
                {
                    continue; // blocked by two failures: once is enough
                }
                Note(outcome);
                if (outcome.Status == StepStatus.Failed && request.FailFast)
                {
                    await stop.CancelAsync();
                }
                foreach (var next in _after[outcome.Step.Asset.Id])
                {
                    if (!outcome.IsGood)
                    {
                        ending.Enqueue(Blocked(next, outcome));
                    }
                    else if (--_missing[next.Asset.Id] == 0 && !_outcomes.ContainsKey(next.Asset.Id))
                    {
                        _ready.Enqueue(next, next.Order);
                    }
                }
                if (--_openByKind[outcome.Step.Asset.Kind] == 0)
                {
                    await CompleteAsync(outcome.Step.Asset.Kind);
                }
            }
        }

        private void Note(StepOutcome outcome)
        {
            if (outcome.IsGood)
            {
                _versions.Ended(outcome.Step.Asset, outcome.Version);
            }
            _outcomes[outcome.Step.Asset.Id] = outcome;
            watcher.StepEnded(outcome);
        }

        private static StepOutcome Blocked(PlannedStep step, StepOutcome cause) => new()
        {
            Step = step,
            Status = StepStatus.Skipped,
            Reason = cause.Status == StepStatus.Skipped ? cause.Reason
                : cause.Status == StepStatus.Cancelled ? "the run stopped"
                : $"{cause.Step.Asset.Name} failed",
        };

        /// <summary>What must happen for all steps of a kind together; when that fails, none of them succeeded.</summary>
        private async Task CompleteAsync(string kind)
        {
            var all = plan.Steps.Where(step => step.Asset.Kind == kind).Select(step => _outcomes[step.Asset.Id]).ToList();
            var succeeded = all.Where(outcome => outcome.Status == StepStatus.Ok).ToList();
            var anyFailed = all.Any(outcome => !outcome.IsGood);
            if (stop.IsCancellationRequested || (succeeded.Count == 0 && !anyFailed))
            {
                return;
            }
            try
            {
                await engine._runners[kind].CompleteAsync([.. succeeded.Select(outcome => outcome.Context!)], anyFailed, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The run was interrupted: the steps' own records say what stands.
            }
            catch (Exception error)
            {
                foreach (var outcome in succeeded)
                {
                    watcher.Logged(outcome.Step, error.ToString());
                    Note(outcome with { Status = StepStatus.Failed, Error = StepError.Of(error), Version = null });
                }
            }
        }
    }
}
