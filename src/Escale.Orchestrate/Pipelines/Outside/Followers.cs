using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Scheduling;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;

namespace Escale.Orchestrate.Pipelines.Outside;

/// <summary>Runs of schedules that another program keeps, such as a CronJob: the run of a time, and those of the pipelines that come after it, where no served program makes them.</summary>
internal sealed class Followers(PipelineEngine engine, PipelineFiles files, PipelineHost host, PostgresPipelineStore store, PipelineHistory history, TimeProvider clock)
{
    private const string Find = $"select {PipelineRows.RunColumns} from orchestrate.pipeline_runs r where r.pipeline = $1 and r.key = $2";

    private const string Open = "select id from orchestrate.pipeline_runs where pipeline = any($1) and trigger = 'after' and phase in ('queued', 'running') order by created_at";

    private PipelineFolder? _behind;
    private PipelineScheduler? _scheduler;

    /// <summary>The run of a time of the schedule; the one that is there already when somebody began it before.</summary>
    public async Task<PipelineRun> ScheduledAsync(PipelineSpec pipeline, DateTimeOffset time, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        var definition = Definition.Of(pipeline);
        var interval = ScheduledTime.Interval(pipeline, time)!.Value;
        var run = new NewRun
        {
            Id = PipelineRunId.New(clock), Definition = definition, Trigger = "schedule", Key = PipelineScheduler.KeyOf(time), IntervalBegin = interval.Begin, IntervalEnd = interval.End,
            Parameters = ParameterReader.Values(pipeline, parameters),
        };
        await engine.KnowAsync([new PipelineRow(pipeline.Name, false, clock.GetUtcNow(), pipeline.Concurrency)], cancellationToken);
        await engine.StartAsync(run, cancellationToken);
        return (await store.ListAsync(Find, [pipeline.Name, run.Key], reader => PipelineRows.Run(reader), cancellationToken))[0];
    }

    /// <summary>From now on it is noted what comes after a pipeline.</summary>
    public Task ListenAsync(PipelineSpec first, CancellationToken cancellationToken) => Scheduler(first).TriggerAsync(cancellationToken);

    /// <summary>Makes the runs that come after what has ended, and works on them until they are over; so on with what comes after them.</summary>
    /// <returns>Whether all were successes.</returns>
    public async Task<bool> RunAsync(PipelineSpec first, Action<ShownRun> ended, CancellationToken cancellationToken)
    {
        var (scheduler, isGood) = (Scheduler(first), true);
        var names = _behind!.Pipelines.Keys;
        while (true)
        {
            await scheduler.TriggerAsync(cancellationToken);
            var open = await store.ListAsync(Open, [names.ToArray()], reader => reader.GetString(0), cancellationToken);
            if (open.Count == 0)
            {
                return isGood;
            }
            await host.FollowAsync(open[0], null, null, cancellationToken);
            var run = await history.ShowAsync(open[0], cancellationToken);
            isGood &= run.Status == "succeeded";
            ended(run);
        }
    }

    // It sees only the pipelines that come after: what else others wait for is a served program's to look after.
    private PipelineScheduler Scheduler(PipelineSpec first)
    {
        var (folder, names) = (files.Read(), Behind(first.Name));
        _behind ??= folder with { Pipelines = folder.Pipelines.Where(pair => names.Contains(pair.Key) && pair.Value.Triggers is { Assets.Count: 0, Files.Count: 0 }).ToDictionary() };
        return _scheduler ??= new PipelineScheduler(engine, () => _behind, clock, PipelineRunId.Chance);
    }

    private HashSet<string> Behind(string name)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([name]);
        while (open.TryDequeue(out var before))
        {
            files.Read().Pipelines.Values.Where(pipeline => pipeline.Triggers.After.Contains(before) && found.Add(pipeline.Name)).ToList().ForEach(pipeline => open.Enqueue(pipeline.Name));
        }
        return found;
    }
}
