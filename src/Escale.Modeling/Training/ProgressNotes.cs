using Escale.Kernel;
using Escale.Learning.Automatic;
using Escale.Modeling.Tracking;
using Npgsql;

namespace Escale.Modeling.Training;

/// <summary>Hands on how far a training is: at once to who waits for it, twice a second to the record. What is told is told on the training's own thread and never waits.</summary>
internal sealed class ProgressNotes : IProgress<AutoMlProgress>, IAsyncDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);

    private readonly string _run;
    private readonly TrainingOrder _order;
    private readonly TrackingStore _tracking;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _noting;
    private volatile TrainingProgress? _newest;
    private int _models;

    public ProgressNotes(string run, TrainingOrder order, TrackingStore tracking, TimeProvider clock)
    {
        (_run, _order, _tracking, _clock) = (run, order, tracking, clock);
        _noting = NoteAsync();
    }

    /// <summary>What models are judged by.</summary>
    public string Metric { get; set; } = "";

    /// <summary>The best score after each model.</summary>
    public List<TrackedMetric> History { get; } = [];

    public void Report(AutoMlProgress value)
    {
        var progress = new TrainingProgress(value.Share, value.Elapsed.TotalSeconds, value.Doing, Metric, [.. value.Leaderboard.Select(TrainedModel.Row)]);
        if (value.Leaderboard.Count > _models)
        {
            _models = value.Leaderboard.Count;
            History.Add(new TrackedMetric("best_score", value.Leaderboard[0].Score, _models, _clock.GetUtcNow().ToUnixTimeMilliseconds()));
        }
        Tell(progress);
    }

    /// <summary>Says what is done after the models were tried.</summary>
    public void Say(string doing)
    {
        if (_newest is { } last)
        {
            Tell(last with { Doing = doing, Share = 1 });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _noting;
        _ended.Dispose();
    }

    private void Tell(TrainingProgress progress)
    {
        _newest = progress;
        _order.Report?.Invoke(_run, progress);
    }

    private async Task NoteAsync()
    {
        TrainingProgress? noted = null;
        while (!_ended.IsCancellationRequested)
        {
            await Task.Delay(_pause, _clock, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_newest is { } newest && newest != noted)
            {
                noted = newest;
                try
                {
                    await _tracking.NoteAsync(_run, newest, _ended.Token);
                }
                catch (Exception error) when (error is EscaleException or OperationCanceledException or NpgsqlException)
                {
                    // How far it is, is for who looks on: a database that is away does not stop a training.
                }
            }
        }
    }
}
