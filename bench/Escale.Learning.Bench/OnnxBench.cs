using System.Diagnostics;
using System.Text.Json;
using Escale.Learning.Boosting;
using Escale.Learning.Frames;
using Escale.Learning.Linear;
using Escale.Learning.Preparation;
using Escale.Learning.Tests.Onnx;
using Escale.Learning.Trees;

namespace Escale.Learning.Bench;

/// <summary>
/// Whether exported models answer as ours: on each public table boosting, a forest and a linear model are fitted on the first fold's training rows, exported, and run by ONNX Runtime on its test
/// rows. Text columns are left out, because they cannot be exported.
/// </summary>
internal static class OnnxBench
{
    private const double Allowed = 1e-5;

    /// <param name="arguments">The folder of the tables, then the names of some if not all are wanted.</param>
    /// <returns>0 when no output is farther away than 1e-5 (of numbers: of their size), else 1.</returns>
    public static int Run(string[] arguments)
    {
        var folder = arguments[0];
        using var sets = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "datasets.json")));
        var worst = 0.0;
        Console.WriteLine("set             model             rows  largest difference  other labels  file, KB  rows/s ONNX Runtime  rows/s ours");
        foreach (var set in sets.RootElement.EnumerateArray())
        {
            var name = set.GetProperty("name").GetString()!;
            if (arguments.Length > 1 && !arguments[1..].Contains(name))
            {
                continue;
            }
            var frame = Frame.ReadCsv(Path.Combine(folder, set.GetProperty("file").GetString()!));
            var (train, test) = FirstFold(frame, Path.Combine(folder, "folds", name + ".json"));
            var task = Enum.Parse<LearningTask>(set.GetProperty("task").GetString()!, ignoreCase: true);
            Estimator linear = task == LearningTask.Regression ? new RidgeRegression() : new LogisticRegression();
            foreach (var estimator in new[] { new GradientBoosting(), new RandomForest(), linear })
            {
                worst = Math.Max(worst, Compare(name, estimator, task, set.GetProperty("target").GetString()!, train, test));
            }
        }
        Console.WriteLine(FormattableString.Invariant($"largest of all: {worst:E1}, allowed {Allowed:E0}"));
        return worst <= Allowed ? 0 : 1;
    }

    private static double Compare(string name, Estimator estimator, LearningTask task, string target, Frame train, Frame test)
    {
        var roles = ColumnRoles.Detect(train, target);
        foreach (var column in roles.Columns.Where(column => roles[column] == ColumnRole.Text).ToList())
        {
            roles = roles.With(column, ColumnRole.Ignored);
        }
        var model = new Pipeline { Estimator = estimator, Roles = roles, Task = task }.Fit(train, target);
        var file = OnnxModelRun.Export(model);
        using var session = new OnnxSession(file);
        var difference = OnnxModelRun.WorstDifference(model, session, test);
        var (ours, others) = (model.Predict(test), 0);
        if (task != LearningTask.Regression)
        {
            var labels = OnnxModelRun.Run(session, test, "label")[0].Texts;
            others = Enumerable.Range(0, test.RowCount).Count(row => labels[row] != ours.Label(row));
        }
        var inputs = OnnxModelRun.Inputs(session, test);
        var theirSpeed = RowsPerSecond(test.RowCount, () => session.Run(inputs, task == LearningTask.Regression ? "variable" : "probabilities"));
        var ourSpeed = RowsPerSecond(test.RowCount, () => model.Predict(test));
        Console.WriteLine(FormattableString.Invariant(
            $"{name,-15} {estimator.Name,-17} {test.RowCount,5} {difference,15:E1} {others,15} {file.Length / 1024.0,12:N0} {theirSpeed,17:N0} {ourSpeed,14:N0}"));
        return difference;
    }

    private static (Frame Train, Frame Test) FirstFold(Frame frame, string path)
    {
        using var folds = JsonDocument.Parse(File.ReadAllText(path));
        var test = folds.RootElement.GetProperty("test_folds")[0].EnumerateArray().Select(row => row.GetInt32()).ToArray();
        return (frame.Rows(Enumerable.Range(0, frame.RowCount).Except(test).ToArray()), frame.Rows(test));
    }

    private static double RowsPerSecond(int rows, Action run)
    {
        run();
        var watch = Stopwatch.StartNew();
        run();
        return rows / watch.Elapsed.TotalSeconds;
    }
}
