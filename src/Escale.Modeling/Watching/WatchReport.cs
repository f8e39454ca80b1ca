using System.Globalization;
using System.Text.Json;
using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Learning;
using Escale.Modeling.Endpoints;
using Escale.Modeling.Judging;
using Escale.Modeling.Tracking;

namespace Escale.Modeling.Watching;

/// <summary>What happened on a day.</summary>
/// <param name="Day">The day.</param>
/// <param name="Rows">Rows predicted.</param>
/// <param name="Milliseconds">The median time of an answer.</param>
/// <param name="Value">The mean of what was predicted: numbers, or the probability of the positive of two classes; null for more classes.</param>
public sealed record DayUse(DateOnly Day, long Rows, double Milliseconds, double? Value);

/// <summary>How good predictions were, of a day or a week whose truth is known.</summary>
/// <param name="Day">The day, or the first of the week.</param>
/// <param name="Rows">Rows whose truth is known.</param>
/// <param name="Error">Numbers: the mean size of the error. Classes: the share of wrong answers.</param>
/// <param name="Low">Where the error lies with 95 % confidence: from.</param>
/// <param name="High">To.</param>
public sealed record DayQuality(DateOnly Day, long Rows, double Error, double Low, double High);

/// <summary>What an endpoint does, and whether its model still fits.</summary>
/// <param name="Minutes">The last hours, minute by minute, since the program started.</param>
/// <param name="Days">Day by day, of the log.</param>
/// <param name="Logged">Rows that were compared with training.</param>
/// <param name="Drift">The columns, those that drifted most first.</param>
/// <param name="Quality">Day by day or week by week, where the truth is known.</param>
/// <param name="Now">The same over all of them, of the version in use; null when no truth is known.</param>
/// <param name="Expected">The error to expect, from training; null when it is not known.</param>
/// <param name="Lost">Requests that were not logged.</param>
/// <param name="Problem">Why the truth could not be read, or null.</param>
public sealed record WatchReport(
    IReadOnlyList<MinuteUse> Minutes, IReadOnlyList<DayUse> Days, int Logged, IReadOnlyList<ColumnDrift> Drift, IReadOnlyList<DayQuality> Quality, DayQuality? Now, double? Expected, long Lost, string? Problem)
{
    private const int LeastTold = 30;
    private const double Clearly = 1.1;

    /// <summary>Whether the error of the version in use is larger than expected, by more than chance and by a tenth.</summary>
    public bool IsWorse => Expected is { } expected && Now is { } now && now.Rows >= LeastTold && now.Low > expected && now.Error > Clearly * expected;

    /// <summary>Whether it is told by weeks.</summary>
    public bool IsByWeek { get; init; }

    /// <summary>Where the truth is joined from, or null.</summary>
    public Truth.TruthSource? Joined { get; init; }
}

/// <summary>Puts the report of an endpoint together from its counts, the log and what its model learned from. Thread-safe.</summary>
internal sealed class WatchReports(LakeEngine engine, EndpointStore store, EndpointDirectory directory, PredictionLog log, RunFolder folder, Training.TrainingFiles files, TimeProvider clock)
{
    private const int MostRows = 20_000;
    private const int MostDays = 30;
    private const int MostWeekDays = 26 * 7;

    /// <summary>The report.</summary>
    /// <exception cref="EscaleException"><c>modeling.endpoint-not-found</c>.</exception>
    public async Task<WatchReport> ReadAsync(string name, bool byWeek, CancellationToken cancellationToken)
    {
        var endpoint = await store.GetAsync(name, cancellationToken);
        var served = await directory.FindAsync(name, cancellationToken);
        await log.TryFlushAsync();
        return await Task.Run(() => Read(endpoint, served, byWeek, cancellationToken), cancellationToken);
    }

    private WatchReport Read(ModelEndpoint endpoint, ServedEndpoint? served, bool byWeek, CancellationToken cancellationToken)
    {
        var minutes = served?.Counts.Minutes.Read(clock.GetUtcNow()) ?? [];
        var model = served?.Routes[0].Model;
        var run = model?.Version.Run;
        var (reference, judgement) = run is null ? (null, null) : (folder.ReferenceOf(run), folder.ReadJson<Judgement>(run, "judgement.json"));
        if (!engine.Catalog.Exists(PredictionLog.Table))
        {
            return new WatchReport(minutes, [], 0, [], [], null, null, log.Lost, null) { IsByWeek = byWeek, Joined = TruthOf(endpoint) };
        }
        using var session = engine.OpenSession();
        session.Mount(PredictionLog.Table);
        var of = $"FROM {PredictionLog.Table.ToSql()} WHERE endpoint = {DuckSql.Literal(endpoint.Name)} AND asked_at >= TIMESTAMP '{Moment(clock.GetUtcNow().AddDays(-MostDays))}'";
        var days = Rows(session, $"SELECT CAST(CAST(asked_at AS DATE) AS VARCHAR), count(*), median(milliseconds), avg(value) {of} GROUP BY 1 ORDER BY 1", cancellationToken)
            .Select(row => new DayUse(Day(row[0]), (long)Number(row[1]), Number(row[2]), row[3] is null ? null : Number(row[3]))).ToList();
        var newest = Rows(session, $"SELECT inputs, prediction, CAST(value AS VARCHAR) {of} AND version = {model?.Version.Version ?? 0} ORDER BY asked_at DESC LIMIT {MostRows}", cancellationToken);
        var drift = reference is null ? [] : Drifted(reference, newest, endpoint.Logging.Masked, model!);
        var joined = TruthOf(endpoint);
        var (quality, now, problem) = Quality(session, endpoint, model, joined, byWeek, cancellationToken);
        return new WatchReport(minutes, days, newest.Count, drift, quality, now, Expected(judgement), log.Lost, problem) { IsByWeek = byWeek, Joined = joined };
    }

    private static IReadOnlyList<ColumnDrift> Drifted(Reference reference, List<string?[]> rows, IReadOnlyList<string> masked, ServedModel model)
    {
        var columns = reference.Columns.Where(column => !masked.Contains(column.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        var all = model.Preparer is null ? Asked(columns, rows) : AskedRaw(columns, rows, model);
        var isByClass = reference.Prediction.Levels.Count > 0;
        all[reference.Prediction.Name] = [.. rows.Select(row => isByClass ? row[1] : row[2])];
        return Drift.Of([.. reference.Columns, reference.Prediction], all);
    }

    private static Dictionary<string, IReadOnlyList<string?>> Asked(List<ReferenceColumn> columns, List<string?[]> rows)
    {
        var values = columns.ToDictionary(column => column.Name, _ => new List<string?>(), StringComparer.Ordinal);
        foreach (var row in rows)
        {
            using var inputs = JsonDocument.Parse(row[0]!);
            foreach (var (name, list) in values)
            {
                list.Add(inputs.RootElement.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null);
            }
        }
        return values.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string?>)pair.Value, StringComparer.Ordinal);
    }

    // What the model learned from was made by a recipe: so is what is compared with it.
    private static Dictionary<string, IReadOnlyList<string?>> AskedRaw(List<ReferenceColumn> columns, List<string?[]> rows, ServedModel model)
    {
        object?[][] prepared;
        try
        {
            prepared = model.PrepareAsync(rows.Select(row => row[0]!)).AsTask().GetAwaiter().GetResult();
        }
        catch (LearningException)
        {
            return []; // A value that was masked is in the way of the recipe.
        }
        var places = model.Model.Schema.Columns.Select((column, at) => (column.Name, at)).ToDictionary(pair => pair.Name, pair => pair.at, StringComparer.Ordinal);
        return columns.Where(column => places.ContainsKey(column.Name)).ToDictionary(column => column.Name, column => (IReadOnlyList<string?>)[.. prepared.Select(row => PreparedRows.TextOf(row[places[column.Name]]))], StringComparer.Ordinal);
    }

    /// <summary>Where the truth is: as the endpoint says, or else the file of its training.</summary>
    private Truth.TruthSource? TruthOf(ModelEndpoint endpoint)
    {
        if (endpoint.Logging is { TruthTable: { Length: > 0 } text, TruthKeys: { Count: > 0 } keys })
        {
            return new Truth.TruthSource(TableName.Parse(text), keys);
        }
        try
        {
            return files.All().FirstOrDefault(spec => spec.Name == endpoint.Model)?.Truth;
        }
        catch (EscaleException)
        {
            return null; // A file of ml/ is wrong: its own page says so.
        }
    }

    private (List<DayQuality> Quality, DayQuality? Now, string? Problem) Quality(LakeSession session, ModelEndpoint endpoint, ServedModel? model, Truth.TruthSource? joined, bool byWeek, CancellationToken cancellationToken)
    {
        if (model is null)
        {
            return ([], null, null);
        }
        try
        {
            if (Truth.TruthSql.Judged(session, endpoint, model.Model, joined, Moment(clock.GetUtcNow().AddDays(byWeek ? -MostWeekDays : -MostDays))) is not { } judged)
            {
                return ([], null, null);
            }
            var sql = $"""
                SELECT CAST(CAST(date_trunc('{(byWeek ? "week" : "day")}', asked_at) AS DATE) AS VARCHAR), version = {model.Version.Version}, count(*), sum(size), sum(size * size) FROM ({judged}) AS judged
                WHERE size IS NOT NULL GROUP BY 1, 2 ORDER BY 1
                """;
            var sums = Rows(session, sql, cancellationToken).Select(row => (Day: Day(row[0]), IsNow: row[1] == "true", Sum: new ErrorSum((long)Number(row[2]), Number(row[3]), Number(row[4])))).ToList();
            var isShare = model.Model.Task != LearningTask.Regression;
            return (
                [.. sums.GroupBy(one => one.Day, one => one.Sum).Select(day => day.Aggregate((a, b) => a + b).Of(day.Key, isShare))],
                sums.Exists(one => one.IsNow) ? sums.Where(one => one.IsNow).Select(one => one.Sum).Aggregate((a, b) => a + b).Of(sums.Last(one => one.IsNow).Day, isShare) : null, null);
        }
        catch (EscaleException problem)
        {
            return ([], null, problem.Message);
        }
    }

    /// <summary>Sums of errors, and what follows from them.</summary>
    private readonly record struct ErrorSum(long Rows, double Sum, double Squares)
    {
        private const double Z = 1.959964; // 95 %

        public static ErrorSum operator +(ErrorSum a, ErrorSum b) => new(a.Rows + b.Rows, a.Sum + b.Sum, a.Squares + b.Squares);

        /// <summary>A share by Wilson's interval, a mean by the normal one.</summary>
        public DayQuality Of(DateOnly day, bool isShare)
        {
            var mean = Sum / Rows;
            if (isShare)
            {
                var (middle, half) = ((mean + Z * Z / (2 * Rows)) / (1 + Z * Z / Rows), Z / (1 + Z * Z / Rows) * Math.Sqrt(mean * (1 - mean) / Rows + Z * Z / (4.0 * Rows * Rows)));
                return new DayQuality(day, Rows, mean, Math.Max(0, middle - half), Math.Min(1, middle + half));
            }
            var deviation = Rows < 2 ? 0 : Math.Sqrt(Math.Max(0, Squares - Rows * mean * mean) / (Rows - 1));
            return new DayQuality(day, Rows, mean, Math.Max(0, mean - Z * deviation / Math.Sqrt(Rows)), mean + Z * deviation / Math.Sqrt(Rows));
        }
    }

    private static double? Expected(Judgement? judgement) => judgement is null ? null
        : judgement.Task == LearningTask.Regression ? judgement.Metrics.TryGetValue("MAE", out var mae) ? mae : null
        : judgement.Metrics.TryGetValue("accuracy", out var accuracy) ? 1 - accuracy : null;

    private static List<string?[]> Rows(LakeSession session, string sql, CancellationToken cancellationToken)
    {
        using var result = session.Connection.Query(sql, cancellationToken);
        var rows = new List<string?[]>();
        while (result.TryRead(out var chunk))
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                var values = new string?[result.Columns.Count];
                for (var column = 0; column < values.Length; column++)
                {
                    values[column] = chunk[column].IsNull(row) ? null : chunk[column].Text(row);
                }
                rows.Add(values);
            }
        }
        return rows;
    }

    private static double Number(string? text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

    private static DateOnly Day(string? text) => DateOnly.ParseExact(text!, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
