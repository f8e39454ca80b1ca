using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Learning;
using Escale.Learning.Frames;
using Escale.Modeling.Training;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Registry;

/// <summary>Predicts all rows of a table: as a CSV file, or as a lake table <c>predictions.MODEL</c> with the rows and what is predicted of each.</summary>
internal sealed class Scoring(ModelRegistry registry, FrameReader reader, LakeEngine engine)
{
    /// <summary>The schema of tables with predictions.</summary>
    public const string Schema = "predictions";

    /// <summary>What is to be predicted.</summary>
    /// <param name="Table">The table.</param>
    /// <param name="Version">The version: a number, an alias or <c>latest</c>; the champion when left out.</param>
    internal sealed record ScoreForm(string Table, string? Version);

    /// <summary>What was predicted.</summary>
    internal sealed record Scored(string Table, int Rows, int Version);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/api/v1/models/{name}/scores", async (HttpContext context, Scoring scoring, string name, ScoreForm form, CancellationToken cancellationToken) =>
        {
            var scored = await scoring.ToTableAsync(name, form.Version, TableName.Parse(form.Table), cancellationToken);
            await context.AuditAsync("model.table-scored", name, detail: $"{form.Table} to {scored.Table}");
            return TypedResults.Ok(scored);
        }).For(Role.Engineer, TokenScope.Write).WithTags("Models").WithSummary("Predict all rows of a lake table into the lake table predictions.MODEL");
        endpoints.MapGet("/api/v1/models/{name}/scores.csv", async Task<FileContentHttpResult> (Scoring scoring, string name, string table, string? version, CancellationToken cancellationToken) =>
            TypedResults.File(await scoring.ToCsvAsync(name, version, TableName.Parse(table), cancellationToken), "text/csv; charset=utf-8", $"{name}-{table}.csv"))
            .For(Role.Viewer).WithTags("Models").WithSummary("Predict all rows of a lake table, as CSV");
        ModelPages.Form(endpoints, "/models/{name}/score", async (HttpContext context, Scoring scoring, Mount mount, string name, [FromForm] string table, CancellationToken cancellationToken) =>
        {
            var scored = await scoring.ToTableAsync(name, null, TableName.Parse(table), cancellationToken);
            await context.AuditAsync("model.table-scored", name, detail: $"{table} to {scored.Table}");
            return Results.Redirect(mount.To("/tables/" + scored.Table + "/rows"));
        });
    }

    /// <summary>As CSV: the rows with what is predicted of each.</summary>
    public async Task<byte[]> ToCsvAsync(string name, string? version, TableName table, CancellationToken cancellationToken)
    {
        var model = registry.Load(await registry.FindAsync(name, version, cancellationToken));
        return await Task.Run(() =>
        {
            var frame = reader.Read(table, null, cancellationToken).Frame;
            return PredictVerb.Csv(frame, model, Predict(model, frame, table));
        }, cancellationToken);
    }

    /// <summary>As a lake table, in one commit.</summary>
    public async Task<Scored> ToTableAsync(string name, string? version, TableName table, CancellationToken cancellationToken)
    {
        var found = await registry.FindAsync(name, version, cancellationToken);
        var model = registry.Load(found);
        return await Task.Run(() =>
        {
            var frame = reader.Read(table, null, cancellationToken).Frame;
            var predictions = Predict(model, frame, table);
            var to = new TableName(Schema, string.Concat(name.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_')));
            using var session = engine.OpenSession();
            Write(session, frame, model, predictions, found, to, cancellationToken);
            return new Scored(to.ToString(), predictions.RowCount, found.Version);
        }, cancellationToken);
    }

    private static void Write(LakeSession session, Frame frame, Model model, Predictions predictions, ModelVersion version, TableName to, CancellationToken cancellationToken)
    {
        var isRegression = predictions.Task == LearningTask.Regression;
        string[] added = [Free("predicted_" + model.TargetName), .. predictions.Classes.Select(one => Free("probability_" + one)), Free("model_version")];
        var columns = frame.Columns.Select(column => (column.Name, Type: TypeOf(column))).Concat(added.Select((column, at) => (column, at == added.Length - 1 ? "INTEGER" : at == 0 && !isRegression ? "VARCHAR" : "DOUBLE")));
        session.Connection.Execute($"CREATE TEMP TABLE scored ({string.Join(", ", columns.Select(column => $"{DuckSql.Name(column.Item1)} {column.Item2}"))})", cancellationToken);
        using (var appender = session.Connection.Append("temp", "main", "scored"))
        {
            for (var row = 0; row < predictions.RowCount; row++)
            {
                foreach (var column in frame.Columns)
                {
                    Append(appender, column, row);
                }
                _ = isRegression ? appender.Append(predictions.Value(row)) : appender.Append(predictions.Label(row));
                for (var at = 0; at < predictions.Classes.Count; at++)
                {
                    appender.Append(predictions.Row(row)[at]);
                }
                appender.Append(version.Version).EndRow();
            }
            appender.Complete();
        }
        session.Write(new TableWrite
        {
            Table = to, Mode = WriteMode.Overwrite, SchemaChange = SchemaChange.Replace, Operation = "PREDICT", Description = $"What {version.Name} version {version.Version} predicts", Sql = "SELECT * FROM temp.main.scored",
        }, cancellationToken);

        string Free(string name) => frame.Has(name) ? Free(name + "_") : name;
    }

    private static void Append(DuckAppender appender, Column column, int row)
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

    private static string TypeOf(Column column) => column.Kind switch
    {
        ColumnKind.Boolean => "BOOLEAN",
        ColumnKind.Integer => "BIGINT",
        ColumnKind.Double or ColumnKind.Single => "DOUBLE",
        ColumnKind.Timestamp => "TIMESTAMP",
        _ => "VARCHAR",
    };

    private static Predictions Predict(Model model, Frame frame, TableName table)
    {
        try
        {
            return model.Predict(frame, Environment.ProcessorCount);
        }
        catch (LearningException error)
        {
            throw new EscaleException(error.Code, error.Message, error.Remedy, new Place(null, Table: table.ToString(), Field: error.Column), error);
        }
    }
}
