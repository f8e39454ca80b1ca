using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Modeling.Endpoints;
using Escale.Modeling.Watching;

namespace Escale.Modeling.Truth;

/// <summary>What became of an upload.</summary>
/// <param name="Rows">Rows that had a true value.</param>
/// <param name="Predictions">Predictions whose truth is known by it.</param>
/// <param name="Unmatched">Rows that belong to no prediction in the log.</param>
/// <param name="WithoutValue">Rows that had no true value.</param>
public sealed record TruthTold(long Rows, long Predictions, long Unmatched, long WithoutValue);

/// <summary>Takes in what came true of predictions: by the id that a prediction was answered with, or by the values of its fields. Told again, the last word counts. Thread-safe.</summary>
internal sealed class TruthUploads(LakeEngine engine, EndpointStore store, EndpointDirectory directory, PredictionLog log, TimeProvider clock)
{
    private const string IdColumn = "prediction_id";
    private const string RowColumn = "row";

    private static readonly string[] _valueNames = ["truth", "true_value", "actual", "target"];

    /// <summary>Takes an upload in.</summary>
    /// <param name="name">The endpoint.</param>
    /// <param name="body">CSV or JSON.</param>
    /// <param name="contentType">Which of them.</param>
    /// <param name="valueColumn">The column with the true value; null: the target's name, or <c>truth</c>.</param>
    /// <param name="keys">The fields by which rows are found; empty: <c>prediction_id</c>, or every other column that is a field.</param>
    /// <param name="cancellationToken">Stops it; nothing is kept then.</param>
    /// <exception cref="EscaleException"><c>modeling.endpoint-not-found</c>, <c>modeling.truth-*</c>.</exception>
    public async Task<TruthTold> TakeAsync(string name, Stream body, string? contentType, string? valueColumn, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var endpoint = await store.GetAsync(name, cancellationToken);
        var model = (await directory.FindAsync(name, cancellationToken))?.Routes[0].Model
            ?? throw new EscaleException("modeling.endpoint-not-found", $"The endpoint '{name}' does not answer: it is closed, or its model cannot be read.", "Open it first, on its page under Settings.");
        await log.FlushAsync(cancellationToken);
        if (!engine.Catalog.Exists(PredictionLog.Table))
        {
            throw new EscaleException("modeling.truth-without-predictions", "No prediction is in the log yet.", "Ask the endpoint first; predictions are logged some seconds later.");
        }
        using var session = engine.OpenSession();
        session.Mount(PredictionLog.Table);
        await using var rows = TruthRows.ReadAsync(body, contentType, cancellationToken).GetAsyncEnumerator(cancellationToken);
        if (!await rows.MoveNextAsync())
        {
            throw Columns("There are no rows.", model);
        }
        var places = Places(rows.Current, endpoint, model, valueColumn, keys);
        var (count, without) = await StageAsync(session, rows, places, cancellationToken);
        return await Task.Run(() => Write(session, endpoint, places, count, without, cancellationToken), cancellationToken);
    }

    /// <summary>Which column is what.</summary>
    private sealed record Uploaded(int Value, int Id, int Row, IReadOnlyList<(string Field, int Column)> Keys);

    private static Uploaded Places(string?[] header, ModelEndpoint endpoint, ServedModel model, string? valueColumn, IReadOnlyList<string> keys)
    {
        int Find(string name) => Array.FindIndex(header, column => string.Equals(column?.Trim(), name, StringComparison.OrdinalIgnoreCase));
        var value = valueColumn is { Length: > 0 } ? Find(valueColumn) : ((string[])[model.Model.TargetName, .. _valueNames]).Select(Find).FirstOrDefault(at => at >= 0, -1);
        if (value < 0)
        {
            throw Columns($"There is no column '{(valueColumn is { Length: > 0 } ? valueColumn : model.Model.TargetName)}' with the true value.", model);
        }
        var id = keys.Count == 0 ? Find(IdColumn) : -1;
        var fields = id >= 0 ? [] : (keys.Count > 0 ? keys : [.. model.Columns.Select(column => column.Column.Name)]).Select(field => (Field: field, Column: Find(field))).ToList();
        if (keys.Count > 0 && fields.Find(field => field.Column < 0).Field is { } absent)
        {
            throw Columns($"There is no column '{absent}'.", model);
        }
        fields = [.. fields.Where(field => field.Column >= 0 && field.Column != value)];
        if (id < 0 && fields.Count == 0)
        {
            throw Columns("No column says which prediction a row is about.", model);
        }
        return fields.Find(field => endpoint.Logging.Masked.Contains(field.Field)).Field is { } masked
            ? throw Columns($"'{masked}' is not kept in the log, so that no row can be found by it.", model)
            : new Uploaded(value, id, Find(RowColumn), fields);
    }

    private static async Task<(long Rows, long Without)> StageAsync(LakeSession session, IAsyncEnumerator<string?[]> rows, Uploaded places, CancellationToken cancellationToken)
    {
        var keyColumns = string.Concat(places.Keys.Select((_, at) => $", k{at} VARCHAR"));
        session.Connection.Execute($"CREATE TEMP TABLE told (n BIGINT, id VARCHAR, row_index INTEGER, truth VARCHAR{keyColumns})", cancellationToken);
        using var appender = session.Connection.Append("temp", "main", "told");
        var (count, without) = (0L, 0L);
        while (await rows.MoveNextAsync())
        {
            var row = rows.Current;
            string? At(int column) => column >= 0 && column < row.Length ? row[column] : null;
            if (string.IsNullOrWhiteSpace(At(places.Value)))
            {
                without++;
                continue;
            }
            appender.Append(count++);
            Put(At(places.Id)?.Trim());
            appender.Append(int.TryParse(At(places.Row), System.Globalization.CultureInfo.InvariantCulture, out var index) ? index : 0);
            Put(At(places.Value)!.Trim());
            foreach (var (_, column) in places.Keys)
            {
                Put(At(column));
            }
            appender.EndRow();
        }
        appender.Complete();
        return (count, without);

        void Put(string? text) => _ = text is null ? appender.AppendNull() : appender.Append(text);
    }

    private TruthTold Write(LakeSession session, ModelEndpoint endpoint, Uploaded places, long count, long without, CancellationToken cancellationToken)
    {
        var same = places.Id >= 0 ? "p.id = t.id AND p.row_index = t.row_index"
            : string.Join(" AND ", places.Keys.Select((key, at) => $"{TruthSql.Plain(TruthSql.Field(key.Field))} IS NOT DISTINCT FROM {TruthSql.Plain($"t.k{at}")}"));
        session.Connection.Execute(
            $"""
            CREATE TEMP TABLE found AS SELECT p.id AS prediction_id, p.row_index, t.truth, t.n FROM {PredictionLog.Table.ToSql()} p JOIN temp.main.told t ON {same}
            WHERE p.endpoint = {DuckSql.Literal(endpoint.Name)}
            """, cancellationToken);
        var matched = session.Connection.Scalar<long>("SELECT count(DISTINCT n) FROM temp.main.found", cancellationToken);
        var predictions = session.Connection.Scalar<long>("SELECT count(*) FROM (SELECT DISTINCT prediction_id, row_index FROM temp.main.found)", cancellationToken);
        if (predictions > 0)
        {
            session.Write(new TableWrite
            {
                Table = TruthSql.Table, Mode = WriteMode.Merge, Keys = ["prediction_id", "row_index"], Operation = "TRUTH", Description = "What came true of predictions",
                Sql = $"""
                    SELECT {DuckSql.Literal(endpoint.Name)} AS endpoint, prediction_id, row_index, truth, make_timestamp({Microseconds(clock.GetUtcNow())}) AS told_at FROM temp.main.found
                    QUALIFY row_number() OVER (PARTITION BY prediction_id, row_index ORDER BY n DESC) = 1
                    """,
            }, cancellationToken);
        }
        return new TruthTold(count, predictions, count - matched, without);
    }

    private static string Microseconds(DateTimeOffset at) => ((at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static EscaleException Columns(string message, ServedModel model) => new(
        "modeling.truth-columns", message, $"Send '{IdColumn}' (the answer's header X-Prediction-Id) or fields such as '{model.Columns[0].Column.Name}', and '{model.Model.TargetName}' with the true value.");
}
