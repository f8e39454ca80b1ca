using System.Globalization;
using Microsoft.Playwright;

namespace Escale.Browser.Tests;

/// <content>A dashboard: read, filtered, changed, shared.</content>
internal sealed partial class Walk
{
    private static ILocator Tile(IPage seen, string id) => seen.Locator($".tile[data-tile='{id}']");

    public async Task ReadADashboardAsync()
    {
        await EnterAsync("/dashboards");
        await LookAsync("dashboards");
        await page.Locator(".dashboard-card").ClickAsync();
        await AreDrawnAsync(page);
        await Expect(Tile(page, "total").Locator(".value")).ToHaveTextAsync(Number(20_000));
        await LookAsync("dashboard");

        await FilterAsync(page);
        await page.GoBackAsync();
        await Expect(Tile(page, "total").Locator(".value")).ToHaveTextAsync(Number(20_000));

        await ClickMarkAsync(Tile(page, "quays").Locator("escale-chart"), 0);
        await Expect(page.Locator(".filter-chip")).ToContainTextAsync("Môle 1");
        await Expect(Tile(page, "total").Locator(".value")).ToHaveTextAsync(Number(4000));
        await Expect(Tile(page, "latest").Locator("tbody tr td:nth-child(3)").First).ToHaveTextAsync("Môle 1");
        await LookAsync("dashboard-picked");
        await page.ReloadAsync();
        await Expect(page.Locator(".filter-chip")).ToContainTextAsync("Môle 1");
        await page.Locator(".filter-chip").ClickAsync();
        await Expect(Tile(page, "total").Locator(".value")).ToHaveTextAsync(Number(20_000));
        await FillTheScreenAsync();
    }

    private async Task FilterAsync(IPage seen)
    {
        var filter = seen.Locator("details[data-filter=quay]");
        await filter.Locator("summary").ClickAsync();
        await filter.GetByText("Môle 1", new() { Exact = true }).ClickAsync();
        await filter.GetByText("Môle 2", new() { Exact = true }).ClickAsync();
        await LookAsync(seen, seen == page ? "dashboard-filter" : "shared-filter", phone: false);
        await filter.GetByRole(AriaRole.Button, new() { Name = Say("Apply", "Appliquer") }).ClickAsync();
        await Expect(Tile(seen, "total").Locator(".value")).ToHaveTextAsync(Number(8000));
        await seen.WaitForURLAsync(url => url.Contains("quay=", StringComparison.Ordinal));
    }

    private async Task FillTheScreenAsync()
    {
        await Button("Full screen", "Plein écran").First.ClickAsync();
        await page.WaitForFunctionAsync("() => document.fullscreenElement?.localName === 'escale-canvas'");
        await LookAsync(page, "dashboard-full", phone: false);
        await page.EvaluateAsync("() => document.exitFullscreen()");
        await page.WaitForFunctionAsync("() => document.fullscreenElement === null");
    }

    public async Task ChangeADashboardAsync()
    {
        await Button("Edit", "Modifier").ClickAsync();
        await Expect(Tile(page, "quays").Locator(".tile-corner")).ToBeVisibleAsync();
        await LookAsync(page, "dashboard-edit", phone: false);
        var before = await PlaceAsync("quays");

        await DragAsync(Tile(page, "months").Locator(".tile-grip"), -700, 0);
        await Expect(Tile(page, "months")).ToHaveCSSAsync("grid-column-start", "1");
        await Button("Undo", "Annuler").ClickAsync();
        Assert.Equal(before, await PlaceAsync("quays"));

        await DragAsync(Tile(page, "quays").Locator(".tile-corner"), -220, 84);
        var after = await PlaceAsync("quays");
        Assert.True(after.Width < before.Width && after.Height == before.Height + 2, $"{before} became {after}");
        await page.Keyboard.PressAsync("Control+z");
        Assert.Equal(before, await PlaceAsync("quays"));
        await Button("Redo", "Rétablir").ClickAsync();
        Assert.Equal(after, await PlaceAsync("quays"));

        // By keyboard, and a tile of words.
        await Tile(page, "flags").FocusAsync();
        await page.Keyboard.PressAsync("Shift+ArrowRight");
        Assert.Equal(13, (await PlaceAsync("flags")).Width);
        await page.Locator("summary", new() { HasText = Say("Add a tile", "Ajouter une tuile") }).ClickAsync();
        await Button("Text", "Texte").ClickAsync();
        await page.FillAsync(".canvas-dialog textarea", "# Été");
        await LookAsync(page, "dashboard-tile", phone: false);
        await Button("Apply", "Appliquer").ClickAsync();
        await Expect(Tile(page, "text").Locator("h1")).ToHaveTextAsync("Été");

        await Button("Save", "Enregistrer").ClickAsync();
        await Expect(Button("Edit", "Modifier")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await AreDrawnAsync(page);
        Assert.Equal(after, await PlaceAsync("quays"));
        Assert.Contains($"w: {after.Width.ToString(CultureInfo.InvariantCulture)}", harbour.Read("dashboards/harbour.yml"), StringComparison.Ordinal);
    }

    public async Task ShareADashboardAsync()
    {
        await Button("Share", "Partager").ClickAsync();
        await Button("Make a link", "Créer un lien").ClickAsync();
        await Expect(page.Locator(".share-link")).ToHaveCountAsync(1);
        await LookAsync(page, "share", phone: false);
        var link = new Uri((await page.Locator(".canvas-dialog .code-line code").TextContentAsync())!);

        var stranger = await visit.SitDownAsync(isFrench ? "fr-FR" : "en-GB");
        await stranger.GotoAsync(link.PathAndQuery);
        await AreDrawnAsync(stranger);
        await LookAsync(stranger, "shared");
        await FilterAsync(stranger);
        await Expect(stranger.Locator("a[href], .rail, .search-button")).ToHaveCountAsync(0);
        await Expect(stranger.GetByRole(AriaRole.Button, new() { Name = Say("Edit", "Modifier"), Exact = true })).ToHaveCountAsync(0);
        foreach (var closed in new[] { "/", "/dashboards/harbour", "/tables/gold.calls", "/questions/by-flag", "/runs", "/settings/people" })
        {
            Assert.Contains("/sign-in", (await stranger.APIRequest.GetAsync(closed, new() { Headers = new Dictionary<string, string> { ["Accept"] = "text/html" } })).Url, StringComparison.Ordinal);
        }
        foreach (var closed in new[] { "/api/v1/dashboards/harbour", "/api/v1/tables", "/api/v1/tables/gold.calls", "/api/v1/questions", "/api/v1/runs", "/openapi/v1.json" })
        {
            Assert.Equal((closed, 401), (closed, (await stranger.APIRequest.GetAsync(closed, new() { Headers = new Dictionary<string, string> { ["Accept"] = "application/json" } })).Status));
        }

        await Button("Take back", "Retirer").Last.ClickAsync();
        await Expect(page.Locator(".share-link")).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Escape");
        visit.Expect("status of 404");
        Assert.Equal(404, (await stranger.ReloadAsync())!.Status);
        await LookAsync(stranger, "share-gone");
        await stranger.Context.CloseAsync();
    }

    private async Task DragAsync(ILocator handle, float x, float y)
    {
        await handle.ScrollIntoViewIfNeededAsync();
        var box = (await handle.BoundingBoxAsync())!;
        var (left, top) = (box.X + box.Width / 2, box.Y + box.Height / 2);
        await page.Mouse.MoveAsync(left, top);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(left + x / 2, top + y / 2, new() { Steps = 4 });
        await page.Mouse.MoveAsync(left + x, top + y, new() { Steps = 4 });
        await page.Mouse.UpAsync();
    }

    private async Task<(int Column, int Row, int Width, int Height)> PlaceAsync(string id)
    {
        var at = await Tile(page, id).EvaluateAsync<int[]>("tile => [tile.style.gridColumnStart, tile.style.gridRowStart, tile.style.gridColumnEnd, tile.style.gridRowEnd].map((words) => parseInt(words.replace('span', '')))");
        return (at[0], at[1], at[2], at[3]);
    }

    /// <summary>Every tile has its rows.</summary>
    private static async Task AreDrawnAsync(IPage seen)
    {
        await Expect(seen.Locator(".tile").First).ToBeVisibleAsync();
        await Expect(seen.Locator(".tile-skeleton, .tile[aria-busy]")).ToHaveCountAsync(0);
        await Expect(seen.Locator(".tile-error")).ToHaveCountAsync(0);
        await Expect(Tile(seen, "months").Locator("canvas")).ToBeVisibleAsync();
    }
}
