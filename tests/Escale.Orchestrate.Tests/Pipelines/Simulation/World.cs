using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Orchestrate.Pipelines.Scheduling;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Tasks;
using Escale.Testing;
using Xunit;

namespace Escale.Orchestrate.Tests.Pipelines.Simulation;

/// <summary>
/// Schedulers, workers, people and a store, in time that is made up: everything that happens, and when, follows from the seed. Workers die, stand still for longer than their leases and
/// come back with what they did; the store goes away and loses answers; clocks of schedulers jump.
/// </summary>
internal sealed class World
{
    private static readonly DateTimeOffset _start = new(2026, 3, 28, 22, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan _trouble = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(20);

    private readonly Random _random;
    private readonly PriorityQueue<Action, (DateTimeOffset, long)> _events = new();
    private readonly Dictionary<string, PipelineSpec> _pipelines;
    private readonly Dictionary<string, int> _pools = new() { ["one"] = 1, ["two"] = 2 };
    private readonly Dictionary<string, FlowGraph> _graphs;
    private readonly HashSet<string> _cleared = [];
    private readonly HashSet<string> _stopped = [];
    private readonly HashSet<string> _marked = [];
    private readonly TimeSpan? _every; // one period for all, or each its own
    private readonly PipelineEngine _engine;
    private readonly ChildRuns _children;
    private DateTimeOffset _now = _start;
    private long _order;
    private int _names;

    public World(int seed)
    {
        _random = new Random(seed);
        _every = _random.Next(2) == 0 ? TimeSpan.FromSeconds(_random.Next(20, 120)) : null;
        _pipelines = Enumerable.Range(0, _random.Next(1, 4)).Select(Pipeline).ToDictionary(pipeline => pipeline.Name);
        _graphs = _pipelines.ToDictionary(pair => pair.Key, pair => pair.Value.Graph());
        Store = new MemoryStore(() => _now, Fault, Check);
        _engine = new PipelineEngine(Store, new Definitions(Store), new EngineLimits { Lease = _lease, MostLosses = int.MaxValue, PoolSize = pool => _pools[pool] }, _random);
        _children = new ChildRuns(_engine, TimeProvider.System);
    }

    public MemoryStore Store { get; }

    private bool IsTroubled => _now < _start + _trouble;

    /// <summary>Lets everything happen, then waits until all is over.</summary>
    public void Play()
    {
        for (var count = _random.Next(1, 3); count > 0; count--)
        {
            Schedule();
        }
        for (var count = _random.Next(1, 4); count > 0; count--)
        {
            Work(new Worker(Name("w")));
        }
        Meddle();
        var end = _start + TimeSpan.FromHours(3);
        while (_events.TryDequeue(out var happens, out var when))
        {
            _now = when.Item1 > _now ? when.Item1 : _now;
            if (!IsTroubled && Store.Open.Count == 0 && !IsAnythingOwed())
            {
                break;
            }
            Assert.True(_now < end, $"not over: {string.Join("; ", Store.Runs.Values.Where(run => !run.IsOver).Take(3).Select(run => $"{run.Id} {run.Phase} stop {run.Stop}: {string.Join(' ', Store.Steps.GetValueOrDefault(run.Id)?.Select(step => step.Phase) ?? [])}"))}");
            happens();
        }
        CheckEnds();
        CheckTimes();
        CheckTriggers();
    }

    private bool IsAnythingOwed() => _pipelines.Values.Where(pipeline => pipeline.Triggers.After.Count > 0).Any(pipeline =>
        !Signals.Owed(SourcesOf(pipeline), Store.SignalsAsync([pipeline.Name], default).GetAwaiter().GetResult(), _ => true).IsNothing);

    private void Schedule()
    {
        var skew = TimeSpan.Zero;
        var folder = new PipelineFolder(_pipelines, []);
        var scheduler = new PipelineScheduler(_engine, () => folder, new SetClock(() => _now + skew), () => Name("r"));
        Repeat(() => TimeSpan.FromMilliseconds(_random.Next(300, 3000)), () =>
        {
            if (IsTroubled && _random.Next(120) == 0)
            {
                skew = TimeSpan.FromSeconds(_random.Next(6) == 0 ? _random.Next(-3600, 3600) : _random.Next(-120, 120)); // sometimes an hour forth or back
            }
            skew = IsTroubled ? skew : TimeSpan.Zero;
            Try(() =>
            {
                _ = IsTroubled ? scheduler.TickAsync(default).GetAwaiter().GetResult() : 0;
                scheduler.TriggerAsync(default).GetAwaiter().GetResult();
                scheduler.LookAfterAsync([], default).GetAwaiter().GetResult();
            });
        });
    }

    private void Work(Worker worker)
    {
        Repeat(() => _lease / 4, () => Try(() => Beat(worker)), () => worker.IsDead);
        Repeat(() => TimeSpan.FromMilliseconds(_random.Next(50, 900)), () =>
        {
            if (IsTroubled && _random.Next(80) == 0)
            {
                worker.IsDead = true; // killed: what it had is nobody's, another comes
                At(TimeSpan.FromSeconds(_random.Next(1, 30)), () => Work(new Worker(Name("w"))));
            }
            else if (IsTroubled && _random.Next(60) == 0)
            {
                worker.FrozenUntil = _now + TimeSpan.FromSeconds(_random.Next(1, 70));
            }
            if (!worker.IsDead && worker.FrozenUntil <= _now)
            {
                Try(() => Turn(worker));
            }
        }, () => worker.IsDead);
    }

    private void Turn(Worker worker)
    {
        foreach (var held in worker.Held.Where(held => held.EndsAt <= _now).ToList())
        {
            try
            {
                worker.Reports.Add(FateOf(held.Claimed));
            }
            catch (EscaleException error) when (error.Code == "orchestrate.lease-lost")
            {
                // Another has the step.
            }
            worker.Held.Remove(held);
        }
        var free = 3 - worker.Held.Count;
        if (worker.Reports.Count > 0)
        {
            Take(worker, _engine.ReportAsync([.. worker.Reports], worker.Name, Name("c"), free, null, default).GetAwaiter().GetResult());
            worker.Reports.Clear();
            free = 3 - worker.Held.Count;
        }
        if (free > 0 && Store.HasReady)
        {
            Take(worker, _engine.ClaimAsync(worker.Name, Name("c"), free, null, default).GetAwaiter().GetResult());
        }
    }

    private void Take(Worker worker, IReadOnlyList<ClaimedStep> steps) =>
        worker.Held.AddRange(steps.Select(step => new Held(step, _now + TimeSpan.FromMilliseconds(_random.Next(10, _random.Next(10) == 0 ? 40_000 : 4000)))));

    private void Beat(Worker worker)
    {
        if (worker.FrozenUntil > _now || worker.Held.Count == 0)
        {
            return;
        }
        var held = worker.Held.Select(step => (step.Claimed.Run.Id, step.Claimed.Step.Ordinal, step.Claimed.Step.Fence)).ToList();
        var still = Store.RenewAsync(worker.Name, held, _lease, default).GetAwaiter().GetResult().ToDictionary(step => (step.Run, step.Ordinal), step => step.IsStopping);
        foreach (var step in worker.Held.ToList())
        {
            if (!still.TryGetValue((step.Claimed.Run.Id, step.Claimed.Step.Ordinal), out var isStopping) || isStopping)
            {
                worker.Held.Remove(step);
                worker.Reports.Add(AttemptReport.Of(step.Claimed, StepPhase.Cancelled));
            }
        }
    }

    /// <summary>What people do: start, stop, clear, pause.</summary>
    private void Meddle() => Repeat(() => TimeSpan.FromSeconds(_random.Next(5, 60)), () => Try(() =>
    {
        var pipeline = _pipelines.Values.ElementAt(_random.Next(_pipelines.Count));
        if (!IsTroubled)
        {
            _engine.PauseAsync(pipeline.Name, false, default).GetAwaiter().GetResult();
            return;
        }
        var run = Store.Runs.Count > 0 ? Store.Runs.Values.ElementAt(_random.Next(Store.Runs.Count)) : null;
        switch (_random.Next(7))
        {
            case 0 when run is not null:
                _engine.StopAsync(run.Id, PipelineEngine.Cancelled, null, default).GetAwaiter().GetResult();
                break;
            case 1 when run is { Phase: not RunPhase.Queued }:
                _cleared.Add(run.Pipeline);
                _engine.ClearAsync(run.Id, _random.Next(2) == 0 ? null : [_random.Next(run.StepCount)], true, default).GetAwaiter().GetResult();
                break;
            case 3 when run is { Phase: not RunPhase.Queued }:
                _cleared.Add(run.Pipeline);
                _marked.Add(run.Id); // what had begun goes on, also over the loss of its worker, when what came before is marked as failed
                _stopped.Add(run.Id); // it does not end as the fates of its steps say
                _engine.MarkAsync(run.Id, _random.Next(2) == 0 ? null : [_random.Next(run.StepCount)], _random.Next(2) == 0 ? StepPhase.Succeeded : StepPhase.Failed, "note", "somebody", default).GetAwaiter().GetResult();
                break;
            case 2:
                _engine.PauseAsync(pipeline.Name, _random.Next(2) == 0, default).GetAwaiter().GetResult();
                break;
            default:
                _engine.StartAsync(new NewRun { Id = Name("r"), Definition = Definition.Of(pipeline), Trigger = "manual", Key = Name("manual") }, default).GetAwaiter().GetResult();
                break;
        }
    }));

    // The store goes away only while there is trouble; what the caller was about is then simply not done.
    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (StoreAwayException)
        {
            // As when the process waits and tries again.
        }
    }

    private StoreFault Fault() => !IsTroubled ? StoreFault.None : _random.Next(100) switch { 0 => StoreFault.LostBefore, 1 => StoreFault.LostAfter, 2 => StoreFault.Away, _ => StoreFault.None };

    /// <summary>What a step does is told by which it is: whoever does it, and however often.</summary>
    private AttemptReport FateOf(ClaimedStep claimed)
    {
        var report = AttemptReport.Of(claimed, StepPhase.Succeeded);
        if (_pipelines[claimed.Run.Pipeline].Tasks[claimed.Step.Ordinal].One("pipeline") is { } started)
        {
            return FateOf(claimed, report, started);
        }
        var (failures, isSkipped, waits) = Fate(claimed.Run, claimed.Step.Ordinal);
        if (waits && claimed.Step.Output is null)
        {
            return report with { Phase = StepPhase.Deferred, Wait = TimeSpan.FromSeconds(3), Output = "1" };
        }
        return isSkipped ? report with { Phase = StepPhase.Skipped }
            : claimed.Step.Failures < failures ? report with { Phase = StepPhase.Failed, Failure = new StepFailure("x.y", "It failed.", null) } : report;
    }

    /// <summary>A step that starts another pipeline ends as that one's run does.</summary>
    private AttemptReport FateOf(ClaimedStep claimed, AttemptReport report, string started)
    {
        var call = new TaskCall
        {
            Pipeline = claimed.Run.Pipeline, Run = claimed.Run.Id, Step = claimed.Step.Id, Ordinal = claimed.Step.Ordinal, Attempt = claimed.Step.Attempt, Fence = claimed.Step.Fence,
            With = new Dictionary<string, IReadOnlyList<string>>(), Earlier = claimed.Step.Output,
        };
        var child = _children.FindAsync(call, "pipeline", default).GetAwaiter().GetResult();
        if (child.Run is { IsOver: true } run && (child.IsOwn || child.IsMended))
        {
            return run.Phase == RunPhase.Succeeded ? report : report with { Phase = StepPhase.Failed, Failure = new StepFailure("x.child", "It failed.", null) };
        }
        var outcome = child is { IsOwn: true, Run: { } open } ? ChildRuns.Waits(open.Id) : _children.StartAsync(
            call, claimed.Run, new NewRun { Id = Name("r"), Definition = Definition.Of(_pipelines[started]), Trigger = "pipeline", Key = child.Key }, default).GetAwaiter().GetResult();
        return report with { Phase = StepPhase.Deferred, Wait = outcome.LookAgainIn!.Value, Output = outcome.Output };
    }

    private static (int Failures, bool IsSkipped, bool Waits) Fate(PipelineRun run, int ordinal)
    {
        var hash = 17;
        foreach (var letter in run.Key)
        {
            hash = unchecked((hash * 31) + letter);
        }
        var chance = new Random(unchecked((hash * 31) + ordinal));
        return (chance.Next(3) == 0 ? chance.Next(4) : 0, chance.Next(8) == 0, chance.Next(8) == 0);
    }

    private void Check(MemoryStore store, IReadOnlyList<PipelineStep> before)
    {
        foreach (var old in before)
        {
            var (run, step) = (store.Runs[old.Run], store.Steps[old.Run][old.Ordinal]);
            Assert.True(step.Fence >= old.Fence && step.Attempt >= old.Attempt - 1, "fences grow");
            if (step.Phase == StepPhase.Running && step.Fence != old.Fence)
            {
                Assert.True(old.Phase != StepPhase.Running, $"{step.Run}/{step.Ordinal}: taken from who has it");
                var graph = _graphs[run.Pipeline];
                var phases = graph.Before(step.Ordinal).ToArray().Select(at => store.Steps[run.Id][at].Phase).ToList();
                Assert.True(graph.Steps[step.Ordinal].Rule.Decide(phases) == Verdict.Take || (_marked.Contains(run.Id) && old.Attempt > 0), $"{step.Run}/{step.Ordinal}: taken against its rule");
                Assert.Null(run.Stop);
            }
            if (step.Phase == StepPhase.Succeeded && old.Phase != StepPhase.Succeeded)
            {
                Assert.True(old.Phase == StepPhase.Running || store.Attempts.Exists(attempt => (attempt.Run, attempt.Ordinal, attempt.Attempt, attempt.Status) == (step.Run, step.Ordinal, step.Attempt, "marked_succeeded")));
                Assert.Equal(old.Fence, step.Fence);
            }
        }
        _stopped.UnionWith(before.Select(step => step.Run).Where(id => store.Runs[id].Stop is not null));
        foreach (var id in before.Select(step => step.Run).Distinct())
        {
            var (run, steps) = (store.Runs[id], store.Steps[id]);
            Assert.Equal((steps.Count(step => !step.Phase.IsEnd()), steps.Count(step => step.Phase.IsBad())), (run.OpenCount, run.BadCount));
            Assert.Equal(run.OpenCount == 0, run.IsOver);
        }
        foreach (var pool in store.OpenSteps.Where(step => step is { Phase: StepPhase.Running, Pool: not null }).GroupBy(step => step.Pool!))
        {
            Assert.True(pool.Count() <= _pools[pool.Key], $"the pool {pool.Key} has {pool.Count()}");
        }
        Assert.All(store.Open.Values.Where(run => run is { Parent: not null, Stop: null } && !_cleared.Contains(run.Pipeline)).GroupBy(run => (run.Parent, run.ParentStep)), started => Assert.Single(started));
        foreach (var group in store.Open.Values.Where(run => run.Phase == RunPhase.Running && !_cleared.Contains(run.Pipeline)).GroupBy(run => run.Pipeline))
        {
            Assert.True(group.Count() <= _pipelines[group.Key].Concurrency, $"{group.Key} has {group.Count()} runs");
        }
    }

    // Where nobody stopped it, a run ends as its steps' fates say, whatever happened on the way.
    private void CheckEnds()
    {
        foreach (var run in Store.Runs.Values)
        {
            Assert.True(run.IsOver, $"{run.Id} is not over");
            Assert.True(run.MissedAt is null || run.MissedAt > run.DeadlineAt, "late before its time");
            if (run.Stop is not null || _stopped.Contains(run.Id))
            {
                continue; // what was cancelled stays so, also when another step is done again
            }
            var (graph, spec) = (_graphs[run.Pipeline], _pipelines[run.Pipeline]);
            var phases = graph.Begin();
            while (Array.IndexOf(phases, StepPhase.Ready) is var ready and >= 0)
            {
                if (spec.Tasks[ready].One("pipeline") is not null)
                {
                    graph.End(phases, ready, EndOfStarted(run, ready));
                    continue;
                }
                var (failures, isSkipped, _) = Fate(run, ready);
                graph.End(phases, ready, isSkipped ? StepPhase.Skipped : failures > spec.Tasks[ready].Retries.Count ? StepPhase.Failed : StepPhase.Succeeded);
            }
            Assert.Equal(phases, Store.Steps[run.Id].Select(step => step.Phase));
            Assert.Equal(graph.IsSuccess(phases) ? RunPhase.Succeeded : RunPhase.Failed, run.Phase);
        }
    }

    // Each attempt that ended had started one run, however many workers were lost over it, and ended as that did.
    private StepPhase EndOfStarted(PipelineRun run, int ordinal)
    {
        var (step, children) = (Store.Steps[run.Id][ordinal], Store.ChildrenOf(run.Id, ordinal).ToList());
        var attempts = Store.Attempts.Where(attempt => attempt.Run == run.Id && attempt.Ordinal == ordinal && attempt.Status != "lost").ToList();
        var isCleared = _cleared.Contains(children[^1].Pipeline); // one that goes on by somebody's will is waited for by a new attempt, too
        Assert.True(isCleared ? children.Count <= attempts.Count : children.Count == attempts.Count, $"{run.Id}/{ordinal}: {string.Join(", ", attempts.Select(attempt => attempt.Status))} for {string.Join(", ", children.Select(child => $"{child.Id} {child.Phase}"))}");
        Assert.True(step.Phase is StepPhase.Succeeded or StepPhase.Failed, $"{run.Id}/{ordinal} is {step.Phase}");
        Assert.True(step.Phase == StepPhase.Succeeded == (children[^1].Phase == RunPhase.Succeeded) || isCleared || _stopped.Contains(children[^1].Id), $"{run.Id}/{ordinal} is {step.Phase}, {children[^1].Id} is {children[^1].Phase}");
        return step.Phase;
    }

    // Each signal made one run, each such run had its signals, and whoever comes after one pipeline had a run for each of that one's, after several for each interval that all of them did.
    private void CheckTriggers()
    {
        foreach (var pipeline in _pipelines.Values.Where(pipeline => pipeline.Triggers.After.Count > 0 && Store.Pipelines.ContainsKey(pipeline.Name)))
        {
            var used = Store.Consumed.Where(pair => pair.Key.Source.Pipeline == pipeline.Name).ToList();
            Assert.Equal(Store.Runs.Values.Where(run => run.Pipeline == pipeline.Name && run.Trigger == "after").Select(run => run.Id).Order(), used.Select(pair => pair.Value).Distinct().Order());
            if (pipeline.Triggers.After is [var upstream] && Store.Sources.TryGetValue(SourcesOf(pipeline)[0], out _))
            {
                Assert.Equal(used.Count, used.Select(pair => pair.Value).Distinct().Count());
                Assert.All(Store.Runs.Values.Where(run => run.Pipeline == upstream && run.Phase == RunPhase.Succeeded && run.CreatedAt > _start + TimeSpan.FromSeconds(30)), run =>
                    Assert.Contains(used, pair => pair.Key.Item == run.Id && pair.Key.Version == MemoryStore.VersionOf(run)));
            }
            else if (pipeline.Triggers.After.Count > 1)
            {
                CheckSeveral(pipeline, used.Select(pair => (Upstream: Store.Runs[pair.Key.Item], For: Store.Runs[pair.Value])).ToLookup(pair => pair.For, pair => pair.Upstream));
            }
        }
    }

    private void CheckSeveral(PipelineSpec pipeline, ILookup<PipelineRun, PipelineRun> upstreams)
    {
        Assert.All(upstreams, group => Assert.Equal(pipeline.Triggers.After.Order(), group.Select(run => run.Pipeline).Distinct().Order()));
        if (_every is null)
        {
            return;
        }
        Assert.All(upstreams, group => Assert.All(group, run => Assert.Equal((group.Key.IntervalBegin, group.Key.IntervalEnd), (run.IntervalBegin, run.IntervalEnd))));
        var done = pipeline.Triggers.After.Select(name => Store.Runs.Values.Where(run => run.Pipeline == name && run is { Phase: RunPhase.Succeeded, IntervalEnd: not null } && run.CreatedAt > _start + TimeSpan.FromSeconds(30))
            .Select(run => run.IntervalEnd));
        Assert.All(done.Aggregate((one, other) => one.Intersect(other)), interval => Assert.Contains(upstreams, group => group.Key.IntervalEnd == interval));
    }

    private static List<SignalSource> SourcesOf(PipelineSpec pipeline) => [.. pipeline.Triggers.After.Select(name => new SignalSource(pipeline.Name, SignalSource.After, name))];

    private void CheckTimes()
    {
        foreach (var pipeline in _pipelines.Values.Where(pipeline => Store.Pipelines.ContainsKey(pipeline.Name)))
        {
            var keys = Store.Runs.Values.Where(run => run.Pipeline == pipeline.Name && run.Key.StartsWith("at:", StringComparison.Ordinal)).Select(run => run.Key).ToList();
            Assert.Equal(keys.Count, keys.Distinct().Count());
            if (pipeline.Schedule!.CatchUp == CatchUp.All)
            {
                var times = new Schedule(pipeline.Schedule).Between(_start.AddTicks(-10), Store.Pipelines[pipeline.Name].Cursor, int.MaxValue).Select(PipelineScheduler.KeyOf);
                Assert.Equal(times.Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
            }
        }
    }

    private PipelineSpec Pipeline(int number)
    {
        var tasks = Enumerable.Range(0, _random.Next(1, 8)).Select(at => new TaskSpec
        {
            Id = Id(at), Kind = TaskKind.Shell, With = new Dictionary<string, IReadOnlyList<string>>(), DependsOn = [.. Enumerable.Range(0, at).Where(_ => _random.Next(3) == 0).Select(Id)],
            Rule = _random.Next(2) == 0 ? TriggerRule.AllSuccess : (TriggerRule)_random.Next(8), MayFail = _random.Next(5) == 0,
            Retries = new RetryPolicy { Count = _random.Next(3), Delay = TimeSpan.FromSeconds(_random.Next(1, 5)) }, Pool = _random.Next(6) switch { 0 => "one", 1 => "two", _ => null }, Priority = _random.Next(-1, 2),
        }).ToList();
        List<string> after = [.. Enumerable.Range(0, number).Where(_ => _random.Next(2) == 0).Select(Id)];
        if (number > 0 && after.Count == 0 && _random.Next(2) == 0)
        {
            var at = _random.Next(tasks.Count); // one of the earlier, which starts neither this one nor what comes after it
            tasks[at] = tasks[at] with { Kind = TaskKind.Pipeline, With = new Dictionary<string, IReadOnlyList<string>> { ["pipeline"] = [Id(_random.Next(number))] } };
        }
        return new PipelineSpec
        {
            Name = Id(number), Triggers = new TriggerSpec { After = after }, Tasks = tasks, Concurrency = _random.Next(1, 3), Timeout = _random.Next(3) == 0 ? TimeSpan.FromSeconds(_random.Next(5, 90)) : null,
            Deadline = _random.Next(3) == 0 ? new DeadlineSpec(TimeSpan.FromSeconds(_random.Next(10, 200)), null) : null,
            Schedule = new ScheduleSpec { Every = _every ?? TimeSpan.FromSeconds(_random.Next(20, 120)), CatchUp = (CatchUp)_random.Next(3), From = _start },
        };
    }

    private static string Id(int number) => "s" + number.ToString(CultureInfo.InvariantCulture);

    private string Name(string kind) => string.Create(CultureInfo.InvariantCulture, $"{kind}{++_names:d6}");

    private void At(TimeSpan wait, Action action) => _events.Enqueue(action, (_now + wait, _order++));

    private void Repeat(Func<TimeSpan> every, Action action, Func<bool>? until = null) => At(every(), () =>
    {
        if (until?.Invoke() != true)
        {
            action();
            Repeat(every, action, until);
        }
    });

    private sealed record Held(ClaimedStep Claimed, DateTimeOffset EndsAt);

    private sealed class Worker(string name)
    {
        public string Name => name;

        public bool IsDead { get; set; }

        public DateTimeOffset FrozenUntil { get; set; }

        public List<Held> Held { get; } = [];

        public List<AttemptReport> Reports { get; } = [];
    }
}
