using System.Text;
using System.Text.RegularExpressions;

namespace Escale.Projects.Jinja;

/// <summary>Jinja's filters on text.</summary>
internal static partial class TextFilters
{
    public static void Register(JinjaEnvironment environment)
    {
        Add(environment, "upper", "s", (_, s, _) => Methods.Upper(s));
        Add(environment, "lower", "s", (_, s, _) => s.ToLowerInvariant());
        Add(environment, "capitalize", "s", (_, s, _) => Methods.Capitalize(s));
        Add(environment, "title", "s", (_, s, _) => Title(s));
        Add(environment, "trim", "value chars=None", (_, s, a) => Methods.Strip(s, a[1]));
        Add(environment, "center", "value width=80", (e, s, a) => Methods.Pad(e, s, a[1], " ", 0));
        Add(environment, "indent", "s width=4 first=False blank=False", Indent);
        Add(environment, "truncate", "s length=255 killwords=False end='...' leeway=?", Truncate);
        Add(environment, "wordwrap", "s width=79 break_long_words=True wrapstring=None break_on_hyphens=True", (e, s, a) => WordWrap.Wrap(e, s, a));
        environment.AddFilter(new("replace", "s old new count=None", Replace));
        environment.AddFilter(new("string", "object", (e, a) => a[0] is JinjaMarkup ? a[0] : Representation.Text(e, a[0])));
        environment.AddFilter(new("wordcount", "s", (e, a) => (long)Word().Count(Representation.Text(e, a[0]))));
        environment.AddFilter(new("format", "value *args **kwargs", Format));
        environment.AddFilter(new("pprint", "value", (e, a) => PrettyPrint.Print(e, a[0])));
    }

    private static void Add(JinjaEnvironment environment, string name, string signature, Func<Evaluation, string, object?[], string> body) =>
        environment.AddFilter(new(name, signature, (e, a) =>
        {
            var result = body(e, Representation.Text(e, a[0]), a);
            e.Allocate(result.Length);
            return a[0] is JinjaMarkup ? new JinjaMarkup(result) : result;
        }));

    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var starts = true;
        foreach (var character in text)
        {
            result.Append(starts ? char.ToUpperInvariant(character) : char.ToLowerInvariant(character));
            starts = Methods.IsSpace(character) || character is '-' or '(' or '{' or '[' or '<';
        }
        return result.ToString();
    }

    private static string Indent(Evaluation evaluation, string text, object?[] arguments)
    {
        var indent = arguments[1] is string or JinjaMarkup
            ? arguments[1]!.ToString()!
            : Methods.Pad(evaluation, "", arguments[1], " ", 1);
        var (first, blank) = (Operators.IsTrue(evaluation, arguments[2]), Operators.IsTrue(evaluation, arguments[3]));
        var lines = (text + "\n").ReplaceLineEndings("\n").Split('\n')[..^1];
        evaluation.Allocate((long)lines.Length * indent.Length);
        var result = new StringBuilder();
        for (var index = 0; index < lines.Length; index++)
        {
            result.Append(index == 0 ? "" : "\n").Append((index == 0 ? first : blank || lines[index].Length > 0) ? indent : "").Append(lines[index]);
        }
        return result.ToString();
    }

    private static string Truncate(Evaluation evaluation, string text, object?[] arguments)
    {
        var length = Whole(evaluation, arguments[1]);
        var end = Representation.Text(evaluation, arguments[3]);
        var leeway = ReferenceEquals(arguments[4], NativeFunction.Missing) || arguments[4] is null ? 5 : Whole(evaluation, arguments[4]);
        if (length < end.Length)
        {
            throw evaluation.Fail("value", $"expected length >= {end.Length}, got {length}");
        }
        if (leeway < 0)
        {
            throw evaluation.Fail("value", $"expected leeway >= 0, got {leeway}");
        }
        if (text.Length <= length + leeway)
        {
            return text;
        }
        var cut = text[..(int)(length - end.Length)];
        if (Operators.IsTrue(evaluation, arguments[2]))
        {
            return cut + end;
        }
        var blank = cut.LastIndexOf(' ');
        return (blank < 0 ? cut : cut[..blank]) + end;
    }

    private static object? Replace(Evaluation evaluation, object?[] arguments)
    {
        var count = arguments[3] is null ? -1 : Whole(evaluation, arguments[3]);
        var isMarkup = arguments[0] is JinjaMarkup || (evaluation.Autoescape && (arguments[1] is JinjaMarkup || arguments[2] is JinjaMarkup));
        string Part(object? value) => isMarkup ? Html.Escape(evaluation, value) : Representation.Text(evaluation, value);
        var result = Methods.Replace(evaluation, Part(arguments[0]), Representation.Text(evaluation, arguments[1]), Part(arguments[2]), count);
        return isMarkup ? new JinjaMarkup(result) : result;
    }

    private static object? Format(Evaluation evaluation, object?[] arguments)
    {
        var (positional, named) = ((JinjaTuple)arguments[1]!, (JinjaDict)arguments[2]!);
        if (positional.Count > 0 && named.Count > 0)
        {
            throw evaluation.Fail("type", "can't handle positional and keyword arguments at the same time");
        }
        if (arguments[0] is not JinjaMarkup markup)
        {
            return PercentFormat.Format(evaluation, Representation.Text(evaluation, arguments[0]), named.Count > 0 ? named : positional);
        }
        object? Escaped(object? value) => Operators.Number(value) is null ? Html.Escape(evaluation, value) : value;
        var safe = new JinjaDict(named.Select(entry => KeyValuePair.Create((string)entry.Key!, Escaped(entry.Value))));
        return new JinjaMarkup(PercentFormat.Format(
            evaluation, markup.Text, named.Count > 0 ? safe : new JinjaTuple([.. positional.Select(Escaped)])));
    }

    private static long Whole(Evaluation evaluation, object? value) => Operators.Whole(value) is { } number
        ? (long)System.Numerics.BigInteger.Clamp(number, -1_000_000_000, 1_000_000_000)
        : throw evaluation.Fail("type", $"an integer is required, not {Representation.TypeName(value)}");

    [GeneratedRegex(@"\w+", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
