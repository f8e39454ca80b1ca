using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Escale.Browser.Tests;

/// <summary>
/// Somebody who leaves the program open and moves about while runs go on and their logs come in: no stuck page, no leak, no complaint. Half a minute;
/// half an hour with <c>./test --long</c>.
/// </summary>
public sealed partial class A_long_stay : IDisposable
{
    private static readonly TimeSpan _time = Environment.GetEnvironmentVariable("ESCALE_LONG") == "1" ? TimeSpan.FromMinutes(30) : TimeSpan.FromSeconds(30);
    private static readonly LocatorAssertionsToHaveCountOptions _patiently = new() { Timeout = 60_000 };
    private readonly Harbour _harbour = new();

    private sealed record Figures(double HeapMegabytes, double Nodes, double Listeners);

    public void Dispose() => _harbour.Dispose();

    [Fact]
    public async Task Leaves_no_page_stuck_nothing_leaking_and_no_complaint()
    {
        await _harbour.RunAsync();
        await using var visit = await Visit.BeginAsync(_harbour.Folder);
        var page = await visit.SitDownAsync("en-GB");
        await visit.SetUpAsync(page);
        var seen = new List<Figures>();
        var end = TimeProvider.System.GetTimestamp() + (long)(_time.TotalSeconds * TimeProvider.System.TimestampFrequency);
        for (var round = 0; TimeProvider.System.GetTimestamp() < end || seen.Count < 3; round++)
        {
            await WalkAsync(page, startsRun: round % 5 == 0);
            seen.Add(await MeasureAsync(page));
            if (round % 10 == 0)
            {
                Tell(round, seen[^1]);
            }
        }

        Tell(seen.Count - 1, seen[^1]);
        Assert.Empty(visit.Complaints);
        // The first rounds fetch code and fill caches; from then on what stays must not grow with the rounds.
        var settled = seen.Skip(Math.Min(8, seen.Count / 2)).ToList();
        AssertSteady("MB of heap", settled, figures => figures.HeapMegabytes, 12);
        AssertSteady("DOM nodes", settled, figures => figures.Nodes, 6000);
        AssertSteady("event listeners", settled, figures => figures.Listeners, 400);
    }

    private static void AssertSteady(string what, List<Figures> seen, Func<Figures, double> of, double room)
    {
        double Middle(IEnumerable<Figures> some) => some.Select(of).Order().ElementAt(some.Count() / 2);
        var few = Math.Max(1, seen.Count / 8);
        var (first, last) = (Middle(seen.Take(few)), Middle(seen.TakeLast(few)));
        Assert.True(last <= first + room, string.Create(CultureInfo.InvariantCulture, $"{what}: from {first:0.0} to {last:0.0} in {seen.Count} rounds"));
    }

    private static void Tell(int round, Figures figures) => TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"round {round}: {figures.HeapMegabytes:0.0} MB of heap, {figures.Nodes} nodes, {figures.Listeners} listeners"));

    private static async Task WalkAsync(IPage page, bool startsRun)
    {
        if (startsRun)
        {
            await RunAsync(page);
        }
        foreach (var room in await page.Locator(".rail a.rail-item").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))"))
        {
            await EnterAsync(page, room);
            await Assertions.Expect(page.Locator("h1").First).ToBeAttachedAsync();
        }
        await EnterAsync(page, "/tables");
        await page.Locator(".catalogue .row-link", new() { HasText = "calls" }).ClickAsync();
        await page.Locator(".tabs a[href$='/rows']").ClickAsync();
        await Assertions.Expect(page.Locator(".grid-row .grid-cell.number").First).Not.ToBeEmptyAsync();
        await EnterAsync(page, "/dashboards");
        await page.Locator(".dashboard-card").ClickAsync();
        await Assertions.Expect(page.Locator(".tile canvas")).ToHaveCountAsync(3, _patiently);
        await EnterAsync(page, "/sql");
        await Assertions.Expect(page.Locator(".sql-tables summary").First).ToBeVisibleAsync();
        await page.Locator(".cm-content").ClickAsync();
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.InsertTextAsync("select quay, count(*) from gold.calls group by all");
        await page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator(".sql-result-bar .quiet")).ToHaveTextAsync("5 rows", new() { Timeout = 60_000 });
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator(".tile canvas")).ToHaveCountAsync(3, _patiently);
        await EnterAsync(page, "/questions"); // where it is measured, always the same page
        await Assertions.Expect(page.Locator(".question-card").First).ToBeVisibleAsync();
    }

    private static async Task EnterAsync(IPage page, string room)
    {
        await page.Locator($".rail a.rail-item[href='{room}']").ClickAsync();
        await Assertions.Expect(page.Locator($".rail a.rail-item[href='{room}']")).ToHaveAttributeAsync("aria-current", "page");
    }

    // A run from nothing, its log as it is written, to its end. One at a time: the next may start when this one's page says that it has ended.
    private static async Task RunAsync(IPage page)
    {
        await EnterAsync(page, "/runs");
        await page.Locator("#start summary").ClickAsync();
        await page.Locator("#start [name=full]").CheckAsync();
        await page.Locator("#start button[type=submit]").ClickAsync();
        await page.WaitForURLAsync("**/runs/2*");
        await page.Locator(".tabs a[href$='tab=log']").ClickAsync();
        await Assertions.Expect(page.Locator(".log-line").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(page.Locator("h1 ~ .badge")).Not.ToHaveClassAsync(Busy(), new() { Timeout = 120_000 });
        await Assertions.Expect(page.Locator("h1 ~ .badge")).ToHaveTextAsync("Succeeded");
    }

    [GeneratedRegex("busy")]
    private static partial Regex Busy();

    private static async Task<Figures> MeasureAsync(IPage page)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("Performance.enable");
        await session.SendAsync("HeapProfiler.collectGarbage");
        var metrics = (await session.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics").EnumerateArray().ToDictionary(one => one.GetProperty("name").GetString()!, one => one.GetProperty("value").GetDouble());
        await session.DetachAsync();
        return new Figures(metrics["JSHeapUsedSize"] / 1e6, metrics["Nodes"], metrics["JSEventListeners"]);
    }
}
