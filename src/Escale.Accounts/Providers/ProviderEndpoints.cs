using System.Security.Claims;
using Escale.Accounts.Audit;
using Escale.Accounts.People;
using Escale.Accounts.SignIn;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Accounts.Providers;

/// <summary><c>/sign-in/with/NAME</c>: signing in with another provider, there and back.</summary>
internal static class ProviderEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/sign-in/with/{name}", (ServeSettings serve, Mount mount, string name, string? @return) => Find(serve, name) is { } provider
            ? Results.Challenge(
                new AuthenticationProperties { RedirectUri = mount.To($"/sign-in/with/{name}/done?return={Uri.EscapeDataString(@return ?? "")}") }, [ProviderSchemes.NameOf(provider)])
            : Results.NotFound()).ForAnyone().RequireRateLimiting(RateLimits.SignIn).ExcludeFromDescription();
        endpoints.MapGet("/sign-in/with/{name}/done", ComeInAsync).ForAnyone().RequireRateLimiting(RateLimits.SignIn).ExcludeFromDescription();
    }

    /// <summary>What happens when the provider or the browser did not keep to the protocol: back to the sign-in, with an entry in the log.</summary>
    public static async Task FailAsync(RemoteFailureContext context)
    {
        await context.HttpContext.RequestServices.GetRequiredService<AuditLog>().WriteAsync(context.HttpContext, "sign-in", context.Scheme.Name, succeeded: false, context.Failure?.Message);
        context.Response.Redirect(context.Request.PathBase + "/sign-in?refused=true");
        context.HandleResponse();
    }

    private static SignInProvider? Find(ServeSettings serve, string name) => serve.SignIn.FirstOrDefault(provider => provider.Name == name);

    private static async Task<IResult> ComeInAsync(
        HttpContext context, ServeSettings serve, ProviderAccounts accounts, UserManager<Person> people, SignInManager<Person> signIn, AuditLog audit, Mount mount, TimeProvider clock, string name, string? @return)
    {
        var answer = await context.AuthenticateAsync(IdentityConstants.ExternalScheme);
        if (Find(serve, name) is not { } provider || !answer.Succeeded || answer.Principal.Identity?.AuthenticationType != ProviderSchemes.NameOf(provider))
        {
            return Results.Redirect(mount.To("/sign-in?refused=true"));
        }
        await context.SignOutAsync(IdentityConstants.ExternalScheme);
        var (person, refusal) = await accounts.FindAsync(context, provider, answer.Principal);
        if (person is null || !await signIn.CanSignInAsync(person) || await people.IsLockedOutAsync(person))
        {
            await audit.WriteAsync(context, "sign-in", answer.Principal.FindFirstValue("email") ?? "", succeeded: false, $"{provider.Name}: {refusal ?? "account closed or locked"}");
            return Results.Redirect(mount.To("/sign-in?refused=true"));
        }
        await signIn.SignInAsync(person, isPersistent: false, provider.Name);
        await SignInEndpoints.NoteAsync(context, people, audit, clock, person, provider.Name);
        return Results.Redirect(LocalAddress.Of(mount, @return));
    }
}

/// <summary>Which account a person of a provider has here.</summary>
internal sealed class ProviderAccounts(UserManager<Person> people, AccountChanges changes, AuditLog audit, TimeProvider clock)
{
    /// <summary>The account, made if need be; or why not.</summary>
    public async Task<(Person? Person, string? Refusal)> FindAsync(HttpContext context, SignInProvider provider, ClaimsPrincipal said)
    {
        var (scheme, subject) = (ProviderSchemes.NameOf(provider), said.FindFirstValue("sub")!);
        if (!Enum.TryParse<Role>(said.FindFirstValue(ProviderClaims.RoleClaim), out var role))
        {
            return (null, "none of the roles");
        }
        if (await people.FindByLoginAsync(scheme, subject) is { } known)
        {
            return await WithRoleAsync(context, provider, known, role);
        }
        if (said.FindFirstValue("email") is not { Length: > 2 } email)
        {
            return (null, "no e-mail address");
        }
        if (await people.FindByEmailAsync(email) is not { } person)
        {
            return await MakeAsync(context, provider, said, email, role);
        }
        // Whoever controls the address may have the account; that they do is the provider's word.
        if (!said.HasClaim("email_verified", "true"))
        {
            return (null, "e-mail address not verified");
        }
        await people.AddLoginAsync(person, new UserLoginInfo(scheme, subject, provider.Label));
        await audit.WriteAsync(context, person, "account.linked", person.Email!, detail: provider.Name);
        return await WithRoleAsync(context, provider, person, role);
    }

    private async Task<(Person?, string?)> MakeAsync(HttpContext context, SignInProvider provider, ClaimsPrincipal said, string email, Role role)
    {
        var person = new Person
        {
            UserName = email, Email = email, EmailConfirmed = said.HasClaim("email_verified", "true"), Role = role, CreatedAt = clock.GetUtcNow(),
            DisplayName = PersonName.Clean(said.FindFirstValue("name") ?? said.FindFirstValue("preferred_username")),
        };
        var made = await people.CreateAsync(person);
        if (!made.Succeeded)
        {
            return (null, string.Join(", ", made.Errors.Select(error => error.Code)));
        }
        await people.AddLoginAsync(person, new UserLoginInfo(ProviderSchemes.NameOf(provider), said.FindFirstValue("sub")!, provider.Label));
        await audit.WriteAsync(context, person, "account.made", email, detail: provider.Name);
        return (person, null);
    }

    // Where the provider decides the roles, it does at every sign-in.
    private async Task<(Person?, string?)> WithRoleAsync(HttpContext context, SignInProvider provider, Person person, Role role)
    {
        if (provider.RoleClaim is not null && !person.IsClosed)
        {
            await changes.ChangeRoleAsync(context, person, role);
        }
        return (person, null);
    }
}
