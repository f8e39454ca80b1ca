using Escale.Collect.Definitions;
using Escale.Projects;

namespace Escale.Collect.Steps;

/// <summary>The definition that a <c>source</c> asset carries.</summary>
internal sealed record SourceStep(SourceDefinition Source, SourceTable Table, string Code);

/// <summary>Adds the tables of <c>sources/*.yml</c> to the graph.</summary>
internal sealed class SourceAssetLoader(SourceCatalog catalog, Project project) : IAssetLoader
{
    public int Order => 0;

    public IEnumerable<Asset> Load(ProjectRoot root, IReadOnlyList<Asset> known)
    {
        foreach (var source in catalog.Read())
        {
            var code = catalog.FingerprintOf(source);
            foreach (var table in source.Tables)
            {
                yield return new Asset
                {
                    Id = $"source.{project.Name}.{source.Name}.{table.Name}",
                    Kind = "source",
                    Name = table.Name,
                    Table = table.Table,
                    Path = source.Path,
                    Package = project.Name,
                    SourceName = source.Name,
                    Tags = table.Tags,
                    Description = table.Description,
                    Config = new Dictionary<string, object?>
                    {
                        ["connector"] = source.Connector,
                        ["write_disposition"] = table.Mode.ToString().ToLowerInvariant(),
                    },
                    AlwaysRuns = true,
                    CodeFingerprint = code,
                    Definition = new SourceStep(source, table, code),
                };
            }
        }
    }
}
