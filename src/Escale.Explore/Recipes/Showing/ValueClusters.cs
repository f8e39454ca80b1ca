using System.Globalization;
using System.Text;
using Escale.Kernel;
using Escale.Projects;

namespace Escale.Explore.Recipes;

/// <summary>
/// Finds values that are the same written differently. By fingerprint (words without accents, case, signs and order), by n-gram (the letter pairs that occur),
/// or by edit distance (few letters apart).
/// </summary>
internal static class ValueClusters
{
    private const int MostCompared = 2_000;

    /// <summary>The clusters of two values and more, the largest first.</summary>
    /// <param name="values">The values, the commonest first.</param>
    /// <param name="method"><c>fingerprint</c>, <c>ngram</c> or <c>edit</c>.</param>
    /// <param name="threshold">For <c>edit</c>: how alike they must be, 0.5 to 1; default 0.85.</param>
    /// <param name="size">For <c>ngram</c>: letters of a gram; default 2.</param>
    /// <exception cref="EscaleException"><c>explore.recipe-values</c>: too many to compare; <c>projects.unknown-value</c>.</exception>
    public static IReadOnlyList<ValueCluster> Of(IReadOnlyList<CountedValue> values, string method, double? threshold = null, int? size = null)
    {
        var groups = method switch
        {
            "fingerprint" => values.GroupBy(value => Fingerprint(value.Value)).Where(group => group.Key.Length > 0).Select(group => group.ToList()),
            "ngram" => values.GroupBy(value => Grams(value.Value, Math.Clamp(size ?? 2, 1, 6))).Where(group => group.Key.Length > 0).Select(group => group.ToList()),
            "edit" => ByDistance(values, Math.Clamp(threshold ?? 0.85, 0.5, 1)),
            _ => throw new EscaleException("projects.unknown-value", $"'{method}' is no way to find clusters.", Nearest.Remedy(method, ["fingerprint", "ngram", "edit"], "It is one of fingerprint, ngram, edit.")),
        };
        return [.. groups.Where(group => group.Count > 1).Select(group => new ValueCluster(group[0].Value, group)).OrderByDescending(cluster => cluster.Values.Sum(value => value.Count)).ThenBy(cluster => cluster.Value, StringComparer.Ordinal)];
    }

    /// <summary>The words of a text without accents, case and signs, each once, in order of the alphabet.</summary>
    public static string Fingerprint(string text) => string.Join(' ', Plain(text, ' ').Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().Order(StringComparer.Ordinal));

    private static string Grams(string text, int size)
    {
        var plain = Plain(text, '\0').Replace("\0", "", StringComparison.Ordinal);
        return plain.Length <= size ? plain : string.Concat(Enumerable.Range(0, plain.Length - size + 1).Select(at => plain.Substring(at, size)).Distinct().Order(StringComparer.Ordinal));
    }

    private static string Plain(string text, char sign)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var letter in text.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(char.IsLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : sign);
            }
        }
        return plain.ToString();
    }

    /// <summary>Each value joins the commonest one before it that is near enough: no chains from one word to quite another.</summary>
    private static List<List<CountedValue>> ByDistance(IReadOnlyList<CountedValue> values, double threshold)
    {
        if (values.Count > MostCompared)
        {
            throw new EscaleException("explore.recipe-values", $"There are more than {MostCompared} values to compare with each other.", "Use fingerprint first: it brings down how many there are.");
        }
        var clusters = new List<(string Head, List<CountedValue> Values)>();
        foreach (var value in values)
        {
            var plain = Plain(value.Value, ' ').Trim();
            var near = clusters.FindIndex(cluster => Likeness(cluster.Head, plain) >= threshold);
            if (near >= 0)
            {
                clusters[near].Values.Add(value);
            }
            else
            {
                clusters.Add((plain, [value]));
            }
        }
        return [.. clusters.Select(cluster => cluster.Values)];
    }

    private static double Likeness(string a, string b)
    {
        var longest = Math.Max(a.Length, b.Length);
        return longest == 0 ? 0 : Math.Abs(a.Length - b.Length) > longest / 2 ? 0 : 1 - (Nearest.Distance(a, b) / (double)longest);
    }
}
