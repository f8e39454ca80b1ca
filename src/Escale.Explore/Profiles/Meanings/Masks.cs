using System.Text;
using Escale.Explore.Tables.Statistics;

namespace Escale.Explore.Profiles.Meanings;

/// <summary>How texts are built: <c>DK-4711</c> as <c>AA-9999</c>; long runs as <c>a+</c> and <c>9+</c>.</summary>
internal static class Masks
{
    private const int LongRun = 6;
    private const int Longest = 60;
    private const int Most = 8;

    /// <summary>The most frequent ways, when there are few.</summary>
    public static IReadOnlyList<ValuePattern> Of(IReadOnlyList<ValueCount> values)
    {
        var total = values.Sum(value => value.Count);
        return total == 0 ? [] :
        [
            .. values.Where(value => value.Value.Length > 0).GroupBy(value => Mask(value.Value), StringComparer.Ordinal)
                .Select(group => new ValuePattern(group.Key, (double)group.Sum(value => value.Count) / total, group.MaxBy(value => value.Count)!.Value))
                .OrderByDescending(pattern => pattern.Share).ThenBy(pattern => pattern.Mask, StringComparer.Ordinal).Take(Most),
        ];
    }

    /// <summary>The mask of a text.</summary>
    public static string Mask(string value)
    {
        var mask = new StringBuilder();
        for (var at = 0; at < value.Length && mask.Length < Longest;)
        {
            var kind = KindOf(value[at]);
            var end = at + 1;
            while (end < value.Length && kind != '\0' && KindOf(value[end]) == kind)
            {
                end++;
            }
            if (kind == '\0')
            {
                mask.Append(value[at]);
            }
            else if (end - at > LongRun)
            {
                mask.Append(kind).Append('+');
            }
            else
            {
                mask.Append(kind, end - at);
            }
            at = end;
        }
        return mask.ToString();
    }

    private static char KindOf(char letter) => char.IsDigit(letter) ? '9' : char.IsUpper(letter) ? 'A' : char.IsLetter(letter) ? 'a' : '\0';
}
