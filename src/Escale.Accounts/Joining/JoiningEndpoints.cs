using Escale.Accounts.Audit;
using Escale.Accounts.Links;
using Escale.Accounts.SignIn;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Escale.Accounts.Joining;

/// <summary><c>/invitation</c>, <c>/register</c> (where it is open) and <c>/password</c>: what people without a session do with a link.</summary>
internal static class JoiningEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/invitation", async (OneTimeLinks links, string? token, CancellationToken cancellationToken) =>
            await links.FindAsync(LinkKind.Invitation, token, cancellationToken) is { } link
                ? (IResult)Page.Show<JoinPage>(new { To = "/invitation", Token = token, link.Email, IsEmailFixed = true })
                : Page.Show<EndedPage>(status: StatusCodes.Status404NotFound)).ForAnyone().RequireRateLimiting(RateLimits.SignIn).ExcludeFromDescription();
        endpoints.MapForm("/invitation", AcceptAsync).ForAnyone().RequireRateLimiting(RateLimits.SignIn);
        endpoints.MapGet("/register", (ServeSettings serve) => serve.IsRegistrationOpen ? (IResult)Page.Show<JoinPage>(new { To = "/register" }) : Results.NotFound())
            .ForAnyone().ExcludeFromDescription();
        endpoints.MapForm("/register", RegisterAsync).ForAnyone().RequireRateLimiting(RateLimits.SignIn);
        endpoints.MapGet("/password", async (OneTimeLinks links, string? token, CancellationToken cancellationToken) =>
            await links.FindAsync(LinkKind.Password, token, cancellationToken) is { } link
                ? (IResult)Page.Show<NewPasswordPage>(new { Token = token, link.Email })
                : Page.Show<EndedPage>(status: StatusCodes.Status404NotFound)).ForAnyone().RequireRateLimiting(RateLimits.SignIn).ExcludeFromDescription();
        endpoints.MapForm("/password", RenewAsync).ForAnyone().RequireRateLimiting(RateLimits.SignIn);
    }

    private static async Task<IResult> AcceptAsync(
        HttpContext context, OneTimeLinks links, NewAccounts accounts, UserManager<Person> people, AuditLog audit, Mount mount,
        [FromForm] string? token, [FromForm] string? name, [FromForm] string? password, CancellationToken cancellationToken)
    {
        if (await links.FindAsync(LinkKind.Invitation, token, cancellationToken) is not { Role: { } role } link)
        {
            return Page.Show<EndedPage>(status: StatusCodes.Status404NotFound);
        }
        var (person, errors) = await accounts.MakeAsync(context, link.Email, name, password, role);
        if (person is null)
        {
            return Page.Show<JoinPage>(new { To = "/invitation", Token = token, link.Email, IsEmailFixed = true, Name = name, Errors = errors }, Forms.Correct);
        }
        if (!await links.TryUseAsync(link, cancellationToken))
        {
            await people.DeleteAsync(person); // somebody else was quicker
            return Page.Show<EndedPage>(status: StatusCodes.Status404NotFound);
        }
        await audit.WriteAsync(context, person, "account.made", person.Email!, detail: $"invited by {link.MadeBy} as {role}");
        return await accounts.ComeInAsync(context, mount, person);
    }

    private static async Task<IResult> RegisterAsync(
        HttpContext context, ServeSettings serve, NewAccounts accounts, AuditLog audit, Mount mount,
        [FromForm] string? email, [FromForm] string? name, [FromForm] string? password)
    {
        if (!serve.IsRegistrationOpen)
        {
            return Results.NotFound();
        }
        var (person, errors) = await accounts.MakeAsync(context, email, name, password, Role.Viewer);
        if (person is null)
        {
            return Page.Show<JoinPage>(new { To = "/register", Email = email, Name = name, Errors = errors }, Forms.Correct);
        }
        await audit.WriteAsync(context, person, "account.made", person.Email!, detail: "registered");
        return await accounts.ComeInAsync(context, mount, person);
    }

    private static async Task<IResult> RenewAsync(
        HttpContext context, OneTimeLinks links, UserManager<Person> people, SessionChanges changes, AuditLog audit, Mount mount, IdentityWords words,
        [FromForm] string? token, [FromForm] string? password, CancellationToken cancellationToken)
    {
        if (await links.FindAsync(LinkKind.Password, token, cancellationToken) is not { PersonId: { } id } link || await people.FindByIdAsync(id) is not { IsClosed: false } person)
        {
            return Page.Show<EndedPage>(status: StatusCodes.Status404NotFound);
        }
        var reset = await people.ResetPasswordAsync(person, await people.GeneratePasswordResetTokenAsync(person), password ?? "");
        if (!reset.Succeeded)
        {
            return Page.Show<NewPasswordPage>(new { Token = token, link.Email, Errors = words.Of(reset, ReaderOf.Request(context)) }, Forms.Correct);
        }
        await links.TryUseAsync(link, cancellationToken);
        await people.SetLockoutEndDateAsync(person, null);
        changes.Note(person);
        await audit.WriteAsync(context, person, "password.changed", person.Email!, detail: $"with a link made by {link.MadeBy}");
        return Results.Redirect(mount.To("/sign-in"));
    }
}

/// <summary>Makes accounts with a password.</summary>
internal sealed class NewAccounts(UserManager<Person> people, SignInManager<Person> signIn, AuditLog audit, TimeProvider clock, IdentityWords words)
{
    /// <summary>The account, or what must be corrected.</summary>
    public async Task<(Person? Person, IReadOnlyList<string> Errors)> MakeAsync(HttpContext context, string? email, string? name, string? password, Role role)
    {
        var reader = ReaderOf.Request(context);
        var person = new Person
        {
            UserName = email?.Trim(), Email = email?.Trim(), EmailConfirmed = true, DisplayName = PersonName.Clean(name), Role = role, CreatedAt = clock.GetUtcNow(), Language = reader.Code,
        };
        var made = await people.CreateAsync(person, password ?? "");
        return made.Succeeded ? (person, []) : (null, words.Of(made, reader));
    }

    /// <summary>Signs in whose account was just made.</summary>
    public async Task<IResult> ComeInAsync(HttpContext context, Mount mount, Person person)
    {
        await signIn.SignInAsync(person, isPersistent: false);
        await SignInEndpoints.NoteAsync(context, people, audit, clock, person, "new account");
        return Results.Redirect(mount.To("/"));
    }
}
