using System.Net;
using Escale.Accounts.Tokens;
using Escale.Kernel;

namespace Escale.Accounts.Tests.Tokens;

/// <summary>Security requirements S16 and S2.</summary>
public sealed class Api_tokens(ServedProgram program)
{
    [Fact]
    public async Task Are_shown_once_and_a_dump_of_the_database_holds_none()
    {
        using var person = await program.SignInAsync(Role.Engineer);
        var made = await person.SendAsync("/account/tokens", "/account/tokens", ("name", "night"), ("scope", "Read"), ("scope", "Push"), ("days", "30"));
        var page = await person.FollowAsync(made);
        var token = Browser.SecretOf(page);
        Assert.DoesNotContain(token, await person.PageAsync("/account/tokens"), StringComparison.Ordinal);
        using var program1 = new Browser(program.Address, token);
        Assert.Equal(HttpStatusCode.OK, (await program1.Client.GetAsync("/api/v1/search?q=")).StatusCode);

        var secret = token[(token.LastIndexOf('_') + 1)..];
        var dump = (string)(await program.OwnerAsync("select coalesce(string_agg(t::text, ' '), '') || (select string_agg(a::text, ' ') from accounts.audit a) from accounts.tokens t"))!;
        Assert.Contains(token[..15], dump, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, dump, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_the_api_and_no_page()
    {
        using var bearer = await TokenAsync("pages@example.org", Role.Admin, Enum.GetValues<TokenScope>());
        Assert.Equal(HttpStatusCode.OK, (await bearer.Client.GetAsync("/api/v1/audit/check")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await bearer.Client.GetAsync("/account/tokens")).StatusCode);
    }

    [Fact]
    public async Task Never_do_more_than_their_owner_may_now()
    {
        var tokens = program.Get<ApiTokens>();
        var id = await program.MakeAsync("owner@example.org", Role.Admin);
        using var bearer = new Browser(program.Address, (await tokens.MakeAsync(id, "t", [TokenScope.Read], TimeSpan.FromDays(1), CancellationToken.None)).Whole);
        Assert.Equal(HttpStatusCode.OK, (await bearer.Client.GetAsync("/api/v1/audit/check")).StatusCode);
        using var admin = await program.SignInAsync(Role.Admin);
        await admin.SendAsync("/settings/people/" + id, $"/settings/people/{id}/role", ("role", "Engineer"));
        Assert.Equal(HttpStatusCode.Forbidden, (await bearer.Client.GetAsync("/api/v1/audit/check")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await bearer.Client.GetAsync("/api/v1/search?q=")).StatusCode);
        await admin.SendAsync("/settings/people/" + id, $"/settings/people/{id}/close");
        Assert.Equal(HttpStatusCode.Unauthorized, (await bearer.Client.GetAsync("/api/v1/search?q=")).StatusCode);
    }

    [Fact]
    public async Task End_when_they_are_revoked_or_too_old_or_changed_by_one_letter()
    {
        var tokens = program.Get<ApiTokens>();
        var id = await program.MakeAsync("ends@example.org", Role.Viewer);
        var text = await tokens.MakeAsync(id, "t", [TokenScope.Read], TimeSpan.FromDays(1), CancellationToken.None);
        Assert.Null((await tokens.UseAsync(text, CancellationToken.None))!.Refusal);
        Assert.Equal("wrong secret", (await tokens.UseAsync(text with { Whole = text.Whole[..^1] + (text.Whole[^1] == 'A' ? 'Q' : 'A') }, CancellationToken.None))!.Refusal);
        await tokens.RevokeAsync((await tokens.OfAsync(id, CancellationToken.None)).Single().Id, id, CancellationToken.None);
        Assert.Equal("revoked", (await tokens.UseAsync(text, CancellationToken.None))!.Refusal);
        var old = await tokens.MakeAsync(id, "t", [TokenScope.Read], TimeSpan.FromDays(-1), CancellationToken.None);
        Assert.Equal("expired", (await tokens.UseAsync(old, CancellationToken.None))!.Refusal);
    }

    [Fact]
    public async Task Of_a_viewer_cannot_push_or_run_whatever_the_form_says()
    {
        using var viewer = await program.SignInAsync(Role.Viewer);
        var answer = await viewer.SendAsync("/account/tokens", "/account/tokens", ("name", "sly"), ("scope", "Push"), ("scope", "Run"), ("days", "30"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("changeme-changeme-changeme-0123456789-qwerty")]
    [InlineData("please put your-key here, 32 letters at least 94")]
    public void The_program_does_not_start_with_a_weak_key(string key)
    {
        var environment = new RunEnvironment();
        environment.Set(EnvironmentKey.Variable, key);
        Assert.Equal("accounts.weak-key", Assert.Throws<EscaleException>(() => new EnvironmentKey(environment)).Code);
    }

    [Fact]
    public void The_key_of_the_environment_acts_as_an_engineer()
    {
        var environment = new RunEnvironment();
        environment.Set(EnvironmentKey.Variable, "8f2d61c07b94e3a5d1f08c6b27e94a3f");
        var key = new EnvironmentKey(environment);
        Assert.Equal(Role.Engineer, Caller.Of(key.PrincipalOf("8f2d61c07b94e3a5d1f08c6b27e94a3f")!)!.Role);
        Assert.Null(key.PrincipalOf("8f2d61c07b94e3a5d1f08c6b27e94a3e"));
    }

    private async Task<Browser> TokenAsync(string email, Role role, IReadOnlyList<TokenScope> scopes)
    {
        var id = await program.MakeAsync(email, role);
        return new Browser(program.Address, (await program.Get<ApiTokens>().MakeAsync(id, "t", scopes, TimeSpan.FromDays(1), CancellationToken.None)).Whole);
    }
}
