using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Escale.Learning.Automatic;
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

    /// <param name="arguments">The folder of the tables; then automl:SECONDS to add what automatic training finds in so many seconds, and the names of some tables if not all are wanted.</param>
    /// <returns>0 when no output is farther away than 1e-5 (of numbers: of their size), else 1.</returns>
    public static int Run(string[] arguments)
    {
        const string Automatic = "automl:";
        var folder = arguments[0];
        var seconds = arguments.FirstOrDefault(argument => argument.StartsWith(Automatic, StringComparison.Ordinal))?[Automatic.Length..];
        var only = arguments[1..].Where(argument => !argument.StartsWith(Automatic, StringComparison.Ordinal)).ToHashSet();
        using var sets = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "datasets.json")));
        var worst = 0.0;
        Console.WriteLine("set             model                rows  largest difference  other labels    file, KB  rows/s ONNX Runtime  rows/s ours");
        foreach (var set in sets.RootElement.EnumerateArray())
        {
            var (name, target) = (set.GetProperty("name").GetString()!, set.GetProperty("target").GetString()!);
            if (only.Count > 0 && !only.Contains(name))
            {
                continue;
            }
            var frame = Frame.ReadCsv(Path.Combine(folder, set.GetProperty("file").GetString()!));
            var (train, test) = FirstFold(frame, Path.Combine(folder, "folds", name + ".json"));
            var task = Enum.Parse<LearningTask>(set.GetProperty("task").GetString()!, ignoreCase: true);
            foreach (var (model, made) in Models(train, target, task, seconds is null ? 0 : double.Parse(seconds, CultureInfo.InvariantCulture)))
            {
                worst = Math.Max(worst, Compare(name, made, model, test));
            }
        }
        Console.WriteLine(FormattableString.Invariant($"largest of all: {worst:E1}, allowed {Allowed:E0}"));
        return worst <= Allowed ? 0 : 1;
    }

    private static IEnumerable<(Model Model, string Name)> Models(Frame train, string target, LearningTask task, double automaticSeconds)
    {
        var roles = ColumnRoles.Detect(train, target);
        foreach (var column in roles.Columns.Where(column => roles[column] == ColumnRole.Text).ToList())
        {
            roles = roles.With(column, ColumnRole.Ignored);
        }
        Estimator linear = task == LearningTask.Regression ? new RidgeRegression() : new LogisticRegression();
        foreach (var estimator in new[] { new GradientBoosting(), new RandomForest(), linear })
        {
            yield return (new Pipeline { Estimator = estimator, Roles = roles, Task = task }.Fit(train, target), estimator.Name);
        }
        if (automaticSeconds > 0)
        {
            var model = AutoMl.Train(train, target, new AutoMlSettings { TimeLimit = TimeSpan.FromSeconds(automaticSeconds), Roles = roles, DropLeaks = false }).Best;
            yield return (model, model.Members.Count == 1 ? model.Members[0].Name : $"{model.Members.Count} members");
        }
    }

    private static double Compare(string set, string name, Model model, Frame test)
    {
        var file = OnnxModelRun.Export(model);
        using var session = new OnnxSession(file);
        var difference = OnnxModelRun.WorstDifference(model, session, test);
        var (ours, others) = (model.Predict(test), 0);
        if (model.Task != LearningTask.Regression)
        {
            var labels = OnnxModelRun.Run(session, test, "label")[0].Texts;
            others = Enumerable.Range(0, test.RowCount).Count(row => labels[row] != ours.Label(row));
        }
        var inputs = OnnxModelRun.Inputs(session, test);
        var theirSpeed = RowsPerSecond(test.RowCount, () => session.Run(inputs, model.Task == LearningTask.Regression ? "variable" : "probabilities"));
        var ourSpeed = RowsPerSecond(test.RowCount, () => model.Predict(test));
        Console.WriteLine(FormattableString.Invariant(
            $"{set,-15} {name,-20} {test.RowCount,5} {difference,15:E1} {others,15} {file.Length / 1024.0,14:N0} {theirSpeed,17:N0} {ourSpeed,14:N0}"));
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
