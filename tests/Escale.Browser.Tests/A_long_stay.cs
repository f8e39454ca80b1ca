using Escale.Testing;
using Microsoft.Playwright;

namespace Escale.Browser.Tests;

/// <summary>
/// Somebody who leaves the program open and moves about while runs go on: no stuck page, no leak, no complaint. One minute; thirty with
/// <c>./test --long</c>.
/// </summary>
public sealed partial class A_long_stay : IDisposable
{
    private static readonly TimeSpan _time = TimeSpan.FromMinutes(Environment.GetEnvironmentVariable("ESCALE_LONG") == "1" ? 30 : 1);
    private readonly TempFolder _folder = new();

    public A_long_stay() => _folder.Write("escale.yml", "engine: { threads: 1, memory_limit: 512MB }\n");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Leaves_no_page_stuck_nothing_leaking_and_no_complaint()
    {
        await using var visit = await Visit.BeginAsync(_folder.Path);
        var page = await visit.SitDownAsync("en-GB");
        await visit.SetUpAsync(page);
        await page.Locator("form[action$='/sample'] button").ClickAsync();
        await EndOfRunAsync(page);
        var heaps = new List<double>();
        var end = TimeProvider.System.GetTimestamp() + (long)(_time.TotalSeconds * TimeProvider.System.TimestampFrequency);
        for (var round = 0; TimeProvider.System.GetTimestamp() < end; round++)
        {
            await WalkAsync(page, startsRun: round % 5 == 0);
            heaps.Add(await HeapMegabytesAsync(page));
        }

        Assert.Empty(visit.Complaints);
        // The first rounds fetch code and fill caches; from then on what stays must not grow with the rounds.
        var settled = heaps.Skip(Math.Min(5, heaps.Count / 3)).ToList();
        Assert.True(settled.Count < 4 || settled[^1] < settled[0] + 15, $"the page's memory grew from {settled[0]:0.0} to {settled[^1]:0.0} MB in {settled.Count} rounds");
    }

    private static async Task WalkAsync(IPage page, bool startsRun)
    {
        if (startsRun)
        {
            await page.GotoAsync("/runs");
            await page.Locator("#start summary").ClickAsync();
            await page.Locator("#start button[type=submit]").ClickAsync();
            await EndOfRunAsync(page);
        }
        foreach (var room in await page.Locator(".rail a.rail-item").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))"))
        {
            await page.Locator($".rail a.rail-item[href='{room}']").ClickAsync();
            await Assertions.Expect(page.Locator($".rail a.rail-item[href='{room}']")).ToHaveAttributeAsync("aria-current", "page");
            await Assertions.Expect(page.Locator("h1").First).ToBeVisibleAsync();
        }
        await page.GoBackAsync();
    }

    // One run at a time: the next may start when this one's page says that it has ended.
    private static async Task EndOfRunAsync(IPage page)
    {
        await page.WaitForURLAsync("**/runs/2*");
        await Assertions.Expect(page.Locator("h1 ~ .badge")).Not.ToHaveClassAsync(Busy(), new() { Timeout = 120_000 });
    }

    [System.Text.RegularExpressions.GeneratedRegex("busy")]
    private static partial System.Text.RegularExpressions.Regex Busy();

    private static async Task<double> HeapMegabytesAsync(IPage page)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("HeapProfiler.collectGarbage");
        var used = await page.EvaluateAsync<double>("() => performance.memory.usedJSHeapSize");
        await session.DetachAsync();
        return used / 1e6;
    }
}
