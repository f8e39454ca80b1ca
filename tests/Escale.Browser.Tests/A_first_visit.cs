using Escale.Testing;
using Microsoft.Playwright;

namespace Escale.Browser.Tests;

/// <summary>From the console's link to a finished run, in both languages, as a stranger would.</summary>
public sealed class A_first_visit : IDisposable
{
    private readonly TempFolder _folder = new();

    public A_first_visit() => _folder.Write("escale.yml", "engine: { threads: 1, memory_limit: 512MB }\n");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("fr-FR", false, "Bienvenue dans Escale", "Ajouter l'exemple et l'exécuter", "Réussie", "Se déconnecter")]
    [InlineData("en-GB", true, "Welcome to Escale", "Add the sample and run it", "Succeeded", "Sign out")]
    public async Task Sets_up_adds_the_sample_follows_its_run_and_signs_out(string language, bool dark, string welcome, string sample, string succeeded, string signOut)
    {
        await using var visit = await Visit.BeginAsync(_folder.Path);
        var page = await visit.SitDownAsync(language, dark);
        var faults = new List<string>();

        await page.GotoAsync(visit.Setup!.PathAndQuery);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = welcome })).ToBeVisibleAsync();
        faults.AddRange(await Accessibility.FaultsAsync(page));
        await page.FillAsync("[name=name]", "Awa Diop");
        await page.FillAsync("[name=email]", "awa@example.org");
        await page.FillAsync("[name=password]", "court");
        await page.ClickAsync("button[type=submit]");
        await Assertions.Expect(page.Locator("[role=alert]").First).ToBeVisibleAsync();
        await page.FillAsync("[name=password]", Visit.Password);
        await page.ClickAsync("button[type=submit]");

        await page.GetByRole(AriaRole.Button, new() { Name = sample }).ClickAsync();
        await page.WaitForURLAsync("**/runs/2*");
        await Assertions.Expect(page.Locator("h1 ~ .badge")).ToHaveTextAsync(succeeded, new() { Timeout = 120_000 });
        faults.AddRange(await Accessibility.FaultsAsync(page));
        foreach (var path in new[] { "/", "/runs" })
        {
            await page.GotoAsync(path);
            faults.AddRange(await Accessibility.FaultsAsync(page));
        }

        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync(language == "fr-FR" ? "execut" : "runs");
        await Assertions.Expect(page.Locator("dialog.palette li").First).ToBeVisibleAsync();
        faults.AddRange(await Accessibility.FaultsAsync(page));
        await page.Keyboard.PressAsync("Escape");

        await page.Locator("details.menu:has(a[href='/account'])").Locator("summary").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = signOut }).ClickAsync();
        await page.WaitForURLAsync("**/sign-in");
        await page.GotoAsync("/runs");
        Assert.Contains("/sign-in?return=", page.Url, StringComparison.Ordinal);

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.DoesNotContain(visit.Complaints, line => !line.Contains("422", StringComparison.Ordinal)); // the refused password is an answer of 422, which the browser notes
    }
}
