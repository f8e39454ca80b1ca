using System.Net;
using Escale.Kernel;

namespace Escale.Accounts.Tests.SignIn;

public sealed class Signing_in(ServedProgram program)
{
    [Theory]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("/account?saved=profile", "/account?saved=profile")]
    public async Task Leads_to_our_own_pages_only(string target, string expected)
    {
        using var browser = program.Open();
        var answer = await browser.SendAsync("/sign-in", "/sign-in", ("email", ServedProgram.EmailOf(Role.Viewer)), ("password", ServedProgram.Password), ("return", target));
        Assert.Equal(expected, answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task Is_paced_for_one_account_and_says_when_to_come_back()
    {
        using var pace = new Escale.Accounts.SignIn.SignInPace();
        for (var i = 0; i < 20; i++)
        {
            Assert.True(pace.TryBegin("Guess@example.org ", out _));
        }
        Assert.False(pace.TryBegin("guess@example.org", out var wait));
        Assert.True(wait > TimeSpan.Zero);
        Assert.True(pace.TryBegin("other@example.org", out _));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Says_the_same_for_a_wrong_password_and_an_unknown_address()
    {
        using var browser = program.Open();
        var wrong = await browser.SendAsync("/sign-in", "/sign-in", ("email", ServedProgram.EmailOf(Role.Analyst)), ("password", "wrong"));
        var unknown = await browser.SendAsync("/sign-in", "/sign-in", ("email", "nobody@example.org"), ("password", "wrong"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unknown.StatusCode);
    }

    [Fact]
    public async Task Needs_the_token_of_its_page()
    {
        using var browser = program.Open();
        using var form = new FormUrlEncodedContent([new("email", ServedProgram.EmailOf(Role.Viewer)), new("password", ServedProgram.Password)]);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Client.PostAsync("/sign-in", form)).StatusCode);
    }
}
