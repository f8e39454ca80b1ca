namespace Escale.Kernel;

/// <summary>Adds assets to the graph when a project is opened. The room that owns a kind registers one.</summary>
public interface IAssetLoader
{
    /// <summary>Loaders run in ascending order: sources 0, the dbt project (seeds, models, tests) 100, what is built on models 200.</summary>
    int Order { get; }

    /// <summary>
    /// Reads the project's files and returns the assets they define. An asset with a known id replaces the known one (dbt's
    /// declaration of a collected source adds its description to it). Must not start engines or touch the network.
    /// </summary>
    /// <param name="root">The project.</param>
    /// <param name="known">The assets of the loaders before.</param>
    /// <exception cref="EscaleException">A file is wrong, with its place.</exception>
    IEnumerable<Asset> Load(ProjectRoot root, IReadOnlyList<Asset> known);
}
