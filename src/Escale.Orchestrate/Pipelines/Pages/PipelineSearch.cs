using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Ui;

namespace Escale.Orchestrate.Pipelines.Pages;

/// <summary>The pipelines, for the palette.</summary>
internal sealed class PipelineSearch(PipelineFiles files) : ISearchSource
{
    public ValueTask<IReadOnlyList<Found>> AllAsync(Caller caller, Reader reader, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<Found>>(
        [.. files.Read().Pipelines.Values.Select(pipeline => new Found(
            "pipeline", pipeline.Name, pipeline.Description.Length > 0 ? pipeline.Description : ScheduleWords.Of(reader, pipeline), "/pipelines/" + pipeline.Name, string.Join(' ', pipeline.Tasks.Take(50).Select(task => task.Id))))]);
}

/// <summary>Tells the first page of pipelines whose newest run failed, and of files that cannot be read.</summary>
internal sealed class PipelineAttention(PipelineFiles files, PipelineProblems problems, PipelineReads reads) : IAttention
{
    private const int Most = 20;
    private const int Letters = 140;

    public async Task<IReadOnlyList<AttentionItem>> ReadAsync(Reader reader, CancellationToken cancellationToken)
    {
        var folder = files.Read();
        var items = problems.All().Select(error => new AttentionItem("bad", error.Place?.File ?? PipelineFiles.Folder, ErrorGuide.WordsFor(reader, error.Code)?.Meaning ?? error.Message, "/pipelines")).ToList();
        if (folder.Pipelines.Count > 0)
        {
            items.AddRange((await reads.FailuresAsync(Most, cancellationToken)).Where(failure => folder.Pipelines.ContainsKey(failure.Pipeline)).Select(failure => new AttentionItem(
                "bad", failure.Pipeline,
                failure.Step is { } step ? reader[PipelineWords.Failed, reader.DateTime(failure.Due), step, Short(ErrorGuide.WordsFor(reader, failure.Code)?.Meaning ?? failure.Message ?? "")] : reader[PipelineWords.FailedWhole, reader.DateTime(failure.Due)],
                "/pipelines/runs/" + failure.Run)));
        }
        return items;
    }

    private static string Short(string text) => text.Length <= Letters ? text : text[..Letters] + "…";
}
