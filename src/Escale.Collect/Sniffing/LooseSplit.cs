using System.Text;

namespace Escale.Collect.Sniffing;

/// <summary>Cuts the text of one record into fields, in one of the senses that its quotes can have.</summary>
internal static class LooseSplit
{
    /// <summary>The fields, and whether the quotes came out.</summary>
    public static SplitState Split(string text, TextDialect dialect, QuoteSense sense, List<string> fields)
    {
        fields.Clear();
        var state = SplitState.Whole;
        var at = 0;
        while (true)
        {
            var start = sense == QuoteSense.Text || dialect.Quote is null ? at : OpeningQuote(text, at, dialect);
            if (start < text.Length && dialect.Quote is { } quote && sense != QuoteSense.Text && text[start] == quote)
            {
                var (value, end, found) = Quoted(text, start, quote, dialect, sense);
                if (found == SplitState.Whole || sense != QuoteSense.StrayIsText)
                {
                    state = found == SplitState.Whole ? state : found;
                    fields.Add(value);
                    if (found == SplitState.Open || end >= text.Length)
                    {
                        return state;
                    }
                    at = IsAt(text, end, dialect.Delimiter) ? end + dialect.Delimiter.Length : end;
                    continue;
                }
            }
            var next = text.IndexOf(dialect.Delimiter, at, StringComparison.Ordinal);
            var border = sense == QuoteSense.Border && dialect.Quote is { } mark ? text.IndexOf(mark, at) : -1;
            if (border > at && (next < 0 || border < next))
            {
                fields.Add(text[at..border]);
                at = border;
                continue;
            }
            fields.Add(next < 0 ? text[at..] : text[at..next]);
            if (sense == QuoteSense.Strict && dialect.Quote is { } stray && fields[^1].Contains(stray, StringComparison.Ordinal))
            {
                state = SplitState.Broken;
            }
            if (next < 0)
            {
                return state;
            }
            at = next + dialect.Delimiter.Length;
        }
    }

    /// <summary>The place of a quote behind blanks, or the place itself.</summary>
    private static int OpeningQuote(string text, int at, TextDialect dialect)
    {
        var start = at;
        while (!dialect.IsBlank && start < text.Length && text[start] == ' ')
        {
            start++;
        }
        return start < text.Length && text[start] == dialect.Quote ? start : at;
    }

    private static (string Value, int End, SplitState State) Quoted(string text, int start, char quote, TextDialect dialect, QuoteSense sense)
    {
        var value = new StringBuilder();
        var at = start + 1;
        while (at < text.Length)
        {
            var letter = text[at];
            if (letter == dialect.Escape && letter != quote && at + 1 < text.Length && (text[at + 1] == quote || text[at + 1] == letter))
            {
                value.Append(text[at + 1]);
                at += 2;
                continue;
            }
            if (letter != quote)
            {
                var next = dialect.Escape is { } escape && escape != quote ? text.AsSpan(at).IndexOfAny(quote, escape) : text.AsSpan(at).IndexOf(quote);
                next = next <= 0 ? next == 0 ? 1 : text.Length - at : next;
                value.Append(text, at, next);
                at += next;
                continue;
            }
            var run = 1;
            while (at + run < text.Length && text[at + run] == quote)
            {
                run++;
            }
            var isEnd = EndsAt(text, at + run, dialect, out var end);
            if (sense == QuoteSense.OnlyAtEnds)
            {
                value.Append(quote, isEnd || run % 2 == 0 ? run / 2 : run);
                at += run;
                if (isEnd)
                {
                    return (value.ToString(), end, SplitState.Whole);
                }
                continue;
            }
            if (sense == QuoteSense.Border)
            {
                return (value.ToString(), EndsAt(text, at + 1, dialect, out end) ? end : at + 1, SplitState.Whole);
            }
            // Of an odd run the last quote closes; an even one is text.
            value.Append(quote, run / 2);
            at += run;
            if (run % 2 == 0)
            {
                continue;
            }
            return isEnd ? (value.ToString(), end, SplitState.Whole) : (value.Append(text, at, Rest(text, at, dialect) - at).ToString(), Rest(text, at, dialect), SplitState.Broken);
        }
        return (value.ToString(), text.Length, SplitState.Open);
    }

    private static int Rest(string text, int at, TextDialect dialect)
    {
        var next = text.IndexOf(dialect.Delimiter, at, StringComparison.Ordinal);
        return next < 0 ? text.Length : next;
    }

    /// <summary>Whether a field ends here, perhaps behind blanks.</summary>
    private static bool EndsAt(string text, int at, TextDialect dialect, out int end)
    {
        end = at;
        while (!dialect.IsBlank && end < text.Length && text[end] == ' ' && !IsAt(text, end, dialect.Delimiter))
        {
            end++;
        }
        return end >= text.Length || IsAt(text, end, dialect.Delimiter);
    }

    private static bool IsAt(string text, int at, string delimiter) => string.CompareOrdinal(text, at, delimiter, 0, delimiter.Length) == 0;
}
