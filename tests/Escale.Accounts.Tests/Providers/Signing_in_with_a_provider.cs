using System.Net;
using Escale.Kernel;

namespace Escale.Accounts.Tests.Providers;

public sealed class Signing_in_with_a_provider(ServedProgram program)
{
    private TestProvider Provider => program.Provider;

    [Fact]
    public async Task Makes_an_account_with_the_role_that_the_provider_says_and_follows_it()
    {
        Provider.Tell("1001", "outside@example.org", isVerified: true, "staff", "data-engineers");
        using var browser = program.Open();
        Assert.Equal("/account", await ComeInAsync(browser, "/account"));
        Assert.Contains("From outside", await browser.PageAsync("/account"), StringComparison.Ordinal);
        Assert.Equal("Engineer", await program.OwnerAsync("select role from accounts.people where email = 'outside@example.org'"));

        Provider.Tell("1001", "renamed@example.org", isVerified: true, "staff");
        Assert.Equal("/", await ComeInAsync(program.Open(), "//evil.example"));
        Assert.Equal("Viewer", await program.OwnerAsync("select role from accounts.people where email = 'outside@example.org'"));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task Links_an_account_that_is_there_only_when_the_address_is_verified()
    {
        await program.MakeAsync("linked@example.org", Role.Viewer);
        Provider.Tell("1002", "linked@example.org", isVerified: false, "data-engineers");
        Assert.Equal("/sign-in?refused=true", await ComeInAsync(program.Open(), ""));
        Provider.Tell("1002", "linked@example.org", isVerified: true, "data-engineers");
        Assert.Equal("/", await ComeInAsync(program.Open(), ""));
    }

    [Theory]
    [InlineData("aud", "another-program")]
    [InlineData("iss", "http://127.0.0.1:1")]
    [InlineData("nonce", "of another question")]
    [InlineData("exp", 1_000_000_000)]
    [InlineData("sub", "someone else than the user information says")]
    public async Task Refuses_a_token_that_is_not_the_answer_to_its_question(string claim, object value)
    {
        Provider.Tell("1003", "victim@example.org", isVerified: true);
        Provider.Claims[claim] = value;
        Assert.Equal("/sign-in?refused=true", await ComeInAsync(program.Open(), ""));
    }

    [Fact]
    public async Task Refuses_a_token_that_the_provider_did_not_sign()
    {
        Provider.Tell("1004", "victim@example.org", isVerified: true);
        Provider.SignsWithForeignKey = true;
        Assert.Equal("/sign-in?refused=true", await ComeInAsync(program.Open(), ""));
        Provider.Tell("1004", "victim@example.org", isVerified: true);
        Provider.SignsNot = true;
        Assert.Equal("/sign-in?refused=true", await ComeInAsync(program.Open(), ""));
    }

    [Fact]
    public async Task Refuses_an_answer_that_another_browser_asked_for()
    {
        Provider.Tell("1005", "victim@example.org", isVerified: true);
        using var attacker = program.Open();
        var back = await BackAsync(attacker, "");
        using var victim = program.Open();
        Assert.Equal("/sign-in?refused=true", (await victim.GetAsync(back)).Headers.Location!.ToString());
    }

    private async Task<string> ComeInAsync(Browser browser, string target)
    {
        var done = await browser.GetAsync(await BackAsync(browser, target));
        Assert.Equal(HttpStatusCode.Redirect, done.StatusCode);
        var next = done.Headers.Location!.ToString();
        return next.Contains("/done", StringComparison.Ordinal) ? (await browser.GetAsync(next)).Headers.Location!.ToString() : next;
    }

    /// <summary>To the provider, which agrees; returns the address that it sends the browser back to.</summary>
    private static async Task<string> BackAsync(Browser browser, string target)
    {
        var there = await browser.GetAsync("/sign-in/with/test?return=" + Uri.EscapeDataString(target));
        Assert.Equal(HttpStatusCode.Redirect, there.StatusCode);
        using var stranger = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var back = await stranger.GetAsync(there.Headers.Location);
        return back.Headers.Location!.PathAndQuery;
    }
}
