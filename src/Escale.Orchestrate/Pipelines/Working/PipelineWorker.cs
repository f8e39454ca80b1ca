using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines.Working;

/// <summary>How a worker works.</summary>
internal sealed record WorkerSettings
{
    /// <summary>Steps at once. Default 16.</summary>
    public int Slots { get; init; } = 16;

    /// <summary>How often it looks for steps when nobody told it of any. Default 0.5 s.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The only run whose steps it takes, with those that it starts; or null for all.</summary>
    public string? OnlyRun { get; init; }
}

/// <summary>
/// Takes steps, has them done, and reports how they ended; what follows in a chain comes with the report's answer. One loop speaks with the store; the steps run beside it.
/// </summary>
/// <remarks>A worker that is killed loses nothing: its leases end, and others take its steps.</remarks>
internal sealed class PipelineWorker(PipelineEngine engine, IStepExecutor executor, TimeProvider clock, WorkerSettings settings)
{
    private static readonly TimeSpan _afterTrouble = TimeSpan.FromSeconds(2);
    private static long _number;

    private readonly Channel<AttemptReport> _reports = Channel.CreateUnbounded<AttemptReport>();
    private readonly ConcurrentDictionary<(string Run, int Ordinal), Held> _held = new();
    private readonly SemaphoreSlim _poke = new(0, 1);
    private long _claims;
    private bool _isMoreReady;

    /// <summary>Its name: which process of which machine, and which worker of it.</summary>
    public string Name { get; } = WorkerName.Of(ProcessIdentity.Own, Interlocked.Increment(ref _number));

    /// <summary>What kept it from working last, or null.</summary>
    public Exception? LastTrouble { get; private set; }

    /// <summary>How many steps it has.</summary>
    public int HeldCount => _held.Count;

    /// <summary>Says that there may be something to do.</summary>
    public void Poke()
    {
        try
        {
            _poke.Release();
        }
        catch (SemaphoreFullException)
        {
            // It was told already.
        }
    }

    /// <summary>Works until it is stopped; what is under way then is stopped and given back.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var beating = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var heart = BeatAsync(beating.Token);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await OneTurnAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The normal end.
        }
        await beating.CancelAsync();
        await heart;
        await LeaveAsync();
    }

    private async Task OneTurnAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TurnAsync(cancellationToken);
        }
        catch (Exception error) when (!(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            LastTrouble = error; // the store stayed away for long, or a bug: either may pass, and the steps' leases hold until then
            await Task.Delay(_afterTrouble, clock, cancellationToken);
        }
    }

    private async Task TurnAsync(CancellationToken cancellationToken)
    {
        var reports = TakeReports();
        var free = settings.Slots - _held.Count;
        if (reports.Count > 0 && free > 0 && _isMoreReady)
        {
            await ReportAndClaimAsync(reports, free, cancellationToken);
            return;
        }
        if (reports.Count > 0)
        {
            var next = await ReportAsync(reports, free, cancellationToken);
            Start(next, cancellationToken);
            if (settings.Slots - _held.Count == 0 || _reports.Reader.Count > 0)
            {
                return;
            }
            if (free > 0 && next.Count == 0)
            {
                await WaitAsync(cancellationToken); // the report looked for other steps already
                return;
            }
            free = settings.Slots - _held.Count;
        }
        var taken = free > 0 ? await ClaimAsync(free, cancellationToken) : [];
        Start(taken, cancellationToken);
        if (taken.Count == 0 || settings.Slots == _held.Count)
        {
            await WaitAsync(cancellationToken);
        }
    }

    private async Task<IReadOnlyList<ClaimedStep>> ClaimAsync(int free, CancellationToken cancellationToken)
    {
        var taken = await engine.ClaimAsync(Name, NextClaim(), free, settings.OnlyRun, cancellationToken);
        _isMoreReady = taken.Count == free;
        return taken;
    }

    // While more is ready than can be done, taking it need not wait for what follows from the reports, nor for whoever reports of the same run.
    private async Task ReportAndClaimAsync(List<AttemptReport> reports, int free, CancellationToken cancellationToken)
    {
        var claiming = ClaimAsync(free, cancellationToken);
        try
        {
            await ReportAsync(reports, 0, cancellationToken);
        }
        finally
        {
            Start(await claiming, cancellationToken);
        }
    }

    // What cannot be told now is told later: the steps are done, and their leases hold until then or another does them again.
    private async Task<IReadOnlyList<ClaimedStep>> ReportAsync(List<AttemptReport> reports, int free, CancellationToken cancellationToken)
    {
        try
        {
            return await engine.ReportAsync(reports, Name, NextClaim(), free, settings.OnlyRun, cancellationToken);
        }
        catch (Exception error) when (!(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            reports.ForEach(report => _reports.Writer.TryWrite(report));
            throw;
        }
    }

    private List<AttemptReport> TakeReports()
    {
        var reports = new List<AttemptReport>();
        while (reports.Count < 500 && _reports.Reader.TryRead(out var report))
        {
            _held.TryRemove((report.Run, report.Ordinal), out _);
            reports.Add(report);
        }
        return reports;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (ended, poked, late) = (_reports.Reader.WaitToReadAsync(waiting.Token).AsTask(), _poke.WaitAsync(waiting.Token), Task.Delay(settings.LookEvery, clock, waiting.Token));
        await Task.WhenAny(ended, poked, late);
        var wasPoked = poked.IsCompletedSuccessfully;
        await waiting.CancelAsync();
        if (!wasPoked && await Task.WhenAny(poked, Task.CompletedTask) == poked && poked.IsCompletedSuccessfully)
        {
            Poke(); // it came in between
        }
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Start(IReadOnlyList<ClaimedStep> steps, CancellationToken cancellationToken)
    {
        foreach (var step in steps)
        {
            var held = new Held(step, CancellationTokenSource.CreateLinkedTokenSource(cancellationToken));
            _held[(step.Run.Id, step.Step.Ordinal)] = held;
            _ = Task.Run(() => DoAsync(held, cancellationToken), CancellationToken.None);
        }
    }

    private async Task DoAsync(Held held, CancellationToken leaving)
    {
        var report = AttemptReport.Of(held.Claimed, StepPhase.Cancelled);
        try
        {
            report = await executor.DoAsync(held.Claimed, held.Stop.Token);
        }
        catch (OperationCanceledException) when (held.Stop.IsCancellationRequested)
        {
            report = held.IsToStop ? report : report with { Phase = leaving.IsCancellationRequested ? StepPhase.Ready : StepPhase.Cancelled };
        }
        catch (Exception error)
        {
            report = report with { Phase = StepPhase.Failed, Failure = StepFailures.Of(error) };
        }
        held.Ended = true;
        _reports.Writer.TryWrite(report);
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(engine.Limits.Lease / 4, clock);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(cancellationToken);
                await RenewAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                LastTrouble = error; // the store is away: nobody else can take the steps either; the next beat tells
            }
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var held = _held.ToArray();
        if (held.Length == 0)
        {
            return;
        }
        var still = (await engine.Store.RenewAsync(Name, [.. held.Select(pair => (pair.Key.Run, pair.Key.Ordinal, pair.Value.Claimed.Step.Fence))], engine.Limits.Lease, cancellationToken))
            .ToDictionary(step => (step.Run, step.Ordinal), step => step.IsStopping);
        foreach (var (key, step) in held)
        {
            if (!step.Ended && (!still.TryGetValue(key, out var isStopping) || isStopping))
            {
                step.IsToStop = true;
                await step.Stop.CancelAsync();
            }
        }
    }

    // Stopping is not failing: what was under way may be taken again at once.
    private async Task LeaveAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(25), clock);
        var reports = TakeReports();
        try
        {
            while (!_held.IsEmpty && await _reports.Reader.WaitToReadAsync(patience.Token))
            {
                reports.AddRange(TakeReports());
            }
            if (reports.Count > 0)
            {
                await engine.ReportAsync(reports, Name, NextClaim(), 0, settings.OnlyRun, patience.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or EscaleException)
        {
            // The leases end by themselves.
        }
    }

    private string NextClaim() => string.Create(CultureInfo.InvariantCulture, $"{Name}#{++_claims}");

    private sealed class Held(ClaimedStep claimed, CancellationTokenSource stop)
    {
        public ClaimedStep Claimed => claimed;

        public CancellationTokenSource Stop => stop;

        public volatile bool IsToStop;

        public volatile bool Ended;
    }
}

/// <summary>Does steps.</summary>
internal interface IStepExecutor
{
    /// <summary>Does a step to its end; throws only when it is cancelled.</summary>
    Task<AttemptReport> DoAsync(ClaimedStep claimed, CancellationToken cancellationToken);
}

/// <summary>Names of workers, from which one can tell whether the process is still there.</summary>
internal static class WorkerName
{
    public static string Of(ProcessIdentity process, long number) => string.Create(CultureInfo.InvariantCulture, $"{process.Host}/{process.Id}/{process.Start}/{number}");

    /// <summary>Whether it was a process of this machine that has ended.</summary>
    public static bool IsDead(string name) =>
        name.Split('/') is [var host, var id, var start, ..] && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && new ProcessIdentity(host, number, start) is { IsHere: true, IsAlive: false };
}
