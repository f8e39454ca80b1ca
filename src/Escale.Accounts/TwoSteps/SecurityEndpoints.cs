using System.Text.Encodings.Web;
using Escale.Accounts.Audit;
using Escale.Accounts.OwnAccount;
using Escale.Accounts.SignIn;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Escale.Accounts.TwoSteps;

/// <summary><c>/account/security</c>: the authenticator app, recovery codes and passkeys of one's own account.</summary>
internal static class SecurityEndpoints
{
    private const int RecoveryCodeCount = 10;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/account/security", ShowAsync).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/account/security/app", async (HttpContext context, UserManager<Person> people, IUserStore<Person> store) =>
            await people.GetUserAsync(context.User) is { TwoFactorEnabled: false } person ? await ShowKeyAsync(people, store, person, null) : Results.NotFound()).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapForm("/account/security/app", AddAppAsync).For(Role.Viewer).RequireRateLimiting(RateLimits.SignIn);
        endpoints.MapForm("/account/security/app/remove", RemoveAppAsync).For(Role.Viewer).RequireRateLimiting(RateLimits.SignIn);
        endpoints.MapForm("/account/security/codes", MakeCodesAsync).For(Role.Viewer).RequireRateLimiting(RateLimits.SignIn);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, UserManager<Person> people, ShownOnce shown, string? made, string? saved) =>
        await people.GetUserAsync(context.User) is { } person ? await RenderAsync(people, person, shown.Take(context, made), Saved(saved), null) : Results.NotFound();

    private static async Task<IResult> RenderAsync(UserManager<Person> people, Person person, string? codes, Text? saved, Text? error) => Page.Show<SecurityPage>(
        new { Person = person, Codes = codes?.Split(' ') ?? [], CodesLeft = person.TwoFactorEnabled ? await people.CountRecoveryCodesAsync(person) : 0, Passkeys = await people.GetPasskeysAsync(person), Saved = saved, Error = error },
        error is null ? StatusCodes.Status200OK : Forms.Correct);

    private static Text? Saved(string? what) => what switch { "app-removed" => TwoStepWords.AppRemoved, "passkey" => TwoStepWords.PasskeyAdded, "passkey-removed" => TwoStepWords.PasskeyRemoved, _ => null };

    private static async Task<IResult> ShowKeyAsync(UserManager<Person> people, IUserStore<Person> store, Person person, Text? error)
    {
        if (await people.GetAuthenticatorKeyAsync(person) is not { } key)
        {
            // Not ResetAuthenticatorKeyAsync, which ends all sessions of the person: here somebody only looks.
            key = people.GenerateNewAuthenticatorKey();
            await ((IUserAuthenticatorKeyStore<Person>)store).SetAuthenticatorKeyAsync(person, key, CancellationToken.None);
            await people.UpdateAsync(person);
        }
        var address = $"otpauth://totp/Escale:{UrlEncoder.Default.Encode(person.Email!)}?secret={key}&issuer=Escale&digits=6";
        return Page.Show<AppPage>(
            new { Key = string.Join(' ', key.ToLowerInvariant().Chunk(4).Select(part => new string(part))), Code = QrCode.Of(address), Error = error },
            error is null ? StatusCodes.Status200OK : Forms.Correct);
    }

    private static async Task<IResult> AddAppAsync(
        HttpContext context, UserManager<Person> people, IUserStore<Person> store, SignInManager<Person> signIn, SessionChanges changes, ShownOnce shown, AuditLog audit, Mount mount, [FromForm] string? code)
    {
        if (await people.GetUserAsync(context.User) is not { TwoFactorEnabled: false } person)
        {
            return Results.NotFound();
        }
        if (!await people.VerifyTwoFactorTokenAsync(person, people.Options.Tokens.AuthenticatorTokenProvider, Digits(code)))
        {
            return await ShowKeyAsync(people, store, person, TwoStepWords.WrongCode);
        }
        await people.SetTwoFactorEnabledAsync(person, true);
        var codes = await people.GenerateNewTwoFactorRecoveryCodesAsync(person, RecoveryCodeCount);
        await AccountEndpoints.KeepOnlyThisSessionAsync(person, signIn, changes);
        await audit.WriteAsync(context, "second-step.added", person.Email!);
        return Results.Redirect(mount.To("/account/security?made=") + shown.Keep(context, string.Join(' ', codes!)));
    }

    private static async Task<IResult> RemoveAppAsync(
        HttpContext context, UserManager<Person> people, SignInManager<Person> signIn, SessionChanges changes, AuditLog audit, Mount mount, [FromForm] string? password)
    {
        if (await people.GetUserAsync(context.User) is not { TwoFactorEnabled: true } person)
        {
            return Results.NotFound();
        }
        if (!await ProvesAsync(people, person, password))
        {
            await audit.WriteAsync(context, "second-step.removed", person.Email!, succeeded: false);
            return await RenderAsync(people, person, null, null, TwoStepWords.WrongPassword);
        }
        await people.SetTwoFactorEnabledAsync(person, false);
        await people.ResetAuthenticatorKeyAsync(person);
        await AccountEndpoints.KeepOnlyThisSessionAsync(person, signIn, changes);
        await audit.WriteAsync(context, "second-step.removed", person.Email!);
        return Results.Redirect(mount.To("/account/security?saved=app-removed"));
    }

    private static async Task<IResult> MakeCodesAsync(HttpContext context, UserManager<Person> people, ShownOnce shown, AuditLog audit, Mount mount, [FromForm] string? password)
    {
        if (await people.GetUserAsync(context.User) is not { TwoFactorEnabled: true } person)
        {
            return Results.NotFound();
        }
        if (!await ProvesAsync(people, person, password))
        {
            await audit.WriteAsync(context, "second-step.codes-made", person.Email!, succeeded: false);
            return await RenderAsync(people, person, null, null, TwoStepWords.WrongPassword);
        }
        var codes = await people.GenerateNewTwoFactorRecoveryCodesAsync(person, RecoveryCodeCount);
        await audit.WriteAsync(context, "second-step.codes-made", person.Email!);
        return Results.Redirect(mount.To("/account/security?made=") + shown.Keep(context, string.Join(' ', codes!)));
    }

    // Who has come in with a provider has no password to ask for.
    private static async Task<bool> ProvesAsync(UserManager<Person> people, Person person, string? password) =>
        !await people.HasPasswordAsync(person) || await people.CheckPasswordAsync(person, password ?? "");

    /// <summary>The digits of a code, however it was grouped.</summary>
    internal static string Digits(string? code) => string.Concat((code ?? "").Where(char.IsAsciiDigit));
}
