using System.Buffers.Text;
using System.Net;
using Escale.Accounts.Audit;
using Escale.Accounts.SignIn;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Escale.Accounts.TwoSteps;

/// <summary>
/// Passkeys (WebAuthn): what the browser asks before it makes or uses one, and what it answers. A passkey is both steps at once: something one
/// has, opened by a finger, a face or a code.
/// </summary>
internal static class PasskeyEndpoints
{
    private const int MostPasskeys = 20;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/account/security/passkeys/options", OfferAsync).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapForm("/account/security/passkeys", AddAsync).For(Role.Viewer);
        endpoints.MapForm("/account/security/passkeys/{id}/remove", RemoveAsync).For(Role.Viewer);
        endpoints.MapPost("/sign-in/passkey/options", async (SignInManager<Person> signIn) => Results.Content(await signIn.MakePasskeyRequestOptionsAsync(null!), "application/json"))
            .ForAnyone().RequireRateLimiting(RateLimits.SignIn).ExcludeFromDescription();
        endpoints.MapForm("/sign-in/passkey", SignInAsync).ForAnyone().RequireRateLimiting(RateLimits.SignIn);
    }

    /// <summary>Whether browsers allow passkeys at this address: they need a name, and HTTPS or this machine.</summary>
    public static bool IsPossible(HttpRequest request) => !IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out _) && (request.IsHttps || request.Host.Host == "localhost");

    private static async Task<IResult> OfferAsync(HttpContext context, UserManager<Person> people, SignInManager<Person> signIn) =>
        await people.GetUserAsync(context.User) is { } person
            ? Results.Content(await signIn.MakePasskeyCreationOptionsAsync(new PasskeyUserEntity { Id = person.Id, Name = person.Email!, DisplayName = person.DisplayName }), "application/json")
            : Results.NotFound();

    private static async Task<IResult> AddAsync(
        HttpContext context, UserManager<Person> people, SignInManager<Person> signIn, AuditLog audit, Mount mount, [FromForm] string? credential, [FromForm] string? name)
    {
        if (await people.GetUserAsync(context.User) is not { } person || (await people.GetPasskeysAsync(person)).Count >= MostPasskeys)
        {
            return Results.NotFound();
        }
        var attested = await signIn.PerformPasskeyAttestationAsync(credential ?? "{}");
        if (!attested.Succeeded || attested.UserEntity.Id != person.Id)
        {
            throw new EscaleException("accounts.passkey", "The passkey was not taken.", "Try again; if it does not work, use another device or an authenticator app.");
        }
        attested.Passkey.Name = PersonName.Clean(name) is { Length: > 0 } called ? called : "Passkey";
        await people.AddOrUpdatePasskeyAsync(person, attested.Passkey);
        await audit.WriteAsync(context, "passkey.added", person.Email!, detail: attested.Passkey.Name);
        return Results.Redirect(mount.To("/account/security?saved=passkey"));
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, UserManager<Person> people, AuditLog audit, Mount mount, string id)
    {
        if (await people.GetUserAsync(context.User) is not { } person || !Base64Url.IsValid(id) || await people.GetPasskeyAsync(person, Base64Url.DecodeFromChars(id)) is not { } passkey)
        {
            return Results.NotFound();
        }
        await people.RemovePasskeyAsync(person, passkey.CredentialId);
        await audit.WriteAsync(context, "passkey.removed", person.Email!, detail: passkey.Name);
        return Results.Redirect(mount.To("/account/security?saved=passkey-removed"));
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context, UserManager<Person> people, SignInManager<Person> signIn, AuditLog audit, Mount mount, ServeSettings serve, TimeProvider clock,
        [FromForm] string? credential, [FromForm(Name = "return")] string? target)
    {
        var asserted = await signIn.PerformPasskeyAssertionAsync(credential ?? "{}");
        if (!asserted.Succeeded || !await signIn.CanSignInAsync(asserted.User) || await people.IsLockedOutAsync(asserted.User))
        {
            await audit.WriteAsync(context, "sign-in", asserted.User?.Email ?? "", succeeded: false, "passkey");
            return Page.Show<SignInPage>(new { Return = target, Serve = serve, Error = ReaderOf.Request(context)[TwoStepWords.WrongPasskey] }, Forms.Correct);
        }
        await people.AddOrUpdatePasskeyAsync(asserted.User, asserted.Passkey); // its counter
        await signIn.SignInAsync(asserted.User, isPersistent: false, "passkey");
        await SignInEndpoints.NoteAsync(context, people, audit, clock, asserted.User, "passkey");
        return Results.Redirect(LocalAddress.Of(mount, target));
    }
}
