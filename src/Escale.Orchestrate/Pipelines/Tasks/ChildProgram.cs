using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Escale.Kernel;

namespace Escale.Orchestrate.Pipelines.Tasks;

/// <summary>Runs a program for a step: its own group of processes, which ends with it, whoever of them started what.</summary>
internal static class ChildProgram
{
    private const int LongestLine = 1 << 20;
    private const string SetSid = "/usr/bin/setsid";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    /// <summary>Runs the program to its end; when it is cancelled, it and all that it started are asked to end, and ended five seconds later.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="EscaleException"><c>orchestrate.program-not-found</c>.</exception>
    public static async Task<int> RunAsync(ProcessStartInfo start, Action<string> output, Action<string> error, TimeSpan? patience, CancellationToken cancellationToken)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var leads = LeadGroup(start);
        using var process = Start(start);
        process.StandardInput.Close();
        var said = Task.WhenAll(DrainAsync(process.StandardOutput, output), DrainAsync(process.StandardError, error));
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process, leads, patience ?? _patience);
            throw;
        }
        if (leads)
        {
            ProcessIdentity.EndGroup(process.Id, atOnce: true); // what it left behind
        }
        await Task.WhenAny(said, Task.Delay(_patience, CancellationToken.None)); // a process that left the group may hold the pipe open
        return process.ExitCode;
    }

    private static async Task EndAsync(Process process, bool leads, TimeSpan patience)
    {
        using var waiting = new CancellationTokenSource(patience);
        try
        {
            if (leads)
            {
                ProcessIdentity.EndGroup(process.Id, atOnce: false);
            }
            else
            {
                ProcessIdentity.Of(process.Id)?.AskToEnd();
            }
            await process.WaitForExitAsync(waiting.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        if (leads)
        {
            ProcessIdentity.EndGroup(process.Id, atOnce: true);
        }
    }

    private static bool LeadGroup(ProcessStartInfo start)
    {
        if (!File.Exists(SetSid))
        {
            return false;
        }
        start.ArgumentList.Insert(0, start.FileName);
        start.FileName = SetSid;
        return true;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception problem)
        {
            throw new EscaleException("orchestrate.program-not-found", $"The program cannot be started: {start.FileName}: {problem.Message}.", "Install it, or correct its path.", inner: problem);
        }
    }

    // A line without an end is cut: a program may write as much as it likes.
    private static async Task DrainAsync(StreamReader reader, Action<string> take)
    {
        var (buffer, line) = (new char[8192], new StringBuilder());
        for (var count = await reader.ReadAsync(buffer); count > 0; count = await reader.ReadAsync(buffer))
        {
            foreach (var letter in buffer.AsSpan(0, count))
            {
                if (letter == '\n' || line.Length >= LongestLine)
                {
                    take(Whole(line));
                }
                if (letter != '\n')
                {
                    line.Append(letter);
                }
            }
        }
        if (line.Length > 0)
        {
            take(Whole(line));
        }
    }

    private static string Whole(StringBuilder line)
    {
        var text = line.Length > 0 && line[^1] == '\r' ? line.ToString(0, line.Length - 1) : line.ToString();
        line.Clear();
        return text;
    }
}
