using Escale.Engines.Postgres;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Archive;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Scheduling;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Orchestrate.Pipelines.Working;

namespace Escale.Orchestrate.Pipelines;

/// <summary>Pipelines inside of a program that stays: a scheduler and a worker, once the project has a pipeline. Without one nothing is started.</summary>
public sealed class PipelineHost : IAsyncDisposable
{
    private static readonly TimeSpan _lookForFilesEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _lookAfterEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _forgetEvery = TimeSpan.FromHours(6);
    private static readonly TimeSpan _archiveEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _afterTrouble = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(10);

    private readonly PipelineEngine _engine;
    private readonly PipelineFiles _files;
    private readonly PipelineHistory _history;
    private readonly IStepExecutor _executor;
    private readonly TimeProvider _clock;
    private readonly Func<TriggerSight>? _sight;
    private readonly PipelineArchive? _archive;
    private readonly CancellationTokenSource _stop = new();
    private Task _working = Task.CompletedTask;
    private PipelineWorker? _worker;

    internal PipelineHost(PipelineEngine engine, PipelineFiles files, PipelineHistory history, IStepExecutor executor, TimeProvider clock, Func<TriggerSight>? sight = null, PipelineArchive? archive = null)
    {
        (_engine, _files, _history, _executor, _clock, _sight, _archive) = (engine, files, history, executor, clock, sight, archive);
    }

    /// <summary>Starts working, beside whatever else the program does.</summary>
    /// <param name="slots">Steps at once; null: 16.</param>
    /// <param name="schedules">Whether it also makes the runs whose time comes.</param>
    public PipelineHost Start(int? slots = null, bool schedules = true)
    {
        _working = Task.Run(() => WorkAsync(new WorkerSettings { Slots = slots ?? new WorkerSettings().Slots }, schedules, _stop.Token));
        return this;
    }

    /// <summary>What keeps the scheduler from making runs, or null while it goes on.</summary>
    public Exception? Trouble { get; private set; }

    /// <summary>Says that there may be something to do: a run was made here.</summary>
    public void Poke() => _worker?.Poke();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _working;
    }

    /// <summary>Works on one run until it is over, beside whoever else works. While the database is away or full it waits, for ten minutes at most.</summary>
    /// <param name="run">The run's id.</param>
    /// <param name="looked">Told what the run is, often.</param>
    /// <param name="troubled">Told once what is wrong each time that it begins to wait.</param>
    /// <param name="cancellationToken">Ends it; the run goes on where somebody else works.</param>
    internal async Task<ShownRun> FollowAsync(string run, Action<ShownRun>? looked, Action<EscaleException>? troubled, CancellationToken cancellationToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var working = new PipelineWorker(_engine, _executor, _clock, new WorkerSettings { OnlyRun = run, LookEvery = TimeSpan.FromMilliseconds(100) }).RunAsync(done.Token);
        var (lookedAfter, troubledSince) = (_clock.GetTimestamp(), (long?)null);
        try
        {
            while (true)
            {
                try
                {
                    var now = await _history.RunAsync(run, cancellationToken);
                    looked?.Invoke(now);
                    if (now.IsOver)
                    {
                        return now;
                    }
                    if (_clock.GetElapsedTime(lookedAfter) > _lookAfterEvery)
                    {
                        await LookAfterAsync(Scheduler(), cancellationToken);
                        lookedAfter = _clock.GetTimestamp();
                    }
                    troubledSince = null;
                    await Task.Delay(TimeSpan.FromMilliseconds(40), _clock, cancellationToken);
                }
                catch (EscaleException error) when (PostgresErrors.MayPass(error) && (troubledSince is null || _clock.GetElapsedTime(troubledSince.Value) < _patience))
                {
                    if (troubledSince is null)
                    {
                        troubledSince = _clock.GetTimestamp();
                        troubled?.Invoke(error);
                    }
                    await Task.Delay(_afterTrouble, _clock, cancellationToken);
                }
            }
        }
        finally
        {
            await done.CancelAsync();
            await working;
        }
    }

    private PipelineScheduler Scheduler() => new(_engine, _files.Read, _clock, PipelineRunId.Chance, _sight?.Invoke());

    private async Task WorkAsync(WorkerSettings settings, bool schedules, CancellationToken cancellationToken)
    {
        try
        {
            while (schedules && _files.Read().Pipelines.Count == 0)
            {
                await Task.Delay(_lookForFilesEvery, _clock, cancellationToken);
            }
            _worker = new PipelineWorker(_engine, _executor, _clock, settings);
            await Task.WhenAll(_worker.RunAsync(cancellationToken), ScheduleAsync(_worker, schedules, cancellationToken), schedules ? ArchiveAsync(cancellationToken) : Task.CompletedTask);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    private async Task ScheduleAsync(PipelineWorker worker, bool schedules, CancellationToken cancellationToken)
    {
        var scheduler = Scheduler();
        var (lookedAfter, forgotten) = ((long?)null, (long?)null);
        while (true)
        {
            try
            {
                if (schedules && await scheduler.TickAsync(cancellationToken) + await scheduler.TriggerAsync(cancellationToken) > 0)
                {
                    worker.Poke();
                }
                if (lookedAfter is null || _clock.GetElapsedTime(lookedAfter.Value) > _lookAfterEvery)
                {
                    await LookAfterAsync(scheduler, cancellationToken);
                    lookedAfter = _clock.GetTimestamp();
                }
                if (forgotten is null || _clock.GetElapsedTime(forgotten.Value) > _forgetEvery)
                {
                    await _history.ForgetOldAsync(cancellationToken);
                    forgotten = _clock.GetTimestamp();
                }
                Trouble = null;
                var wait = scheduler.NextDue - _clock.GetUtcNow() ?? _longestPause;
                await Task.Delay(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait < _longestPause ? wait : _longestPause, _clock, cancellationToken);
            }
            catch (Exception error) when (!(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
            {
                Trouble = error; // the store is away, or a bug: schedules outlive both, and what was due is made up for
                await Task.Delay(_afterTrouble, _clock, cancellationToken);
            }
        }
    }

    // Beside everything else: the lake may be slow, and schedules do not wait for it.
    private async Task ArchiveAsync(CancellationToken cancellationToken)
    {
        var cleaned = (long?)null;
        while (_archive is not null)
        {
            await Task.Delay(_archiveEvery, _clock, cancellationToken);
            try
            {
                await _archive.WriteAsync(cancellationToken);
                if (cleaned is null || _clock.GetElapsedTime(cleaned.Value) > _forgetEvery)
                {
                    await Task.Run(_archive.Clean, cancellationToken);
                    cleaned = _clock.GetTimestamp();
                }
            }
            catch (Exception error) when (error is EscaleException or IOException)
            {
                // The database or the lake is away: the next time takes it all.
            }
        }
    }

    private async Task LookAfterAsync(PipelineScheduler scheduler, CancellationToken cancellationToken)
    {
        var dead = (await _history.WorkersAsync(cancellationToken)).Where(WorkerName.IsDead).ToList();
        await scheduler.LookAfterAsync(dead, cancellationToken);
    }
}
