namespace Escale.Projects.Jinja;

/// <summary>What one rendering may use before it is stopped (security requirement S13).</summary>
public sealed record JinjaLimits
{
    /// <summary>Expressions evaluated and items looped over; default 20 million (a few seconds).</summary>
    public long MaxSteps { get; init; } = 20_000_000;

    /// <summary>Characters of output; default 32 million.</summary>
    public long MaxOutputChars { get; init; } = 32_000_000;

    /// <summary>Characters and list items made altogether, kept or not; default 200 million.</summary>
    public long MaxAllocatedUnits { get; init; } = 200_000_000;

    /// <summary>Macros, includes and recursive loops inside each other; default 200.</summary>
    public int MaxDepth { get; init; } = 200;

    /// <summary>Items of a <c>range()</c>; default 100,000.</summary>
    public int MaxRange { get; init; } = 100_000;
}
