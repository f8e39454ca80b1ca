using Escale.Explore.Profiles;
using Escale.Explore.Profiles.Facts;
using Escale.Explore.Profiles.Meanings;

namespace Escale.Explore.Recipes.Suggestions;

/// <summary>Words that stand for a missing value.</summary>
internal static class NullWords
{
    // Words that are nothing but a missing value, in whatever column.
    private static readonly HashSet<string> _certain = new(["n/a", "#n/a", "null", "nan", "(null)", "<na>", "-", "--", "?", "??", "n/d", "n.d.", "missing", "non renseigné", "non renseignée"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether all such words of a column can be nothing else.</summary>
    public static bool AreCertain(ColumnProfile column) => column.Meaning.Name != MeaningNames.Country
        && column.Top.Select(value => value.Value.Trim()).Where(value => TextChecks.NullWordList.Contains(value.ToLowerInvariant())).ToList() is { Count: > 0 } words && words.All(_certain.Contains);
}
