using System.Text.Json;
using Escale.Testing;
using Microsoft.Playwright;

namespace Escale.Browser.Tests;

/// <summary>Looks at a page as axe-core does: WCAG 2.2 A and AA.</summary>
internal static class Accessibility
{
    private static readonly Lazy<string> _axe = new(() => File.ReadAllText(Path.Combine(Repository.Root, "web", "node_modules", "axe-core", "axe.min.js")));

    /// <summary>What is wrong with the page, one line per rule and place; nothing when all is well.</summary>
    public static Task<IReadOnlyList<string>> FaultsAsync(IPage page) => FaultsAsync(page, """{ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }""");

    /// <summary>The faults in the colours alone: what another theme can change.</summary>
    public static Task<IReadOnlyList<string>> FaultsOfColoursAsync(IPage page) => FaultsAsync(page, """{ runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } }""");

    private static async Task<IReadOnlyList<string>> FaultsAsync(IPage page, string rules)
    {
        await page.EvaluateAsync(_axe.Value + "; undefined"); // evaluated by the debugger, so that the page's own policy stays as it is
        var found = await page.EvaluateAsync<JsonElement>($$"""
            async () => (await axe.run(document, {{rules}})).violations
                .flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`))
            """);
        return [.. found.EnumerateArray().Select(line => $"{page.Url}: {line.GetString()}")];
    }
}
