using Escale.Testing;
using Microsoft.Playwright;

namespace Escale.Browser.Tests;

/// <summary>The whole ceremony with Chromium's own authenticator: a passkey is made, signs in without a password, and after it was removed it does not.</summary>
public sealed class A_passkey : IDisposable
{
    private readonly TempFolder _folder = new();

    public A_passkey() => _folder.Write("escale.yml", "");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Is_made_signs_in_and_ends_when_it_is_removed()
    {
        await using var visit = await Visit.BeginAsync(_folder.Path);
        var page = await visit.SitDownAsync("fr-FR");
        var device = await page.Context.NewCDPSessionAsync(page);
        await device.SendAsync("WebAuthn.enable");
        await device.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true,
            },
        });
        var here = $"http://localhost:{visit.Address.Port}"; // passkeys are for names, not for numbers
        await page.GotoAsync(here + visit.Setup!.PathAndQuery);
        await page.FillAsync("[name=name]", "Awa Diop");
        await page.FillAsync("[name=email]", "awa@example.org");
        await page.FillAsync("[name=password]", Visit.Password);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForURLAsync(here + "/");

        await page.GotoAsync(here + "/account/security");
        await page.FillAsync("form[action$='/passkeys'] [name=name]", "Mon portable");
        await page.Locator("escale-passkey:defined button").ClickAsync();
        await page.WaitForURLAsync("**/account/security?saved=passkey");
        await Assertions.Expect(page.GetByText("Mon portable")).ToBeVisibleAsync();

        await SignOutAsync(page);
        await SignInAsync(page);
        await page.WaitForURLAsync(here + "/");

        await page.GotoAsync(here + "/account/security");
        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        await page.Locator("form[action$='/remove'] button[type=submit]").ClickAsync();
        await page.WaitForURLAsync("**/account/security?saved=passkey-removed");
        await SignOutAsync(page);
        await SignInAsync(page);
        await Assertions.Expect(page.Locator("[role=alert]")).ToBeVisibleAsync();
        await page.GotoAsync(here + "/runs");
        Assert.Contains("/sign-in?return=", page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain(visit.Complaints, line => !line.Contains("422", StringComparison.Ordinal)); // the refused passkey is an answer of 422, which the browser notes
    }

    private static Task SignInAsync(IPage page) => page.Locator("form[action$='/sign-in/passkey'] escale-passkey:defined button").ClickAsync();

    private static async Task SignOutAsync(IPage page)
    {
        await page.Locator("details.menu:has(a[href='/account'])").Locator("summary").ClickAsync();
        await page.Locator("form[action$='/sign-out'] button").ClickAsync();
        await page.WaitForURLAsync("**/sign-in");
    }
}
