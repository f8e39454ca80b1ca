using Escale.Kernel;
using Escale.Projects;
using Escale.Projects.Yaml;

namespace Escale.Modeling.Training;

/// <summary>The project's <c>ml/*.yml</c>, as they are now. Thread-safe.</summary>
internal sealed class TrainingFiles(ProjectRoot root)
{
    /// <summary>The folder.</summary>
    public const string Folder = "ml";

    /// <summary>All trainings, by name.</summary>
    /// <exception cref="EscaleException">A file is wrong, with its place; two have one name or id (<c>modeling.spec-duplicate</c>).</exception>
    public IReadOnlyList<TrainingSpec> All()
    {
        var folder = Path.Combine(root.Folder, Folder);
        if (!Directory.Exists(folder))
        {
            return [];
        }
        var specs = new List<TrainingSpec>();
        foreach (var path in Directory.EnumerateFiles(folder).Where(IsSpec).Order(StringComparer.Ordinal))
        {
            var spec = Read(path);
            if (specs.FirstOrDefault(other => other.Id == spec.Id || string.Equals(other.Name, spec.Name, StringComparison.OrdinalIgnoreCase)) is { } twin)
            {
                throw new EscaleException("modeling.spec-duplicate", $"{twin.Path} and {spec.Path} have the same name or id.", "Give one of them another.", new Place(spec.Path));
            }
            specs.Add(spec);
        }
        return specs;
    }

    /// <summary>The training of a name.</summary>
    /// <exception cref="EscaleException"><c>modeling.training-not-found</c>, or the file is wrong.</exception>
    public TrainingSpec Get(string name)
    {
        var all = All();
        return all.FirstOrDefault(spec => spec.Name == name || spec.Id == name) ?? throw new EscaleException(
            "modeling.training-not-found", $"There is no training '{name}'.",
            Nearest.Remedy(name, all.Select(spec => spec.Name), $"Write {Folder}/{name}.yml, or name a table and its target: escale train schema.table --target COLUMN."));
    }

    /// <summary>Reads one file.</summary>
    public TrainingSpec Read(string path) => TrainingReader.Read(YamlFile.Read(root, path), Path.GetFileNameWithoutExtension(path), root.Show(path));

    private static bool IsSpec(string path) => Path.GetExtension(path) is ".yml" or ".yaml" && Path.GetFileName(path)[0] is not ('.' or '_');
}
