using System.Diagnostics;
using Escale.Learning.Boosting;
using Escale.Learning.Frames;

namespace Escale.Learning.Bench;

/// <summary>
/// One raw row through a whole pipeline: 14 columns set by name, encoded, 100 trees, probabilities. Beside it the time of a loop that touches registers only: where that changes,
/// it is the machine that changed (a neighbour on the same core), not the library.
/// </summary>
internal static class RowBench
{
    private const int Rows = 5000;

    /// <param name="arguments">The folder of the public tables.</param>
    public static void Run(string[] arguments)
    {
        var frame = Frame.ReadCsv(Path.Combine(arguments[0], "adult.csv"));
        var model = new Pipeline { Estimator = new GradientBoosting() }.Fit(frame, "income");
        string[] names = [.. model.Schema.Columns.Select(column => column.Name)];
        var texts = names.Select(name => Enumerable.Range(0, Rows).Select(row => frame[name] is NumberColumn ? null : frame[name].TextAt(row)).ToArray()).ToArray();
        var numbers = names.Select(name => Enumerable.Range(0, Rows).Select(row => frame[name] is NumberColumn column ? column.Number(row) : double.NaN).ToArray()).ToArray();
        var isNumber = names.Select(name => frame[name] is NumberColumn).ToArray();
        var (one, outputs, times) = (model.NewRow(), new double[model.OutputCount], new double[Rows]);
        for (var pass = 0; pass < 25; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var row = 0; row < Rows; row++)
            {
                var begun = Stopwatch.GetTimestamp();
                for (var at = 0; at < names.Length; at++)
                {
                    if (isNumber[at])
                    {
                        one[names[at]] = numbers[at][row];
                    }
                    else
                    {
                        one[names[at]] = texts[at][row];
                    }
                }
                model.Predict(one, outputs);
                times[row] = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Array.Sort(times);
            if (pass > 0)
            {
                Console.WriteLine(FormattableString.Invariant($"{names.Length} columns set by name and predicted: median {times[Rows / 2]:F2} µs, 99 % {times[Rows * 99 / 100]:F2} µs; {allocated} bytes allocated for {Rows} rows; registers alone {RegistersOnly():F1} µs"));
            }
        }
    }

    // Short loops and their median, as for rows: neither asks how often the thread was interrupted.
    private static double RegistersOnly()
    {
        var times = new double[999];
        long a = 1, b = 2, c = 3, d = 4, e = 5;
        for (var run = 0; run < times.Length; run++)
        {
            var begun = Stopwatch.GetTimestamp();
            for (var at = 0; at < 20_000; at++)
            {
                a += at;
                b ^= at;
                c += b;
                d -= at;
                e ^= a;
            }
            times[run] = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        }
        Array.Sort(times);
        return a + b + c + d + e == 0 ? 0 : times[times.Length / 2]; // what is not read would not be computed
    }
}
