using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Projects.Graph;

namespace Escale.Orchestrate.Pipelines;

/// <summary>What is wrong with the project's pipelines: files that cannot be read, and selections that choose nothing. Thread-safe.</summary>
/// <param name="files">The pipelines.</param>
/// <param name="graph">The project's assets as they are now.</param>
internal sealed class PipelineProblems(PipelineFiles files, Func<AssetGraph> graph)
{
    private const string Assets = "waits for a change of assets that are not there";
    private const string Build = "builds what is not there";

    private (PipelineFolder Folder, AssetGraph Graph, IReadOnlyList<EscaleException> Found)? _last;

    /// <summary>All of it, files first. A pipeline whose selection is wrong runs all the same: its assets may be written later.</summary>
    public IReadOnlyList<EscaleException> All()
    {
        var folder = files.Read();
        if (!folder.Pipelines.Values.Any(pipeline => Selections(pipeline).Any()))
        {
            return folder.Errors;
        }
        AssetGraph assets;
        try
        {
            assets = graph();
        }
        catch (EscaleException)
        {
            return folder.Errors; // The project's own files are wrong, which is told elsewhere.
        }
        // Both are the same objects until a file has changed; who comes at the same moment finds the same.
        if (_last is { } last && ReferenceEquals(last.Folder, folder) && ReferenceEquals(last.Graph, assets))
        {
            return last.Found;
        }
        IReadOnlyList<EscaleException> found = [.. folder.Errors, .. folder.Pipelines.Values.OrderBy(pipeline => pipeline.Name, StringComparer.Ordinal).SelectMany(pipeline => Vain(pipeline, assets))];
        _last = (folder, assets, found);
        return found;
    }

    private static IEnumerable<EscaleException> Vain(PipelineSpec pipeline, AssetGraph assets)
    {
        foreach (var (does, selection) in Selections(pipeline))
        {
            if (Wrong(assets, selection) is { } wrong)
            {
                yield return new EscaleException("orchestrate.pipeline-invalid", $"The pipeline '{pipeline.Name}' {does}: {wrong.Message}", wrong.Remedy, new Place(pipeline.Path));
            }
        }
    }

    // What a template fills in is known only when it runs.
    private static IEnumerable<(string Does, IReadOnlyList<string> Selection)> Selections(PipelineSpec pipeline)
    {
        if (pipeline.Triggers.Assets.Count > 0)
        {
            yield return (Assets, pipeline.Triggers.Assets);
        }
        foreach (var task in pipeline.Tasks.Select(task => task.Work).Where(task => task.Kind == TaskKind.Build))
        {
            if (task.All("select") is { Count: > 0 } selection && !selection.Any(text => text.Contains("{{", StringComparison.Ordinal)))
            {
                yield return ($"at its step '{task.Id}' {Build}", selection);
            }
        }
    }

    private static EscaleException? Wrong(AssetGraph assets, IReadOnlyList<string> selection)
    {
        try
        {
            assets.Select(selection);
            return null;
        }
        catch (EscaleException error)
        {
            return error;
        }
    }
}
