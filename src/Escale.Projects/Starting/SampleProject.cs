using System.Text;
using Escale.Kernel;

namespace Escale.Projects.Starting;

/// <summary>The sample of <c>escale init</c>: a CSV source, a cleaned table, a summary, their tests.</summary>
public static class SampleProject
{
    private static readonly string[] _mayBeThere = [Settings.FileName, ".gitignore"];

    /// <summary>Writes its files into a project that is still empty; settings that it has already stay. Returns their paths.</summary>
    /// <exception cref="EscaleException"><c>projects.exists</c>: one of the files is there already. Nothing is written then.</exception>
    public static IReadOnlyList<string> AddTo(ProjectRoot root, DurableWriter writer) => Create(root.Folder, writer, _mayBeThere);

    /// <summary>Writes its files into a folder that holds no project; returns their paths.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="writer">Writes the files.</param>
    /// <param name="mayBeThere">Files that stay as they are where they are there already; none by default.</param>
    /// <exception cref="EscaleException"><c>projects.exists</c>: one of the others is there already. Nothing is written then.</exception>
    internal static IReadOnlyList<string> Create(string folder, DurableWriter writer, IReadOnlyList<string>? mayBeThere = null)
    {
        bool IsThere(string path) => File.Exists(Path.Combine(folder, path));
        var files = Template.Files(Path.GetFileName(folder)).Where(file => mayBeThere?.Contains(file.Path) != true || !IsThere(file.Path)).ToList();
        if (files.Select(file => file.Path).FirstOrDefault(IsThere) is { } there)
        {
            throw new EscaleException("projects.exists", $"The folder already holds {there}; the sample never overwrites.", "Choose an empty folder: escale init NAME", new Place(there));
        }
        foreach (var (path, text) in files)
        {
            var full = Path.Combine(folder, path);
            writer.Files.CreateFolder(Path.GetDirectoryName(full)!);
            if (!writer.WriteIfAbsent(full, Encoding.UTF8.GetBytes(text)))
            {
                throw new EscaleException("projects.exists", $"{path} appeared meanwhile; it was left as it is.", "Try again in an empty folder: escale init NAME", new Place(path));
            }
        }
        return [.. files.Select(file => file.Path)];
    }
}
