using System.Diagnostics;
using System.Globalization;

namespace Escale.Bench;

/// <summary>Two ways of doing the same, timed in turn: A B A B …, after one warm-up of each.</summary>
internal static class Pair
{
    /// <summary>Prints the medians and the median of the pairwise ratios (peer's time / our time: above 1 we are faster).</summary>
    public static void Measure(string what, int runs, Action peer, Action ours)
    {
        peer();
        ours();
        var pairs = new List<(double Peer, double Ours)>();
        for (var run = 0; run < runs; run++)
        {
            pairs.Add((Time(peer), Time(ours)));
        }
        var ratios = pairs.Select(pair => pair.Peer / pair.Ours).Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: peer {Median(pairs.Select(pair => pair.Peer)):0.000} s, ours {Median(pairs.Select(pair => pair.Ours)):0.000} s, speed ratio {Median(ratios):0.00} (min {ratios[0]:0.00}, max {ratios[^1]:0.00}, {runs} pairs)"));
    }

    public static double Time(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
