using System.Net;
using Escale.Accounts.People;
using Escale.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Accounts.Tests.People;

public sealed class People_and_their_links(ServedProgram program)
{
    [Fact]
    public async Task An_invitation_is_shown_once_works_once_and_gives_its_role()
    {
        using var admin = await program.SignInAsync(Role.Admin);
        var made = await admin.SendAsync("/settings/people", "/settings/people/invite", ("email", "invited@example.org"), ("role", "Analyst"));
        var page = await admin.FollowAsync(made);
        var link = new Uri(Browser.SecretOf(page)).PathAndQuery;
        Assert.DoesNotContain("secret-once", await admin.PageAsync(made.Headers.Location!.ToString()), StringComparison.Ordinal);

        using var invited = program.Open();
        var token = link[(link.IndexOf('=', StringComparison.Ordinal) + 1)..];
        Assert.Contains("invited@example.org", await invited.PageAsync(link), StringComparison.Ordinal);
        var weak = await invited.SendAsync(link, "/invitation", ("token", token), ("name", "Inès"), ("password", "short"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, weak.StatusCode);
        var accepted = await invited.SendAsync(link, "/invitation", ("token", token), ("name", "Inès"), ("password", ServedProgram.Password), ("email", "other@example.org"), ("role", "Admin"));
        Assert.Equal(HttpStatusCode.Redirect, accepted.StatusCode);
        Assert.Contains("Inès", await invited.PageAsync("/account"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await invited.GetAsync("/settings/people")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await program.Open().GetAsync(link)).StatusCode);
    }

    [Fact]
    public async Task A_closed_account_is_out_at_once_and_comes_back_when_reopened()
    {
        var id = await program.MakeAsync("leaver@example.org", Role.Analyst);
        using var leaver = await program.SignInAsync("leaver@example.org");
        using var admin = await program.SignInAsync(Role.Admin);
        await admin.SendAsync("/settings/people/" + id, $"/settings/people/{id}/close");

        Assert.Equal(HttpStatusCode.Redirect, (await leaver.GetAsync("/account")).StatusCode);
        var again = await leaver.SendAsync("/sign-in", "/sign-in", ("email", "leaver@example.org"), ("password", ServedProgram.Password));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, again.StatusCode);
        await admin.SendAsync("/settings/people/" + id, $"/settings/people/{id}/reopen");
        using var back = await program.SignInAsync("leaver@example.org");
    }

    [Fact]
    public async Task Another_role_counts_in_open_sessions_at_once()
    {
        var id = await program.MakeAsync("promoted@example.org", Role.Viewer);
        using var person = await program.SignInAsync("promoted@example.org");
        Assert.Equal(HttpStatusCode.Forbidden, (await person.GetAsync("/settings/audit")).StatusCode);
        using var admin = await program.SignInAsync(Role.Admin);
        Assert.Equal(HttpStatusCode.Redirect, (await admin.SendAsync("/settings/people/" + id, $"/settings/people/{id}/role", ("role", "Admin"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await person.GetAsync("/settings/audit")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await admin.SendAsync("/settings/people/" + id, $"/settings/people/{id}/role", ("role", "Viewer"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await person.GetAsync("/settings/audit")).StatusCode);
    }

    [Fact]
    public async Task A_link_for_a_new_password_works_once_and_ends_the_sessions()
    {
        var id = await program.MakeAsync("forgetful@example.org", Role.Viewer);
        using var session = await program.SignInAsync("forgetful@example.org");
        using var admin = await program.SignInAsync(Role.Admin);
        var link = new Uri(Browser.SecretOf(await admin.FollowAsync(await admin.SendAsync("/settings/people/" + id, $"/settings/people/{id}/password-link")))).PathAndQuery;
        using var person = program.Open();
        var changed = await person.SendAsync(link, "/password", ("token", link[(link.IndexOf('=', StringComparison.Ordinal) + 1)..]), ("password", "another few plain words"));
        Assert.Equal(HttpStatusCode.Redirect, changed.StatusCode);

        Assert.Equal(HttpStatusCode.Redirect, (await session.GetAsync("/account")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await person.GetAsync(link)).StatusCode);
        using var back = await program.SignInAsync("forgetful@example.org", "another few plain words");
    }

    [Fact]
    public async Task The_last_administrator_stays_also_when_two_leave_at_the_same_time()
    {
        await program.MakeAsync("second-admin@example.org", Role.Admin);
        await program.OwnerAsync($"update accounts.people set role = 'Viewer' where role = 'Admin' and email not in ('{ServedProgram.EmailOf(Role.Admin)}', 'second-admin@example.org')");
        var outcomes = await Task.WhenAll(DemoteAsync(ServedProgram.EmailOf(Role.Admin)), DemoteAsync("second-admin@example.org"));
        try
        {
            Assert.Equal(1, outcomes.Count(demoted => demoted));
        }
        finally
        {
            await program.OwnerAsync($"update accounts.people set role = case when email = '{ServedProgram.EmailOf(Role.Admin)}' then 'Admin' else 'Viewer' end where email in ('{ServedProgram.EmailOf(Role.Admin)}', 'second-admin@example.org')");
        }
    }

    [Fact]
    public async Task A_new_password_ends_all_sessions_but_this_one()
    {
        await program.MakeAsync("careful@example.org", Role.Viewer);
        using var here = await program.SignInAsync("careful@example.org");
        using var elsewhere = await program.SignInAsync("careful@example.org");
        var wrong = await here.SendAsync("/account", "/account/password", ("present", "not it at all"), ("password", "another few plain words"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.GetAsync("/account")).StatusCode);
        var changed = await here.SendAsync("/account", "/account/password", ("present", ServedProgram.Password), ("password", "another few plain words"));
        Assert.Equal("/account?saved=password", changed.Headers.Location!.ToString());

        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/account")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await elsewhere.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task The_language_of_the_account_is_the_language_of_its_pages()
    {
        await program.MakeAsync("langue@example.org", Role.Viewer);
        using var browser = await program.SignInAsync("langue@example.org");
        await browser.SendAsync("/account", "/account/profile", ("name", "Léa"), ("language", "fr"));
        Assert.Contains("Votre compte", await browser.PageAsync("/account"), StringComparison.Ordinal);
        using var other = await program.SignInAsync("langue@example.org");
        Assert.Contains("Votre compte", await other.PageAsync("/account"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_registers_looks_and_no_more()
    {
        using var browser = program.Open();
        var made = await browser.SendAsync("/register", "/register", ("email", "newcomer@example.org"), ("name", "New"), ("password", ServedProgram.Password), ("role", "Admin"));
        Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync("/settings/people")).StatusCode);
        var twice = await program.Open().SendAsync("/register", "/register", ("email", "NEWCOMER@example.org"), ("name", "New"), ("password", ServedProgram.Password));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, twice.StatusCode);
    }

    private async Task<bool> DemoteAsync(string email)
    {
        await using var scope = program.Services.CreateAsyncScope();
        var person = await scope.ServiceProvider.GetRequiredService<UserManager<Person>>().FindByEmailAsync(email);
        try
        {
            await scope.ServiceProvider.GetRequiredService<AccountChanges>().ChangeRoleAsync(new DefaultHttpContext(), person!, Role.Viewer);
            return true;
        }
        catch (EscaleException error) when (error.Code == "accounts.last-admin-conflict")
        {
            return false;
        }
    }
}
