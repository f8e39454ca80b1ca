using System.Text.Json.Nodes;

namespace Escale.Explore.Profiles.Alerts;

/// <summary>Something in the data that deserves attention.</summary>
/// <param name="Code">What; a name that stays.</param>
/// <param name="Severity"><c>bad</c>: figures or models made from it would be wrong; <c>warn</c>: look at it; <c>info</c>: good to know.</param>
/// <param name="Columns">The columns that it is about; none: the whole table.</param>
/// <param name="Rows">Rows concerned; null where it is not about rows.</param>
public sealed record Alert(string Code, string Severity, IReadOnlyList<string> Columns, long? Rows)
{
    /// <summary>Whether <see cref="Rows"/> was extrapolated from a sample.</summary>
    public bool IsEstimate { get; init; }

    /// <summary>The share of rows concerned, 0 to 1, where there are any.</summary>
    public double? Share { get; init; }

    /// <summary>What the words need to know more: an example, a measure.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>The step of a recipe that mends it, as it stands in the recipe's file; null when none does.</summary>
    public JsonObject? Step { get; init; }

    /// <summary>What it is, in the reader's language.</summary>
    public string? Title { get; init; }

    /// <summary>Why it matters and what to do, in the reader's language.</summary>
    public string? Why { get; init; }

    /// <summary>A number to sort by: the gravest first.</summary>
    internal int Rank => Severity switch { "bad" => 0, "warn" => 1, _ => 2 };
}
