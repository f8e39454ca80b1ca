using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Escale.Kernel;
using Escale.Testing;
using Microsoft.Playwright;

namespace Escale.Browser.Tests;

/// <summary>
/// The real program, served on loopback, and a real Chromium that looks at it as a stranger would. Every error that a page writes to the
/// console, every page error, every violation of the content security policy and every request that fails is kept and must be none.
/// </summary>
internal sealed class Visit : IAsyncDisposable
{
    public const string Password = "une phrase assez longue";

    private static readonly string _chromium = Environment.GetEnvironmentVariable("ESCALE_CHROMIUM") is { Length: > 0 } given ? given : "/usr/bin/chromium";

    private readonly Process _server;
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly List<string> _expected = [];

    private Visit(Process server, Uri address, Uri? setup, IPlaywright playwright, IBrowser browser)
    {
        (_server, Address, Setup, _playwright, _browser) = (server, address, setup, playwright, browser);
    }

    /// <summary>Where the program listens.</summary>
    public Uri Address { get; }

    /// <summary>The link of the first start.</summary>
    public Uri? Setup { get; }

    /// <summary>What pages complained of, but for what was expected.</summary>
    public IReadOnlyCollection<string> Complaints => [.. _complaints.Where(line => !_expected.Any(part => line.Contains(part, StringComparison.Ordinal)))];

    /// <summary>Something is refused on purpose: complaints with these words are no fault.</summary>
    public void Expect(string words) => _expected.Add(words);

    /// <summary>Starts the program on a project, and a browser.</summary>
    /// <param name="folder">The project.</param>
    /// <param name="verb"><c>serve</c>, or <c>up</c>, which comes back when the project has run.</param>
    /// <param name="environment">What the program finds in its environment beside the test's own.</param>
    public static async Task<Visit> BeginAsync(string folder, string verb = "serve", IReadOnlyDictionary<string, string>? environment = null)
    {
        Assert.SkipUnless(File.Exists(_chromium), $"There is no Chromium at {_chromium}: install it, or name one in ESCALE_CHROMIUM.");
        var server = EscaleProgram.Start(folder, [verb, "--urls", "http://127.0.0.1:0", "--json"], environment);
        var (address, setup) = await ServingAsync(server);
        Assertions.SetDefaultExpectTimeout(30_000); // the machine may be busy with other things
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = _chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        return new Visit(server, address, setup, playwright, browser);
    }

    // Before the line that says where it serves come those about a run, if it runs the project first.
    private static async Task<(Uri Address, Uri? Setup)> ServingAsync(Process server)
    {
        while (true)
        {
            using var said = JsonDocument.Parse(await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await server.StandardError.ReadToEndAsync()));
            if (said.RootElement.TryGetProperty("setup", out var link))
            {
                return (new Uri(said.RootElement.GetProperty("url").GetString()!), link.ValueKind == JsonValueKind.String ? new Uri(link.GetString()!) : null);
            }
        }
    }

    /// <summary>A new person at a browser of their own.</summary>
    /// <param name="language"><c>fr-FR</c> or <c>en-GB</c>.</param>
    /// <param name="dark">Whether their system is dark.</param>
    /// <param name="phone">Whether they hold a phone.</param>
    public async Task<IPage> SitDownAsync(string language, bool dark = false, bool phone = false)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Address.ToString(),
            Locale = language,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce, // nothing is looked at half way
            ViewportSize = phone ? new ViewportSize { Width = 390, Height = 844 } : new ViewportSize { Width = 1360, Height = 850 },
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(60_000);
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue($"{page.Url}: {message.Text}");
            }
        };
        page.PageError += (_, error) => _complaints.Enqueue($"{page.Url}: {error}");
        page.Crash += (_, _) => _complaints.Enqueue($"{page.Url}: the page crashed");
        page.RequestFailed += (_, request) =>
        {
            if (request.Failure != "net::ERR_ABORTED") // given up by the page itself
            {
                _complaints.Enqueue($"{page.Url}: {request.Method} {request.Url} {request.Failure}");
            }
        };
        return page;
    }

    /// <summary>Makes the first account with the console's link; the page is then the first page.</summary>
    public async Task SetUpAsync(IPage page)
    {
        await page.GotoAsync(Setup!.PathAndQuery);
        await page.FillAsync("[name=name]", "Awa Diop");
        await page.FillAsync("[name=email]", "awa@example.org");
        await page.FillAsync("[name=password]", Password);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForURLAsync(Address.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        ProcessIdentity.Of(_server.Id)?.AskToEnd();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _server.WaitForExitAsync(patience.Token);
        _server.Dispose();
    }
}
