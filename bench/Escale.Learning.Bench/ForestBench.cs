using System.Diagnostics;
using System.Globalization;
using Escale.Learning.Trees;

namespace Escale.Learning.Bench;

/// <summary>Speed and quality of a random forest on the numbers that <c>bench/learning/forest_peer.py prepare</c> wrote, which its peer reads too.</summary>
internal static class ForestBench
{
    public static void Run(string[] args)
    {
        var folder = args[0];
        var trees = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 500;
        var threads = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : Environment.ProcessorCount;
        var runs = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 2;
        var columns = File.ReadAllLines(Path.Combine(folder, "columns.txt")).Length;
        var (features, y) = Part(folder, "train", columns);
        var (tests, its) = Part(folder, "test", columns);
        var target = Target.OfClasses([.. y.Select(value => (int)value)], ["no", "yes"]);
        for (var run = 0; run < runs; run++)
        {
            var (watch, cpu) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            var forest = (TreePredictor)new RandomForest { Trees = trees }.Fit(features, target, default, new FitOptions { Threads = threads });
            var (fitted, used) = (watch.Elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds);
            var outputs = forest.Predict(tests, threads);
            var predicted = watch.Elapsed.TotalSeconds - fitted;
            var auc = RawTable.Auc([.. Enumerable.Range(0, its.Length).Select(row => outputs[row * 2 + 1])], its);
            Console.WriteLine(FormattableString.Invariant(
                $"Escale forest, {trees} trees, {threads} threads: fit {fitted:F2} s (CPU {used:F2} s), predict {predicted:F2} s, AUC {auc:F5}, nodes {forest.Ensemble.Trees.Sum(tree => tree.NodeCount)}, peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB"));
        }
    }

    private static (FeatureMatrix Features, float[] Targets) Part(string folder, string name, int columns)
    {
        var table = RawTable.Read(folder, name, columns);
        return table.Part(0, table.RowCount);
    }
}
