using System.Text.Json;

namespace Escale.Orchestrate.Pipelines.State;

/// <summary>A pipeline that starts when something happens.</summary>
/// <param name="Sources">What it waits for.</param>
/// <param name="Seen">Files that came and that no run was made for, as far as is known.</param>
/// <param name="HasIntervals">Whether the runs of a pipeline of this name are about intervals by themselves.</param>
/// <param name="Run">Makes the run, but for its trigger, key, interval and cause.</param>
internal sealed record TriggeredPipeline(IReadOnlyList<SignalSource> Sources, IReadOnlyList<Signal> Seen, Func<string, bool> HasIntervals, Func<NewRun> Run)
{
    public string Name => Sources[0].Pipeline;
}

internal sealed partial class PipelineEngine
{
    // Longer than any transaction takes, and than clocks are set back.
    private static readonly TimeSpan _slack = TimeSpan.FromHours(2);

    // What is owed beyond it comes the next time.
    private const int MostRunsAtOnce = 1000;

    /// <summary>Notes what pipelines wait for; what happened before counts for none of them.</summary>
    /// <param name="pipelines">The pipelines.</param>
    /// <param name="sources">All that they wait for, and what that is now.</param>
    /// <param name="existing">The files that a pattern means already.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task ListenAsync(
        IReadOnlyList<string> pipelines, IReadOnlyDictionary<SignalSource, string?> sources, Func<SignalSource, IEnumerable<Signal>> existing, CancellationToken cancellationToken) => store.TransactAsync(async transaction =>
    {
        var added = await transaction.SetSourcesAsync(pipelines, sources);
        transaction.Consume(added.Where(source => source.Kind == SignalSource.File).SelectMany(existing), "");
        return true;
    }, cancellationToken);

    /// <summary>Makes the runs that signals ask for, notes in the same transaction which signals they are for, and begins those whose turn it is; returns how many were made.</summary>
    public async Task<int> TriggerAsync(IReadOnlyList<TriggeredPipeline> pipelines, CancellationToken cancellationToken)
    {
        var byName = pipelines.ToDictionary(pipeline => pipeline.Name, StringComparer.Ordinal);
        await definitions.KeepAsync(pipelines.Select(pipeline => pipeline.Run().Definition), cancellationToken);
        return await store.TransactAsync(async transaction =>
        {
            var (now, count) = (await transaction.NowAsync(), 0);
            var open = (await transaction.LockPipelinesAsync([.. byName.Keys])).Where(entry => !entry.Pipeline.IsPaused).ToList();
            var pending = (open.Count > 0 ? await PendingAsync(transaction, [.. open.Select(entry => byName[entry.Pipeline.Name])]) : []).ToLookup(signal => signal.Source.Pipeline, StringComparer.Ordinal);
            foreach (var locked in open)
            {
                var (row, wanted) = (locked.Pipeline, byName[locked.Pipeline.Name]);
                var owed = Signals.Owed(wanted.Sources, pending[row.Name], wanted.HasIntervals);
                if (owed.IsNothing)
                {
                    continue;
                }
                var runs = owed.Runs.Take(MostRunsAtOnce).Select(run => (run.Signals, Row: RowOf(RunOf(wanted, run), now))).ToList();
                var added = await transaction.AddRunsAsync([.. runs.Select(run => run.Row)]);
                foreach (var (signals, made) in runs)
                {
                    transaction.Consume(signals, made.Id);
                }
                transaction.Consume(owed.GivenUp, "");
                MoveOn(transaction, pending[row.Name], [.. runs.SelectMany(run => run.Signals), .. owed.GivenUp]);
                await BeginNextAsync(transaction, locked, added, now, cancellationToken);
                count += added.Count;
            }
            return count;
        }, cancellationToken);
    }

    private static async Task<IReadOnlyList<Signal>> PendingAsync(PipelineTransaction transaction, List<TriggeredPipeline> pipelines)
    {
        var seen = pipelines.SelectMany(pipeline => pipeline.Seen).ToList();
        var signals = await transaction.SignalsAsync([.. pipelines.Select(pipeline => pipeline.Name)]);
        return seen.Count == 0 ? signals : [.. signals, .. await transaction.UnconsumedAsync(seen)];
    }

    private static void MoveOn(PipelineTransaction transaction, IEnumerable<Signal> pending, HashSet<Signal> consumed)
    {
        foreach (var group in pending.GroupBy(signal => signal.Source).Where(group => group.Key.Kind != SignalSource.File && group.Any(consumed.Contains)))
        {
            var open = group.Where(signal => !consumed.Contains(signal)).ToList();
            transaction.MoveOn(group.Key, (open.Count > 0 ? open.Min(signal => signal.At) : group.Max(signal => signal.At)) - _slack);
        }
    }

    private static NewRun RunOf(TriggeredPipeline pipeline, SignalledRun run)
    {
        var last = run.Signals[^1];
        return pipeline.Run() with
        {
            Trigger = last.Source.Kind, Key = $"{last.Source.Kind}:{last.Item}@{last.Version}", IntervalBegin = run.Begin, IntervalEnd = run.End,
            Priority = Math.Min(0, run.Signals.Max(signal => signal.Priority)), // a backfill goes on behind what is live
            Cause = JsonSerializer.Serialize(new Dictionary<string, IEnumerable<string>>
            {
                [last.Source.Kind switch { SignalSource.File => "files", SignalSource.Assets => "builds", _ => "runs" }] = run.Signals.Select(signal => signal.Item),
            }),
        };
    }
}
