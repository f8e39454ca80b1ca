using Escale.Accounts.Audit;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Escale.Accounts.SignIn;

/// <summary><c>/sign-in</c> and <c>/sign-out</c>.</summary>
internal static class SignInEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/sign-in", (HttpContext context, Mount mount, ServeSettings serve, string? @return, bool? refused) => Caller.Of(context) is null
            ? (IResult)Page.Show<SignInPage>(new { Return = @return, Serve = serve, Error = refused == true ? ReaderOf.Request(context)[Words.ProviderRefused] : null })
            : Results.Redirect(LocalAddress.Of(mount, @return))).ForAnyone().ExcludeFromDescription();
        endpoints.MapPost("/sign-in", SignInAsync).ForAnyone().RequireRateLimiting(RateLimits.SignIn).DisableAntiforgery().ExcludeFromDescription();
        endpoints.MapPost("/sign-out", async (HttpContext context, SignInManager<Person> signIn, AuditLog audit, Mount mount) =>
        {
            await audit.WriteAsync(context, "sign-out", "");
            await signIn.SignOutAsync();
            return Results.Redirect(mount.To("/sign-in"));
        }).For(Role.Viewer).ExcludeFromDescription();
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context, UserManager<Person> people, SignInManager<Person> signIn, SignInPace pace, AuditLog audit, Mount mount, ServeSettings serve, TimeProvider clock,
        [FromForm] string? email, [FromForm] string? password, [FromForm] bool? remember, [FromForm(Name = "return")] string? target)
    {
        if (!pace.TryBegin(email, out var wait))
        {
            await audit.WriteAsync(context, "sign-in", Noted(email), succeeded: false, "too many attempts");
            return Again(context, serve, target, email, remember, Words.LockedOut, wait);
        }
        var person = await people.FindByEmailAsync(email ?? "");
        // The same work and the same words for an address that is not known, so that nobody learns which are.
        var result = person is null or { IsClosed: true } or { PasswordHash: null }
            ? Refuse(people, password ?? "")
            : await signIn.PasswordSignInAsync(person, password ?? "", remember == true, lockoutOnFailure: true);
        if (result.RequiresTwoFactor)
        {
            return Results.Redirect(mount.To($"/sign-in/code?remember={(remember == true ? "true" : "false")}&return={Uri.EscapeDataString(target ?? "")}"));
        }
        if (!result.Succeeded)
        {
            await audit.WriteAsync(context, "sign-in", Noted(email), succeeded: false, result.IsLockedOut ? "locked" : null);
            return Again(context, serve, target, email, remember, result.IsLockedOut ? Words.LockedOut : Words.WrongSignIn, null);
        }
        await NoteAsync(context, people, audit, clock, person!, "password");
        return Results.Redirect(LocalAddress.Of(mount, target));
    }

    /// <summary>Notes in the account and in the audit log that someone has signed in.</summary>
    public static async Task NoteAsync(HttpContext context, UserManager<Person> people, AuditLog audit, TimeProvider clock, Person person, string how)
    {
        person.LastSignInAt = clock.GetUtcNow();
        await people.UpdateAsync(person);
        await audit.WriteAsync(context, person, "sign-in", person.Email!, detail: how);
    }

    private static IResult Again(HttpContext context, ServeSettings serve, string? target, string? email, bool? remember, Text error, TimeSpan? wait)
    {
        if (wait is { } time)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(time.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        return Page.Show<SignInPage>(
            new { Return = target, Email = email, Remember = remember == true, Serve = serve, Error = ReaderOf.Request(context)[error] },
            wait is null ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status429TooManyRequests);
    }

    private static Microsoft.AspNetCore.Identity.SignInResult Refuse(UserManager<Person> people, string password)
    {
        people.PasswordHasher.HashPassword(new Person(), password);
        return Microsoft.AspNetCore.Identity.SignInResult.Failed;
    }

    // People type passwords into the wrong field: what does not look like an address is not noted.
    private static string Noted(string? email) => email is { Length: < 255 } && email.Contains('@', StringComparison.Ordinal) && !email.Contains(' ', StringComparison.Ordinal) ? email : "";
}
