using Escale.Testing;
using Microsoft.Playwright;
using Xunit.Sdk;

namespace Escale.Browser.Tests;

/// <summary>
/// Somebody who walks through the whole program in one language. Each file of this class is a room. On every page they look at it in both themes
/// (axe, WCAG 2.2 AA) and at the width of a phone; with ESCALE_PICTURES=FOLDER they also take pictures of what they see.
/// </summary>
internal sealed partial class Walk(Visit visit, Harbour harbour, IPage page, bool isFrench)
{
    private static readonly string? _pictures = Environment.GetEnvironmentVariable("ESCALE_PICTURES") is { Length: > 0 } folder ? folder : null;

    /// <summary>What was wrong with what was looked at.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Does one part of the walk. When it fails it is a fault, the last thing seen is kept as a picture, and the walk goes on with the next.</summary>
    public async Task GoAsync(Func<Task> part, string name)
    {
        try
        {
            await part();
        }
        catch (Exception error) when (error is PlaywrightException or TimeoutException or XunitException)
        {
            Faults.Add($"{name} failed at {page.Url}: {error}");
            Tell(Faults[^1]);
            await RecoverAsync(name);
        }
        Tell($"{name} done");
    }

    // A page that crashed gives no picture, and no way on.
    private async Task RecoverAsync(string name)
    {
        try
        {
            var picture = Path.Combine(_pictures ?? Path.Combine(Repository.Root, "artifacts"), $"failed-{Language}-{name}.png");
            await page.ScreenshotAsync(new() { Path = picture, Timeout = 20_000 });
            await page.GotoAsync("/");
        }
        catch (PlaywrightException error)
        {
            Faults.Add($"{name}: and the page did not recover: {error.Message}");
        }
    }

    private static void Tell(string words) => TestContext.Current.TestOutputHelper?.WriteLine(words);

    private string Language => isFrench ? "fr" : "en";

    private string Say(string english, string french) => isFrench ? french : english;

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private ILocator Button(string english, string french) => page.GetByRole(AriaRole.Button, new() { Name = Say(english, french), Exact = true });

    /// <summary>Goes to a room by the rail.</summary>
    private async Task EnterAsync(string room)
    {
        await page.Locator($".rail a.rail-item[href='{room}']").ClickAsync();
        await Expect(page.Locator($".rail a.rail-item[href='{room}']")).ToHaveAttributeAsync("aria-current", "page");
    }

    private Task LookAsync(string name) => LookAsync(page, name);

    /// <summary>Looks at a page in both themes (colours have no language: in the dark only in French, but for pictures) and, unless it would disturb what is open on it, at the width of a phone.</summary>
    private async Task LookAsync(IPage seen, string name, bool phone = true)
    {
        foreach (var theme in isFrench || _pictures is not null ? new[] { ColorScheme.Light, ColorScheme.Dark } : [ColorScheme.Light])
        {
            await WearAsync(seen, theme);
            Faults.AddRange(theme == ColorScheme.Light ? await Accessibility.FaultsAsync(seen) : await Accessibility.FaultsOfColoursAsync(seen));
            await TakePictureAsync(seen, $"{name}-{theme}".ToLowerInvariant());
        }
        await WearAsync(seen, ColorScheme.Light);
        if (phone)
        {
            var size = seen.ViewportSize!;
            await seen.SetViewportSizeAsync(390, 844);
            // Charts and grids take their new size a few frames later.
            var excess = await seen.EvaluateAsync<int>("async () => { const much = () => document.documentElement.scrollWidth - innerWidth; for (let look = 0; much() > 0 && look < 40; look++) await new Promise((done) => setTimeout(done, 50)); return much(); }");
            if (excess > 0)
            {
                Faults.Add($"{seen.Url}: {name} is {excess} px wider than a phone");
            }
            await TakePictureAsync(seen, name + "-phone", whole: true);
            await seen.SetViewportSizeAsync(size.Width, size.Height);
        }
    }

    // Two frames later every colour is the new theme's: transitions, however short, end with a frame.
    private static async Task WearAsync(IPage seen, ColorScheme theme)
    {
        await seen.EmulateMediaAsync(new() { ColorScheme = theme });
        await seen.EvaluateAsync("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))");
    }

    private async Task TakePictureAsync(IPage seen, string name, bool whole = false)
    {
        if (_pictures is not null)
        {
            await seen.WaitForTimeoutAsync(350); // charts move to where they stay
            await seen.ScreenshotAsync(new() { Path = Path.Combine(_pictures, $"{Language}-{name}.png"), FullPage = whole });
        }
    }
}
