using Escale.Kernel;
using Escale.Projects;

namespace Escale.Modeling.Training;

/// <summary>Adds an asset for every <c>ml/NAME.yml</c>: it reads its table, so that a run trains it again when its inputs have changed.</summary>
internal sealed class TrainingLoader(Project project, TrainingFiles files) : IAssetLoader
{
    /// <summary>The kind of asset.</summary>
    public const string Kind = "training";

    /// <inheritdoc/>
    public int Order => 300;

    /// <inheritdoc/>
    public Func<IReadOnlyList<Asset>, IEnumerable<Asset>> Read(ProjectRoot root)
    {
        var specs = files.All();
        return known => specs.Select(spec => AssetOf(spec, known));
    }

    private Asset AssetOf(TrainingSpec spec, IReadOnlyList<Asset> known) => new()
    {
        Id = $"{Kind}.{project.Name}.{spec.Name}",
        Kind = Kind,
        Name = spec.Name,
        Reads = known.FirstOrDefault(asset => asset.Table == spec.Table && asset.Kind != "warehouse") is { } table ? [table.Id] : [],
        Path = spec.Path,
        Package = project.Name,
        Fqn = [project.Name, TrainingFiles.Folder, spec.Name],
        Tags = ["training"],
        Description = spec.Description,
        CodeFingerprint = spec.Fingerprint(),
        Definition = spec,
    };
}
