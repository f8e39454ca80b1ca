namespace Escale.Orchestrate.Pipelines.State;

/// <summary>
/// Where pipelines' runs are kept: PostgreSQL, or the memory of a simulation. What happens in a transaction is written once, above this.
/// </summary>
internal interface IPipelineStore
{
    /// <summary>Does the body in one transaction; again when the store was away. Whether a transaction whose end was not heard of happened is unknown: bodies find out by fences, claims and keys.</summary>
    Task<T> TransactAsync<T>(Func<PipelineTransaction, Task<T>> body, CancellationToken cancellationToken);

    /// <summary>Renews leases; returns those that are still held, and whether their run is being stopped.</summary>
    Task<IReadOnlyList<(string Run, int Ordinal, bool IsStopping)>> RenewAsync(string worker, IReadOnlyList<(string Run, int Ordinal, long Fence)> held, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Runs with steps whose lease is over, or that belong to one of these workers.</summary>
    Task<IReadOnlyList<string>> RunsWithLostStepsAsync(IReadOnlyCollection<string> deadWorkers, CancellationToken cancellationToken);

    /// <summary>Runs whose time is over and that are not being stopped.</summary>
    Task<IReadOnlyList<string>> RunsOverTimeAsync(CancellationToken cancellationToken);

    /// <summary>Pipelines with runs that wait and whose turn it may be.</summary>
    Task<IReadOnlyList<string>> PipelinesWithQueueAsync(CancellationToken cancellationToken);

    /// <summary>What happened that pipelines have not had a run for; all that they wait for.</summary>
    Task<IReadOnlyList<Signal>> SignalsAsync(IReadOnlyCollection<string> pipelines, CancellationToken cancellationToken);

    /// <summary>Those of the signals that no run was made for.</summary>
    Task<IReadOnlyList<Signal>> UnconsumedAsync(IReadOnlyCollection<Signal> signals, CancellationToken cancellationToken);

    /// <summary>Runs that are late and of which that is not noted, with their definitions.</summary>
    Task<IReadOnlyList<(string Run, string Definition)>> LateRunsAsync(CancellationToken cancellationToken);

    /// <summary>Runs under way that no step waits for any more: the run that started them was stopped, or their step's time was over.</summary>
    Task<IReadOnlyList<string>> OrphansAsync(CancellationToken cancellationToken);

    /// <summary>A run, or null.</summary>
    Task<PipelineRun?> RunAsync(string id, CancellationToken cancellationToken);

    /// <summary>The steps of a run, in their order; nothing is locked.</summary>
    Task<IReadOnlyList<PipelineStep>> StepsAsync(string run, CancellationToken cancellationToken);

    /// <summary>The newest run that a step started, or null; how many attempts at the step have ended otherwise than by the loss of their worker; and whether the last of these failed.</summary>
    Task<(PipelineRun? Newest, int Ended, bool HasFailed)> ChildAsync(string run, int ordinal, CancellationToken cancellationToken);

    /// <summary>The text of a definition.</summary>
    Task<string?> DefinitionAsync(string hash, CancellationToken cancellationToken);

    /// <summary>Keeps the text of a definition.</summary>
    Task KeepDefinitionsAsync(IReadOnlyDictionary<string, string> byHash, CancellationToken cancellationToken);
}

/// <summary>
/// One transaction. What is saved is written at its end, in one go: reading never sees it. Whoever needs several locks takes pipelines first, then runs, each in order of
/// their names, then steps.
/// </summary>
internal abstract class PipelineTransaction
{
    protected Dictionary<string, PipelineRow> PipelinesToSave { get; } = [];

    protected Dictionary<string, PipelineRun> RunsToSave { get; } = [];

    protected Dictionary<(string, int), PipelineStep> StepsToSave { get; } = [];

    protected List<PipelineStep> StepsToInsert { get; } = [];

    protected List<PipelineAttempt> AttemptsToInsert { get; } = [];

    protected List<(string Run, int Ordinal)> ToWake { get; } = [];

    protected List<(Signal Signal, string Run)> Consumed { get; } = [];

    protected List<(SignalSource Source, DateTimeOffset Since)> MovedOn { get; } = [];

    /// <summary>Whether the body was begun before, so that its effect may be there already.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>The time of the store, which all leases go by.</summary>
    public abstract Task<DateTimeOffset> NowAsync();

    /// <summary>Locks pipelines, and counts their runs. Those that are not there are left out.</summary>
    public abstract Task<IReadOnlyList<LockedPipeline>> LockPipelinesAsync(IReadOnlyCollection<string> names);

    /// <summary>Adds pipelines that are not there.</summary>
    public abstract Task AddPipelinesAsync(IReadOnlyCollection<PipelineRow> pipelines);

    /// <summary>The next runs that wait of a locked pipeline.</summary>
    /// <param name="pipeline">Its name.</param>
    /// <param name="limit">How many.</param>
    /// <param name="onlyAsked">Only those that somebody asked for.</param>
    public abstract Task<IReadOnlyList<PipelineRun>> QueuedAsync(string pipeline, int limit, bool onlyAsked);

    /// <summary>Adds runs; returns those whose key was not there yet.</summary>
    public abstract Task<IReadOnlyList<PipelineRun>> AddRunsAsync(IReadOnlyList<PipelineRun> runs);

    /// <summary>The run of a pipeline under a key, or null.</summary>
    public abstract Task<PipelineRun?> FindRunAsync(string pipeline, string key);

    /// <summary>Locks runs.</summary>
    public abstract Task<IReadOnlyList<PipelineRun>> LockRunsAsync(IReadOnlyCollection<string> ids);

    /// <summary>Steps of locked runs by their places; null: all of them.</summary>
    public abstract Task<IReadOnlyList<PipelineStep>> StepsAsync(IReadOnlyDictionary<string, IReadOnlyCollection<int>?> wanted);

    /// <summary>Locks runs and reads steps of them, at once where that is quicker.</summary>
    /// <param name="wanted">The places of the steps, by run; null: all.</param>
    public virtual async Task<(IReadOnlyList<PipelineRun> Runs, IReadOnlyList<PipelineStep> Steps)> LockAsync(IReadOnlyDictionary<string, IReadOnlyCollection<int>?> wanted)
    {
        var runs = await LockRunsAsync([.. wanted.Keys]);
        return (runs, runs.Count == 0 ? [] : await StepsAsync(wanted));
    }

    /// <summary>Steps that may be taken, locked, without waiting for who holds others; none of a run that is being stopped.</summary>
    public abstract Task<IReadOnlyList<ClaimedStep>> LockReadyAsync(string? pool, string? run, int limit);

    /// <summary>What a claim has, for who does not know whether it was made.</summary>
    public abstract Task<IReadOnlyList<ClaimedStep>> OfClaimAsync(string claim);

    /// <summary>The pools with steps that may be taken, and how many steps of each are under way; null when somebody else is choosing among them. Until the end nobody else does.</summary>
    public abstract Task<IReadOnlyDictionary<string, int>?> LockPoolsAsync();

    /// <summary>What happened that locked pipelines have not had a run for.</summary>
    public abstract Task<IReadOnlyList<Signal>> SignalsAsync(IReadOnlyCollection<string> pipelines);

    /// <summary>These are all that the pipelines wait for; what is new is listened to from now on.</summary>
    /// <returns>What is new.</returns>
    public abstract Task<IReadOnlyList<SignalSource>> SetSourcesAsync(IReadOnlyCollection<string> pipelines, IReadOnlyDictionary<SignalSource, string?> sources);

    /// <summary>Those of the signals that no run was made for.</summary>
    public abstract Task<IReadOnlyList<Signal>> UnconsumedAsync(IReadOnlyCollection<Signal> signals);

    public void Save(PipelineRow pipeline) => PipelinesToSave[pipeline.Name] = pipeline;

    public void Save(PipelineRun run) => RunsToSave[run.Id] = run;

    public void Save(PipelineStep step) => StepsToSave[(step.Run, step.Ordinal)] = step;

    public void Insert(IEnumerable<PipelineStep> steps) => StepsToInsert.AddRange(steps);

    public void Insert(PipelineAttempt attempt) => AttemptsToInsert.Add(attempt);

    /// <summary>Notes that a run was made for signals.</summary>
    public void Consume(IEnumerable<Signal> signals, string run) => Consumed.AddRange(signals.Select(signal => (signal, run)));

    /// <summary>What happened of a source before this time need not be looked at any more.</summary>
    public void MoveOn(SignalSource source, DateTimeOffset since) => MovedOn.Add((source, since));

    /// <summary>Lets a deferred step be looked at now.</summary>
    public void Wake(string run, int ordinal) => ToWake.Add((run, ordinal));
}
