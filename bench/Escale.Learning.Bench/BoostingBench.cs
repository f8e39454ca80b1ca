using System.Diagnostics;
using System.Globalization;

namespace Escale.Learning.Bench;

/// <summary>How long boosting takes on a million rows of 28 numbers, binning included, and how much memory.</summary>
internal static class BoostingBench
{
    private const int Train = 1_000_000;

    public static void Run(string[] arguments)
    {
        var threads = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : Environment.ProcessorCount;
        var data = arguments.Length > 1 ? RawTable.Read(arguments[1], "higgs_like", 28) : RawTable.Of(new HiggsLike(1_200_000, 20240601));
        var (features, targets) = data.Part(0, Train);
        var target = Target.OfClasses([.. targets.Select(value => (int)value)], ["0", "1"]);
        var runs = arguments.Length > 2 ? int.Parse(arguments[2], CultureInfo.InvariantCulture) : 2;
        var trees = arguments.Length > 3 ? int.Parse(arguments[3], CultureInfo.InvariantCulture) : 100;
        for (var run = 0; run < runs; run++)
        {
            var (watch, before) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            var model = (SettingsOf.LikeLightGbm with { Trees = trees }).Fit(features, target, options: new FitOptions { Threads = threads });
            var (seconds, used) = (watch.Elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);
            var peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
            var (rows, wanted) = data.Part(Train, data.RowCount - Train);
            var outputs = model.Predict(rows, threads);
            var scores = Enumerable.Range(0, rows.RowCount).Select(row => outputs[2 * row + 1]).ToArray();
            Console.WriteLine(FormattableString.Invariant(
                $"threads {threads}: {seconds:F2} s (processor {used:F2} s), AUC {RawTable.Auc(scores, wanted):F4}, peak {peak:F0} MB"));
        }
    }
}
