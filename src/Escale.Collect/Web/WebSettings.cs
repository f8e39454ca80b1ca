using System.Text.RegularExpressions;
using Escale.Collect.Definitions;
using Escale.Collect.Http;
using Escale.Projects.Yaml;

namespace Escale.Collect.Web;

/// <summary>A table made from web pages: the rows of an HTML table, or one record for each element that a CSS selector finds.</summary>
internal sealed record WebSettings
{
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>The selector of the HTML table, or null.</summary>
    public string? HtmlTable { get; init; }

    /// <summary>The selector of the elements that are records, or null.</summary>
    public string? Rows { get; init; }

    public IReadOnlyList<WebField> Fields { get; init; } = [];

    /// <summary>The selector of the link to the next page, or null.</summary>
    public string? Next { get; init; }

    public int MaxPages { get; init; } = 1000;

    public HttpPace Pace { get; init; } = HttpPace.Web;

    public bool ObeysRobots { get; init; } = true;

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public string? Encoding { get; init; }

    public long MaxPageSizeBytes { get; init; } = 16L << 20;
}

/// <summary>A column taken from an element.</summary>
/// <param name="Name">The column.</param>
/// <param name="Css">The selector inside the record's element; null: the element itself.</param>
/// <param name="Attribute">The attribute to take; null: the text.</param>
/// <param name="Pattern">What to take of it: the first group, or the whole match.</param>
/// <param name="All">Whether all matches are taken, as a list.</param>
internal sealed record WebField(string Name, string? Css, string? Attribute, string? Pattern, bool All);

/// <summary>Reads the <c>web</c> connector's keys.</summary>
internal static partial class WebReader
{
    public static IReadOnlyList<SourceTable> Read(SourceHeader header, YamlReader source)
    {
        var shared = new WebSettings
        {
            Urls = [],
            Pace = new HttpPace((int)(source.Integer("concurrency", 1, 8) ?? 1), source.Duration("delay") ?? HttpPace.Web.Delay),
            ObeysRobots = source.Bool("robots", true),
            Headers = source.TextMap("headers"),
        };
        var defaults = source.Node("defaults")?.AsMap("defaults");
        _ = source.Need("tables");
        return
        [
            .. source.Items("tables").Select(item =>
            {
                var map = item.AsMap("a table");
                return Table((defaults is null ? map : map.WithDefaults(defaults)).Reader("a table"), shared, header);
            }),
        ];
    }

    private static SourceTable Table(YamlReader reader, WebSettings shared, SourceHeader header)
    {
        _ = reader.Need("url");
        var types = new List<ColumnRule>();
        var settings = shared with
        {
            Urls = reader.Texts("url"),
            HtmlTable = Selector(reader, "html_table"),
            Rows = Selector(reader, "rows"),
            Fields = [.. (reader.Node("fields")?.AsMap("fields by name").Entries ?? []).Select(entry => Field(entry, types))],
            Next = Selector(reader, "next"),
            MaxPages = (int)(reader.Integer("max_pages", 1, 1_000_000) ?? 1000),
            Encoding = reader.Node("encoding") is { } encoding ? Files.TextEncodings.Check(encoding) : null,
            MaxPageSizeBytes = reader.SizeBytes("max_page_size") ?? 16L << 20,
        };
        if (settings.HtmlTable is null == settings.Rows is null)
        {
            throw reader.Map.Error("collect.web-what", "A web table needs either html_table or rows with fields.", "Set html_table to the selector of a table, or rows and fields to selectors.");
        }
        if (settings.Rows is not null && settings.Fields.Count == 0)
        {
            throw reader.Map.Error("projects.missing-key", "A web table with rows needs fields.", "Add 'fields:' with a selector for each column.");
        }
        var table = TableReader.Read(reader, header.Name, header.Schema, settings, LoadMode.Replace);
        return table with { Columns = [.. table.Columns, .. types.Where(rule => table.Rule(rule.Name) is null)] };
    }

    private static WebField Field(YamlEntry entry, List<ColumnRule> types)
    {
        var (key, value) = (entry.Key, entry.Value);
        if (value is YamlScalar { IsNull: false } text)
        {
            // The short form: a selector, or selector@attribute.
            var at = text.Text.LastIndexOf('@');
            var css = at < 0 ? text.Text : text.Text[..at];
            return new WebField(key.Text, css.Length == 0 ? null : CheckSelector(css, value), at < 0 ? null : text.Text[(at + 1)..], null, false);
        }
        var inner = value.AsMap("a field").Reader("a field");
        var pattern = inner.TextOrNull("regex");
        if (pattern is not null)
        {
            TableReader.CheckPattern(inner.Need("regex"), pattern);
        }
        var field = new WebField(key.Text, Selector(inner, "css"), inner.TextOrNull("attr") is { } attribute && attribute != "text" ? attribute : null, pattern, inner.Bool("all", false));
        if (inner.Node("type") is { } type)
        {
            types.Add(new ColumnRule { Name = key.Text, Type = SqlTypes.Parse(type) });
        }
        inner.Done();
        return field;
    }

    private static string? Selector(YamlReader reader, string key) => reader.Node(key) is { } node ? CheckSelector(node.AsText(), node) : null;

    // The parser takes longer to wake than the rest of a project to read, and most selectors are plain.
    private static string CheckSelector(string css, YamlNode node) => PlainSelector().IsMatch(css) || new AngleSharp.Css.Parser.CssSelectorParser().ParseSelector(css) is not null
        ? css
        : throw node.Error("collect.selector", $"'{css}' is not a CSS selector.", "Write one such as table.berths or a[rel=next].");

    /// <summary>Names, classes, ids, [attribute=word] and :nth-child(1), one within the other. No part begins as another goes on, so it is linear.</summary>
    [GeneratedRegex($"^{OnePart}(?: (?:> )?{OnePart})*$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainSelector();

    private const string OnePart = $"(?:[a-z][a-z0-9]*{Suffix}*|{Suffix}+)";

    private const string Suffix = @"(?:[.#][a-zA-Z_][a-zA-Z0-9_-]*|\[[a-z][a-z-]*(?:=[a-zA-Z][a-zA-Z0-9_-]*)?\]|:nth-child\([0-9]+\))";
}
