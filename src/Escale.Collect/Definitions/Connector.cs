using System.Text.Json.Nodes;

namespace Escale.Collect.Definitions;

/// <summary>One way of collecting: brings batches of raw records. What it is told in a source file is read by <see cref="SourceCatalog"/>.</summary>
internal abstract class Connector
{
    /// <summary>The word in <c>type:</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Brings what is new, or null when nothing is.</summary>
    public abstract Task<Intake?> CollectAsync(CollectContext context, CancellationToken cancellationToken);

    /// <summary>Called when the batch is committed and will not be asked for again.</summary>
    public virtual void Committed(CollectContext context, Intake intake)
    {
    }
}

/// <summary>What every source file says first.</summary>
/// <param name="Name">The source.</param>
/// <param name="Schema">The lake schema its tables land in.</param>
internal sealed record SourceHeader(string Name, string Schema);

/// <summary>One collection under way.</summary>
internal sealed record CollectContext
{
    public required SourceTable Table { get; init; }

    /// <summary>The connector's own state as it was committed with the table's rows, or null at first or on full refresh.</summary>
    public JsonObject? State { get; init; }

    /// <summary>A folder for staged files, deleted at the end.</summary>
    public required string Workspace { get; init; }

    public required RunId Run { get; init; }

    public IProgress<StepProgress>? Progress { get; init; }

    public Action<string> Log { get; init; } = _ => { };
}

/// <summary>What a connector brought.</summary>
internal sealed record Intake
{
    /// <summary>The raw parts, in order.</summary>
    public required IReadOnlyList<Loading.RawPart> Parts { get; init; }

    /// <summary>Records that were recognised as broken before the engine saw them.</summary>
    public IReadOnlyList<Loading.RejectedRecord> Rejects { get; init; } = [];

    /// <summary>The connector's state once these rows are in the table.</summary>
    public JsonObject State { get; init; } = [];

    /// <summary>For a journal: the position that this batch reaches, so that no commit repeats it.</summary>
    public long? Position { get; init; }
}
