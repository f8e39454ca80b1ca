namespace Escale.Kernel;

/// <summary>Joins a path from outside to a root, and refuses whatever would leave it (security requirement S6).</summary>
public static class SafePath
{
    /// <summary>The absolute path of <paramref name="relative"/> under <paramref name="root"/>.</summary>
    /// <exception cref="EscaleException">
    /// <c>kernel.path-escapes</c> for absolute paths, <c>..</c>, back-slashes, schemes, encoded forms, control characters, and
    /// links anywhere between the root and the file.
    /// </exception>
    public static string Under(string root, string relative, bool allowLinks = false)
    {
        var absoluteRoot = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        if (relative.Length == 0 || relative.AsSpan().IndexOfAny("\\:%\0") >= 0 || Path.IsPathRooted(relative) || relative.Any(char.IsControl))
        {
            throw Escapes(relative);
        }
        var segments = relative.Split('/');
        if (segments.Any(segment => segment is ".." or "" or "."))
        {
            throw Escapes(relative);
        }
        var current = absoluteRoot;
        foreach (var segment in segments)
        {
            current = Path.Combine(current, segment);
            if (!allowLinks && new FileInfo(current) is { LinkTarget: not null })
            {
                throw Escapes(relative);
            }
        }
        return current.StartsWith(absoluteRoot + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? current : throw Escapes(relative);
    }

    private static EscaleException Escapes(string path) => new(
        "kernel.path-escapes", $"The path '{path}' leaves the folder it must stay in.",
        "Use a relative path with forward slashes and no '..', and no links.");
}
