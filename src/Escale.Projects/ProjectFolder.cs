using Escale.Kernel;

namespace Escale.Projects;

/// <summary>Finds the project in a folder.</summary>
public static class ProjectFolder
{
    /// <summary>The project of a folder, with the lake where its settings put it.</summary>
    /// <param name="directory">The folder, absolute or relative to the current one.</param>
    /// <param name="optional">Whether the folder may hold no project (for <c>init</c> and <c>doctor</c>).</param>
    /// <exception cref="EscaleException"><c>projects.not-found</c>; or <c>escale.yml</c> is wrong.</exception>
    public static ProjectRoot Open(string directory, bool optional = false)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        var root = new ProjectRoot(folder);
        if (IsProject(folder))
        {
            return root with { LakePath = Settings.Read(root).LakePath };
        }
        return optional ? root : throw NotFound(directory, folder);
    }

    /// <summary>Whether a folder holds <c>escale.yml</c> or <c>dbt_project.yml</c>.</summary>
    public static bool IsProject(string folder) =>
        File.Exists(Path.Combine(folder, Settings.FileName)) || File.Exists(Path.Combine(folder, "dbt_project.yml"));

    private static EscaleException NotFound(string directory, string folder)
    {
        if (!Directory.Exists(folder))
        {
            return new EscaleException("projects.not-found", $"There is no folder '{directory}'.", $"Create a project there with: escale init {directory}");
        }
        for (var above = Path.GetDirectoryName(folder); above is not null; above = Path.GetDirectoryName(above))
        {
            if (IsProject(above))
            {
                return new EscaleException(
                    "projects.not-found", $"The folder '{directory}' holds no project (no escale.yml, no dbt_project.yml).",
                    $"The folder above it does: use --project {Path.GetRelativePath(Directory.GetCurrentDirectory(), above)}");
            }
        }
        return new EscaleException(
            "projects.not-found", $"The folder '{directory}' holds no project (no escale.yml, no dbt_project.yml).",
            $"Create one with: escale init {directory}");
    }
}
