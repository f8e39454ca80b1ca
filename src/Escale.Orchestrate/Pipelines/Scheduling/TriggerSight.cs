using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.State;
using Escale.Projects;

namespace Escale.Orchestrate.Pipelines.Scheduling;

/// <summary>What a scheduler sees of the project besides its pipelines: which assets selections mean, and files. Not thread-safe.</summary>
/// <param name="files">The files.</param>
/// <param name="project">The project's assets, or null where they are not followed.</param>
internal sealed class TriggerSight(FileArrivals files, LiveProject? project)
{
    /// <summary>What a pipeline waits for, and what that is now: the ids of assets, each on its line; null for everything else.</summary>
    public IEnumerable<(SignalSource Source, string? Detail)> SourcesOf(PipelineSpec pipeline)
    {
        var assets = pipeline.Triggers.Assets;
        if (assets.Count > 0)
        {
            yield return (new SignalSource(pipeline.Name, SignalSource.Assets, string.Join(' ', assets)), Selected(assets));
        }
        foreach (var glob in pipeline.Triggers.Files)
        {
            yield return (new SignalSource(pipeline.Name, SignalSource.File, glob), null);
        }
    }

    /// <summary>The files that there are, as signals.</summary>
    public IEnumerable<Signal> Existing(SignalSource source) => files.Now(source.Name).Select(file => new Signal(source, file.Key, file.Value, DateTimeOffset.UnixEpoch));

    /// <summary>The files that have come whole, as signals.</summary>
    public IEnumerable<Signal> Arrived(SignalSource source) => files.Settled(source.Name).Select(file => new Signal(source, file.Path, file.Version, DateTimeOffset.UnixEpoch));

    // A selection that means nothing (yet) is listened to in vain.
    private string Selected(IReadOnlyList<string> assets)
    {
        try
        {
            return project is null ? "" : string.Join('\n', project.Now().Graph.Select([.. assets.SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries))]).Select(asset => asset.Id).Order(StringComparer.Ordinal));
        }
        catch (EscaleException)
        {
            return "";
        }
    }
}
