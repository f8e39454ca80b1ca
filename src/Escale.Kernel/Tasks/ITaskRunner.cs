namespace Escale.Kernel;

/// <summary>How one kind of a pipeline's steps is done. The contract through which Orchestrate has other rooms' work done.</summary>
public interface ITaskRunner
{
    /// <summary>The kind: <c>http</c>, <c>sql</c>, …</summary>
    string Kind { get; }

    /// <summary>
    /// Does the step. It may be called again for the same attempt's <see cref="TaskCall.IdempotencyKey"/> after a crash; who can makes sure that the effect is that of once.
    /// </summary>
    /// <exception cref="EscaleException">It failed.</exception>
    Task<TaskOutcome> RunAsync(TaskCall call, CancellationToken cancellationToken);
}

/// <summary>One attempt at a step of a pipeline.</summary>
public sealed record TaskCall
{
    /// <summary>The pipeline's name.</summary>
    public required string Pipeline { get; init; }

    /// <summary>The run's id.</summary>
    public required string Run { get; init; }

    /// <summary>The step's id.</summary>
    public required string Step { get; init; }

    /// <summary>The step's place in the pipeline.</summary>
    public required int Ordinal { get; init; }

    /// <summary>From 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Grows with every claim of the step: what an earlier holder does is not to count. 0: the step is not claimed, another program orders it.</summary>
    public long Fence { get; init; }

    /// <summary>What it does it with, by name; templates and variables are filled in.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> With { get; init; }

    /// <summary>What a step that waited for something gave when it was looked at last; null the first time.</summary>
    public string? Earlier { get; init; }

    /// <summary>A line for the step's log; may be called often and from any thread.</summary>
    public Action<string> Log { get; init; } = _ => { };

    /// <summary>The same for all attempts at this step of this run.</summary>
    public string IdempotencyKey => $"{Run}/{Step}";

    /// <summary>The only text of a name, or null.</summary>
    public string? One(string name) => With.TryGetValue(name, out var texts) && texts.Count > 0 ? texts[0] : null;

    /// <summary>All texts of a name.</summary>
    public IReadOnlyList<string> All(string name) => With.GetValueOrDefault(name) ?? [];

    /// <summary>The entries under a name that holds several by name, such as headers.</summary>
    public IReadOnlyDictionary<string, string> Map(string name) =>
        With.Where(pair => pair.Key.StartsWith(name + ".", StringComparison.Ordinal)).ToDictionary(pair => pair.Key[(name.Length + 1)..], pair => pair.Value[0], StringComparer.Ordinal);
}

/// <summary>What a step gave.</summary>
/// <param name="Output">JSON that later steps may read, or null.</param>
public sealed record TaskOutcome(string? Output = null)
{
    /// <summary>It is not done but waits for something: look again after this time, and hold nobody up meanwhile. Null: it is done.</summary>
    public TimeSpan? LookAgainIn { get; init; }

    /// <summary>There was nothing to do: the step counts as skipped. Default false.</summary>
    public bool IsSkipped { get; init; }
}
