using System.Text;

namespace Escale.Projects.Jinja;

/// <summary>The methods of <c>str</c>.</summary>
internal static partial class Methods
{
    public static string Capitalize(string text) => text.Length == 0
        ? ""
        : string.Concat(text[..1].ToUpperInvariant(), text[1..].ToLowerInvariant());

    public static string Strip(string text, object? characters, bool left = true, bool right = true)
    {
        bool Goes(char character) => characters is null ? IsSpace(character) : characters.ToString()!.Contains(character, StringComparison.Ordinal);
        var (start, end) = (0, text.Length);
        while (left && start < end && Goes(text[start]))
        {
            start++;
        }
        while (right && end > start && Goes(text[end - 1]))
        {
            end--;
        }
        return text[start..end];
    }

    public static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';

    public static string Pad(Evaluation evaluation, string text, object? width, object? fill, int side)
    {
        var total = (int)System.Numerics.BigInteger.Clamp(Whole(evaluation, width), 0, int.MaxValue) - text.Length;
        if (total <= 0)
        {
            return text;
        }
        evaluation.Allocate(total + text.Length);
        var character = fill is string { Length: 1 } one ? one[0] : throw evaluation.Fail("type", "The fill character must be exactly one character long");
        var before = side < 0 ? 0 : side > 0 ? total : (total / 2) + (total & (text.Length + total) & 1);
        return new string(character, before) + text + new string(character, total - before);
    }

    public static string Replace(Evaluation evaluation, string text, string from, string to, long count)
    {
        var result = new StringBuilder();
        var at = 0;
        for (; count != 0; count--)
        {
            var found = from.Length == 0 ? (at <= text.Length ? at : -1) : text.IndexOf(from, at, StringComparison.Ordinal);
            if (found < 0)
            {
                break;
            }
            evaluation.Allocate(found - at + to.Length);
            result.Append(text, at, found - at).Append(to);
            if (from.Length == 0)
            {
                if (found < text.Length)
                {
                    result.Append(text[found]);
                }
                at = found + 1;
            }
            else
            {
                at = found + from.Length;
            }
        }
        return at < text.Length ? result.Append(text, at, text.Length - at).ToString() : result.ToString();
    }

    public static string Upper(string text) => text.ToUpperInvariant().Replace("ß", "SS", StringComparison.Ordinal);

    private static string ExpandTabs(Evaluation evaluation, string text, int size)
    {
        var result = new StringBuilder();
        var column = 0;
        foreach (var character in text)
        {
            if (character == '\t')
            {
                var blanks = size == 0 ? 0 : size - (column % size);
                evaluation.Allocate(blanks);
                result.Append(' ', blanks);
                column += blanks;
            }
            else
            {
                result.Append(character);
                column = character is '\n' or '\r' ? 0 : column + 1;
            }
        }
        return result.ToString();
    }

    private static NativeFunction Keep(string name, string signature, Func<Evaluation, string, object?[], string> body) =>
        new(name, signature, (e, a) =>
        {
            var result = body(e, a[0]!.ToString()!, a);
            e.Allocate(result.Length);
            return a[0] is JinjaMarkup ? new JinjaMarkup(result) : result;
        });

    private static NativeFunction Ask(string name, string signature, Func<Evaluation, string, object?[], object?> body) =>
        new(name, signature, (e, a) => body(e, a[0]!.ToString()!, a));

    private static IEnumerable<NativeFunction> Text() =>
    [
        Keep("upper", "self", (_, s, _) => Upper(s)),
        Keep("lower", "self", (_, s, _) => s.ToLowerInvariant()),
        Keep("casefold", "self", (_, s, _) => s.ToLowerInvariant().Replace("ß", "ss", StringComparison.Ordinal)),
        Keep("capitalize", "self", (_, s, _) => Capitalize(s)),
        Keep("title", "self", (_, s, _) => Title(s)),
        Keep("swapcase", "self", (_, s, _) => string.Concat(s.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)))),
        Keep("strip", "self chars=None", (_, s, a) => Strip(s, a[1])),
        Keep("lstrip", "self chars=None", (_, s, a) => Strip(s, a[1], right: false)),
        Keep("rstrip", "self chars=None", (_, s, a) => Strip(s, a[1], left: false)),
        Keep("center", "self width fillchar='_'", (e, s, a) => Pad(e, s, a[1], a[2], 0)),
        Keep("ljust", "self width fillchar='_'", (e, s, a) => Pad(e, s, a[1], a[2], -1)),
        Keep("rjust", "self width fillchar='_'", (e, s, a) => Pad(e, s, a[1], a[2], 1)),
        Keep("zfill", "self width", (e, s, a) => ZeroFill(e, s, a[1])),
        Keep("replace", "self old new count=-1", (e, s, a) => Replace(e, s, Str(e, a[1]), Str(e, a[2]), (long)Whole(e, a[3]))),
        Keep("removeprefix", "self prefix", (e, s, a) => s.StartsWith(Str(e, a[1]), StringComparison.Ordinal) ? s[Str(e, a[1]).Length..] : s),
        Keep("removesuffix", "self suffix", (e, s, a) => Str(e, a[1]).Length > 0 && s.EndsWith(Str(e, a[1]), StringComparison.Ordinal) ? s[..^Str(e, a[1]).Length] : s),
        Keep("expandtabs", "self tabsize=8", (e, s, a) => ExpandTabs(e, s, (int)System.Numerics.BigInteger.Clamp(Whole(e, a[1]), 0, 1000))),
        Keep("join", "self items", Join),
        Keep("format", "self *args **kwargs", (e, s, a) => BraceFormat.Format(e, s, (JinjaTuple)a[1]!, (JinjaDict)a[2]!)),
        Keep("format_map", "self mapping", (e, s, a) => BraceFormat.Format(e, s, new JinjaTuple([]), a[1] as JinjaDict ?? [])),
        Ask("startswith", "self prefix start=None end=None", (e, s, a) => Edges(e, Part(e, s, a[2], a[3]), a[1], (text, edge) => text.StartsWith(edge, StringComparison.Ordinal))),
        Ask("endswith", "self suffix start=None end=None", (e, s, a) => Edges(e, Part(e, s, a[2], a[3]), a[1], (text, edge) => text.EndsWith(edge, StringComparison.Ordinal))),
        Ask("find", "self sub start=None end=None", (e, s, a) => Find(e, s, a, last: false)),
        Ask("rfind", "self sub start=None end=None", (e, s, a) => Find(e, s, a, last: true)),
        Ask("index", "self sub start=None end=None", (e, s, a) => Find(e, s, a, last: false) is >= 0L and var at ? at : throw e.Fail("value", "substring not found")),
        Ask("rindex", "self sub start=None end=None", (e, s, a) => Find(e, s, a, last: true) is >= 0L and var at ? at : throw e.Fail("value", "substring not found")),
        Ask("count", "self sub start=None end=None", (e, s, a) => CountOf(Part(e, s, a[2], a[3]), Str(e, a[1]))),
        Ask("split", "self sep=None maxsplit=-1", (e, s, a) => Split(e, s, a[1], (long)Whole(e, a[2]), fromEnd: false)),
        Ask("rsplit", "self sep=None maxsplit=-1", (e, s, a) => Split(e, s, a[1], (long)Whole(e, a[2]), fromEnd: true)),
        Ask("splitlines", "self keepends=False", (e, s, a) => SplitLines(e, s, Operators.IsTrue(e, a[1]))),
        Ask("partition", "self sep", (e, s, a) => Partition(e, s, a[1], s.IndexOf(Str(e, a[1]), StringComparison.Ordinal), [s, "", ""])),
        Ask("rpartition", "self sep", (e, s, a) => Partition(e, s, a[1], s.LastIndexOf(Str(e, a[1]), StringComparison.Ordinal), ["", "", s])),
        Ask("isdigit", "self", (_, s, _) => s.Length > 0 && s.All(char.IsDigit)),
        Ask("isdecimal", "self", (_, s, _) => s.Length > 0 && s.All(char.IsDigit)),
        Ask("isnumeric", "self", (_, s, _) => s.Length > 0 && s.All(char.IsNumber)),
        Ask("isalpha", "self", (_, s, _) => s.Length > 0 && s.All(char.IsLetter)),
        Ask("isalnum", "self", (_, s, _) => s.Length > 0 && s.All(c => char.IsLetterOrDigit(c) || char.IsNumber(c))),
        Ask("isspace", "self", (_, s, _) => s.Length > 0 && s.All(IsSpace)),
        Ask("isupper", "self", (_, s, _) => s.Any(char.IsUpper) && !s.Any(char.IsLower)),
        Ask("islower", "self", (_, s, _) => s.Any(char.IsLower) && !s.Any(char.IsUpper)),
        Ask("istitle", "self", (_, s, _) => s.Any(char.IsLetter) && Title(s) == s),
        Ask("isascii", "self", (_, s, _) => s.All(char.IsAscii)),
        Ask("isidentifier", "self", (_, s, _) => s.Length > 0 && !char.IsDigit(s[0]) && s.All(c => char.IsLetterOrDigit(c) || c == '_')),
        Ask("encode", "self encoding='utf-8'", (e, _, _) => throw e.Fail("type", "bytes are not available in templates")),
    ];

    private static string Str(Evaluation evaluation, object? value) => value is string or JinjaMarkup
        ? value.ToString()!
        : throw evaluation.Fail("type", $"must be str, not {Representation.TypeName(value)}");

    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var inside = false;
        foreach (var character in text)
        {
            result.Append(inside ? char.ToLowerInvariant(character) : char.ToUpperInvariant(character));
            inside = char.IsLetter(character);
        }
        return result.ToString();
    }

    private static string ZeroFill(Evaluation evaluation, string text, object? width)
    {
        var sign = text.Length > 0 && text[0] is '-' or '+' ? text[..1] : "";
        return sign + Pad(evaluation, text[sign.Length..], (long)Whole(evaluation, width) - sign.Length, "0", 1);
    }

    private static string Join(Evaluation evaluation, string separator, object?[] arguments)
    {
        var result = new StringBuilder();
        var index = 0;
        foreach (var item in Operators.Iterate(evaluation, arguments[1]))
        {
            var text = item is string or JinjaMarkup
                ? item.ToString()!
                : throw evaluation.Fail("type", $"sequence item {index}: expected str instance, {Representation.TypeName(item)} found");
            evaluation.Allocate(text.Length + separator.Length);
            result.Append(index++ > 0 ? separator : "").Append(text);
        }
        return result.ToString();
    }

    private static string Part(Evaluation evaluation, string text, object? start, object? end) =>
        start is null && end is null ? text : (string)Lookup.Slice(evaluation, text, start, end, null)!;

    private static object? Edges(Evaluation evaluation, string text, object? edges, Func<string, string, bool> holds) => edges is JinjaTuple many
        ? many.Any(edge => holds(text, Str(evaluation, edge)))
        : holds(text, Str(evaluation, edges));

    private static long Find(Evaluation evaluation, string text, object?[] arguments, bool last)
    {
        var start = arguments[2] is null ? 0 : Position(evaluation, text.Length, arguments[2]);
        var end = arguments[3] is null ? text.Length : Position(evaluation, text.Length, arguments[3]);
        if (end < start)
        {
            return -1;
        }
        var part = text[start..end];
        var sub = Str(evaluation, arguments[1]);
        var at = last ? part.LastIndexOf(sub, StringComparison.Ordinal) : part.IndexOf(sub, StringComparison.Ordinal);
        return at < 0 ? -1 : at + start;
    }

    private static long CountOf(string text, string sub)
    {
        if (sub.Length == 0)
        {
            return text.Length + 1;
        }
        var count = 0L;
        for (var at = text.IndexOf(sub, StringComparison.Ordinal); at >= 0; at = text.IndexOf(sub, at + sub.Length, StringComparison.Ordinal))
        {
            count++;
        }
        return count;
    }

    private static JinjaList Split(Evaluation evaluation, string text, object? separator, long limit, bool fromEnd)
    {
        evaluation.Allocate(text.Length);
        if (separator is not null && Str(evaluation, separator).Length == 0)
        {
            throw evaluation.Fail("value", "empty separator");
        }
        List<string> parts = separator is null
            ? [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)]
            : [.. text.Split(Str(evaluation, separator))];
        if (limit < 0 || parts.Count - 1 <= limit)
        {
            return new JinjaList(parts);
        }
        return new JinjaList(separator is null
            ? SplitBlanks(text, (int)limit, fromEnd)
            : fromEnd
                ? [string.Join(Str(evaluation, separator), parts.SkipLast((int)limit)), .. parts.TakeLast((int)limit)]
                : [.. parts.Take((int)limit), string.Join(Str(evaluation, separator), parts.Skip((int)limit))]);
    }

    /// <summary>Splits at runs of blanks at most so often; what is left keeps the blanks at its far end, as Python's does.</summary>
    private static List<string> SplitBlanks(string text, int limit, bool fromEnd)
    {
        var parts = new List<string>();
        var rest = fromEnd ? text.TrimEnd() : text.TrimStart();
        while (rest.Length > 0 && parts.Count < limit)
        {
            var at = fromEnd ? rest.Length - 1 : 0;
            while (at >= 0 && at < rest.Length && !IsSpace(rest[at]))
            {
                at += fromEnd ? -1 : 1;
            }
            parts.Add(fromEnd ? rest[(at + 1)..] : rest[..at]);
            rest = fromEnd ? rest[..Math.Max(at, 0)].TrimEnd() : rest[at..].TrimStart();
        }
        if (rest.Length > 0)
        {
            parts.Add(rest);
        }
        if (fromEnd)
        {
            parts.Reverse();
        }
        return parts;
    }

    private static JinjaList SplitLines(Evaluation evaluation, string text, bool keepEnds)
    {
        evaluation.Allocate(text.Length);
        var lines = new List<object?>();
        var start = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] is not ('\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029'))
            {
                continue;
            }
            var end = text[index] == '\r' && index + 1 < text.Length && text[index + 1] == '\n' ? index + 2 : index + 1;
            lines.Add(text[start..(keepEnds ? end : index)]);
            start = end;
            index = end - 1;
        }
        if (start < text.Length)
        {
            lines.Add(text[start..]);
        }
        return new JinjaList(lines);
    }

    private static JinjaTuple Partition(Evaluation evaluation, string text, object? separator, int at, object?[] whole)
    {
        var sub = Str(evaluation, separator);
        return sub.Length == 0
            ? throw evaluation.Fail("value", "empty separator")
            : new JinjaTuple(at < 0 ? whole : [text[..at], sub, text[(at + sub.Length)..]]);
    }
}
