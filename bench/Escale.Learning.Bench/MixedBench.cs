using System.Diagnostics;
using System.Globalization;

namespace Escale.Learning.Bench;

/// <summary>How long boosting takes on a million rows of 15 numbers and 5 categories of up to 1,000 levels, binning included, and how well it does.</summary>
internal static class MixedBench
{
    private const int Train = 1_000_000;

    public static void Run(string[] arguments)
    {
        if (arguments.Length < 2)
        {
            Console.Error.WriteLine("mixed THREADS DIR: the folder with the raw files of the peers' generator is needed.");
            return;
        }
        var threads = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        var settings = SettingsOf.Boosting(arguments.Skip(2), SettingsOf.LikeLightGbm);
        var data = RawTable.Read(arguments[1], "mixed_reg", 20);
        var (features, targets) = data.Part(0, Train, categoriesFrom: 15);
        var target = Target.OfNumbers([.. targets.Select(value => (double)value)]);
        var (watch, before) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
        var model = settings.Fit(features, target, options: new FitOptions { Threads = threads });
        var (seconds, used) = (watch.Elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);
        var peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
        var (rows, wanted) = data.Part(Train, data.RowCount - Train, categoriesFrom: 15);
        var outputs = model.Predict(rows, threads);
        var rmse = Math.Sqrt(Enumerable.Range(0, wanted.Length).Average(row => (outputs[row] - wanted[row]) * (outputs[row] - wanted[row])));
        Console.WriteLine(FormattableString.Invariant($"threads {threads}: {seconds:F2} s (processor {used:F2} s), RMSE {rmse:F4}, peak {peak:F0} MB"));
    }
}
