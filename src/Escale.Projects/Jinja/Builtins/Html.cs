using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Escale.Projects.Jinja;

/// <summary>Escaping for HTML.</summary>
internal static partial class Html
{
    /// <summary>The value as HTML text; markup stays as it is.</summary>
    public static string Escape(Evaluation evaluation, object? value) =>
        value is JinjaMarkup markup ? markup.Text : Escape(Representation.Text(evaluation, value));

    public static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal)
        .Replace("\"", "&#34;", StringComparison.Ordinal);

    public static string StripTags(string text)
    {
        var plain = Remove(Remove(text, "<!--", "-->"), "<", ">");
        return WebUtility.HtmlDecode(string.Join(' ', plain.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>Makes links of what looks like an address; text in between is escaped.</summary>
    public static string Urlize(string text, int? limit, string rel, string? target)
    {
        var result = new StringBuilder();
        foreach (var word in Blanks().Split(text))
        {
            result.Append(UrlizeWord(word, limit, rel, target));
        }
        return result.ToString();
    }

    private static string UrlizeWord(string word, int? limit, string rel, string? target)
    {
        var escaped = Escape(word);
        var middle = escaped;
        var (head, tail) = ("", "");
        if (Head().Match(middle) is { Success: true } before)
        {
            (head, middle) = (before.Value, middle[before.Length..]);
        }
        if (Tail().Match(middle) is { Success: true } after)
        {
            (middle, tail) = (middle[..after.Index], after.Value);
        }
        foreach (var (open, close) in new[] { ("(", ")"), ("<", ">"), ("&lt;", "&gt;") })
        {
            while (Count(middle, open) > Count(middle, close) && tail.Contains(close, StringComparison.Ordinal))
            {
                var end = tail.IndexOf(close, StringComparison.Ordinal) + close.Length;
                (middle, tail) = (middle + tail[..end], tail[end..]);
            }
        }
        var attributes = (rel.Length > 0 ? $" rel=\"{Escape(rel)}\"" : "") + (target is null ? "" : $" target=\"{Escape(target)}\"");
        var shown = limit is { } length && middle.Length > length ? middle[..length] + "..." : middle;
        if (Address().IsMatch(middle))
        {
            var link = middle.StartsWith("http", StringComparison.Ordinal) ? middle : "https://" + middle;
            return $"{head}<a href=\"{link}\"{attributes}>{shown}</a>{tail}";
        }
        if (middle.StartsWith("mailto:", StringComparison.Ordinal) && Mail().IsMatch(middle[7..]))
        {
            return $"{head}<a href=\"{middle}\">{middle[7..]}</a>{tail}";
        }
        return Mail().IsMatch(middle) && !middle.StartsWith("www.", StringComparison.Ordinal) && !middle.Contains(':', StringComparison.Ordinal)
            ? $"{head}<a href=\"mailto:{middle}\">{middle}</a>{tail}"
            : head + middle + tail;
    }

    private static int Count(string text, string part) => (text.Length - text.Replace(part, "", StringComparison.Ordinal).Length) / part.Length;

    private static string Remove(string text, string open, string close)
    {
        var result = new StringBuilder();
        var at = 0;
        while (text.IndexOf(open, at, StringComparison.Ordinal) is >= 0 and var start && text.IndexOf(close, start, StringComparison.Ordinal) is >= 0 and var end)
        {
            result.Append(text, at, start - at);
            at = end + close.Length;
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    [GeneratedRegex(@"(\s+)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();

    [GeneratedRegex(@"^(?:[(<]|&lt;)+", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    [GeneratedRegex(@"(?:[)>.,\n]|&gt;)+$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Tail();

    [GeneratedRegex(@"^(?:https?://(?:[\w%-]+(?:[\w%.-]+)?\.[\w]+|localhost|\[[0-9a-f:]+\]|[\d.]+)(?::\d+)?(?:[/?#]\S*)?|(?:[\w%-]+\.)+(?:com|net|int|edu|gov|org|info|mil)(?::\d+)?(?:[/?#]\S*)?|www\.(?:[\w%-]+\.)+\w+(?:[/?#]\S*)?)$", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex(@"^\S+@\w[\w.-]*\.\w+$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Mail();
}
