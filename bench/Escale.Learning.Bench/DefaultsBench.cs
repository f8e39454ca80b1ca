using System.Diagnostics;
using System.Text.Json;
using Escale.Learning.Boosting;

namespace Escale.Learning.Bench;

/// <summary>Boosting with its default settings on the public tables, fold by fold, against LightGBM's defaults.</summary>
internal static class DefaultsBench
{
    /// <param name="arguments">The folder of the tables; then, to try others than the defaults, NAME=VALUE for settings, and names of sets after "only:".</param>
    public static void Run(string[] arguments)
    {
        var settings = SettingsOf.Boosting(arguments.Skip(1), new GradientBoosting());
        var only = arguments.FirstOrDefault(argument => argument.StartsWith("only:", StringComparison.Ordinal))?[5..].Split(',');
        using var baselines = JsonDocument.Parse(File.ReadAllText(Path.Combine(arguments[0], "baselines.json")));
        var ratios = new List<double>();
        Console.WriteLine("set             metric      ours     LightGBM  ratio of losses  seconds a fold");
        foreach (var set in OpenSet.ReadAll(arguments[0], name => only is null || only.Contains(name)))
        {
            var watch = Stopwatch.StartNew();
            var losses = Enumerable.Range(0, set.Folds.Count).Select(fold => Loss(set, fold, settings)).ToArray();
            var peer = baselines.RootElement.EnumerateArray()
                .First(entry => entry.GetProperty("dataset").GetString() == set.Name && entry.GetProperty("model").GetString() == "lgbm").GetProperty(set.Metric).GetDouble();
            var (loss, theirs) = (losses.Average(), set.Metric == "log_loss" ? peer : 1 - peer);
            ratios.Add(loss / theirs);
            Console.WriteLine(FormattableString.Invariant(
                $"{set.Name,-15} {set.Metric,-8} {(set.Metric == "log_loss" ? loss : 1 - loss),9:F5} {peer,11:F5} {loss / theirs,12:F3} {watch.Elapsed.TotalSeconds / set.Folds.Count,12:F2}"));
        }
        ratios.Sort();
        var median = (ratios[(ratios.Count - 1) / 2] + ratios[ratios.Count / 2]) / 2;
        Console.WriteLine(FormattableString.Invariant(
            $"median ratio {median:F4}, geometric mean without shuttle's {Math.Exp(ratios.Where(ratio => ratio > 0.01).Average(Math.Log)):F4}, better on {ratios.Count(ratio => ratio < 1)} of {ratios.Count}"));
    }

    private static double Loss(OpenSet set, int fold, GradientBoosting settings)
    {
        var (train, trainTarget, test, testTarget) = set.Fold(fold);
        var model = settings.Fit(train, trainTarget, options: new FitOptions { Seed = fold, Threads = 1 });
        var outputs = model.Predict(test);
        return set.Metric switch
        {
            "roc_auc" => 1 - RawTable.Auc([.. Enumerable.Range(0, test.RowCount).Select(row => outputs[2 * row + 1])], [.. testTarget.Values.ToArray().Select(value => (float)value)]),
            "log_loss" => Enumerable.Range(0, test.RowCount).Average(row => -Math.Log(Math.Clamp(outputs[row * model.OutputCount + testTarget.ClassOf(row)], 1e-15, 1))),
            _ => Unexplained(outputs, testTarget.Values),
        };
    }

    private static double Unexplained(double[] outputs, ReadOnlySpan<double> targets)
    {
        var (mean, rest, all) = (targets.ToArray().Average(), 0.0, 0.0);
        for (var row = 0; row < outputs.Length; row++)
        {
            rest += (targets[row] - outputs[row]) * (targets[row] - outputs[row]);
            all += (targets[row] - mean) * (targets[row] - mean);
        }
        return rest / all;
    }
}
