using System.Text;
using Escale.Kernel;

namespace Escale.Projects.Starting;

/// <summary>The sample of <c>escale init</c> for a project that is still empty: a CSV source, a cleaned table, a summary, their tests.</summary>
public static class SampleProject
{
    /// <summary>Writes its files; returns their paths.</summary>
    /// <exception cref="EscaleException"><c>projects.exists</c>: one of the files is there already. Nothing is written then.</exception>
    public static IReadOnlyList<string> AddTo(ProjectRoot root, DurableWriter writer)
    {
        var files = Template.Files(Path.GetFileName(root.Folder)).Where(file => file.Path is not (Settings.FileName or ".gitignore") || !File.Exists(Path.Combine(root.Folder, file.Path))).ToList();
        if (files.FirstOrDefault(file => File.Exists(Path.Combine(root.Folder, file.Path))) is { Path: { } there })
        {
            throw new EscaleException("projects.exists", $"The project already holds {there}; the sample never overwrites.", "Try the sample in an empty folder: escale init NAME", new Place(there));
        }
        foreach (var (path, text) in files)
        {
            var full = Path.Combine(root.Folder, path);
            writer.Files.CreateFolder(Path.GetDirectoryName(full)!);
            writer.WriteIfAbsent(full, Encoding.UTF8.GetBytes(text));
        }
        return [.. files.Select(file => file.Path)];
    }
}
