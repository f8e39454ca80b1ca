using System.Diagnostics;
using System.Globalization;

namespace Escale.Bench;

/// <summary>The checkout that the benchmarks run in, and the program built in it by <c>./escale</c>.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    public static string Program => Path.Combine(Root, "artifacts", "escale", "escale");

    /// <summary>Runs the program and waits; its output is read and thrown away.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="watch">Called with the process id every 20 ms while it runs, or null.</param>
    public static void Escale(IEnumerable<string> arguments, Action<int>? watch = null)
    {
        var start = new ProcessStartInfo(Program) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        while (!process.WaitForExit(watch is null ? Timeout.Infinite : 20))
        {
            watch?.Invoke(process.Id);
        }
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"escale {string.Join(' ', arguments)}: exit {process.ExitCode}\n{output.Result}\n{errors.Result}");
        }
    }

    /// <summary>Resident memory of a process and all that it started, in bytes (Linux).</summary>
    public static long ResidentBytes(int processId)
    {
        long total = 0;
        var pending = new Stack<int>([processId]);
        while (pending.TryPop(out var id))
        {
            try
            {
                var resident = File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
                total += long.Parse(resident.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
                foreach (var task in Directory.GetDirectories($"/proc/{id}/task"))
                {
                    foreach (var child in File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    {
                        pending.Push(int.Parse(child, CultureInfo.InvariantCulture));
                    }
                }
            }
            catch (Exception gone) when (gone is IOException or InvalidOperationException or UnauthorizedAccessException)
            {
                // It ended while we looked.
            }
        }
        return total;
    }

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Escale.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Run it inside a checkout.");
        }
        return folder;
    }
}
