using Microsoft.Playwright;

namespace Escale.Browser.Tests;

/// <content>The catalogue, and a table with its rows, figures, versions and lineage.</content>
internal sealed partial class Walk
{
    public async Task LookThroughTheCatalogueAsync()
    {
        await EnterAsync("/tables");
        await Expect(page.Locator(".catalogue .row-link")).ToHaveTextAsync(["by_month", "calls", "quays"], new() { UseInnerText = true });
        await LookAsync("tables");
        foreach (var (words, found) in new[] { ("ship", new[] { "calls" }), ("harbour office", ["calls"]), ("quay", ["quays", "by_month", "calls"]), ("nothing like it", []) })
        {
            await page.FillAsync(".catalogue-search [name=q]", words);
            await page.PressAsync(".catalogue-search [name=q]", "Enter");
            await page.WaitForURLAsync($"**/tables?q={Uri.EscapeDataString(words).Replace("%20", "+", StringComparison.Ordinal)}*");
            await Expect(page.Locator(".catalogue .row-link")).ToHaveCountAsync(found.Length);
        }
        await LookAsync("tables-nothing");
        await page.GetByRole(AriaRole.Link, new() { Name = Say("Show all tables", "Voir toutes les tables") }).ClickAsync();
        await page.Locator(".catalogue .row-link", new() { HasText = "calls" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("gold.calls");
        await LookAsync("table");
    }

    public async Task LookIntoATableAsync()
    {
        await TabAsync("/rows");
        await Expect(page.Locator(".grid-count")).ToHaveTextAsync(Rows(20_010));
        await page.FillAsync(".grid-go", "15000");
        await page.PressAsync(".grid-go", "Enter");
        await Expect(Cell(15_000, 0)).ToHaveTextAsync("14999");
        await page.WaitForURLAsync(url => url.Contains("row=15000", StringComparison.Ordinal));

        await Title("hours").Locator(".grid-name").ClickAsync();
        await Expect(Title("hours")).ToHaveAttributeAsync("aria-sort", "ascending");
        await Expect(Cell(1, 5)).ToHaveTextAsync(Say("0.0", "0,0"));
        await Title("flag").Locator(".grid-more").ClickAsync();
        await LookAsync(page, "grid-menu", phone: false);
        await page.SelectOptionAsync(".grid-menu select", "eq");
        await page.FillAsync(".grid-menu input", "SN");
        await page.PressAsync(".grid-menu input", "Enter");
        await Expect(page.Locator(".grid-chip")).ToHaveCountAsync(1);
        await Expect(Cell(1, 4)).ToHaveTextAsync("SN");
        await page.WaitForURLAsync(url => url.Contains("filter=", StringComparison.Ordinal));
        await page.ReloadAsync();
        await Expect(page.Locator(".grid-chip")).ToHaveCountAsync(1);
        await Expect(Cell(1, 4)).ToHaveTextAsync("SN");
        await LookAsync("rows");
        await page.Locator(".grid-chip").ClickAsync();
        await Expect(page.Locator(".grid-count")).ToHaveTextAsync(Rows(20_010));

        await TabAsync("/columns");
        await Expect(page.Locator("#figures .histogram").First).ToBeVisibleAsync();
        await LookAsync("columns");
        await TabAsync("/lineage");
        foreach (var part in new[] { "main.quays", "gold.by_month", "Calls by flag", "The harbour" })
        {
            await Expect(page.Locator(".lineage-box", new() { HasText = part }).First).ToBeVisibleAsync();
        }
        await LookAsync("lineage");
        await TabAsync("/used");
        await Expect(page.Locator("main")).ToContainTextAsync("by_month");
        await LookAsync("used");
    }

    public async Task GoBackToAVersionAsync()
    {
        await page.GotoAsync("/tables/gold.calls");
        await TabAsync("/versions");
        var versions = await page.Locator("[name=from]").CountAsync();
        await LookAsync("versions");
        await Button("Compare", "Comparer").ClickAsync();
        await Expect(page.Locator("#difference .figure b").First).ToHaveTextAsync("10");
        await LookAsync("difference");
        await page.GetByRole(AriaRole.Link, new() { Name = Say("Restore…", "Restaurer…") }).First.ClickAsync();
        await page.WaitForURLAsync("**/restore");
        await LookAsync("restore");
        await page.Locator("form[action$='/restore'] button[type=submit]").ClickAsync();
        await page.WaitForURLAsync("**/versions");
        await Expect(page.Locator("[name=from]")).ToHaveCountAsync(versions + 1);
        await TabAsync("/rows");
        await Expect(page.Locator(".grid-count")).ToHaveTextAsync(Rows(20_000));
    }

    private async Task TabAsync(string part)
    {
        var tab = page.Locator($".tabs a[href$='{part}']");
        await tab.ClickAsync();
        await Expect(tab).ToHaveAttributeAsync("aria-current", "page");
    }

    private ILocator Title(string column) => page.Locator(".grid-title", new() { Has = page.Locator(".grid-name", new() { HasTextString = column }) });

    // The first row of a grid has the number 2: 1 is the headings'.
    private ILocator Cell(int row, int column) => page.Locator($".grid-row[aria-rowindex='{row + 1}'] [data-column='{column}']");

    private string Number(int value) => isFrench ? value.ToString("N0", French) : value.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);

    private string Rows(int count) => Number(count) + Say(" rows", " lignes");

    private static System.Globalization.NumberFormatInfo French { get; } = new() { NumberGroupSeparator = "\u202f" };
}
