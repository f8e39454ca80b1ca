using System.Globalization;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines.Scheduling;

/// <summary>
/// Makes runs when their time comes, begins those that wait, and looks after what was lost. Several may run at once, in several processes: the store lets one of them do each thing.
/// Not thread-safe: one loop each.
/// </summary>
internal sealed class PipelineScheduler(PipelineEngine engine, Func<PipelineFolder> files, TimeProvider clock, Func<string> chance, TriggerSight? sight = null)
{
    private const int MostAtOnce = 500;

    // What is late by more was not on time: a schedule that does not catch up leaves it out.
    private static readonly TimeSpan _onTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _readRowsEvery = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private PipelineFolder? _folder;
    private DateTimeOffset _rowsReadAt;
    private readonly HashSet<Signal> _consumed = [];
    private HashSet<(SignalSource, string?)>? _listenedTo;

    /// <summary>The next time that something is due, or null.</summary>
    public DateTimeOffset? NextDue => _entries.Values.Where(entry => !entry.Row.IsPaused).Min(entry => entry.Next);

    /// <summary>Whether there is any pipeline.</summary>
    public bool HasPipelines => files().Pipelines.Count > 0;

    /// <summary>Makes the runs that are due; returns how many pipelines had any.</summary>
    public async Task<int> TickAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var count = 0;
        foreach (var part in _entries.Values.Where(entry => entry.Next <= now && !entry.Row.IsPaused).ToList().Chunk(MostAtOnce))
        {
            var due = part.Select(entry => Due(entry, now)).ToList();
            foreach (var row in await engine.ScheduleAsync(due, cancellationToken))
            {
                _entries[row.Name] = _entries[row.Name] with { Row = row, Next = _entries[row.Name].Schedule!.Next(row.Cursor) };
            }
            count += due.Count(pipeline => pipeline.Runs.Count > 0);
        }
        return count;
    }

    /// <summary>Makes the runs that other things than time ask for; returns how many.</summary>
    public async Task<int> TriggerAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(cancellationToken);
        var waiting = _entries.Values.Where(entry => entry.Sources.Count > 0 && !entry.Row.IsPaused).ToDictionary(entry => entry.Row.Name, StringComparer.Ordinal);
        if (waiting.Count == 0)
        {
            return 0;
        }
        var pending = (await engine.Store.SignalsAsync(waiting.Keys, cancellationToken)).Concat(await ArrivedAsync(waiting.Values, cancellationToken));
        var owed = pending.GroupBy(signal => signal.Source.Pipeline).Select(group => (Entry: waiting[group.Key], Signals: group)).Where(pair => !Signals.Owed(pair.Entry.Sources, pair.Signals, HasIntervals).IsNothing)
            .Select(pair => new TriggeredPipeline(pair.Entry.Sources, [.. pair.Signals.Where(signal => signal.Source.Kind == SignalSource.File)], HasIntervals, () => TriggeredRun(pair.Entry.Definition))).ToList();
        return owed.Count == 0 ? 0 : await engine.TriggerAsync(owed, cancellationToken);
    }

    // Those of a schedule are, and those that come after others that are.
    private bool HasIntervals(string pipeline) => _folder!.Pipelines.GetValueOrDefault(pipeline) is { } spec && (spec.Schedule is not null || spec.Triggers.After.Any(HasIntervals));

    private async Task<IReadOnlyList<Signal>> ArrivedAsync(IEnumerable<Entry> waiting, CancellationToken cancellationToken)
    {
        var seen = sight is null ? [] : waiting.SelectMany(entry => entry.Sources).Where(source => source.Kind == SignalSource.File).SelectMany(sight.Arrived).Where(signal => !_consumed.Contains(signal)).ToList();
        var open = seen.Count == 0 ? [] : await engine.Store.UnconsumedAsync(seen, cancellationToken);
        _consumed.UnionWith(seen.Except(open));
        return open;
    }

    /// <summary>Begins runs that wait, gives back what silent workers had, and stops what is over time.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="deadWorkers">Workers that are known to have ended.</param>
    public async Task LookAfterAsync(IReadOnlyCollection<string> deadWorkers, CancellationToken cancellationToken)
    {
        foreach (var run in await engine.Store.RunsWithLostStepsAsync(deadWorkers, cancellationToken))
        {
            await engine.RecoverAsync(run, deadWorkers, cancellationToken);
        }
        foreach (var run in await engine.Store.RunsOverTimeAsync(cancellationToken))
        {
            await engine.StopAsync(run, PipelineEngine.OverTime, "its time was over", cancellationToken);
        }
        foreach (var run in await engine.Store.OrphansAsync(cancellationToken))
        {
            await engine.StopAsync(run, PipelineEngine.Cancelled, "the step that started it was stopped", cancellationToken);
        }
        foreach (var (run, definition) in await engine.Store.LateRunsAsync(cancellationToken))
        {
            await engine.MissAsync(run, definition, PipelineRunId.New(clock, chance()), cancellationToken);
        }
        foreach (var part in (await engine.Store.PipelinesWithQueueAsync(cancellationToken)).Chunk(MostAtOnce))
        {
            await engine.PromoteAsync(part, cancellationToken);
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var folder = files();
        var now = clock.GetUtcNow();
        if (ReferenceEquals(folder, _folder) && now - _rowsReadAt < _readRowsEvery && now >= _rowsReadAt)
        {
            return;
        }
        var pipelines = folder.Pipelines.Values.OrderBy(pipeline => pipeline.Name, StringComparer.Ordinal).ToList();
        var rows = pipelines.Count == 0 ? [] : await engine.KnowAsync([.. pipelines.Select(pipeline => new PipelineRow(pipeline.Name, false, FirstCursor(pipeline, now), pipeline.Concurrency))], cancellationToken);
        var byName = rows.ToDictionary(row => row.Name, StringComparer.Ordinal);
        await ListenAsync(pipelines, cancellationToken);
        var isNew = !ReferenceEquals(folder, _folder);
        foreach (var gone in _entries.Keys.Except(byName.Keys).ToList())
        {
            _entries.Remove(gone);
        }
        foreach (var pipeline in pipelines)
        {
            var row = byName[pipeline.Name];
            var known = isNew ? null : _entries.GetValueOrDefault(pipeline.Name);
            var (definition, schedule) = known is null ? (Definition.Of(pipeline), pipeline.Schedule is { } spec ? new Schedule(spec) : null) : (known.Definition, known.Schedule);
            var next = known is not null && known.Row.Cursor == row.Cursor ? known.Next : schedule?.Next(row.Cursor);
            _entries[pipeline.Name] = new Entry(definition, schedule, row, next, [.. WithDetail(pipeline).Select(pair => pair.Source)]);
        }
        (_folder, _rowsReadAt) = (folder, now);
    }

    // What waits for nothing is told too: it may have waited before.
    private async Task ListenAsync(List<PipelineSpec> pipelines, CancellationToken cancellationToken)
    {
        var sources = pipelines.SelectMany(WithDetail).ToList();
        if (pipelines.Count > 0 && _listenedTo?.SetEquals(sources) != true)
        {
            await engine.ListenAsync(
                [.. pipelines.Select(pipeline => pipeline.Name)], sources.ToDictionary(pair => pair.Source, pair => pair.Detail), source => sight?.Existing(source) ?? [], cancellationToken);
            _listenedTo = [.. sources];
        }
    }

    private IEnumerable<(SignalSource Source, string? Detail)> WithDetail(PipelineSpec pipeline) =>
        pipeline.Triggers.After.Select(name => (new SignalSource(pipeline.Name, SignalSource.After, name), (string?)null)).Concat(sight?.SourcesOf(pipeline) ?? []);

    // A pipeline that is new begins now, unless its file says since when and that all times are to be made up for.
    private static DateTimeOffset FirstCursor(PipelineSpec pipeline, DateTimeOffset now) =>
        pipeline.Schedule is { CatchUp: CatchUp.All, From: { } from } && from < now ? from.AddTicks(-10) : now;

    private DueRuns Due(Entry entry, DateTimeOffset now)
    {
        var (pipeline, schedule, cursor) = (entry.Definition.Pipeline, entry.Schedule!, entry.Row.Cursor);
        var times = pipeline.Schedule!.CatchUp == CatchUp.All ? [.. schedule.Between(cursor, now, MostAtOnce)]
            : schedule.Previous(now.AddTicks(1)) is { } last && last > cursor ? new List<DateTimeOffset> { last } : [];
        var until = times.Count > 0 ? times[^1] : now;
        if (pipeline.Schedule.CatchUp == CatchUp.None)
        {
            times.RemoveAll(time => now - time > _onTime);
        }
        return new DueRuns(pipeline.Name, cursor, until, [.. times.Select(time => ScheduledRun(PipelineRunId.New(clock, chance()), entry.Definition, schedule, time, "schedule", 0))]);
    }

    /// <summary>The run of a time: there is one of each, whoever makes it.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="definition">What it is made from.</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="time">The time.</param>
    /// <param name="trigger">Why it is made.</param>
    /// <param name="priority">Its priority beside the pipeline's own.</param>
    public static NewRun ScheduledRun(string id, Definition definition, Schedule schedule, DateTimeOffset time, string trigger, int priority) => new()
    {
        Id = id, Definition = definition, Trigger = trigger, Key = KeyOf(time), IntervalBegin = schedule.BeginOf(time), IntervalEnd = time,
        Parameters = ParameterReader.Values(definition.Pipeline, new Dictionary<string, string>()), Priority = priority,
    };

    private NewRun TriggeredRun(Definition definition) => new()
    {
        Id = PipelineRunId.New(clock, chance()), Definition = definition, Trigger = "", Key = "", Parameters = ParameterReader.Values(definition.Pipeline, new Dictionary<string, string>()),
    };

    /// <summary>The key of a time of a schedule.</summary>
    public static string KeyOf(DateTimeOffset time) => "at:" + time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private sealed record Entry(Definition Definition, Schedule? Schedule, PipelineRow Row, DateTimeOffset? Next, IReadOnlyList<SignalSource> Sources);
}
