using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;

namespace Escale.Orchestrate.Pipelines.Pages;

/// <summary>Gathers what the pages of pipelines show: files, times to come, and what happened.</summary>
internal sealed partial class PageReader(PipelineFiles files, PipelineHistory history, PipelineReads reads, PipelineEngine engine, ProjectRoot root, TimeProvider clock)
{
    private const int ListedRuns = 15;
    private const int GridRuns = 40;
    private const int GridSteps = 60;
    private const int TimedRuns = 60;
    private const int TimedSteps = 7;
    private const int PastDays = 182;
    private const int ComingDays = 28;
    private const int OfferedIntervals = 14;

    /// <summary>The pipelines whose names have this in them, with their last runs.</summary>
    public async Task<IReadOnlyList<ListedPipeline>> ListAsync(string? sought, int most, CancellationToken cancellationToken)
    {
        var found = files.Read().Pipelines.Values.Where(pipeline => string.IsNullOrWhiteSpace(sought) || pipeline.Name.Contains(sought.Trim(), StringComparison.OrdinalIgnoreCase))
            .OrderBy(pipeline => pipeline.Name, StringComparer.Ordinal).Take(most).ToList();
        var rows = await history.PipelinesAsync(cancellationToken);
        var runs = await reads.LatelyAsync([.. found.Select(pipeline => pipeline.Name)], ListedRuns, cancellationToken);
        return [.. found.Select(pipeline => new ListedPipeline(pipeline, IsPaused(rows, pipeline.Name), Next(pipeline, IsPaused(rows, pipeline.Name)), [.. runs[pipeline.Name]]))];
    }

    /// <summary>What is at the top of a pipeline's page; of one whose file is gone, as long as it has runs.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.pipeline-not-found</c>, or what is wrong with its file when it never ran.</exception>
    public async Task<PipelineHead> HeadAsync(string name, bool canRun, CancellationToken cancellationToken)
    {
        var rows = await history.PipelinesAsync(cancellationToken);
        try
        {
            var spec = files.Get(name);
            return new PipelineHead(name, spec, null, IsPaused(rows, name), Next(spec, IsPaused(rows, name)), canRun);
        }
        catch (EscaleException error)
        {
            if (await reads.PageAsync(name, null, null, 1, cancellationToken) is not [var run])
            {
                throw;
            }
            var isPart = PipelineSpec.OwnerOf(name) is not null; // no file has it, and none should
            return new PipelineHead(name, (await engine.Definitions.GetAsync(run.Definition, cancellationToken)).Pipeline, isPart ? null : error, IsPaused(rows, name), null, false);
        }
    }

    /// <summary>Runs × steps.</summary>
    public async Task<GridFacts> GridAsync(PipelineSpec spec, string? before, string? day, int firstStep, CancellationToken cancellationToken)
    {
        var chosen = DateOnly.TryParseExact(day, "yyyy-MM-dd", out var parsed) ? parsed : (DateOnly?)null;
        var zone = ZoneOf(spec);
        var due = chosen is { } date ? (BeginOf(date, zone), BeginOf(date.AddDays(1), zone)) : ((DateTimeOffset, DateTimeOffset)?)null;
        var runs = await reads.PageAsync(spec.Name, before, due, GridRuns + 1, cancellationToken);
        var page = runs.Take(GridRuns).ToList();
        var shown = page.OrderBy(run => run.IntervalEnd ?? run.CreatedAt).ThenBy(run => run.CreatedAt).ToList();
        firstStep = Math.Clamp(firstStep, 0, Math.Max(0, spec.Tasks.Count - 1));
        var steps = spec.Tasks.Skip(firstStep).Take(GridSteps).ToList();
        var cells = await reads.CellsAsync([.. shown.Select(run => run.Id)], [.. steps.Select(step => step.Id)], cancellationToken);
        return new GridFacts(
            [.. shown.Select(PipelineReads.Fact)], cells.ToDictionary(cell => (cell.Run, cell.Step)), steps, firstStep, runs.Count > GridRuns ? page[^1].Id : null, before is null, chosen);
    }

    /// <summary>The steps, coloured by a run or by the newest.</summary>
    public async Task<GraphFacts> GraphAsync(PipelineSpec spec, CancellationToken cancellationToken) => (await reads.PageAsync(spec.Name, null, null, 1, cancellationToken)) is [var run]
        ? new GraphFacts(spec, PipelineReads.Fact(run), await CellsOfAsync(run.Id, spec, cancellationToken)) : new GraphFacts(spec, null, new Dictionary<string, CellFact>());

    /// <summary>The days of the past months and the coming weeks.</summary>
    public async Task<CalendarFacts> CalendarAsync(PipelineSpec spec, bool isPaused, CancellationToken cancellationToken)
    {
        var zone = ZoneOf(spec);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), zone).DateTime);
        var first = Monday(today.AddDays(-PastDays));
        var counts = (await reads.DaysAsync(spec.Name, zone.Id, BeginOf(first, zone), cancellationToken)).ToLookup(entry => entry.Day);
        var schedule = spec.Schedule is { } given && !isPaused ? new Schedule(given) : null;
        var days = new List<CalendarDay>();
        for (var day = first; day < Monday(today.AddDays(ComingDays + 7)); day = day.AddDays(1))
        {
            int Count(params string[] statuses) => counts[day].Where(entry => statuses.Contains(entry.Status)).Sum(entry => entry.Count);
            var from = day == today ? clock.GetUtcNow() : BeginOf(day, zone).AddTicks(-1);
            var isPlanned = day >= today && schedule?.Next(from) is { } next && next < BeginOf(day.AddDays(1), zone);
            days.Add(new CalendarDay(day, Count("succeeded"), Count("failed", "cancelled"), Count("queued", "running"), isPlanned));
        }
        return new CalendarFacts(days, today, zone.Id);
    }

    /// <summary>How long the newest runs and their steps took.</summary>
    public async Task<TimesFacts> TimesAsync(PipelineSpec spec, CancellationToken cancellationToken)
    {
        var runs = (await reads.PageAsync(spec.Name, null, null, TimedRuns, cancellationToken)).Select(PipelineReads.Fact).Where(run => run.Took is not null).Reverse().ToList();
        var cells = await reads.CellsAsync([.. runs.Select(run => run.Id)], [.. spec.Tasks.Take(GridSteps).Select(task => task.Id)], cancellationToken);
        var longest = cells.Where(cell => cell.Took is not null).GroupBy(cell => cell.Step).OrderByDescending(group => group.Sum(cell => cell.Took!.Value.TotalSeconds)).Take(TimedSteps).Select(group => group.Key).ToHashSet();
        var seconds = cells.Where(cell => cell.Took is not null).GroupBy(cell => cell.Run).ToDictionary(
            group => group.Key,
            group => (IReadOnlyDictionary<string, double>)group.GroupBy(cell => longest.Contains(cell.Step) ? cell.Step : "").ToDictionary(part => part.Key, part => part.Sum(cell => cell.Took!.Value.TotalSeconds)));
        return new TimesFacts(runs, seconds);
    }

    /// <summary>The file with the lines of a step.</summary>
    public CodeFacts? Code(PipelineSpec spec, string? step)
    {
        var path = spec.Path is { } shown ? Path.Combine(root.Folder, shown) : null;
        if (path is null || !File.Exists(path))
        {
            return null;
        }
        var lines = File.ReadAllLines(path);
        var (first, last) = step is null ? default : StepCode.Lines(root, path, StepCode.InFile(step), lines.Length);
        return new CodeFacts(spec.Path!, lines, first, last);
    }

    /// <summary>The form that starts a run: the newest intervals to choose from.</summary>
    public StartFacts Start(PipelineSpec spec, IReadOnlyDictionary<string, string> values, string interval, EscaleException? error)
    {
        var intervals = new List<(DateTimeOffset, DateTimeOffset)>();
        if (spec.Schedule is { } given)
        {
            var schedule = new Schedule(given with { From = null, Until = null });
            for (var end = schedule.Previous(clock.GetUtcNow().AddTicks(1)); end is not null && intervals.Count < OfferedIntervals; end = schedule.Previous(end.Value))
            {
                intervals.Add((schedule.BeginOf(end.Value), end.Value));
            }
        }
        return new StartFacts(values, intervals, interval, error);
    }

    /// <summary>A run with its steps.</summary>
    public async Task<RunDetails> RunAsync(string id, CancellationToken cancellationToken)
    {
        var (run, steps) = await reads.DetailsAsync(id, cancellationToken);
        var definition = await engine.Definitions.GetAsync(run.Definition, cancellationToken);
        var tasks = definition.Pipeline.Tasks;
        var now = files.Read().Pipelines.GetValueOrDefault(run.Pipeline);
        return new RunDetails(PipelineReads.Fact(run), run.Parameters.ToDictionary(pair => pair.Key, pair => Shown(pair.Value, run), StringComparer.Ordinal), run.Note, run.Stop, run.Parent, [.. steps.Select(step => step with { Task = tasks.ElementAtOrDefault(step.Ordinal) })])
        {
            Pipeline = definition.Pipeline, CauseRuns = CauseRuns(run.Cause), DeadlineAt = run.DeadlineAt, MissedAt = run.MissedAt, HasChanged = now is null ? null : Definition.Of(now).Hash != run.Definition,
        };
    }

    private async Task<IReadOnlyDictionary<string, CellFact>> CellsOfAsync(string run, PipelineSpec spec, CancellationToken cancellationToken) =>
        (await reads.CellsAsync([run], [.. spec.Tasks.Take(FlowDrawing.Most).Select(task => task.Id)], cancellationToken)).ToDictionary(cell => cell.Step, StringComparer.Ordinal);

    // What a value that was left to the file stands for in this run, as far as it names the interval.
    private static string Shown(string value, PipelineRun run)
    {
        var (begin, end) = (run.IntervalBegin ?? run.CreatedAt, run.IntervalEnd ?? run.CreatedAt);
        return value.Contains("{{", StringComparison.Ordinal) ? IntervalName().Replace(value, match => (match.Groups[1].Value switch { "day" => begin, "begin" => begin, _ => end }).UtcDateTime
            .ToString(match.Groups[1].Value == "day" ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)) : value;
    }

    private static List<string> CauseRuns(string? cause)
    {
        if (cause is null)
        {
            return [];
        }
        using var document = JsonDocument.Parse(cause);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("runs", out var runs) && runs.ValueKind == JsonValueKind.Array
            ? [.. runs.EnumerateArray().Where(run => run.ValueKind == JsonValueKind.String).Select(run => run.GetString()!)] : [];
    }

    [GeneratedRegex(@"\{\{\s*interval\.(day|begin|end)\s*\}\}", RegexOptions.NonBacktracking)]
    private static partial Regex IntervalName();

    private DateTimeOffset? Next(PipelineSpec spec, bool isPaused) => spec.Schedule is { } schedule && !isPaused ? new Schedule(schedule).Next(clock.GetUtcNow()) : null;

    private static bool IsPaused(IReadOnlyDictionary<string, PipelineRow> rows, string name) => rows.TryGetValue(name, out var row) && row.IsPaused;

    private static TimeZoneInfo ZoneOf(PipelineSpec spec) => TimeZoneInfo.TryFindSystemTimeZoneById(spec.Schedule?.Zone ?? "UTC", out var zone) ? zone : TimeZoneInfo.Utc;

    private static DateTimeOffset BeginOf(DateOnly day, TimeZoneInfo zone)
    {
        var wall = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(wall, zone.GetUtcOffset(wall)).ToUniversalTime();
    }

    private static DateOnly Monday(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
}
