using Escale.Accounts.Audit;
using Escale.Accounts.SignIn;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Escale.Accounts.OwnAccount;

/// <summary><c>/account</c>: one's own name, language and password.</summary>
internal static class AccountEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/account", async (HttpContext context, UserManager<Person> people, string? saved) =>
            await people.GetUserAsync(context.User) is { } person ? Show(person, Saved(saved), []) : Results.NotFound()).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapForm("/account/profile", ChangeProfileAsync).For(Role.Viewer);
        endpoints.MapForm("/account/password", ChangePasswordAsync).For(Role.Viewer).RequireRateLimiting(RateLimits.SignIn);
        endpoints.MapForm("/account/sessions/end", EndSessionsAsync).For(Role.Viewer);
    }

    private static IResult Show(Person person, Text? saved, IReadOnlyList<string> errors) =>
        Page.Show<AccountPage>(new { Person = person, Saved = saved, Errors = errors }, errors.Count > 0 ? Forms.Correct : StatusCodes.Status200OK);

    private static Text? Saved(string? what) => what switch { "profile" => Words.ProfileSaved, "password" => Words.PasswordSaved, "sessions" => Words.SessionsEnded, _ => null };

    private static async Task<IResult> ChangeProfileAsync(
        HttpContext context, UserManager<Person> people, SignInManager<Person> signIn, AuditLog audit, Mount mount, [FromForm] string? name, [FromForm] string? language)
    {
        if (await people.GetUserAsync(context.User) is not { } person)
        {
            return Results.NotFound();
        }
        person.DisplayName = PersonName.Clean(name);
        person.Language = language is "en" or "fr" ? language : null;
        await people.UpdateAsync(person);
        if (person.Language is { } chosen)
        {
            // Also the cookie: a language that was chosen on a page counts more than the account's.
            context.Response.Cookies.Append(ReaderOf.Cookie, chosen, new CookieOptions { Path = "/", MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps });
        }
        else
        {
            context.Response.Cookies.Delete(ReaderOf.Cookie, new CookieOptions { Path = "/" });
        }
        await signIn.RefreshSignInAsync(person);
        await audit.WriteAsync(context, "account.changed", person.Email!, detail: "name, language");
        return Results.Redirect(mount.To("/account?saved=profile"));
    }

    private static async Task<IResult> ChangePasswordAsync(
        HttpContext context, UserManager<Person> people, SignInManager<Person> signIn, SessionChanges changes, AuditLog audit, Mount mount, IdentityWords words,
        [FromForm] string? present, [FromForm] string? password)
    {
        if (await people.GetUserAsync(context.User) is not { } person)
        {
            return Results.NotFound();
        }
        var changed = await people.HasPasswordAsync(person) ? await people.ChangePasswordAsync(person, present ?? "", password ?? "") : await people.AddPasswordAsync(person, password ?? "");
        await audit.WriteAsync(context, "password.changed", person.Email!, changed.Succeeded);
        if (!changed.Succeeded)
        {
            return Show(person, null, words.Of(changed, ReaderOf.Request(context)));
        }
        await KeepOnlyThisSessionAsync(person, signIn, changes);
        return Results.Redirect(mount.To("/account?saved=password"));
    }

    private static async Task<IResult> EndSessionsAsync(HttpContext context, UserManager<Person> people, SignInManager<Person> signIn, SessionChanges changes, AuditLog audit, Mount mount)
    {
        if (await people.GetUserAsync(context.User) is not { } person)
        {
            return Results.NotFound();
        }
        await people.UpdateSecurityStampAsync(person);
        await KeepOnlyThisSessionAsync(person, signIn, changes);
        await audit.WriteAsync(context, "sessions.ended", person.Email!);
        return Results.Redirect(mount.To("/account?saved=sessions"));
    }

    /// <summary>After the account's stamp has changed: this browser goes on, all others are out at their next request.</summary>
    public static async Task KeepOnlyThisSessionAsync(Person person, SignInManager<Person> signIn, SessionChanges changes)
    {
        changes.Note(person);
        await signIn.RefreshSignInAsync(person);
    }
}
