using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Escale.Learning.Bench;

/// <summary>
/// Every figure against the peers: ours and theirs in turn, each run in a process of its own, medians of all runs. The public tables, the peers' results on them and the
/// generator of the large tables are beside the checkout (<c>../shared</c>) or where <c>ESCALE_OPEN_DATA</c> says; the peers are those of <c>python3</c> (<c>ESCALE_PYTHON</c>).
/// </summary>
internal sealed partial class OpenBench
{
    private readonly string _data;
    private readonly string _python = Environment.GetEnvironmentVariable("ESCALE_PYTHON") ?? "/usr/bin/python3";
    private readonly string _peers;
    private readonly string _work;
    private readonly int _runs;

    private OpenBench(string root, string data, int runs)
    {
        (_data, _runs) = (data, runs);
        _peers = Path.Combine(root, "bench", "learning");
        _work = Directory.CreateDirectory(Path.Combine(root, "artifacts", "bench-learning")).FullName;
    }

    /// <param name="arguments">How many runs (default 5), and <c>only:speed,mixed,scaling,predict,row,forest,defaults,automl,onnx</c>.</param>
    public static int Run(string[] arguments)
    {
        var root = Root();
        var data = Environment.GetEnvironmentVariable("ESCALE_OPEN_DATA") ?? Path.Combine(root, "..", "shared");
        if (!Directory.Exists(Path.Combine(data, "data", "tabular")))
        {
            Console.Error.WriteLine($"The public tables are not at {Path.GetFullPath(data)}/data/tabular. Say in ESCALE_OPEN_DATA which folder has data/tabular and bench/generate_big.py.");
            return 1;
        }
        var runs = arguments.Length > 0 && int.TryParse(arguments[0], CultureInfo.InvariantCulture, out var wanted) ? wanted : 5;
        var only = arguments.FirstOrDefault(argument => argument.StartsWith("only:", StringComparison.Ordinal))?[5..].Split(',');
        var bench = new OpenBench(root, data, runs);
        foreach (var (name, part) in bench.Parts())
        {
            if (only is null || only.Contains(name))
            {
                Console.WriteLine($"## {name}");
                part();
                Console.WriteLine();
            }
        }
        return 0;
    }

    private IEnumerable<(string Name, Action Part)> Parts()
    {
        var tables = Path.Combine(_data, "data", "tabular");
        yield return ("speed", () => Compare("boosting", ["lightgbm", "lightgbm-quantised", "xgboost-depth6", "scikit-learn"], SecondsPattern(), isHigherBetter: false));
        yield return ("mixed", () => Compare("mixed", ["lightgbm", "xgboost"], SecondsPattern(), isHigherBetter: false));
        yield return ("scaling", Scaling);
        yield return ("predict", () => Compare("predict", ["lightgbm", "xgboost"], RowsPattern(), isHigherBetter: true));
        yield return ("row", () => Row(tables));
        yield return ("forest", Forest);
        yield return ("defaults", () => DefaultsBench.Run([tables]));
        yield return ("automl", () => AutoMlBench.Run([tables]));
        yield return ("onnx", () => OnnxBench.Run([tables]));
    }

    private void Compare(string what, string[] libraries, Regex figure, bool isHigherBetter)
    {
        var big = Big();
        string[] there = [.. libraries.Where(library => Output(_python, Path.Combine(_peers, "peers.py"), "has", library) is not null)];
        var (ours, theirs) = (new List<double>(), there.ToDictionary(library => library, _ => new List<double>()));
        var last = new Dictionary<string, string>();
        for (var run = 0; run < _runs; run++)
        {
            Add(ours, "Escale", Ours(what == "boosting" ? [what, "2", big, "1"] : [what, "2", big]));
            foreach (var library in there)
            {
                Add(theirs[library], library, Output(_python, Path.Combine(_peers, "peers.py"), what, library, big, "2"));
            }
        }
        foreach (var (library, figures) in theirs.Prepend(new("Escale", ours)).Where(pair => pair.Value.Count > 0))
        {
            var ratio = isHigherBetter ? Median(ours) / Median(figures) : Median(figures) / Median(ours);
            Console.WriteLine(FormattableString.Invariant(
                $"{library,-20} median {Median(figures):F2} ({figures.Min():F2} to {figures.Max():F2}); we are {ratio:F2} times as fast | {last.GetValueOrDefault(library)}"));
        }

        void Add(List<double> figures, string name, string? line)
        {
            if (line is not null && figure.Match(line) is { Success: true } match)
            {
                figures.Add(double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
                last[name] = line.Trim().ReplaceLineEndings(" ");
            }
        }
    }

    private void Row(string tables)
    {
        var medians = new List<double>();
        for (var run = 0; run < _runs; run++)
        {
            var lines = Ours(["row", tables])!.Trim();
            Console.WriteLine(lines[(lines.LastIndexOf('\n') + 1)..]);
            medians.Add(double.Parse(MedianPattern().Matches(lines)[^1].Groups[1].Value, CultureInfo.InvariantCulture));
        }
        Console.WriteLine(FormattableString.Invariant($"median of {_runs} processes {Median(medians):F2} µs ({medians.Min():F2} to {medians.Max():F2})"));
    }

    // Beside our own scaling what there is to gain: two processes of one thread each share nothing but the machine, and a peer has the same machine.
    private void Scaling()
    {
        var big = Big();
        var (one, two, pair, peerOne, peerTwo) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var run = 0; run < _runs; run++)
        {
            one.Add(Seconds(Ours(["boosting", "1", big, "1"])!));
            two.Add(Seconds(Ours(["boosting", "2", big, "1"])!));
            var atOnce = Enumerable.Range(0, 2).Select(_ => Task.Run(() => Seconds(Ours(["boosting", "1", big, "1"])!))).ToArray();
            pair.Add((atOnce[0].Result + atOnce[1].Result) / 2);
            foreach (var (threads, figures) in new[] { ("1", peerOne), ("2", peerTwo) })
            {
                if (Output(_python, Path.Combine(_peers, "peers.py"), "boosting", "lightgbm", big, threads) is { } line)
                {
                    figures.Add(Seconds(line));
                }
            }
        }
        Console.WriteLine(FormattableString.Invariant($"1 thread {Median(one):F2} s, 2 threads {Median(two):F2} s: {Median(one) / Median(two):F2} times (pairs {one.Zip(two, (a, b) => a / b).Min():F2} to {one.Zip(two, (a, b) => a / b).Max():F2})"));
        Console.WriteLine(FormattableString.Invariant($"two processes of 1 thread at once {Median(pair):F2} s each: the machine does {2 * Median(one) / Median(pair):F2} times the work of one thread (pairs {one.Zip(pair, (a, b) => 2 * a / b).Min():F2} to {one.Zip(pair, (a, b) => 2 * a / b).Max():F2})"));
        if (peerTwo.Count > 0)
        {
            Console.WriteLine(FormattableString.Invariant($"LightGBM 1 thread {Median(peerOne):F2} s, 2 threads {Median(peerTwo):F2} s: {Median(peerOne) / Median(peerTwo):F2} times"));
        }

        static double Seconds(string line) => double.Parse(SecondsPattern().Match(line).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private void Forest()
    {
        var (script, folder) = (Path.Combine(_peers, "forest_peer.py"), Path.Combine(_work, "adult"));
        var tables = Path.Combine(_data, "data", "tabular");
        Output(_python, script, "prepare", Path.Combine(tables, "adult.csv"), Path.Combine(tables, "folds", "adult.json"), "income", ">50K", folder);
        var (ours, theirs, lines) = (new List<double>(), new List<double>(), ("", ""));
        for (var run = 0; run < _runs; run++)
        {
            lines = (Ours(["forest", folder, "500", "2", "1"])!, Output(_python, script, "fit", folder, "500", "2")!);
            ours.Add(double.Parse(FitPattern().Match(lines.Item1).Groups[1].Value, CultureInfo.InvariantCulture));
            theirs.Add(double.Parse(FitPattern().Match(lines.Item2).Groups[1].Value, CultureInfo.InvariantCulture));
        }
        Console.WriteLine(FormattableString.Invariant($"Escale {Median(ours):F2} s ({ours.Min():F2} to {ours.Max():F2}), scikit-learn {Median(theirs):F2} s ({theirs.Min():F2} to {theirs.Max():F2}): {Median(theirs) / Median(ours):F2} times as fast"));
        Console.WriteLine(lines.Item1.Trim() + "\n" + lines.Item2.Trim());
    }

    /// <summary>The folder of the two large tables, made when it is not there.</summary>
    private string Big()
    {
        var folder = Path.Combine(_work, "big");
        if (!File.Exists(Path.Combine(folder, "mixed_reg_y.f32")))
        {
            Directory.CreateDirectory(folder);
            Environment.SetEnvironmentVariable("OUT", folder);
            Output(_python, Path.Combine(_data, "bench", "generate_big.py"));
        }
        return folder;
    }

    private static string? Ours(string[] arguments) => Output(Environment.ProcessPath!, arguments);

    private static string? Output(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : null;
    }

    private static double Median(List<double> figures)
    {
        var sorted = figures.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Escale.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The benchmark is not in a checkout.");
        }
        return folder.FullName;
    }

    [GeneratedRegex(@"threads \d+: ([\d.]+) s")]
    private static partial Regex SecondsPattern();

    [GeneratedRegex(@"median ([\d.]+) µs")]
    private static partial Regex MedianPattern();

    [GeneratedRegex(@"([\d.]+) M rows/s")]
    private static partial Regex RowsPattern();

    [GeneratedRegex(@"fit ([\d.]+) s")]
    private static partial Regex FitPattern();
}
