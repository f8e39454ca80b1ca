namespace Escale.Ui;

/// <summary>Ranks what a search found: the title's beginning before its words before letters in order before the description. Accents and case do not count.</summary>
internal static class SearchRank
{
    public static IEnumerable<Found> Best(IEnumerable<Found> all, string query, int most)
    {
        var words = Plain(query).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return all.Select((found, index) => (found, index, Rank: RankOf(found, words)))
            .Where(entry => entry.Rank > 0)
            .OrderByDescending(entry => entry.Rank).ThenBy(entry => entry.found.Title.Length).ThenBy(entry => entry.index)
            .Take(most).Select(entry => entry.found);
    }

    private static int RankOf(Found found, string[] words)
    {
        if (words.Length == 0)
        {
            return 1;
        }
        var (title, rest) = (Plain(found.Title), Plain(found.Detail + " " + found.Words));
        var sum = 0;
        foreach (var word in words)
        {
            var rank = title == word ? 100
                : title.StartsWith(word, StringComparison.Ordinal) ? 60
                : HasWordThatStarts(title, word) ? 40
                : title.Contains(word, StringComparison.Ordinal) ? 25
                : HasWordThatStarts(rest, word) ? 10
                : rest.Contains(word, StringComparison.Ordinal) ? 5
                : word.Length >= 3 && HasLettersInOrder(title, word) ? 2
                : 0;
            if (rank == 0)
            {
                return 0; // every word must be found
            }
            sum += rank;
        }
        return sum;
    }

    private static bool HasWordThatStarts(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            if (at == 0 || !char.IsLetterOrDigit(text[at - 1]))
            {
                return true;
            }
        }
        return false;
    }

    private static bool HasLettersInOrder(string text, string letters)
    {
        var at = 0;
        foreach (var letter in text)
        {
            if (letter == letters[at] && ++at == letters.Length)
            {
                return true;
            }
        }
        return false;
    }

    // By hand: without culture data installed, strings cannot be decomposed. Latin letters with marks, as our languages and names have them.
    private const string Marked = "àáâãäåāăąçćčďđèéêëēęěìíîïīłñńňòóôõöøōřśšşťùúûüūůýÿžźż";
    private const string Bare = "aaaaaaaaacccddeeeeeeeiiiiilnnnooooooorssstuuuuuuyyzzz";

    private static string Plain(string text) => string.Create(text.Length, text, (plain, source) =>
    {
        for (var i = 0; i < source.Length; i++)
        {
            var letter = char.ToLowerInvariant(source[i]);
            plain[i] = letter > 127 && Marked.IndexOf(letter, StringComparison.Ordinal) is >= 0 and var at ? Bare[at] : letter;
        }
    });
}
