using System.Text;
using Escale.Explore.Tables.Statistics;

namespace Escale.Explore.Profiles.Meanings;

/// <summary>Groups values that differ only in case, accents, blanks, punctuation, or the order of their words (OpenRefine's fingerprint).</summary>
internal static class SimilarFinder
{
    private const int Most = 20;

    /// <summary>The groups, those with the most rows first.</summary>
    public static IReadOnlyList<SimilarValues> Find(IReadOnlyList<ValueCount> values) =>
    [
        .. values.Where(value => value.Value.Length is > 1 and < 100 && value.Value.Any(char.IsLetter))
            .GroupBy(value => Fingerprint(value.Value), StringComparer.Ordinal).Where(group => group.Key.Length > 0 && group.Count() > 1)
            .OrderByDescending(group => group.Sum(value => value.Count)).Take(Most)
            .Select(group => group.OrderByDescending(value => value.Count).ThenBy(value => value.Value != value.Value.Trim()).ThenBy(value => value.Value, StringComparer.Ordinal).ToList())
            .Select(group => new SimilarValues(group[0].Value, group[1..])),
    ];

    private static string Fingerprint(string value)
    {
        var plain = new StringBuilder(value.Length);
        foreach (var letter in NameWords.WithoutAccents(value))
        {
            plain.Append(char.IsLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : ' ');
        }
        return string.Join(' ', plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }
}
