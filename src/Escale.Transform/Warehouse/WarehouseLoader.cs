using Escale.Kernel;
using Escale.Projects;
using Escale.Projects.Graph;

namespace Escale.Transform.Warehouse;

/// <summary>
/// Adds a <c>warehouse</c> asset for every model that <c>warehouse: publish:</c> in <c>escale.yml</c> selects; without it, for those whose
/// lake schema is <c>gold</c>.
/// </summary>
internal sealed class WarehouseLoader(Project project) : IAssetLoader
{
    private const string DefaultLakeSchema = "gold";

    /// <inheritdoc/>
    public int Order => 200;

    /// <inheritdoc/>
    public Func<IReadOnlyList<Asset>, IEnumerable<Asset>> Read(ProjectRoot root) => Publish;

    private IEnumerable<Asset> Publish(IReadOnlyList<Asset> known)
    {
        var models = Selected(known).Where(asset => asset is { Kind: "model" or "seed", Runnable: true, Table: not null }).ToList();
        var idBySource = models.ToDictionary(model => model.Table!, model => model.Id);
        foreach (var (model, table) in WarehouseDefinition.Of(project.Name, project.Settings.Warehouse.Schema, models))
        {
            yield return new Asset
            {
                Id = table.AssetId,
                Kind = WarehouseRunner.AssetKind,
                Name = table.Target.ToString(),
                // What a key points to is read too: which of its values have a match is part of the content.
                Reads = [.. new[] { model.Id }.Concat(table.References.Where(reference => reference.MapsUnknown).Select(reference => idBySource[reference.Source])).Distinct()],
                Path = model.Path,
                Package = model.Package,
                Fqn = [model.Package, "warehouse", table.Target.ToString()],
                Tags = model.Tags,
                Columns = model.Columns,
                Description = model.Description,
                CodeFingerprint = WarehouseDefinition.Fingerprint(table),
                Definition = table,
            };
        }
    }

    private IReadOnlyList<Asset> Selected(IReadOnlyList<Asset> known)
    {
        if (project.Settings.Warehouse.Publish is not { } publish)
        {
            return [.. known.Where(asset => asset.Kind == "model" && asset.Table?.Schema == DefaultLakeSchema)];
        }
        try
        {
            return AssetGraph.Build(known).Select([publish]);
        }
        catch (EscaleException error)
        {
            throw error.At(new Place(Settings.FileName, Field: "warehouse.publish"));
        }
    }
}
