namespace Escale.Projects.Graph.Selection;

/// <summary>Shell wildcards as Python's <c>fnmatch</c> has them: <c>*</c>, <c>?</c>, <c>[abc]</c>, <c>[!abc]</c>. Linear in practice, never exponential.</summary>
internal static class Wildcard
{
    /// <summary>Whether the text holds a wildcard.</summary>
    public static bool IsIn(ReadOnlySpan<char> pattern) => pattern.IndexOfAny("*?[") >= 0;

    /// <summary>Whether the whole text matches the pattern.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (p, t, star, mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, mark) = (p++, t);
            }
            else if (p < pattern.Length && One(pattern, p, text[t], out var next))
            {
                (p, t) = (next, t + 1);
            }
            else if (star >= 0)
            {
                (p, t) = (star + 1, ++mark);
            }
            else
            {
                return false;
            }
        }
        return pattern[p..].IndexOfAnyExcept('*') < 0;
    }

    private static bool One(ReadOnlySpan<char> pattern, int at, char letter, out int next)
    {
        next = at + 1;
        if (pattern[at] == '?')
        {
            return true;
        }
        // A ']' straight after the '[' (or '[!') belongs to the set.
        var negated = pattern[at] == '[' && at + 1 < pattern.Length && pattern[at + 1] == '!';
        var from = at + (negated ? 2 : 1);
        var length = pattern[at] == '[' && from + 1 < pattern.Length ? pattern[(from + 1)..].IndexOf(']') : -1;
        if (length < 0)
        {
            return pattern[at] == letter;
        }
        var set = pattern.Slice(from, length + 1);
        next = from + length + 2;
        return InSet(set, letter) != negated;
    }

    private static bool InSet(ReadOnlySpan<char> set, char letter)
    {
        for (var at = 0; at < set.Length; at++)
        {
            if (at + 2 < set.Length && set[at + 1] == '-')
            {
                if (letter >= set[at] && letter <= set[at + 2])
                {
                    return true;
                }
                at += 2;
            }
            else if (set[at] == letter)
            {
                return true;
            }
        }
        return false;
    }
}
