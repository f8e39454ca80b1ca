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

/// <summary>How good predictions were, of a day whose truth is known.</summary>
/// <param name="Day">The day.</param>
/// <param name="Rows">Rows whose truth is known.</param>
/// <param name="Error">Numbers: the mean size of the error. Classes: the share of wrong answers.</param>
public sealed record DayQuality(DateOnly Day, long Rows, double Error);

/// <summary>What an endpoint does, and whether its model still fits.</summary>
/// <param name="Minutes">The last hours, minute by minute, since the program started.</param>
/// <param name="Days">Day by day, of the log.</param>
/// <param name="Logged">Rows that were compared with training.</param>
/// <param name="Drift">The columns, those that drifted most first.</param>
/// <param name="Quality">Day by day, where the truth is known.</param>
/// <param name="Expected">The error to expect, from training; null when it is not known.</param>
/// <param name="Lost">Requests that were not logged.</param>
/// <param name="Problem">Why the truth could not be read, or null.</param>
public sealed record WatchReport(
    IReadOnlyList<MinuteUse> Minutes, IReadOnlyList<DayUse> Days, int Logged, IReadOnlyList<ColumnDrift> Drift, IReadOnlyList<DayQuality> Quality, double? Expected, long Lost, string? Problem)
{
    /// <summary>Whether the mean error of the last days is worse than expected by half.</summary>
    public bool IsWorse => Expected is { } expected && Quality.Count > 0 && Quality.Sum(day => day.Rows) >= Watching.Drift.LeastRows && Quality.Sum(day => day.Error * day.Rows) / Quality.Sum(day => day.Rows) > 1.5 * expected;
}

/// <summary>Puts the report of an endpoint together from its counts, the log and what its model learned from. Thread-safe.</summary>
internal sealed class WatchReports(LakeEngine engine, EndpointStore store, EndpointDirectory directory, PredictionLog log, RunFolder folder, TimeProvider clock)
{
    private const int MostRows = 20_000;
    private const int MostDays = 30;

    /// <summary>The report.</summary>
    /// <exception cref="EscaleException"><c>modeling.endpoint-not-found</c>.</exception>
    public async Task<WatchReport> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var endpoint = await store.GetAsync(name, cancellationToken);
        var served = await directory.FindAsync(name, cancellationToken);
        await log.TryFlushAsync();
        return await Task.Run(() => Read(endpoint, served, cancellationToken), cancellationToken);
    }

    private WatchReport Read(ModelEndpoint endpoint, ServedEndpoint? served, CancellationToken cancellationToken)
    {
        var minutes = served?.Counts.Minutes.Read(clock.GetUtcNow()) ?? [];
        var model = served?.Routes[0].Model;
        var run = model?.Version.Run;
        var (reference, judgement) = run is null ? (null, null) : (folder.ReadJson<Reference>(run, "reference.json"), folder.ReadJson<Judgement>(run, "judgement.json"));
        if (!engine.Catalog.Exists(PredictionLog.Table))
        {
            return new WatchReport(minutes, [], 0, [], [], null, log.Lost, null);
        }
        using var session = engine.OpenSession();
        session.Mount(PredictionLog.Table);
        var of = $"FROM {PredictionLog.Table.ToSql()} WHERE endpoint = {DuckSql.Literal(endpoint.Name)} AND asked_at >= TIMESTAMP '{Moment(clock.GetUtcNow().AddDays(-MostDays))}'";
        var days = Rows(session, $"SELECT CAST(CAST(asked_at AS DATE) AS VARCHAR), count(*), median(milliseconds), avg(value) {of} GROUP BY 1 ORDER BY 1", cancellationToken)
            .Select(row => new DayUse(Day(row[0]), (long)Number(row[1]), Number(row[2]), row[3] is null ? null : Number(row[3]))).ToList();
        var newest = Rows(session, $"SELECT inputs, prediction, CAST(value AS VARCHAR) {of} AND version = {model?.Version.Version ?? 0} ORDER BY asked_at DESC LIMIT {MostRows}", cancellationToken);
        var drift = reference is null ? [] : Drifted(reference, newest, endpoint.Logging.Masked);
        var (quality, problem) = Quality(session, endpoint, model, cancellationToken);
        return new WatchReport(minutes, days, newest.Count, drift, quality, Expected(judgement), log.Lost, problem);
    }

    private static IReadOnlyList<ColumnDrift> Drifted(Reference reference, List<string?[]> rows, IReadOnlyList<string> masked)
    {
        var values = reference.Columns.Where(column => !masked.Contains(column.Name)).ToDictionary(column => column.Name, _ => new List<string?>(), StringComparer.Ordinal);
        foreach (var row in rows)
        {
            using var inputs = JsonDocument.Parse(row[0]!);
            foreach (var (name, list) in values)
            {
                list.Add(inputs.RootElement.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null);
            }
        }
        var isByClass = reference.Prediction.Levels.Count > 0;
        var all = values.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string?>)pair.Value, StringComparer.Ordinal);
        all[reference.Prediction.Name] = [.. rows.Select(row => isByClass ? row[1] : row[2])];
        return Drift.Of([.. reference.Columns, reference.Prediction], all);
    }

    // The truth: rows of a table that have the same values in the key columns as what was asked.
    private (List<DayQuality> Quality, string? Problem) Quality(LakeSession session, ModelEndpoint endpoint, ServedModel? model, CancellationToken cancellationToken)
    {
        if (endpoint.Logging is not { TruthTable: { Length: > 0 } text, TruthKeys: { Count: > 0 } keys } || model is null)
        {
            return ([], null);
        }
        try
        {
            var table = TableName.Parse(text);
            session.Mount(table);
            var target = DuckSql.Name(model.Model.TargetName);
            var same = string.Join(" AND ", keys.Select(key => $"lower(json_extract_string(p.inputs, {DuckSql.Literal("$.\"" + key.Replace("\"", "\\\"", StringComparison.Ordinal) + "\"")})) IS NOT DISTINCT FROM lower(replace(CAST(t.{DuckSql.Name(key)} AS VARCHAR), ' ', CASE WHEN typeof(t.{DuckSql.Name(key)}) LIKE 'TIMESTAMP%' THEN 'T' ELSE ' ' END))"));
            var error = model.Model.Task == LearningTask.Regression ? $"avg(abs(CAST(p.value AS DOUBLE) - CAST(t.{target} AS DOUBLE)))" : $"avg(CASE WHEN p.prediction = CAST(t.{target} AS VARCHAR) THEN 0 ELSE 1 END)";
            var sql = $"""
                SELECT CAST(CAST(p.asked_at AS DATE) AS VARCHAR), count(*), {error} FROM {PredictionLog.Table.ToSql()} p JOIN {table.ToSql()} t ON {same}
                WHERE p.endpoint = {DuckSql.Literal(endpoint.Name)} AND t.{target} IS NOT NULL AND p.asked_at >= TIMESTAMP '{Moment(clock.GetUtcNow().AddDays(-MostDays))}' GROUP BY 1 ORDER BY 1
                """;
            return ([.. Rows(session, sql, cancellationToken).Select(row => new DayQuality(Day(row[0]), (long)Number(row[1]), Number(row[2])))], null);
        }
        catch (EscaleException problem)
        {
            return ([], problem.Message);
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
