using System.Diagnostics;
using System.Globalization;

namespace Escale.Learning.Bench;

/// <summary>How many rows a second 100 trees of 31 leaves on 28 numbers predict, and how long one row takes.</summary>
internal static class PredictBench
{
    public static void Run(string[] arguments)
    {
        var threads = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : Environment.ProcessorCount;
        var data = arguments.Length > 1 ? RawTable.Read(arguments[1], "higgs_like", 28) : RawTable.Of(new HiggsLike(400_000, 20240601));
        var (features, targets) = data.Part(0, 200_000);
        var model = SettingsOf.LikeLightGbm.Fit(features, Target.OfClasses([.. targets.Select(value => (int)value)], ["0", "1"]));
        var (rows, _) = data.Part(data.RowCount - 200_000, 200_000);
        var outputs = new double[2 * rows.RowCount];
        var (best, bestUsed) = (double.MaxValue, double.MaxValue);
        for (var run = 0; run < 15; run++)
        {
            var (watch, before) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            model.Predict(rows, outputs, threads);
            (best, bestUsed) = (Math.Min(best, watch.Elapsed.TotalSeconds), Math.Min(bestUsed, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds));
        }
        Console.WriteLine(FormattableString.Invariant(
            $"{threads} threads: {rows.RowCount / best / 1e6:F2} M rows/s (by processor time {threads * rows.RowCount / bestUsed / 1e6:F2})"));
        var (row, output, times) = (new float[28], new double[2], new double[5000]);
        for (var at = 0; at < times.Length; at++)
        {
            rows.CopyRow(at, row);
            var begun = Stopwatch.GetTimestamp();
            model.PredictRow(row, output);
            times[at] = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        }
        Array.Sort(times);
        Console.WriteLine(FormattableString.Invariant($"one row: median {times[2500]:F2} µs, 99 % {times[4950]:F2} µs"));
    }
}
