namespace Escale.Kernel;

/// <summary>What is recorded of past runs, for the rooms that show it. The room that runs steps registers one.</summary>
public interface IStepHistory
{
    /// <summary>
    /// The newest finished step of each asset; empty when nothing is recorded. A store of records that does not exist yet is not created for this.
    /// </summary>
    Task<IReadOnlyList<PastStep>> NewestAsync(CancellationToken cancellationToken);
}

/// <summary>A step of a past run.</summary>
/// <param name="AssetId">The asset.</param>
/// <param name="Run">The run's id.</param>
/// <param name="Status"><c>ok</c>, <c>unchanged</c> or <c>failed</c>.</param>
/// <param name="RowCount">Rows written (a test: rows that failed it), or null.</param>
/// <param name="Message">The error or warning, or null.</param>
/// <param name="IsWarning">Whether it succeeded with a warning.</param>
/// <param name="At">When it began.</param>
public sealed record PastStep(string AssetId, string Run, string Status, long? RowCount, string? Message, bool IsWarning, DateTimeOffset At);
