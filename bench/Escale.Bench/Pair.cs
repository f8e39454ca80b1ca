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
        var processor = new List<(double Peer, double Ours)>();
        for (var run = 0; run < runs; run++)
        {
            var start = ProcessorSeconds();
            var peerTime = Time(peer);
            var middle = ProcessorSeconds();
            pairs.Add((peerTime, Time(ours)));
            processor.Add((middle - start, ProcessorSeconds() - middle));
        }
        var ratios = pairs.Select(pair => pair.Peer / pair.Ours).Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: peer {Median(pairs.Select(pair => pair.Peer)):0.000} s, ours {Median(pairs.Select(pair => pair.Ours)):0.000} s, speed ratio {Median(ratios):0.00} (min {ratios[0]:0.00}, max {ratios[^1]:0.00}, {runs} pairs); of the processor: peer {Median(processor.Select(pair => pair.Peer)):0.00} s, ours {Median(processor.Select(pair => pair.Ours)):0.00} s"));
    }

    /// <summary>Time of the processor that this process and its ended children took; on a busy machine it varies less than the time on the clock.</summary>
    public static double ProcessorSeconds()
    {
        using var process = Process.GetCurrentProcess();
        var own = process.TotalProcessorTime.TotalSeconds;
        if (!OperatingSystem.IsLinux())
        {
            return own;
        }
        // After the name in brackets, which may hold spaces: state is field 3, children's user and system time are fields 16 and 17, in 1/100 s.
        var fields = File.ReadAllText("/proc/self/stat").Split(") ")[1].Split(' ');
        return own + (long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture)) / 100.0;
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
