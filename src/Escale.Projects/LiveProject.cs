using System.IO.Enumeration;
using Escale.Kernel;
using Escale.Projects.Graph;

namespace Escale.Projects;

/// <summary>What a served program knows of the project's files.</summary>
/// <param name="Graph">All assets, as of the last time that all files were right; empty when they never were.</param>
/// <param name="Warnings">What is odd but no error.</param>
/// <param name="Error">What is wrong with the files as they are now, with its place; null when nothing is.</param>
/// <param name="Stamp">Another number whenever a file of the project has changed: what is made from the files may be kept under it.</param>
public sealed record ProjectState(AssetGraph Graph, IReadOnlyList<string> Warnings, EscaleException? Error, long Stamp);

/// <summary>
/// The open project as its files are now, for a program that stays: whoever asks sees what was saved a second ago. A file that is wrong takes
/// nothing away: the last good reading stays, with what is wrong beside it. Thread-safe.
/// </summary>
public sealed class LiveProject(Project project, TimeProvider clock)
{
    private static readonly TimeSpan _lookEvery = TimeSpan.FromSeconds(1);
    private static readonly string[] _kinds = [".yml", ".yaml", ".sql", ".md", ".csv", ".py"];
    private static readonly string[] _passed = ["node_modules", "target", "bin", "obj", "logs"];

    private readonly Lock _gate = new();
    private volatile ProjectState? _state;
    private long _lookedAt;

    /// <summary>The project now. Looks at the files' times at most once a second, and reads them when one is new.</summary>
    public ProjectState Now()
    {
        var state = _state;
        if (state is not null && clock.GetElapsedTime(Volatile.Read(ref _lookedAt)) < _lookEvery)
        {
            return state;
        }
        if (state is null)
        {
            lock (_gate)
            {
                return _state ?? Look();
            }
        }
        // Someone else is looking already: the last state will do meanwhile.
        if (!_gate.TryEnter())
        {
            return state;
        }
        try
        {
            return Look();
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>The project now, looked at this very moment: for who has just written a file of it.</summary>
    public ProjectState Refresh()
    {
        lock (_gate)
        {
            return Look();
        }
    }

    private ProjectState Look()
    {
        var stamp = StampOf(project.Root);
        if (_state is null || _state.Stamp != stamp)
        {
            _state = Read(stamp);
        }
        Volatile.Write(ref _lookedAt, clock.GetTimestamp());
        return _state;
    }

    private ProjectState Read(long stamp)
    {
        try
        {
            if (_state is not null)
            {
                project.ReadAgain();
            }
            return new ProjectState(project.Graph, project.Warnings, null, stamp);
        }
        catch (EscaleException error)
        {
            return new ProjectState(_state?.Graph ?? AssetGraph.Build([]), _state?.Warnings ?? [], error, stamp);
        }
    }

    /// <summary>A number that changes when a file that may belong to the project comes, goes or is written. Hidden and built folders are not looked into.</summary>
    private static long StampOf(ProjectRoot root)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.ReparsePoint };
        var stamps = new FileSystemEnumerable<long>(root.Folder, StampOf, options)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && IsKind(entry.FileName),
            ShouldRecursePredicate = (ref entry) => entry.FileName[0] != '.' && !IsPassed(entry.FileName),
        };
        var sum = 1L;
        foreach (var stamp in stamps)
        {
            sum = unchecked(sum + stamp); // the order in which a folder lists its files says nothing
        }
        return sum;
    }

    private static long StampOf(ref FileSystemEntry entry) => HashCode.Combine(string.GetHashCode(entry.ToFullPath(), StringComparison.Ordinal), entry.LastWriteTimeUtc.Ticks, entry.Length);

    private static bool IsPassed(ReadOnlySpan<char> folder)
    {
        foreach (var name in _passed)
        {
            if (folder.SequenceEqual(name))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsKind(ReadOnlySpan<char> name)
    {
        foreach (var kind in _kinds)
        {
            if (name.EndsWith(kind, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }
}
