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
        endpoints.MapGet("/sign-in", (HttpContext context, Mount mount, string? @return) => Caller.Of(context) is null
            ? (IResult)Page.Show<SignInPage>(new { Return = @return })
            : Results.Redirect(Local(mount, @return))).ForAnyone().ExcludeFromDescription();
        endpoints.MapPost("/sign-in", SignInAsync).ForAnyone().RequireRateLimiting(AccountsModule.SignInLimit).DisableAntiforgery().ExcludeFromDescription();
        endpoints.MapPost("/sign-out", async (SignInManager<Person> signIn, Mount mount) =>
        {
            await signIn.SignOutAsync();
            return Results.Redirect(mount.To("/sign-in"));
        }).For(Role.Viewer).ExcludeFromDescription();
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context, UserManager<Person> people, SignInManager<Person> signIn, Mount mount, TimeProvider clock,
        [FromForm] string? email, [FromForm] string? password, [FromForm] bool? remember, [FromForm(Name = "return")] string? target)
    {
        var reader = ReaderOf.Request(context);
        var person = await people.FindByEmailAsync(email ?? "");
        // The same work and the same words for an address that is not known, so that nobody learns which are.
        var result = person is null or { IsClosed: true }
            ? Refuse(people, password ?? "")
            : await signIn.PasswordSignInAsync(person, password ?? "", remember == true, lockoutOnFailure: true);
        if (!result.Succeeded)
        {
            return Page.Show<SignInPage>(
                new { Return = target, Email = email, Remember = remember == true, Error = reader[result.IsLockedOut ? Words.LockedOut : Words.WrongSignIn] }, StatusCodes.Status422UnprocessableEntity);
        }
        person!.LastSignInAt = clock.GetUtcNow();
        await people.UpdateAsync(person);
        return Results.Redirect(Local(mount, target));
    }

    private static Microsoft.AspNetCore.Identity.SignInResult Refuse(UserManager<Person> people, string password)
    {
        people.PasswordHasher.HashPassword(new Person(), password);
        return Microsoft.AspNetCore.Identity.SignInResult.Failed;
    }

    /// <summary>An address of ours to go on to; anything else is the first page, so that a link cannot send people away.</summary>
    private static string Local(Mount mount, string? target) =>
        target is { Length: > 1 } && target[0] == '/' && target[1] is not ('/' or '\\') && !target.Any(char.IsControl) ? mount.To(target) : mount.To("/");
}
