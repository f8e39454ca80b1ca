namespace Escale.Kernel;

/// <summary>Adds assets to the graph when a project is opened. The room that owns a kind registers one.</summary>
public interface IAssetLoader
{
    /// <summary>Assets are added in ascending order: sources 0, the dbt project (seeds, models, tests) 100, what is built on models 200.</summary>
    int Order { get; }

    /// <summary>
    /// Reads the project's files, as far as no other loader is needed for it: all loaders read at the same time, each on a thread of its own.
    /// Must not start engines or touch the network.
    /// </summary>
    /// <param name="root">The project.</param>
    /// <returns>
    /// Given the assets of the loaders before, the assets that the files define. One with a known id replaces the known one (dbt's declaration of a
    /// collected source adds its description to it). Called once, in order.
    /// </returns>
    /// <exception cref="EscaleException">A file is wrong, with its place.</exception>
    Func<IReadOnlyList<Asset>, IEnumerable<Asset>> Read(ProjectRoot root);
}
