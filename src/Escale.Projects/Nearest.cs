namespace Escale.Projects;

/// <summary>Finds what a person probably meant to write: the known word nearest to the one they wrote.</summary>
public static class Nearest
{
    /// <summary>The nearest of <paramref name="known"/>, or null when none is near. Ties go to the first in ordinal order.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="known">The words that would have been right; nulls and empty words are ignored.</param>
    public static string? Of(string word, IEnumerable<string> known)
    {
        string? best = null;
        var bestDistance = Math.Max(1, word.Length / 3) + 1;
        foreach (var candidate in known.Where(candidate => !string.IsNullOrEmpty(candidate)).Order(StringComparer.Ordinal))
        {
            if (Math.Abs(candidate.Length - word.Length) >= bestDistance)
            {
                continue;
            }
            var distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }
        return best;
    }

    /// <summary><c>Did you mean 'x'?</c>, or the fallback when nothing is near.</summary>
    public static string Remedy(string word, IEnumerable<string> known, string fallback) =>
        Of(word, known) is { } near ? $"Did you mean '{near}'?" : fallback;

    /// <summary>Edits (insert, delete, replace, swap of neighbours) between two words: optimal string alignment, O(n·m).</summary>
    public static int Distance(string a, string b)
    {
        var (older, old, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
        {
            old[j] = j;
        }
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, old[j] + 1), old[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], older[j - 2] + 1);
                }
            }
            (older, old, row) = (old, row, older);
        }
        return old[b.Length];
    }
}
