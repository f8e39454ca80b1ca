using System.CommandLine;
using System.Globalization;
using System.Text;
using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Frames;
using Escale.Modeling.Training;

namespace Escale.Modeling.Registry;

/// <summary><c>escale predict</c>: predicts the rows of a file or of a table.</summary>
internal static class PredictVerb
{
    public static void Add(Cli cli)
    {
        var model = new Argument<string>("MODEL") { Description = "The model's name" };
        var rows = new Argument<string>("FILE") { Description = "A file (CSV, TSV, Parquet, JSON) or a table (schema.table)" };
        var to = new Option<string?>("--to", "-o") { Description = "The CSV or Parquet file to write, or a lake table (schema.table); default: CSV on standard output", HelpName = "OUT" };
        var which = new Option<string?>("--version") { Description = "A version, an alias or latest; default: the champion", HelpName = "VERSION" };
        cli.Add(cli.Root, new Command("predict", "Predict the rows of a file or a table") { model, rows, to, which }, async (call, cancellationToken) =>
        {
            if (call.Value(to) is { } target)
            {
                return await ToAsync(call, call.Value(model)!, call.Value(which), call.Value(rows)!, target, cancellationToken);
            }
            var version = await call.Get<ModelRegistry>().FindAsync(call.Value(model)!, call.Value(which), cancellationToken);
            var learned = call.Get<ModelRegistry>().Load(version);
            var (frame, prepared) = await ReadAsync(call, call.Get<ModelRegistry>().PreparationOf(version), call.Value(rows)!, cancellationToken);
            var predictions = Predict(learned, prepared, call.Value(rows)!);
            if (call.Output.IsJson)
            {
                for (var row = 0; row < predictions.RowCount; row++)
                {
                    call.Output.WriteJsonLine(new
                    {
                        Prediction = predictions.Task == LearningTask.Regression ? predictions.Value(row) : (object)predictions.Label(row),
                        Probabilities = predictions.Task == LearningTask.Regression ? null : predictions.Classes.Select((name, at) => (name, predictions.Row(row)[at])).ToDictionary(pair => pair.name, pair => pair.Item2),
                    });
                }
            }
            else
            {
                call.Output.Results.Write(Encoding.UTF8.GetString(Csv(frame, learned, predictions)));
            }
            return ExitCode.Success;
        }, examples: ["escale predict delay new-calls.csv --to predicted.csv", "escale predict delay gold.calls_to_come --to predicted.parquet", "escale predict delay gold.calls_to_come --json"]);
    }

    /// <summary>The rows as they came, and as the model reads them. The table that the recipe makes is prepared already; files and other tables are raw.</summary>
    private static async Task<(Frame Raw, Frame Prepared)> ReadAsync(VerbCall call, RowPreparation? preparation, string rows, CancellationToken cancellationToken)
    {
        var reader = call.Get<FrameReader>();
        if (!TableName.IsMeant(rows))
        {
            var raw = (await reader.ReadFileAsync(rows, cancellationToken)).Frame;
            return (raw, preparation is null ? raw : (await reader.ReadFileAsync(rows, cancellationToken, preparation)).Frame);
        }
        var table = TableName.Parse(rows);
        var frame = reader.Read(table, null, cancellationToken).Frame;
        var isMade = preparation is null || (await call.Get<IRowPreparations>().FitAsync(table, cancellationToken))?.Recipe == preparation.Recipe;
        return (frame, isMade ? frame : reader.Read(table, null, cancellationToken, preparation).Frame);
    }

    private static Predictions Predict(Model model, Frame frame, string source)
    {
        try
        {
            return model.Predict(frame, Environment.ProcessorCount);
        }
        catch (LearningException error)
        {
            throw new EscaleException(error.Code, error.Message, error.Remedy, new Place(source, Field: error.Column), error);
        }
    }

    // A file or a table is written by the code that predicts in the background of the pages.
    private static async Task<int> ToAsync(VerbCall call, string model, string? version, string rows, string to, CancellationToken cancellationToken)
    {
        var isTable = TableName.IsMeant(to);
        var order = new Scoring.ScoreOrder { Model = model, Version = version, Table = TableName.IsMeant(rows) ? TableName.Parse(rows) : null, File = TableName.IsMeant(rows) ? null : rows, To = isTable ? TableName.Parse(to) : null };
        var scored = await WriteAsync(call, order, isTable ? null : Path.GetFullPath(to), cancellationToken);
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new { Model = model, scored.Version, scored.Rows, To = to });
        }
        else
        {
            call.Output.Line(string.Create(CultureInfo.InvariantCulture, $"{scored.Rows} rows predicted by {model} version {scored.Version}: {to}"));
        }
        return ExitCode.Success;
    }

    // Into a folder of its own, and to its place when it is whole.
    private static async Task<Scoring.ScoredRows> WriteAsync(VerbCall call, Scoring.ScoreOrder order, string? path, CancellationToken cancellationToken)
    {
        var scorer = call.Get<Scoring.BatchScorer>();
        if (path is null)
        {
            return await scorer.RunAsync(order, null, cancellationToken);
        }
        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new EscaleException("modeling.file-not-found", $"The folder {Path.GetDirectoryName(path)} does not exist.", "Choose a folder that exists.");
        }
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(path)!, DurableWriter.TemporaryPrefix + Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            var file = Path.Combine(folder, "rows");
            var isParquet = path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);
            var scored = await scorer.RunAsync(order with { Csv = isParquet ? null : file, Parquet = isParquet ? file : null }, null, cancellationToken);
            File.Move(file, path, overwrite: true);
            return scored;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The columns of the file as they were, then what is predicted; a column of that name is not overwritten.
    internal static byte[] Csv(Frame frame, Model model, Predictions predictions)
    {
        var text = new StringBuilder();
        var isRegression = predictions.Task == LearningTask.Regression;
        string[] added = [Free("predicted_" + model.TargetName), .. isRegression ? [] : predictions.Classes.Select(name => Free("probability_" + name))];
        text.AppendJoin(',', frame.Columns.Select(column => Cell(column.Name)).Concat(added.Select(Cell))).Append('\n');
        for (var row = 0; row < frame.RowCount; row++)
        {
            foreach (var column in frame.Columns)
            {
                text.Append(Cell(column.TextAt(row) ?? "")).Append(',');
            }
            text.Append(Cell(predictions.Label(row)));
            for (var at = 0; at < predictions.Classes.Count; at++)
            {
                text.Append(',').Append(predictions.Row(row)[at].ToString("R", CultureInfo.InvariantCulture));
            }
            text.Append('\n');
        }
        return Encoding.UTF8.GetBytes(text.ToString());

        string Free(string name) => frame.Has(name) ? Free(name + "_") : name;
    }

    private static string Cell(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
