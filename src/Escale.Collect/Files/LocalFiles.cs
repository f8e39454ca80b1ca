using System.Text;
using System.Text.RegularExpressions;

namespace Escale.Collect.Files;

/// <summary>
/// Finds the files that a path or glob names, and only under the project folder or a folder that the operator allows with the
/// environment variable <c>ESCALE_FILES_ALLOW</c> (absolute folders, separated as PATH is). No links are followed (S6).
/// </summary>
internal sealed class LocalFiles(ProjectRoot root, RunEnvironment environment)
{
    public const string AllowVariable = "ESCALE_FILES_ALLOW";

    private static readonly EnumerationOptions _walk = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };

    /// <summary>The files, in ordinal order of their shown paths.</summary>
    /// <exception cref="EscaleException"><c>kernel.path-escapes</c>, <c>collect.path-not-allowed</c>.</exception>
    public IReadOnlyList<(string Path, string Shown)> Find(string pattern, Place place)
    {
        var (folder, relative) = Anchor(pattern, place);
        var segments = relative.Split('/');
        var fixedCount = Array.FindIndex(segments, segment => segment.AsSpan().IndexOfAny("*?[") >= 0);
        if (fixedCount < 0)
        {
            var path = Under(folder, relative, place);
            return File.Exists(path) ? [(path, Show(path))] : [];
        }
        var start = fixedCount == 0 ? folder : Under(folder, string.Join('/', segments[..fixedCount]), place);
        if (segments[fixedCount..].Any(segment => segment is ".." or "." or ""))
        {
            throw new EscaleException("kernel.path-escapes", $"The path '{pattern}' leaves the folder it must stay in.", "Use a relative path with forward slashes and no '..'.", place);
        }
        return [.. Walk(start, segments.AsMemory(fixedCount)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(path => (path, Show(path)))];
    }

    private string Show(string path) => path.StartsWith(root.Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? root.Show(path) : path;

    private (string Folder, string Relative) Anchor(string pattern, Place place)
    {
        if (!Path.IsPathRooted(pattern))
        {
            return (root.Folder, pattern.StartsWith("./", StringComparison.Ordinal) ? pattern[2..] : pattern);
        }
        var allowed = (environment[AllowVariable] ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Append(root.Folder);
        foreach (var folder in allowed.Where(Path.IsPathRooted).Select(Path.TrimEndingDirectorySeparator))
        {
            if (pattern.StartsWith(folder + "/", StringComparison.Ordinal))
            {
                return (folder, pattern[(folder.Length + 1)..]);
            }
        }
        throw new EscaleException(
            "collect.path-not-allowed", $"'{pattern}' is outside the project folder.",
            $"Put the file under the project, or let the operator allow its folder with {AllowVariable}.", place);
    }

    private static string Under(string folder, string relative, Place place)
    {
        try
        {
            return SafePath.Under(folder, relative);
        }
        catch (EscaleException error)
        {
            throw error.At(place);
        }
    }

    private static IEnumerable<string> Walk(string folder, ReadOnlyMemory<string> segments)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }
        var segment = segments.Span[0];
        var rest = segments[1..];
        if (segment == "**")
        {
            // Nothing or any number of folders, then the rest; a last ** means every file below.
            var here = rest.Length == 0 ? Directory.EnumerateFiles(folder, "*", _walk).Where(IsVisible) : Walk(folder, rest);
            return here.Concat(Directory.EnumerateDirectories(folder, "*", _walk).Where(IsVisible).SelectMany(inner => Walk(inner, segments)));
        }
        var name = Pattern(segment);
        bool Matches(string path) => name.IsMatch(Path.GetFileName(path)) && (IsVisible(path) || segment[0] == '.');
        return rest.Length == 0
            ? Directory.EnumerateFiles(folder, "*", _walk).Where(Matches)
            : Directory.EnumerateDirectories(folder, "*", _walk).Where(Matches).SelectMany(inner => Walk(inner, rest));
    }

    private static bool IsVisible(string path) => Path.GetFileName(path)[0] != '.';

    private static Regex Pattern(string glob)
    {
        var pattern = new StringBuilder("^");
        for (var i = 0; i < glob.Length; i++)
        {
            var close = glob[i] == '[' ? glob.IndexOf(']', Math.Min(i + 2, glob.Length)) : -1;
            if (close > 0)
            {
                var inner = glob[(i + 1)..close].Replace("\\", "\\\\", StringComparison.Ordinal);
                pattern.Append('[').Append(inner[0] == '!' ? "^" + inner[1..] : inner).Append(']');
                i = close;
                continue;
            }
            pattern.Append(glob[i] switch { '*' => "[^/]*", '?' => "[^/]", var letter => Regex.Escape(letter.ToString()) });
        }
        return new Regex(pattern.Append('$').ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    }
}
