using Escale.Kernel;
using Escale.Modeling.Endpoints;
using Escale.Modeling.Parts;
using Escale.Modeling.Tracking;
using Escale.Modeling.Training;
using Escale.Modeling.Watching;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Figures;

/// <summary>A day of use.</summary>
/// <param name="Day">The day.</param>
/// <param name="People">People who did something.</param>
/// <param name="Trained">Models trained.</param>
/// <param name="Failed">Trainings that failed.</param>
public sealed record UseDay(DateOnly Day, int People, int Trained, int Failed);

/// <summary>How good the model of a training was.</summary>
/// <param name="At">When it was trained.</param>
/// <param name="Model">Its name.</param>
/// <param name="Gain">How far it comes from the baseline towards what is perfect, 0 to 1.</param>
public sealed record QualityPoint(DateTimeOffset At, string Model, double Gain);

/// <summary>How good the predictions of an endpoint were in use, of a week whose truth is known.</summary>
/// <param name="Week">The first day of the week.</param>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Rows">Rows whose truth is known.</param>
/// <param name="Error">The error, compared with that of training: 1 is as large.</param>
public sealed record UseQuality(DateOnly Week, string Endpoint, long Rows, double Error);

/// <summary>The figures of the last thirty days.</summary>
/// <param name="Days">Day by day.</param>
/// <param name="People">People who did something in the last seven days.</param>
/// <param name="Retention">Of those who did something in the seven days before, the share who came back; null when there was nobody.</param>
/// <param name="Requests">Predictions asked of endpoints since the program started.</param>
/// <param name="Errors">Those that could not be answered.</param>
/// <param name="Milliseconds">The mean time of an answer in the last hours; null when nothing was asked.</param>
/// <param name="Quality">How good models were, the oldest first.</param>
public sealed record KeyFigures(IReadOnlyList<UseDay> Days, int People, double? Retention, long Requests, long Errors, double? Milliseconds, IReadOnlyList<QualityPoint> Quality)
{
    /// <summary>How good predictions were in use, week by week, where the truth is known.</summary>
    public IReadOnlyList<UseQuality> InUse { get; init; } = [];
}

/// <summary><c>/models/kpis</c> and <c>/api/v1/key-figures</c>: what the owner of a platform wants to see.</summary>
internal sealed class KeyFigureReports(
    TrackingStore tracking, TrainingJob job, EndpointStore store, EndpointDirectory directory, WatchReports watching, IEnumerable<IPeopleActivity> activity, TimeProvider clock)
{
    private const int MostDays = 30;
    private const int Week = 7;
    private const int MostRuns = 1000;
    private const int MostQuality = 200;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/models/kpis", async (KeyFigureReports reports, CancellationToken cancellationToken) => Page.Show<KeyFiguresView>(new { Figures = await reports.ReadAsync(cancellationToken) })).For(Role.Engineer).ExcludeFromDescription();
        endpoints.MapGet("/api/v1/key-figures", async (KeyFigureReports reports, CancellationToken cancellationToken) => TypedResults.Ok(await reports.ReadAsync(cancellationToken)))
            .For(Role.Engineer).WithTags("Models").WithSummary("Key figures of the last thirty days: people, trainings, retention, requests, errors, quality of models");
    }

    public async Task<KeyFigures> ReadAsync(CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var since = today.AddDays(1 - MostDays);
        var people = new List<PersonDay>();
        foreach (var room in activity)
        {
            people.AddRange(await room.DaysAsync(since, cancellationToken));
        }
        var runs = (await tracking.ListAsync(null, MostRuns, cancellationToken)).Where(run => DayOf(run) >= since).ToList();
        var days = Enumerable.Range(0, MostDays).Select(at => since.AddDays(at)).Select(day => new UseDay(
            day, people.Where(one => one.Day == day).DistinctBy(one => one.Person).Count(), runs.Count(run => run.Status == "FINISHED" && DayOf(run) == day), runs.Count(run => run.Status == "FAILED" && DayOf(run) == day)));
        var (now, before) = (Between(people, today.AddDays(1 - Week), today), Between(people, today.AddDays(1 - 2 * Week), today.AddDays(-Week)));
        var counts = new List<(EndpointCounts Counts, IReadOnlyList<MinuteUse> Minutes)>();
        var inUse = new List<UseQuality>();
        foreach (var endpoint in await store.ListAsync(cancellationToken))
        {
            if (await directory.FindAsync(endpoint.Name, cancellationToken) is { } served)
            {
                counts.Add((served.Counts, served.Counts.Minutes.Read(clock.GetUtcNow())));
                var watch = await watching.ReadAsync(endpoint.Name, true, cancellationToken);
                inUse.AddRange(watch.Quality.Where(_ => watch.Expected > 0).Select(week => new UseQuality(week.Day, endpoint.Name, week.Rows, week.Error / watch.Expected!.Value)));
            }
        }
        var minutes = counts.SelectMany(one => one.Minutes).ToList();
        return new KeyFigures(
            [.. days], now.Count, before.Count == 0 ? null : (double)before.Count(now.Contains) / before.Count, counts.Sum(one => Interlocked.Read(ref one.Counts.Requests)), counts.Sum(one => Interlocked.Read(ref one.Counts.Errors)),
            minutes.Count == 0 ? null : minutes.Sum(minute => minute.MeanMilliseconds * minute.Requests) / minutes.Sum(minute => minute.Requests), Quality(runs)) { InUse = inUse };
    }

    private List<QualityPoint> Quality(IEnumerable<TrackingRun> runs) =>
    [
        .. runs.Where(run => run.Status == "FINISHED").Take(MostQuality).Select(run => job.SummaryOf(run.Id) is { } summary && Scores.Gain(summary.Metric, summary.Score, summary.BaselineScore) is { } gain
            ? new QualityPoint(run.StartedAt, summary.Name, gain) : null).OfType<QualityPoint>().OrderBy(point => point.At),
    ];

    private static HashSet<string> Between(IEnumerable<PersonDay> people, DateOnly from, DateOnly to) => people.Where(one => one.Day >= from && one.Day <= to).Select(one => one.Person).ToHashSet(StringComparer.Ordinal);

    private static DateOnly DayOf(TrackingRun run) => DateOnly.FromDateTime(run.StartedAt.UtcDateTime);
}
