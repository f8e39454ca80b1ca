using System.Diagnostics;
using System.Text;

namespace Escale.Testing;

/// <summary>
/// The real program as a child process, as a user starts it. <c>ESCALE_PROGRAM</c> names the executable (./test sets it to the
/// published one); otherwise the one beside the tests.
/// </summary>
public static class EscaleProgram
{
    /// <summary>The executable.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("ESCALE_PROGRAM") is { Length: > 0 } named
        ? named
        : System.IO.Path.Combine(AppContext.BaseDirectory, "escale");

    /// <summary>Runs to the end, or kills it as <c>kill -9</c> would after <paramref name="killAfter"/>.</summary>
    public static async Task<Finished> RunAsync(
        string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, TimeSpan? killAfter = null)
    {
        using var process = Start(folder, arguments, environment);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(killAfter ?? TimeSpan.FromMinutes(5));
        var killed = false;
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            killed = true;
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            if (killAfter is null)
            {
                throw new TimeoutException($"escale {string.Join(' ', arguments)} did not end in five minutes.");
            }
        }
        return new Finished(process.ExitCode, await Within(output), await Within(errors), killed);
    }

    /// <summary>Starts it; the caller ends it.</summary>
    public static Process Start(string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Path)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        return Process.Start(start)!;
    }

    /// <summary>An orphan of a killed program may hold the pipe open: what came in two seconds after the end is enough.</summary>
    private static async Task<string> Within(Task<string> text) =>
        await Task.WhenAny(text, Task.Delay(TimeSpan.FromSeconds(2))) == text ? await text : "";
}

/// <summary>What a finished program left.</summary>
/// <param name="ExitCode">Its exit code (137 when killed).</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Standard error.</param>
/// <param name="Killed">Whether the time limit killed it.</param>
public sealed record Finished(int ExitCode, string Output, string Errors, bool Killed)
{
    /// <inheritdoc/>
    public override string ToString() => $"exit {ExitCode}{(Killed ? " (killed)" : "")}\n{Output}\n{Errors}";
}
