using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Escale.Browser.Tests;

/// <content>Runs: started from a selection, followed, stopped, taken up again.</content>
internal sealed partial class Walk
{
    private ILocator State => page.Locator("h1 ~ .badge");

    public async Task RunAndCancelAsync()
    {
        harbour.Write("models/slow.sql", "{{ config(materialized='table', schema='gold') }} select count(*) as n from range(10000000) a(x), range(10000000) b(y) where x * y % 7 = 3\n");
        await EnterAsync("/runs");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await LookAsync("runs");
        await StartAsync("by_month slow", look: true);
        await page.Locator(".tabs a[href$='tab=log']").ClickAsync();
        await Expect(page.Locator(".log-line", new() { HasText = "slow" }).First).ToBeVisibleAsync();
        await Expect(State).ToHaveTextAsync(Say("Running", "En cours"));
        await LookAsync("run-live");
        await Button("Cancel the run", "Arrêter l'exécution").ClickAsync();
        await Expect(State).ToHaveTextAsync(Say("Cancelled", "Arrêtée"));
        await LookAsync("run-cancelled");
    }

    public async Task RunAgainWhatFailedAsync()
    {
        harbour.Write("models/slow.sql", "{{ config(materialized='table', schema='gold') }} select qay from {{ ref('calls') }}\n");
        await EnterAsync("/runs");
        await StartAsync("slow", look: false);
        await Expect(State).ToHaveTextAsync(Say("Failed", "En échec"));
        await Expect(page.Locator(".step-error")).ToContainTextAsync("qay");
        await LookAsync("run-failed");
        var failed = page.Url;

        harbour.Write("models/slow.sql", "{{ config(materialized='table', schema='gold') }} select quay from {{ ref('calls') }}\n");
        await Button("Run again what failed", "Relancer ce qui a échoué").ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/runs/2", StringComparison.Ordinal) && url != failed);
        await Expect(State).ToHaveTextAsync(Say("Succeeded", "Réussie"));
        await LookAsync("run");
        await page.Locator(".tabs a[href$='tab=timeline']").ClickAsync();
        await Expect(page.Locator(".timeline .bar").First).ToBeVisibleAsync();
        await LookAsync("run-timeline");
        await page.Locator(".tabs a[href$='tab=log']").ClickAsync();
        await Expect(page.Locator(".log-line").First).ToBeVisibleAsync();
        await LookAsync("run-log");
    }

    private async Task StartAsync(string selection, bool look)
    {
        await page.Locator("#start summary").ClickAsync();
        await page.Locator("#start [name=select]").ClickAsync();
        await page.Keyboard.TypeAsync(selection);
        if (look)
        {
            await LookAsync(page, "run-start", phone: false);
        }
        await page.Locator("#start button[type=submit]").ClickAsync();
        await page.WaitForURLAsync(StartedRun());
    }

    [GeneratedRegex("/runs/2\\d+T")]
    private static partial Regex StartedRun();
}
