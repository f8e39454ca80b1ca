using Escale.Orchestrate.Pipelines.Store;
using Escale.Ui;

namespace Escale.Orchestrate.Pipelines.Scheduling;

/// <summary>Tells the first page which runs are late.</summary>
internal sealed class LateAttention(PipelineHistory history) : IAttention
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<AttentionItem>> ReadAsync(Reader reader, CancellationToken cancellationToken) =>
        [.. (await history.LateAsync(cancellationToken)).DistinctBy(run => run.Pipeline).Select(run => new AttentionItem("warn", run.Pipeline, reader[Words.RunIsLate, reader.DateTime(run.DeadlineAt!.Value)], $"/pipelines/runs/{run.Id}"))];
}
