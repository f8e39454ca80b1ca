using System.Globalization;
using System.Text.Json;
using Escale.Learning.Automatic;
using Escale.Learning.Frames;
using Escale.Learning.Metrics;

namespace Escale.Learning.Bench;

/// <summary>
/// Automatic training on the public tables, raw and without help, fold by fold, in the seconds that the peer took; two folds at a time with one thread each, as the peer ran.
/// </summary>
internal static class AutoMlBench
{
    /// <param name="arguments">The folder of the tables; then <c>only:a,b</c>, <c>folds:2</c>, <c>seconds:SCALE</c>, <c>jobs:2</c>, <c>trials:N</c> (instead of the time), <c>fold:N</c> (that one only),
    /// <c>cpu</c> (seconds of processor time, one fold at a time: comparable on a busy machine), <c>show</c>.</param>
    public static void Run(string[] arguments)
    {
        var folder = arguments[0];
        var only = Option(arguments, "only")?.Split(',');
        var clock = arguments.Contains("cpu") ? new ProcessorClock() : TimeProvider.System;
        var (scale, jobs) = (Number(arguments, "seconds", 1), arguments.Contains("cpu") ? 1 : (int)Number(arguments, "jobs", 2));
        var folds = Option(arguments, "fold") is { } one ? [int.Parse(one, CultureInfo.InvariantCulture)] : Enumerable.Range(0, (int)Number(arguments, "folds", 5)).ToArray();
        var trials = Option(arguments, "trials") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : (int?)null;
        using var baselines = JsonDocument.Parse(File.ReadAllText(Option(arguments, "bar") ?? Path.Combine(folder, "baselines.json")));
        using var descriptions = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "datasets.json")));
        Console.WriteLine("set             metric      ours   tuned_ens  ratio of losses  folds won  seconds a fold (peer's)");
        var (ratios, wins, sets) = (new List<double>(), 0, 0);
        foreach (var description in descriptions.RootElement.EnumerateArray())
        {
            var name = description.GetProperty("name").GetString()!;
            var peer = baselines.RootElement.EnumerateArray().FirstOrDefault(entry => entry.GetProperty("dataset").GetString() == name && entry.GetProperty("model").GetString() == "tuned_ens");
            if (peer.ValueKind == JsonValueKind.Undefined || (only is not null && !only.Contains(name)))
            {
                continue;
            }
            var result = Measure(folder, description, peer, folds, new AutoMlSettings { Trials = trials, Clock = clock }, scale, jobs, arguments.Contains("show"));
            ratios.Add(result.Ratio);
            (wins, sets) = (wins + (result.Ratio < 1 ? 1 : 0), sets + 1);
        }
        ratios.Sort();
        Console.WriteLine(FormattableString.Invariant($"better on {wins} of {sets}, median ratio of losses {(ratios[(ratios.Count - 1) / 2] + ratios[ratios.Count / 2]) / 2:F4}"));
    }

    private static (double Ratio, int Won) Measure(string folder, JsonElement description, JsonElement peer, int[] chosen, AutoMlSettings settings, double scale, int jobs, bool isShown)
    {
        var (name, metricName, target) = (description.GetProperty("name").GetString()!, description.GetProperty("metric").GetString()!.Split(' ')[0], description.GetProperty("target").GetString()!);
        var frame = Frame.ReadCsv(Path.Combine(folder, description.GetProperty("file").GetString()!), new CsvOptions { MissingTexts = ["", " ", "?", "NA", "N/A", "NaN", "nan", "null", "NULL"] });
        var task = metricName == "r2" ? LearningTask.Regression : (LearningTask?)null; // the peer was told too
        var metric = metricName == "r2" ? Metric.R2 : metricName == "log_loss" ? Metric.LogLoss : Metric.RocAuc;
        using var folds = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "folds", name + ".json")));
        var all = folds.RootElement.GetProperty("test_folds");
        var tests = chosen.Select(fold => all[fold].EnumerateArray().Select(row => row.GetInt32()).ToArray()).ToArray();
        var theirs = peer.GetProperty(metricName + "_folds").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        theirs = [.. chosen.Select(fold => theirs[fold])];
        var seconds = peer.GetProperty("fit_s").GetDouble();
        var (losses, used) = (new double[tests.Length], new double[tests.Length]);
        Parallel.For(0, tests.Length, new ParallelOptions { MaxDegreeOfParallelism = jobs }, fold =>
        {
            var isTest = new HashSet<int>(tests[fold]);
            var train = frame.Rows(Enumerable.Range(0, frame.RowCount).Where(row => !isTest.Contains(row)).ToArray());
            var test = frame.Rows(tests[fold]);
            var started = settings.Clock.GetTimestamp();
            var result = AutoMl.Train(train, target, settings with { TimeLimit = settings.Trials is null ? TimeSpan.FromSeconds(seconds * scale) : null, Task = task, Threads = 1, Seed = chosen[fold] });
            used[fold] = settings.Clock.GetElapsedTime(started).TotalSeconds;
            var truth = Targets.Of(test[target], result.Task, result.Best.Classes);
            losses[fold] = metric.Loss(truth, result.Best.Predict(test).Outputs);
            if (isShown)
            {
                Show(name, chosen[fold], result, losses[fold], frame.RowCount);
            }
        });
        var peers = theirs.Select(value => metric.ToLoss(value)).ToArray();
        var won = losses.Zip(peers, (ours, other) => ours < other ? 1 : 0).Sum();
        var ratio = losses.Average() / peers.Average();
        double ScoreOf(double loss) => metric.IsHigherBetter ? 1 - loss : loss;
        Console.WriteLine(FormattableString.Invariant(
            $"{name,-15} {metricName,-8} {ScoreOf(losses.Average()),8:F5} {ScoreOf(peers.Average()),10:F5} {ratio,12:F3} {won,12} of {tests.Length} {used.Average(),12:F1} ({seconds:F1})"));
        return (ratio, won);
    }

    private static void Show(string name, int fold, AutoMlResult result, double loss, int rows)
    {
        var lines = result.Leaderboard.Select(entry => FormattableString.Invariant($"    {entry.Loss:F5} {entry.FitSeconds,6:F2} s  {entry.Name} {(entry.Family == ModelFamily.Ensemble ? entry.Settings : "")}")).Take(25)
            .Concat(result.Failures.Select(failure => $"    failed: {failure.Name}: {failure.Reason}")).Concat(result.Warnings.Select(warning => "    " + warning));
        lock (Console.Out)
        {
            Console.WriteLine(FormattableString.Invariant($"  {name} fold {fold}: test loss {loss:F5}, {result.Trials} trials, {result.Elapsed.TotalSeconds:F1} s, {result.Best.Members.Count} members"));
            Console.WriteLine(string.Join('\n', lines));
        }
    }

    private static string? Option(string[] arguments, string name) => arguments.FirstOrDefault(argument => argument.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..];

    private static double Number(string[] arguments, string name, double usual) => Option(arguments, name) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : usual;
}
