using System.Text.Json;
using Escale.Modeling.Endpoints;
using Escale.Modeling.Parts;
using Escale.Modeling.Tracking;
using Escale.Modeling.Watching;
using Escale.Ui;
using Npgsql;

namespace Escale.Modeling.Alerts;

/// <summary>Something that is wrong with an endpoint.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Model">Its model.</param>
/// <param name="Kind"><c>drift</c>, <c>quality</c>, <c>errors</c>, <c>latency</c> or <c>silent</c>.</param>
/// <param name="Severity"><c>warn</c> or <c>bad</c>.</param>
/// <param name="Facts">The names and numbers of its words, in their order.</param>
/// <param name="Since">Since when.</param>
public sealed record ModelAlert(string Endpoint, string Model, string Kind, string Severity, IReadOnlyList<string> Facts, DateTimeOffset Since);

/// <summary>Says when something is wrong. Pure.</summary>
internal static class AlertRules
{
    private const int LeastRequests = 20;
    private const int ManyColumns = 3;
    private const double ManyErrors = 0.25;

    private static readonly TimeSpan _lately = TimeSpan.FromHours(1);

    /// <summary>What is wrong with an endpoint now.</summary>
    public static IReadOnlyList<ModelAlert> Of(ModelEndpoint endpoint, bool answers, WatchReport watch, DateTimeOffset now)
    {
        var alerts = new List<ModelAlert>();
        if (endpoint.IsOpen && !answers)
        {
            Add("silent", "bad");
        }
        var minutes = watch.Minutes.Where(minute => minute.At >= now - _lately).ToList();
        var (requests, errors) = (minutes.Sum(minute => minute.Requests), minutes.Sum(minute => minute.Errors));
        if (requests >= LeastRequests && (double)errors / requests is var share && share >= endpoint.Logging.MostErrors)
        {
            Add("errors", share >= ManyErrors ? "bad" : "warn", Number(share), Number(requests));
        }
        // The slower of an hour's minutes, weighed by how much was asked in them: one slow minute of three requests is nothing.
        if (requests >= LeastRequests && minutes.Where(minute => minute.P95Milliseconds > endpoint.Logging.MostMilliseconds).Sum(minute => minute.Requests) * 2 > requests)
        {
            Add("latency", "warn", Number(minutes.Max(minute => minute.P95Milliseconds)), Number(endpoint.Logging.MostMilliseconds));
        }
        var drifted = watch.Drift.Where(column => column.HasDrifted).Select(column => column.Column).ToList();
        if (drifted.Count > 0)
        {
            Add("drift", drifted.Count > ManyColumns ? "bad" : "warn", string.Join(", ", drifted.Take(5)), Number(watch.Logged));
        }
        if (watch is { IsWorse: true, Now: { } error, Expected: { } expected })
        {
            Add("quality", "bad", Number(error.Error), Number(expected), Number(error.Rows));
        }
        return alerts;

        void Add(string kind, string severity, params string[] facts) => alerts.Add(new ModelAlert(endpoint.Name, endpoint.Model, kind, severity, facts, now));
    }

    private static string Number(double number) => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The record of alerts: since when something is wrong, until it no longer is. Thread-safe.</summary>
internal sealed class AlertStore(ModelingDatabase database, TimeProvider clock)
{
    private const string Open = "select endpoint, model, kind, severity, facts::text, since from modeling.alerts where ended_at is null and ($1::text is null or endpoint = $1) order by severity, since";
    private const string Put = """
        insert into modeling.alerts (endpoint, model, kind, severity, facts, since, seen_at) values ($1, $2, $3, $4, $5::jsonb, $6, $6)
        on conflict (endpoint, kind) where ended_at is null do update set severity = excluded.severity, facts = excluded.facts, seen_at = excluded.seen_at, model = excluded.model
        """;

    private const string End = "update modeling.alerts set ended_at = $3 where endpoint = $1 and ended_at is null and not (kind = any($2))";
    private const string EndGone = "update modeling.alerts set ended_at = $2 where ended_at is null and not (endpoint = any($1))";

    /// <summary>What is wrong, of an endpoint or of all.</summary>
    public Task<IReadOnlyList<ModelAlert>> ListAsync(string? endpoint, CancellationToken cancellationToken) => database.ReadAsync(Open, [endpoint], AlertOf, cancellationToken);

    /// <summary>Says what is wrong with an endpoint now: what was and is no longer ends.</summary>
    public Task SaveAsync(string endpoint, IReadOnlyList<ModelAlert> alerts, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return database.WriteAsync(
        [
            (End, [endpoint, alerts.Select(alert => alert.Kind).ToArray(), now]),
            .. alerts.Select(alert => (Put, new object?[] { endpoint, alert.Model, alert.Kind, alert.Severity, JsonSerializer.Serialize(alert.Facts), now })),
        ], cancellationToken);
    }

    /// <summary>Ends what was said of endpoints that are no more.</summary>
    public Task KeepOnlyAsync(IReadOnlyList<string> endpoints, CancellationToken cancellationToken) => database.WriteAsync([(EndGone, [endpoints.ToArray(), clock.GetUtcNow()])], cancellationToken);

    private static ModelAlert AlertOf(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), JsonSerializer.Deserialize<List<string>>(row.GetString(4))!, row.GetFieldValue<DateTimeOffset>(5));
}

/// <summary>Tells the first page what is wrong with endpoints.</summary>
internal sealed class EndpointAttention(AlertStore store) : IAttention
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<AttentionItem>> ReadAsync(Reader reader, CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(null, cancellationToken)).Select(alert => new AttentionItem(alert.Severity, alert.Endpoint, $"{AlertWords.What(reader, alert)} {reader[AlertWords.Next(alert)]}", $"/endpoints/{alert.Endpoint}?tab=watch"))];
}

/// <summary>Says an alert in words: what it is, why, and what to do.</summary>
internal static class AlertWords
{
    /// <summary>What is wrong, with its numbers.</summary>
    public static string What(Reader reader, ModelAlert alert)
    {
        double At(int place) => place < alert.Facts.Count && double.TryParse(alert.Facts[place], System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
        return alert.Kind switch
        {
            "drift" => reader[Words.AlertDrift, string.Join(", ", alert.Facts[0].Split(", ").Select(name => name == "prediction" ? reader[Words.Prediction] : name)), reader.Number((long)At(1))],
            "quality" => reader[Words.AlertQuality, Scores.Of(reader, At(0)), Scores.Of(reader, At(1)), reader.Number((long)At(2))],
            "errors" => reader[Words.AlertErrors, reader.Percent(At(0)), reader.Number((long)At(1))],
            "latency" => reader[Words.AlertLatency, reader.Duration(TimeSpan.FromMilliseconds(At(0))), reader.Duration(TimeSpan.FromMilliseconds(At(1)))],
            _ => reader[Words.AlertSilent],
        };
    }

    /// <summary>What to do.</summary>
    public static Text Next(ModelAlert alert) => alert.Kind switch
    {
        "drift" => Words.NextDrift,
        "quality" => Words.NextQuality,
        "errors" => Words.NextErrors,
        "latency" => Words.NextLatency,
        _ => Words.NextSilent,
    };
}
