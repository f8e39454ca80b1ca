using System.Text.RegularExpressions;
using Escale.Kernel;

namespace Escale.Orchestrate.Following;

/// <summary>The log files of runs, for reading. Ids come from outside: only what an id looks like becomes part of a path (S6).</summary>
internal sealed partial class RunLog(ProjectRoot root)
{
    /// <summary>Whether the log is still kept.</summary>
    public bool Exists(string id) => IsId().IsMatch(id) && File.Exists(FileOf(id));

    /// <summary>The file of a run's log.</summary>
    public string FileOf(string id) => IsId().IsMatch(id)
        ? Path.Combine(root.StateFolder, "logs", $"run-{id}.log")
        : throw new EscaleException("orchestrate.run-not-found", $"There is no run '{id}'.", "List the runs with `escale runs`.");

    /// <summary>The whole lines that were written after a position; at most a megabyte at a time.</summary>
    /// <param name="id">The run.</param>
    /// <param name="from">Where to go on, in bytes.</param>
    /// <returns>The text, ending with a whole line, and where to go on.</returns>
    public (string Text, long Next) ReadFrom(string id, long from)
    {
        const int Most = 1 << 20;
        if (!Exists(id))
        {
            return ("", from);
        }
        using var file = new FileStream(FileOf(id), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length <= from)
        {
            return ("", from);
        }
        file.Position = from;
        var bytes = new byte[Math.Min(Most, file.Length - from)];
        var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var end = bytes.AsSpan(0, count).LastIndexOf((byte)'\n') + 1;
        return (System.Text.Encoding.UTF8.GetString(bytes, 0, end), from + end);
    }

    [GeneratedRegex("^[0-9A-Za-z][0-9A-Za-z-]{0,63}$", RegexOptions.NonBacktracking)]
    private static partial Regex IsId();
}
