using System.Text;

namespace Escale.Projects.Jinja;

/// <summary>Jinja's filters for HTML, URLs and JSON.</summary>
internal static class HtmlFilters
{
    public static void Register(JinjaEnvironment environment)
    {
        void Add(string name, string signature, Func<Evaluation, object?[], object?> body) => environment.AddFilter(new(name, signature, body));
        Add("escape", "s", (e, a) => new JinjaMarkup(Html.Escape(e, a[0])));
        Add("e", "s", (e, a) => new JinjaMarkup(Html.Escape(e, a[0])));
        Add("forceescape", "value", (e, a) => new JinjaMarkup(Html.Escape(Representation.Text(e, a[0]))));
        Add("safe", "value", (e, a) => new JinjaMarkup(Representation.Text(e, a[0])));
        Add("striptags", "value", (e, a) => Html.StripTags(Representation.Text(e, a[0])));
        Add("urlencode", "value", UrlEncode);
        Add("urlize", "value trim_url_limit=None nofollow=False target=None rel=None extra_schemes=None", Urlize);
        Add("xmlattr", "d autospace=True", XmlAttributes);
        Add("tojson", "value indent=None", (e, a) =>
        {
            var json = JsonText.Write(e, a[0], Operators.Whole(a[1]) is { } indent ? (int)System.Numerics.BigInteger.Clamp(indent, 0, 100) : null, sortKeys: true);
            return new JinjaMarkup(json.Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003e", StringComparison.Ordinal)
                .Replace("&", "\\u0026", StringComparison.Ordinal).Replace("'", "\\u0027", StringComparison.Ordinal));
        });
    }

    private static object? UrlEncode(Evaluation evaluation, object?[] arguments)
    {
        if (arguments[0] is string or JinjaMarkup || !Operators.IsIterable(arguments[0]))
        {
            return Quote(Representation.Text(evaluation, arguments[0]), keepSlash: true);
        }
        var pairs = arguments[0] is JinjaDict dict
            ? dict.Select(entry => (entry.Key, entry.Value))
            : Operators.Iterate(evaluation, arguments[0]).Select(pair => Operators.Iterate(evaluation, pair).ToArray()).Select(pair => (pair[0], pair[1]));
        return string.Join("&", pairs.Select(pair => Form(evaluation, pair.Item1) + "=" + Form(evaluation, pair.Item2)));
    }

    private static string Form(Evaluation evaluation, object? value) =>
        Quote(Representation.Text(evaluation, value), keepSlash: false).Replace("%20", "+", StringComparison.Ordinal);

    private static string Quote(string text, bool keepSlash)
    {
        var result = new StringBuilder();
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            var character = (char)octet;
            if (char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-' or '~' || (keepSlash && character == '/'))
            {
                result.Append(character);
            }
            else
            {
                result.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }
        return result.ToString();
    }

    private static object? Urlize(Evaluation evaluation, object?[] arguments)
    {
        var rel = (arguments[4] is null ? "" : Representation.Text(evaluation, arguments[4])).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Append("noopener").Concat(Operators.IsTrue(evaluation, arguments[2]) ? ["nofollow"] : Array.Empty<string>());
        var limit = Operators.Whole(arguments[1]) is { } given ? (int)System.Numerics.BigInteger.Clamp(given, 0, int.MaxValue) : (int?)null;
        var result = Html.Urlize(
            Representation.Text(evaluation, arguments[0]), limit, string.Join(' ', rel.Distinct().Order(StringComparer.Ordinal)),
            arguments[3] is null ? null : Representation.Text(evaluation, arguments[3]));
        evaluation.Allocate(result.Length);
        return evaluation.Autoescape ? new JinjaMarkup(result) : result;
    }

    private static object? XmlAttributes(Evaluation evaluation, object?[] arguments)
    {
        var dict = arguments[0] as JinjaDict ?? throw evaluation.Fail("type", "xmlattr needs a mapping");
        var parts = dict.Where(entry => entry.Value is not (null or JinjaUndefined)).Select(entry =>
        {
            var key = Representation.Text(evaluation, entry.Key);
            return key.AsSpan().IndexOfAny(" \t\n\f\r/>=") >= 0
                ? throw evaluation.Fail("value", $"Invalid character in attribute name: '{key}'")
                : $"{Html.Escape(key)}=\"{Html.Escape(evaluation, entry.Value)}\"";
        }).ToArray();
        var text = (parts.Length > 0 && Operators.IsTrue(evaluation, arguments[1]) ? " " : "") + string.Join(' ', parts);
        return evaluation.Autoescape ? new JinjaMarkup(text) : text;
    }
}
