namespace Escale.Orchestrate.Runs;

/// <summary>What a run was asked to do; kept with the run, so that <c>--resume</c> asks for the same.</summary>
public sealed record RunRequest
{
    /// <summary>The verb: <c>run</c>, <c>test</c>, <c>seed</c>, <c>up</c>.</summary>
    public string Verb { get; init; } = "run";

    /// <summary>The selection, in dbt's syntax; empty = everything.</summary>
    public IReadOnlyList<string> Select { get; init; } = [];

    /// <summary>What to leave out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Rebuild incremental models and forget cursors.</summary>
    public bool FullRefresh { get; init; }

    /// <summary>Steps at once; default 4.</summary>
    public int Threads { get; init; } = 4;

    /// <summary>Stop everything at the first failure instead of going on with what does not depend on it.</summary>
    public bool FailFast { get; init; }

    /// <summary>Attempts after the first for a step that failed for a passing reason (network, server busy); an asset's config <c>retries</c> goes before. Default 1.</summary>
    public int Retries { get; init; } = 1;
}
