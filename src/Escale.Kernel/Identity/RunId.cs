using System.Globalization;

namespace Escale.Kernel;

/// <summary>The id of one run: sortable by time, safe in file names and URLs, e.g. <c>20261121T101530Z-3f9a2c</c>.</summary>
/// <param name="Value">The text of the id.</param>
public readonly record struct RunId(string Value)
{
    /// <summary>A new id from the clock and 24 random bits of <paramref name="random"/>.</summary>
    public static RunId New(TimeProvider clock, Random random) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow().UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{random.Next(1 << 24):x6}"));

    /// <inheritdoc/>
    public override string ToString() => Value;
}
