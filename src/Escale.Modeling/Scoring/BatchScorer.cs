using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Learning;
using Escale.Learning.Frames;
using Escale.Modeling.Registry;
using Escale.Modeling.Training;

namespace Escale.Modeling.Scoring;

/// <summary>Rows to predict, and where to.</summary>
internal sealed record ScoreOrder
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The version: a number, an alias or <c>latest</c>; the champion when left out.</summary>
    public string? Version { get; init; }

    /// <summary>The table with the rows, or null.</summary>
    public TableName? Table { get; init; }

    /// <summary>The file with the rows, or null.</summary>
    public string? File { get; init; }

    /// <summary>The CSV file to write, or null. Texts that a spreadsheet would take for formulas are quoted with an apostrophe.</summary>
    public string? Csv { get; init; }

    /// <summary>The Parquet file to write, or null.</summary>
    public string? Parquet { get; init; }

    /// <summary>The lake table to write, in one commit, or null.</summary>
    public TableName? To { get; init; }
}

/// <summary>What was predicted.</summary>
internal sealed record ScoredRows(long Rows, int Version);

/// <summary>
/// Predicts all rows of a table or a file, some ten thousand at a time: what is held in memory does not grow with the rows. Raw rows go through the model's recipe. Thread-safe.
/// </summary>
internal sealed class BatchScorer(ModelRegistry registry, FrameReader reader, LakeEngine engine, IRowPreparations? preparations = null)
{
    private const int AtOnce = 20_480;
    private const string Staged = "temp.main.scored";

    /// <summary>The columns of predictions.</summary>
    private sealed record Added(string Predicted, IReadOnlyList<string> Probabilities, string Version);

    /// <summary>Predicts.</summary>
    /// <param name="order">What.</param>
    /// <param name="progress">Is told how many rows are done.</param>
    /// <param name="cancellationToken">Stops it; nothing is written then.</param>
    /// <exception cref="EscaleException"><c>modeling.model-not-found</c>, <c>lake.table-not-found</c>, <c>learning.*</c>, those of files.</exception>
    public async Task<ScoredRows> RunAsync(ScoreOrder order, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var version = await registry.FindAsync(order.Model, order.Version, cancellationToken);
        var model = registry.Load(version);
        var preparation = await PreparationAsync(version, order, cancellationToken);
        using var session = engine.OpenSession();
        var (rows, added) = (0L, default(Added));
        DuckAppender? appender = null;
        try
        {
            await foreach (var (raw, prepared) in RowsAsync(order, preparation, cancellationToken))
            {
                var predictions = Predict(model, prepared, order);
                added ??= Create(session, raw, model, predictions);
                appender ??= session.Connection.Append("temp", "main", "scored");
                Append(appender, raw, predictions, version.Version);
                rows += raw.RowCount;
                progress?.Report(rows);
            }
            appender!.Complete();
        }
        finally
        {
            appender?.Dispose();
        }
        await Task.Run(() => Write(session, order, version, cancellationToken), cancellationToken);
        return new ScoredRows(rows, version.Version);
    }

    // The table that the recipe makes is prepared already; files and other tables are raw.
    private async Task<RowPreparation?> PreparationAsync(ModelVersion version, ScoreOrder order, CancellationToken cancellationToken)
    {
        var preparation = registry.PreparationOf(version);
        return preparation is null || (order.Table is { } table && preparations is not null && (await preparations.FitAsync(table, cancellationToken))?.Recipe == preparation.Recipe) ? null : preparation;
    }

    private async IAsyncEnumerable<(Frame Raw, Frame Prepared)> RowsAsync(ScoreOrder order, RowPreparation? preparation, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (preparation is null)
        {
            await foreach (var frame in Frames(order, null, cancellationToken))
            {
                yield return (frame, frame);
            }
            yield break;
        }
        // Two streams of the same rows in the same order, cut where either ends.
        await using var raws = Frames(order, null, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var prepareds = Frames(order, preparation, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var (raw, prepared) = (await NextAsync(raws), await NextAsync(prepareds));
        while (raw is not null && prepared is not null)
        {
            var count = Math.Min(raw.RowCount, prepared.RowCount);
            yield return (Cut(raw, 0, count), Cut(prepared, 0, count));
            var (left, right) = (Cut(raw, count, raw.RowCount - count), Cut(prepared, count, prepared.RowCount - count));
            (raw, prepared) = (left.RowCount > 0 ? left : await NextAsync(raws), right.RowCount > 0 ? right : await NextAsync(prepareds));
        }
    }

    private static async Task<Frame?> NextAsync(IAsyncEnumerator<Frame> frames) => await frames.MoveNextAsync() ? frames.Current : null;

    private static Frame Cut(Frame frame, int from, int count) => count == frame.RowCount && from == 0 ? frame : frame.Rows(Enumerable.Range(from, count).ToArray());

    private IAsyncEnumerable<Frame> Frames(ScoreOrder order, RowPreparation? preparation, CancellationToken cancellationToken) => order.Table is { } table
        ? reader.Stream(table, null, preparation, AtOnce, cancellationToken).ToAsyncEnumerable()
        : reader.StreamFileAsync(order.File!, preparation, AtOnce, cancellationToken);

    private static Added Create(LakeSession session, Frame frame, Model model, Predictions predictions)
    {
        var isRegression = predictions.Task == LearningTask.Regression;
        var added = new Added(Free("predicted_" + model.TargetName), isRegression ? [] : [.. predictions.Classes.Select(one => Free("probability_" + one))], Free("model_version"));
        var columns = frame.Columns.Select(column => (column.Name, Type: TypeOf(column))).Append((added.Predicted, isRegression ? "DOUBLE" : "VARCHAR")).Concat(added.Probabilities.Select(one => (one, "DOUBLE"))).Append((added.Version, "INTEGER"));
        session.Connection.Execute($"CREATE TEMP TABLE scored ({string.Join(", ", columns.Select(column => $"{DuckSql.Name(column.Item1)} {column.Item2}"))})");
        return added;

        string Free(string name) => frame.Has(name) ? Free(name + "_") : name;
    }

    private static void Append(DuckAppender appender, Frame frame, Predictions predictions, int version)
    {
        for (var row = 0; row < frame.RowCount; row++)
        {
            foreach (var column in frame.Columns)
            {
                _ = column.ValueAt(row) switch
                {
                    null => appender.AppendNull(),
                    bool value => appender.Append(value),
                    long value => appender.Append(value),
                    double value => appender.Append(value),
                    float value => appender.Append((double)value),
                    DateTime moment => appender.Append(moment),
                    var other => appender.Append(other.ToString()!),
                };
            }
            _ = predictions.Task == LearningTask.Regression ? appender.Append(predictions.Value(row)) : appender.Append(predictions.Label(row));
            for (var at = 0; at < predictions.Classes.Count; at++)
            {
                appender.Append(predictions.Row(row)[at]);
            }
            appender.Append(version).EndRow();
        }
    }

    private static void Write(LakeSession session, ScoreOrder order, ModelVersion version, CancellationToken cancellationToken)
    {
        if (order.Csv is { } csv)
        {
            using var described = session.Connection.Query($"SELECT * FROM {Staged} LIMIT 0", cancellationToken);
            var safe = described.Columns.Select(column => DuckSql.Name(column.Name) is var name && column.Type.Id == DuckTypeId.Varchar ? $"{Formulas.ShownSql(name)} AS {name}" : name).ToList();
            described.Dispose();
            session.Connection.Execute($"COPY (SELECT {string.Join(", ", safe)} FROM {Staged}) TO {DuckSql.Literal(csv)} (FORMAT csv, HEADER)", cancellationToken);
        }
        if (order.Parquet is { } parquet)
        {
            session.Connection.Execute($"COPY {Staged} TO {DuckSql.Literal(parquet)} (FORMAT parquet, COMPRESSION zstd)", cancellationToken);
        }
        if (order.To is { } to)
        {
            session.Write(new TableWrite
            {
                Table = to, Mode = WriteMode.Overwrite, SchemaChange = SchemaChange.Replace, Operation = "PREDICT", Description = $"What {version.Name} version {version.Version} predicts", Sql = $"SELECT * FROM {Staged}",
            }, cancellationToken);
        }
    }

    private static Predictions Predict(Model model, Frame frame, ScoreOrder order)
    {
        try
        {
            return model.Predict(frame, Environment.ProcessorCount);
        }
        catch (LearningException error)
        {
            throw new EscaleException(error.Code, error.Message, error.Remedy, new Place(order.Table is null ? Path.GetFileName(order.File) : null, Table: order.Table?.ToString(), Field: error.Column), error);
        }
    }

    private static string TypeOf(Column column) => column.Kind switch
    {
        ColumnKind.Boolean => "BOOLEAN",
        ColumnKind.Integer => "BIGINT",
        ColumnKind.Double or ColumnKind.Single => "DOUBLE",
        ColumnKind.Timestamp => "TIMESTAMP",
        _ => "VARCHAR",
    };
}
