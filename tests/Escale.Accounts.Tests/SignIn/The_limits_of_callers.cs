using System.Net;
using Escale.Kernel;

namespace Escale.Accounts.Tests.SignIn;

/// <summary>Who asks too much gets 429 with the time to wait, each kind of request counted apart.</summary>
public sealed class The_limits_of_callers(ServedProgram program)
{
    private const int SqlBurst = 300;
    private const int StrangerBurst = 300;

    [Fact]
    public async Task Stop_a_flood_of_SQL_and_nothing_else_of_the_same_person()
    {
        const string Email = "flood@example.org";
        await program.MakeAsync(Email, Role.Analyst);
        using var browser = await program.SignInAsync(Email);
        // Without the antiforgery token they go no further than that: the limit counts what was asked, not what was done.
        var answers = await FloodAsync(browser, SqlBurst + 60, () => new HttpRequestMessage(HttpMethod.Post, "/api/v1/sql"));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.BadRequest);
        await AssertIsRefusedAsync(answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
        Assert.Equal(HttpStatusCode.OK, (await browser.Client.GetAsync("/api/v1/search?q=")).StatusCode);
    }

    [Fact]
    public async Task Stop_strangers_and_let_those_who_look_at_a_shared_dashboard_pass()
    {
        using var office = program.Open();
        var looks = await FloodAsync(office, 4 * StrangerBurst, () => new HttpRequestMessage(HttpMethod.Get, "/api/v1/share/none/tiles/none"));
        Assert.All(looks, answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));

        var answers = await FloodAsync(office, StrangerBurst + 60, () => new HttpRequestMessage(HttpMethod.Get, "/api/v1/search?q="));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.Unauthorized);
        await AssertIsRefusedAsync(answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task Stop_who_tries_secrets_and_tell_it_on_a_page()
    {
        using var browser = program.Open();
        HttpResponseMessage? refused = null;
        for (var i = 0; i < 40 && refused?.StatusCode != HttpStatusCode.TooManyRequests; i++)
        {
            refused = await browser.GetAsync("/invitation?token=guess" + i);
        }
        Assert.Equal(HttpStatusCode.TooManyRequests, refused!.StatusCode);
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Contains("host.too-many-requests", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("text/html", refused.Content.Headers.ContentType!.MediaType);
    }

    private static async Task<IReadOnlyList<HttpResponseMessage>> FloodAsync(Browser browser, int count, Func<HttpRequestMessage> request)
    {
        var answers = new List<HttpResponseMessage>();
        for (var done = 0; done < count; done += 20)
        {
            answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => browser.Client.SendAsync(request()))));
        }
        return answers;
    }

    private static async Task AssertIsRefusedAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("\"host.too-many-requests\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
