using Markdig;

namespace Escale.Explore.Dashboards.Files;

/// <summary>Markdown of people as HTML that can do no harm: raw HTML is shown as text, addresses other than http, https and mailto and those of this program lead nowhere.</summary>
internal static class MarkdownText
{
    private static readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseAutoLinks().UseEmphasisExtras().Build();

    /// <summary>The HTML.</summary>
    public static string ToHtml(string markdown)
    {
        var document = Markdown.Parse(markdown, _pipeline);
        foreach (var link in Markdig.Syntax.MarkdownObjectExtensions.Descendants<Markdig.Syntax.Inlines.LinkInline>(document))
        {
            // Pictures from elsewhere would tell elsewhere who looks; the page's policy refuses them too.
            link.Url = link.IsImage || !IsSafe(link.Url) ? "#" : link.Url;
            link.IsImage = false;
        }
        foreach (var link in Markdig.Syntax.MarkdownObjectExtensions.Descendants<Markdig.Syntax.Inlines.AutolinkInline>(document))
        {
            link.Url = link.IsEmail || IsSafe(link.Url) ? link.Url : "#";
        }
        return Markdown.ToHtml(document, _pipeline);
    }

    private static bool IsSafe(string? url) =>
        url is not null && ((url.StartsWith('/') && !url.StartsWith("//", StringComparison.Ordinal) && !url.StartsWith("/\\", StringComparison.Ordinal)) || url.StartsWith('#')
        || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase));
}
