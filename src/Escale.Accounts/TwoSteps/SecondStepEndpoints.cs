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

/// <summary><c>/sign-in/code</c>: the second step of signing in, with a code of the authenticator app or a recovery code.</summary>
internal static class SecondStepEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/sign-in/code", async (SignInManager<Person> signIn, Mount mount, bool? remember, string? @return) =>
            await signIn.GetTwoFactorAuthenticationUserAsync() is null
                ? Results.Redirect(mount.To("/sign-in"))
                : (IResult)Page.Show<SecondStepPage>(new { Return = @return, Remember = remember == true })).ForAnyone().ExcludeFromDescription();
        endpoints.MapForm("/sign-in/code", SignInAsync).ForAnyone().RequireRateLimiting(RateLimits.SignIn);
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context, UserManager<Person> people, SignInManager<Person> signIn, SignInPace pace, AuditLog audit, Mount mount, TimeProvider clock,
        [FromForm] string? code, [FromForm] bool? remember, [FromForm(Name = "return")] string? target)
    {
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { } person)
        {
            return Results.Redirect(mount.To("/sign-in"));
        }
        var digits = SecurityEndpoints.Digits(code);
        var isOfApp = digits.Length == 6 && (code ?? "").All(letter => char.IsAsciiDigit(letter) || letter is ' ' or '-');
        var result = !pace.TryBegin(person.Email, out _) ? Microsoft.AspNetCore.Identity.SignInResult.LockedOut
            : isOfApp ? await signIn.TwoFactorAuthenticatorSignInAsync(digits, remember == true, rememberClient: false)
            : await signIn.TwoFactorRecoveryCodeSignInAsync((code ?? "").Trim());
        if (result.Succeeded)
        {
            await SignInEndpoints.NoteAsync(context, people, audit, clock, person, isOfApp ? "password and app" : "password and recovery code");
            return Results.Redirect(LocalAddress.Of(mount, target));
        }
        await audit.WriteAsync(context, person, "sign-in.second-step", person.Email!, succeeded: false, result.IsLockedOut ? "locked" : null);
        return Page.Show<SecondStepPage>(
            new { Return = target, Remember = remember == true, Error = result.IsLockedOut ? Words.LockedOut : TwoStepWords.WrongCode }, Forms.Correct);
    }
}
