using System.Globalization;

namespace Escale.Bench;

/// <summary>Process start to exit of the commands that a person waits for.</summary>
internal static class CommandLine
{
    private const string Example = "examples/port-of-dakar";

    public static void Run(int runs)
    {
        Checkout.Escale(["run", Example]);
        Report("escale --version", runs, ["--version"], 120);
        Report($"escale ls --project {Example}", runs, ["ls", "--project", Example], 300);
        Report($"escale run {Example} --exclude source:*, nothing changed", runs, ["run", Example, "--exclude", "source:*"], 1000);
        Report($"escale run {Example}, nothing changed, with asking every source", runs, ["run", Example], null);
    }

    private static void Report(string what, int runs, string[] arguments, int? budgetMs)
    {
        Checkout.Escale(arguments);
        var times = Enumerable.Range(0, runs).Select(_ => Pair.Time(() => Checkout.Escale(arguments)) * 1000).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: median {Pair.Median(times):0} ms (min {times.Min():0}, max {times.Max():0}, {runs} runs){(budgetMs is { } budget ? $", budget {budget} ms" : "")}"));
    }
}
