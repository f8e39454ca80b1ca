using System.Globalization;
using Escale.Kernel;
using Microsoft.Extensions.FileSystemGlobbing;

namespace Escale.Orchestrate.Pipelines.Scheduling;

/// <summary>Files that patterns mean, each with its version: its size and time. One that is still being written has another version at every look. Not thread-safe.</summary>
internal sealed class FileArrivals(ProjectRoot root, TimeProvider clock)
{
    private const int MostFiles = 10_000;

    private static readonly TimeSpan _lookEvery = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, Dictionary<string, Seen>> _byGlob = new(StringComparer.Ordinal);

    /// <summary>The files of a pattern now.</summary>
    public IReadOnlyDictionary<string, string> Now(string glob)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var (folder, pattern) = Split(glob);
        var files = Directory.Exists(folder) ? new Matcher(StringComparison.Ordinal).AddInclude(pattern).GetResultsInFullPath(folder) : [];
        foreach (var file in files.Where(path => !path.Contains("/.escale/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Take(MostFiles).Select(path => new FileInfo(path)))
        {
            if (file.Exists)
            {
                found[root.Show(file.FullName)] = string.Create(CultureInfo.InvariantCulture, $"{file.Length}:{file.LastWriteTimeUtc.Ticks}");
            }
        }
        return found;
    }

    /// <summary>The files of a pattern that are as they were at an earlier look; looks every two seconds.</summary>
    public IEnumerable<(string Path, string Version)> Settled(string glob)
    {
        var known = _byGlob.TryGetValue(glob, out var last) ? last : _byGlob[glob] = new(StringComparer.Ordinal);
        if (!known.Values.Any(seen => clock.GetElapsedTime(seen.LookedAt) < _lookEvery))
        {
            Look(glob, known);
        }
        return known.Where(pair => pair.Value.IsSettled).Select(pair => (pair.Key, pair.Value.Version));
    }

    private void Look(string glob, Dictionary<string, Seen> known)
    {
        var (now, at) = (Now(glob), clock.GetTimestamp());
        foreach (var gone in known.Keys.Where(path => !now.ContainsKey(path)).ToList())
        {
            known.Remove(gone);
        }
        foreach (var (path, version) in now)
        {
            known[path] = new Seen(version, known.TryGetValue(path, out var before) && before.Version == version, at);
        }
    }

    // The folder before the first segment with a wildcard, and the rest.
    private (string Folder, string Pattern) Split(string glob)
    {
        var parts = Path.GetFullPath(glob, root.Folder).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var wild = Array.FindIndex(parts, part => part.Contains('*', StringComparison.Ordinal));
        var at = wild < 0 ? parts.Length - 1 : wild;
        return ("/" + string.Join('/', parts[..at]), string.Join('/', parts[at..]));
    }

    private readonly record struct Seen(string Version, bool IsSettled, long LookedAt);
}
