using Escale.Collect.Definitions;
using Escale.Collect.Http;
using Escale.Projects;

namespace Escale.Collect.Steps;

/// <summary>The definition that a <c>source</c> asset carries.</summary>
internal sealed record SourceStep(SourceDefinition Source, SourceTable Table, string Code);

/// <summary>Adds the tables of <c>sources/*.yml</c> to the graph.</summary>
internal sealed class SourceAssetLoader(SourceCatalog catalog, Project project) : IAssetLoader
{
    public int Order => 0;

    public Func<IReadOnlyList<Asset>, IEnumerable<Asset>> Read(ProjectRoot root)
    {
        if (project.Settings.NetworkAllow is { Count: > 0 } allowed)
        {
            // Refuses a wrong entry when the project is read, not only when a source is asked.
            _ = new AddressGuard(allowed);
        }
        var steps = catalog.Read().SelectMany(source => StepsOf(source, catalog.FingerprintOf(source))).ToList();
        return _ => steps.Select(AssetOf);
    }

    private static IEnumerable<SourceStep> StepsOf(SourceDefinition source, string code) => source.Tables.Select(table => new SourceStep(source, table, code));

    private Asset AssetOf(SourceStep step) => new()
    {
        Id = $"source.{project.Name}.{step.Source.Name}.{step.Table.Name}",
        Kind = "source",
        Name = step.Table.Name,
        Table = step.Table.Table,
        Path = step.Source.Path,
        Package = project.Name,
        SourceName = step.Source.Name,
        Tags = step.Table.Tags,
        Description = step.Table.Description,
        Config = new Dictionary<string, object?>
        {
            ["connector"] = step.Source.Connector,
            ["write_disposition"] = step.Table.Mode.ToString().ToLowerInvariant(),
        },
        AlwaysRuns = true,
        CodeFingerprint = step.Code,
        Definition = step,
    };
}
