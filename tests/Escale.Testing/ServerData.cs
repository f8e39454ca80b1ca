using System.Globalization;

namespace Escale.Testing;

/// <summary>
/// What embedded servers of tests leave behind: where root runs them, they keep their data outside of their projects' folders, which are gone with the tests.
/// </summary>
internal static class ServerData
{
    private const string Outside = "/var/lib/escale";

    // Only what tests and benchmarks have made.
    private static readonly string _ours = Path.Combine(Path.GetTempPath(), "escale-");

    /// <summary>Deletes the data of servers that have ended and whose project is gone.</summary>
    public static void Sweep()
    {
        try
        {
            foreach (var folder in Directory.Exists(Outside) ? Directory.GetDirectories(Outside) : [])
            {
                if (IsLeft(folder))
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another test deletes it, too.
        }
    }

    private static bool IsLeft(string folder)
    {
        var (project, process) = (Path.Combine(folder, "project"), Path.Combine(folder, "data", "postmaster.pid"));
        if (!File.Exists(project) || File.ReadAllText(project).Trim() is not { } state || !state.StartsWith(_ours, StringComparison.Ordinal) || Directory.Exists(state))
        {
            return false;
        }
        return !File.Exists(process) || !int.TryParse(File.ReadLines(process).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || !Directory.Exists($"/proc/{id}");
    }
}
