using System.Net;
using Escale.Accounts.Tokens;
using Escale.Kernel;

namespace Escale.Accounts.Tests.Access;

/// <summary>Security requirement S14: two people of the same role, and what belongs to one of them.</summary>
public sealed class Things_of_another_person(ServedProgram program)
{
    [Fact]
    public async Task A_token_is_revoked_by_its_owner_and_by_nobody_beside()
    {
        var tokens = program.Get<ApiTokens>();
        var (own, other) = await TwoAsync("token");
        var text = await tokens.MakeAsync(own.Id, "t", [TokenScope.Read], TimeSpan.FromDays(1), CancellationToken.None);
        var id = (await tokens.OfAsync(own.Id, CancellationToken.None)).Single().Id;

        await other.Browser.SendAsync("/account/tokens", $"/account/tokens/{id}/revoke");
        Assert.Null((await tokens.UseAsync(text, CancellationToken.None))!.Refusal);
        Assert.Equal(HttpStatusCode.Forbidden, (await other.Browser.SendAsync("/account/tokens", $"/settings/people/{own.Id}/tokens/{id}/revoke")).StatusCode);
        Assert.DoesNotContain(text.Prefix, await other.Browser.PageAsync("/account/tokens"), StringComparison.Ordinal);
        await own.Browser.SendAsync("/account/tokens", $"/account/tokens/{id}/revoke");
        Assert.Equal("revoked", (await tokens.UseAsync(text, CancellationToken.None))!.Refusal);
    }

    [Fact]
    public async Task A_secret_that_is_shown_once_is_shown_to_its_maker()
    {
        var (own, other) = await TwoAsync("secret");
        var made = await own.Browser.SendAsync("/account/tokens", "/account/tokens", ("name", "night"), ("scope", "Read"), ("days", "30"));
        var address = made.Headers.Location!.ToString();
        Assert.DoesNotContain("secret-once", await other.Browser.PageAsync(address), StringComparison.Ordinal);
        Assert.StartsWith("escale_", Browser.SecretOf(await own.Browser.PageAsync(address)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_asked_in_SQL_is_in_ones_own_history_only()
    {
        var (own, other) = await TwoAsync("history");
        Assert.Equal("[]", await own.Browser.Client.GetStringAsync("/api/v1/sql/history"));
        await program.OwnerAsync($"insert into explore.sql_history (person_id, sql, elapsed_ms, row_count) values ('{own.Id}', 'select 42 as planted', 1, 1)");
        Assert.Contains("planted", await own.Browser.Client.GetStringAsync("/api/v1/sql/history"), StringComparison.Ordinal);
        Assert.Equal("[]", await other.Browser.Client.GetStringAsync("/api/v1/sql/history?q=planted"));
        Assert.Equal(HttpStatusCode.NotFound, (await other.Browser.Client.GetAsync("/api/v1/sql/of-somebody-else")).StatusCode);
    }

    private async Task<((string Id, Browser Browser) Own, (string Id, Browser Browser) Other)> TwoAsync(string about)
    {
        var (own, other) = ($"own-{about}@example.org", $"other-{about}@example.org");
        return ((await program.MakeAsync(own, Role.Analyst), await program.SignInAsync(own)), (await program.MakeAsync(other, Role.Analyst), await program.SignInAsync(other)));
    }
}
