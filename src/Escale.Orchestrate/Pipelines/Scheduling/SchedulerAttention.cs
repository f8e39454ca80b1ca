using Escale.Ui;

namespace Escale.Orchestrate.Pipelines.Scheduling;

/// <summary>Tells the first page what keeps the scheduler of this program from making runs.</summary>
internal sealed class SchedulerAttention(PipelineHost host) : IAttention
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<AttentionItem>> ReadAsync(Reader reader, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<AttentionItem>>(
        host.Trouble is { } trouble ? [new AttentionItem("bad", reader[Words.Scheduler], reader[Words.SchedulerIsHeldUp, trouble.Message.TrimEnd('.')], "/pipelines")] : []);
}
