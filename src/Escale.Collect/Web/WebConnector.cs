using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Escale.Collect.Definitions;
using Escale.Collect.Http;
using Escale.Collect.Loading;

namespace Escale.Collect.Web;

/// <summary>Collects from web pages, politely: robots.txt obeyed, one request per host at a time, one second apart, under our own name.</summary>
internal sealed class WebConnector(GuardedHttp http, RunEnvironment environment) : Connector
{
    // Deeper pages than browsers lay out are made to break parsers.
    private const int MaxDepth = 512;
    private const int MaxOpen = 4000;

    private readonly Robots _robots = new(http);

    public override string Type => "web";

    public override async Task<Intake?> CollectAsync(CollectContext context, CancellationToken cancellationToken)
    {
        var settings = (WebSettings)context.Table.Settings;
        using var stage = new RecordStage(Path.Combine(context.Workspace, "pages.ndjson"), context.Table.Name);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var sink = new PageSink(settings, stage, hash);
        var seen = new HashSet<Uri>();
        foreach (var given in settings.Urls)
        {
            Uri? next = Address(Variables.Expand(given, environment, context.Table.Place), context.Table.Place);
            while (next is not null && seen.Count < settings.MaxPages && seen.Add(next))
            {
                var page = await FetchAsync(next, settings, context.Table.Place, cancellationToken);
                sink.Add(page, next, context.Table.Place);
                next = settings.Next is { } selector && page.QuerySelector(selector) is { } link ? NextOf(link, page) : null;
                context.Progress?.Report(new StepProgress(RowCount: stage.Count, Doing: $"page {seen.Count}"));
            }
        }
        var part = stage.Finish();
        var content = Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
        return context.State?["content"]?.GetValue<string>() == content
            ? null
            : new Intake { Parts = [part], Rejects = stage.Rejects, State = new JsonObject { ["content"] = content } };
    }

    private static Uri Address(string text, Place place) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw new EscaleException("collect.url", $"'{text}' is not an http address.", "Write it whole, such as https://example.org/page.", place);

    private static Uri? NextOf(IElement link, IDocument page) =>
        link.GetAttribute("href") is { Length: > 0 } href && Uri.TryCreate(new Uri(page.BaseUri), href, out var address) && address.Scheme is "http" or "https"
            ? new UriBuilder(address) { Fragment = "" }.Uri
            : null;

    private async Task<IDocument> FetchAsync(Uri address, WebSettings settings, Place place, CancellationToken cancellationToken)
    {
        var pace = settings.Pace;
        if (settings.ObeysRobots)
        {
            var rules = await _robots.RulesAsync(address, pace, cancellationToken);
            if (!rules.Allows(address.PathAndQuery))
            {
                throw new EscaleException("collect.web.robots", $"The site's robots.txt does not allow {GuardedHttp.Show(address)}.", "Ask the site's owner, or collect another page.", place);
            }
            pace = rules.Delay > pace.Delay ? pace with { Delay = rules.Delay.Value } : pace;
        }
        var ask = new HttpAsk { Address = address, Headers = Variables.Expand(settings.Headers, environment, place), MaxSizeBytes = settings.MaxPageSizeBytes, Pace = pace };
        var (body, type, final) = await http.SendAsync(ask, async (answer, token) => (await answer.ReadAllAsync(token), answer.Header("Content-Type"), answer.Address), cancellationToken);
        return await ParseAsync(body, settings.Encoding is null ? type : $"text/html; charset={Files.TextEncodings.Find(settings.Encoding)!.WebName}", final, cancellationToken);
    }

    /// <summary>Parses a page; nothing in it is run or fetched.</summary>
    internal static async Task<IDocument> ParseAsync(byte[] body, string? type, Uri address, CancellationToken cancellationToken)
    {
        var shown = GuardedHttp.Show(address);
        // The parser's work grows with the square of the depth: what is open at once is counted before it sees the page.
        if (HtmlDepth.MostOpen(body) > MaxOpen)
        {
            throw TooDeep(shown);
        }
        var context = BrowsingContext.New(Configuration.Default);
        using var content = new MemoryStream(body);
        var page = await context.OpenAsync(response => response.Content(content).Address(address.ToString()).Header("Content-Type", type ?? "text/html"), cancellationToken);
        return DepthOf(page) <= MaxDepth ? page : throw TooDeep(shown);
    }

    private static EscaleException TooDeep(string shown) =>
        new("collect.web.too-deep", $"{shown} nests its elements more than {MaxDepth} deep.", "Collect another page.", new Place(shown));

    private static int DepthOf(IDocument page)
    {
        // By hand, because recursion is what a hostile page wants.
        int depth = 0, deepest = 0;
        INode? node = page;
        while (node is not null)
        {
            deepest = Math.Max(deepest, depth);
            if (node.FirstChild is { } child)
            {
                (node, depth) = (child, depth + 1);
                continue;
            }
            while (node is not null && node.NextSibling is null)
            {
                (node, depth) = (node.Parent, depth - 1);
            }
            node = node?.NextSibling;
        }
        return deepest;
    }
}

/// <summary>Puts the records of pages into a stage.</summary>
internal sealed class PageSink(WebSettings settings, RecordStage stage, IncrementalHash hash)
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Dictionary<string, Regex> _patterns = settings.Fields.Where(field => field.Pattern is not null)
        .ToDictionary(field => field.Name, field => new Regex(field.Pattern!, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant), StringComparer.Ordinal);

    public void Add(IDocument page, Uri address, Place place)
    {
        var shown = GuardedHttp.Show(address);
        var number = 0;
        if (settings.HtmlTable is { } selector)
        {
            var element = page.QuerySelector(selector);
            var table = element as IHtmlTableElement ?? element?.QuerySelector("table") as IHtmlTableElement ?? throw new EscaleException(
                "collect.web.no-table", $"{shown} has no table at '{selector}'.", "Correct html_table: the page may have changed.", place);
            var (names, rows) = HtmlTables.Read(table);
            names.ToList().ForEach(stage.Shape.AddField);
            foreach (var row in rows)
            {
                Write(shown, ++number, writer =>
                {
                    for (var i = 0; i < names.Count; i++)
                    {
                        WriteText(writer, names[i], row[i]);
                    }
                });
            }
            return;
        }
        settings.Fields.ToList().ForEach(field => stage.Shape.AddField(field.Name));
        foreach (var element in page.QuerySelectorAll(settings.Rows!))
        {
            Write(shown, ++number, writer => settings.Fields.ToList().ForEach(field => WriteField(writer, field, element)));
        }
    }

    private void WriteField(Utf8JsonWriter writer, WebField field, IElement element)
    {
        if (!field.All)
        {
            WriteText(writer, field.Name, Take(field, field.Css is null ? element : element.QuerySelector(field.Css)));
            return;
        }
        writer.WriteStartArray(field.Name);
        foreach (var match in field.Css is null ? [element] : element.QuerySelectorAll(field.Css).AsEnumerable())
        {
            writer.WriteStringValue(Take(field, match));
        }
        writer.WriteEndArray();
    }

    private string? Take(WebField field, IElement? element)
    {
        var text = element is null ? null : field.Attribute switch
        {
            null => HtmlTables.TextOf(element),
            "html" => element.InnerHtml,
            var name => element.GetAttribute(name),
        };
        if (text is null || !_patterns.TryGetValue(field.Name, out var pattern))
        {
            return text;
        }
        var match = pattern.Match(text);
        return !match.Success ? null : match.Groups.Count > 1 ? match.Groups[1].Value : match.Value;
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            writer.WriteNull(name);
        }
        else
        {
            writer.WriteString(name, text);
        }
    }

    private void Write(string shown, int number, Action<Utf8JsonWriter> fields)
    {
        _buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_buffer))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }
        hash.AppendData(_buffer.WrittenSpan);
        stage.Add(_buffer.WrittenSpan, shown, number);
    }
}

/// <summary>Counts how many elements a page has open at once, without building anything.</summary>
internal static class HtmlDepth
{
    // Elements that have no end, or that the next of their kind ends.
    private static readonly HashSet<string> _unclosed = new(StringComparer.OrdinalIgnoreCase)
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p", "li", "dt", "dd", "tr", "td", "th",
        "thead", "tbody", "tfoot", "option", "optgroup", "colgroup", "html", "head", "body", "path", "use", "circle", "rect", "line", "polygon", "stop",
    };

    public static int MostOpen(ReadOnlySpan<byte> html)
    {
        int open = 0, most = 0;
        while (html.IndexOf((byte)'<') is var at and >= 0 && at + 1 < html.Length)
        {
            html = html[(at + 1)..];
            var closes = html[0] == '/';
            var name = html[(closes ? 1 : 0)..];
            var length = name.IndexOfAnyExcept(_letters);
            name = length < 0 ? name : name[..length];
            if (name.Length is 0 or > 20 || _unclosed.Contains(System.Text.Encoding.ASCII.GetString(name)))
            {
                continue;
            }
            open = Math.Max(0, open + (closes ? -1 : 1));
            most = Math.Max(most, open);
        }
        return most;
    }

    private static readonly SearchValues<byte> _letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);
}
