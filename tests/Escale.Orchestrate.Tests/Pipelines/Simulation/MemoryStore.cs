using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Tests.Pipelines.Simulation;

/// <summary>What the store does instead of what it was asked to.</summary>
internal enum StoreFault
{
    None,

    /// <summary>The transaction is lost before its end, and done again.</summary>
    LostBefore,

    /// <summary>The transaction happened but nobody heard of it, and is done again.</summary>
    LostAfter,

    /// <summary>The store is away.</summary>
    Away,
}

/// <summary>The store is away.</summary>
internal sealed class StoreAwayException : Exception;

/// <summary>Pipelines' runs in memory, one transaction after the other, with faults on demand. Every commit is checked.</summary>
internal sealed class MemoryStore(Func<DateTimeOffset> now, Func<StoreFault> fault, Action<MemoryStore, IReadOnlyList<PipelineStep>> check) : IPipelineStore
{
    private readonly Dictionary<string, string> _definitions = [];

    public SortedDictionary<string, PipelineRow> Pipelines { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, PipelineRun> Runs { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, PipelineStep[]> Steps { get; } = [];

    /// <summary>The runs that are not over.</summary>
    public SortedDictionary<string, PipelineRun> Open { get; } = new(StringComparer.Ordinal);

    /// <summary>The steps of runs under way.</summary>
    public IEnumerable<PipelineStep> OpenSteps => Open.Values.Where(run => run.Phase == RunPhase.Running).SelectMany(run => Steps[run.Id]);

    /// <summary>Whether a step may be taken.</summary>
    public bool HasReady
    {
        get
        {
            foreach (var run in Open.Values)
            {
                if (run is { Phase: RunPhase.Running, Stop: null } && Array.Exists(Steps[run.Id], step => step.Phase is StepPhase.Ready or StepPhase.Deferred && step.NotBefore <= Now))
                {
                    return true;
                }
            }
            return false;
        }
    }

    private HashSet<(string, string)> Keys { get; } = [];

    public List<PipelineAttempt> Attempts { get; } = [];

    /// <summary>Since when what is waited for counts.</summary>
    public Dictionary<SignalSource, DateTimeOffset> Sources { get; } = [];

    /// <summary>The run that was made for each signal.</summary>
    public Dictionary<(SignalSource Source, string Item, string Version), string> Consumed { get; } = [];

    public async Task<T> TransactAsync<T>(Func<PipelineTransaction, Task<T>> body, CancellationToken cancellationToken)
    {
        for (var isRepeated = false; ; isRepeated = true)
        {
            var happens = fault();
            if (happens == StoreFault.Away)
            {
                throw new StoreAwayException();
            }
            var transaction = new Transaction(this) { IsRepeated = isRepeated };
            var result = await body(transaction);
            if (happens == StoreFault.LostBefore)
            {
                continue;
            }
            if (transaction.IsChanging)
            {
                check(this, transaction.Commit());
            }
            if (happens != StoreFault.LostAfter)
            {
                return result;
            }
        }
    }

    public Task<IReadOnlyList<(string Run, int Ordinal, bool IsStopping)>> RenewAsync(string worker, IReadOnlyList<(string Run, int Ordinal, long Fence)> held, TimeSpan lease, CancellationToken cancellationToken)
    {
        var still = new List<(string, int, bool)>();
        foreach (var (run, ordinal, fence) in held)
        {
            var step = Steps[run][ordinal];
            if (step.Phase == StepPhase.Running && step.Fence == fence && step.Worker == worker)
            {
                Steps[run][ordinal] = step with { LeaseUntil = now() + lease };
                still.Add((run, ordinal, Runs[run].Stop is not null));
            }
        }
        return Task.FromResult<IReadOnlyList<(string, int, bool)>>(still);
    }

    public Task<IReadOnlyList<string>> RunsWithLostStepsAsync(IReadOnlyCollection<string> deadWorkers, CancellationToken cancellationToken) => List(
        OpenSteps.Where(step => step.Phase == StepPhase.Running && (step.LeaseUntil < now() || deadWorkers.Contains(step.Worker!))).Select(step => step.Run).Distinct());

    public Task<IReadOnlyList<string>> RunsOverTimeAsync(CancellationToken cancellationToken) =>
        List(Open.Values.Where(run => run.Phase == RunPhase.Running && run.Stop is null && run.TimeoutAt < now()).Select(run => run.Id));

    public Task<IReadOnlyList<string>> PipelinesWithQueueAsync(CancellationToken cancellationToken) =>
        List(Open.Values.Where(run => run.Phase == RunPhase.Queued).Select(run => run.Pipeline).Distinct().Order(StringComparer.Ordinal));

    public Task<IReadOnlyList<Signal>> SignalsAsync(IReadOnlyCollection<string> pipelines, CancellationToken cancellationToken) => List(
        from source in Sources where pipelines.Contains(source.Key.Pipeline)
        from run in Runs.Values where run.Phase == RunPhase.Succeeded && run.Pipeline == source.Key.Name && run.EndedAt > source.Value
        let version = VersionOf(run) where !Consumed.ContainsKey((source.Key, run.Id, version))
        orderby run.EndedAt
        select new Signal(source.Key, run.Id, version, run.EndedAt!.Value) { IntervalBegin = run.IntervalBegin, IntervalEnd = run.IntervalEnd, Priority = run.Priority });

    public Task<IReadOnlyList<Signal>> UnconsumedAsync(IReadOnlyCollection<Signal> signals, CancellationToken cancellationToken) =>
        List(signals.Where(signal => !Consumed.ContainsKey((signal.Source, signal.Item, signal.Version))));

    public Task<IReadOnlyList<(string Run, string Definition)>> LateRunsAsync(CancellationToken cancellationToken) =>
        List(Open.Values.Where(run => run.MissedAt is null && run.DeadlineAt < now()).Select(run => (run.Id, run.Definition)));

    public Task<IReadOnlyList<string>> OrphansAsync(CancellationToken cancellationToken) => List(
        from run in Open.Values where run is { Parent: { } parent, Stop: null } && Runs[parent].Stop is not null && Steps[parent][run.ParentStep!.Value].Phase == StepPhase.Cancelled
        select run.Id);

    public Task<PipelineRun?> RunAsync(string id, CancellationToken cancellationToken) => Task.FromResult(Runs.GetValueOrDefault(id));

    public Task<IReadOnlyList<PipelineStep>> StepsAsync(string run, CancellationToken cancellationToken) => List(Steps.GetValueOrDefault(run) ?? []);

    public Task<(PipelineRun? Newest, int Ended, bool HasFailed)> ChildAsync(string run, int ordinal, CancellationToken cancellationToken)
    {
        var ended = Attempts.Where(attempt => attempt.Run == run && attempt.Ordinal == ordinal && attempt.Status != "lost").ToList();
        return Task.FromResult((ChildrenOf(run, ordinal).LastOrDefault(), ended.Count, ended.LastOrDefault()?.Status == "failed"));
    }

    /// <summary>The runs that a step started, oldest first.</summary>
    public IEnumerable<PipelineRun> ChildrenOf(string run, int ordinal) => Runs.Values.Where(child => child.Parent == run && child.ParentStep == ordinal).OrderBy(child => child.CreatedAt).ThenBy(child => child.Id, StringComparer.Ordinal);

    public static string VersionOf(PipelineRun run) => run.EndedAt!.Value.Ticks.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public Task<string?> DefinitionAsync(string hash, CancellationToken cancellationToken) => Task.FromResult(_definitions.GetValueOrDefault(hash));

    public Task KeepDefinitionsAsync(IReadOnlyDictionary<string, string> byHash, CancellationToken cancellationToken)
    {
        foreach (var (hash, text) in byHash)
        {
            _definitions.TryAdd(hash, text);
        }
        return Task.CompletedTask;
    }

    private static Task<IReadOnlyList<T>> List<T>(IEnumerable<T> items) => Task.FromResult<IReadOnlyList<T>>([.. items]);

    private sealed class Transaction(MemoryStore store) : PipelineTransaction
    {
        private readonly List<PipelineRow> _pipelines = [];
        private readonly List<PipelineRun> _runs = [];
        private IReadOnlyCollection<SignalSource> _sources = [];

        public override Task<DateTimeOffset> NowAsync() => Task.FromResult(store.Now);

        public override Task<IReadOnlyList<LockedPipeline>> LockPipelinesAsync(IReadOnlyCollection<string> names) => List(
            store.Pipelines.Values.Concat(_pipelines).Where(row => names.Contains(row.Name))
                .Select(row => new LockedPipeline(row, Count(row, RunPhase.Running), Count(row, RunPhase.Queued))));

        private int Count(PipelineRow row, RunPhase phase) => store.Open.Values.Count(run => run.Pipeline == row.Name && run.Phase == phase);

        public override Task AddPipelinesAsync(IReadOnlyCollection<PipelineRow> pipelines)
        {
            _pipelines.AddRange(pipelines.Where(row => !store.Pipelines.ContainsKey(row.Name)));
            return Task.CompletedTask;
        }

        public override Task<IReadOnlyList<PipelineRun>> QueuedAsync(string pipeline, int limit, bool onlyAsked) => List(
            store.Open.Values.Concat(_runs).Where(run => run.Pipeline == pipeline && run.Phase == RunPhase.Queued && (!onlyAsked || run.Trigger == "manual"))
                .OrderByDescending(run => run.Priority).ThenBy(run => run.CreatedAt).ThenBy(run => run.IntervalEnd).ThenBy(run => run.Id, StringComparer.Ordinal).Take(limit));

        public override Task<IReadOnlyList<PipelineRun>> AddRunsAsync(IReadOnlyList<PipelineRun> runs)
        {
            var added = runs.Where(run => !store.Keys.Contains((run.Pipeline, run.Key))).ToList();
            _runs.AddRange(added);
            return List(added);
        }

        public override Task<PipelineRun?> FindRunAsync(string pipeline, string key) => Task.FromResult(store.Runs.Values.FirstOrDefault(run => run.Pipeline == pipeline && run.Key == key));

        public override Task<IReadOnlyList<PipelineRun>> LockRunsAsync(IReadOnlyCollection<string> ids) => List(ids.Order(StringComparer.Ordinal).Where(store.Runs.ContainsKey).Select(id => store.Runs[id]));

        public override Task<IReadOnlyList<PipelineStep>> StepsAsync(IReadOnlyDictionary<string, IReadOnlyCollection<int>?> wanted) => List(
            wanted.Where(pair => store.Steps.ContainsKey(pair.Key)).SelectMany(pair => pair.Value is { } some ? some.Select(ordinal => store.Steps[pair.Key][ordinal]) : store.Steps[pair.Key]));

        public override Task<IReadOnlyList<ClaimedStep>> LockReadyAsync(string? pool, string? run, int limit) => List(
            store.Open.Values.Where(entry => entry is { Phase: RunPhase.Running, Stop: null } && (run is null || entry.Root == run))
                .SelectMany(entry => store.Steps[entry.Id].Where(step => step.Phase is StepPhase.Ready or StepPhase.Deferred && step.NotBefore <= store.Now && step.Pool == pool).Select(step => new ClaimedStep(entry, step)))
                .OrderByDescending(claimed => claimed.Step.Priority).ThenBy(claimed => claimed.Step.NotBefore).Take(limit));

        public override Task<IReadOnlyList<ClaimedStep>> OfClaimAsync(string claim) => List(
            store.OpenSteps.Where(step => step.Phase == StepPhase.Running && step.Claim == claim).Select(step => new ClaimedStep(store.Runs[step.Run], step)));

        public override Task<IReadOnlyDictionary<string, int>?> LockPoolsAsync() => Task.FromResult<IReadOnlyDictionary<string, int>?>(
            store.OpenSteps.Where(step => step.Pool is not null && step.Phase is StepPhase.Ready or StepPhase.Deferred or StepPhase.Running)
                .GroupBy(step => step.Pool ?? "").Where(group => group.Key.Length > 0).ToDictionary(group => group.Key, group => group.Count(step => step.Phase == StepPhase.Running)));

        public override Task<IReadOnlyList<Signal>> SignalsAsync(IReadOnlyCollection<string> pipelines) => store.SignalsAsync(pipelines, default);

        public override Task<IReadOnlyList<SignalSource>> SetSourcesAsync(IReadOnlyCollection<string> pipelines, IReadOnlyDictionary<SignalSource, string?> sources)
        {
            _sources = [.. sources.Keys]; // they never change in a simulation
            return List(_sources.Where(source => !store.Sources.ContainsKey(source)));
        }

        public override Task<IReadOnlyList<Signal>> UnconsumedAsync(IReadOnlyCollection<Signal> signals) => store.UnconsumedAsync(signals, default);

        public bool IsChanging => _pipelines.Count + _runs.Count + _sources.Count + PipelinesToSave.Count + RunsToSave.Count + StepsToSave.Count + StepsToInsert.Count + ToWake.Count + MovedOn.Count > 0;

        public IReadOnlyList<PipelineStep> Commit()
        {
            var before = StepsToSave.Keys.Select(key => store.Steps[key.Item1][key.Item2]).ToList();
            foreach (var row in _pipelines.Concat(PipelinesToSave.Values))
            {
                store.Pipelines[row.Name] = row;
            }
            foreach (var run in _runs.Concat(RunsToSave.Values))
            {
                store.Runs[run.Id] = run;
                store.Keys.Add((run.Pipeline, run.Key));
                if (run.IsOver)
                {
                    store.Open.Remove(run.Id);
                }
                else
                {
                    store.Open[run.Id] = run;
                }
            }
            foreach (var group in StepsToInsert.GroupBy(step => step.Run))
            {
                store.Steps.Add(group.Key, [.. group.OrderBy(step => step.Ordinal)]);
            }
            foreach (var step in StepsToSave.Values)
            {
                store.Steps[step.Run][step.Ordinal] = step;
            }
            store.Attempts.AddRange(AttemptsToInsert);
            foreach (var source in _sources)
            {
                store.Sources.TryAdd(source, store.Now);
            }
            foreach (var (signal, run) in Consumed)
            {
                store.Consumed.Add((signal.Source, signal.Item, signal.Version), run); // never twice
            }
            foreach (var (source, since) in MovedOn)
            {
                store.Sources[source] = since > store.Sources[source] ? since : store.Sources[source];
            }
            foreach (var (run, ordinal) in ToWake)
            {
                var step = store.Steps[run][ordinal];
                store.Steps[run][ordinal] = step.Phase == StepPhase.Deferred ? step with { NotBefore = store.Now } : step;
            }
            return before;
        }
    }

    private DateTimeOffset Now => now();
}
