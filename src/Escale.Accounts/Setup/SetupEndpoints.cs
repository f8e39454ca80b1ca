using Escale.Accounts.Audit;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Escale.Accounts.Setup;

/// <summary><c>/setup</c>: the first administrator, with the link of the console; afterwards there is nothing here.</summary>
internal static class SetupEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/setup", Show).ForAnyone().RequireRateLimiting(RateLimits.SignIn).ExcludeFromDescription();
        endpoints.MapPost("/setup", CreateAsync).ForAnyone().RequireRateLimiting(RateLimits.SignIn).DisableAntiforgery().ExcludeFromDescription();
    }

    private static IResult Show(SetupLink link, string? token) =>
        link.IsRight(token) ? Page.Show<SetupPage>(new { Token = token }) : Results.NotFound();

    private static async Task<IResult> CreateAsync(
        HttpContext context, SetupLink link, UserManager<Person> people, SignInManager<Person> signIn, AuditLog audit, Mount mount, TimeProvider clock, IdentityWords words,
        [FromForm] string? token, [FromForm] string? name, [FromForm] string? email, [FromForm] string? password)
    {
        if (!link.IsRight(token))
        {
            return Results.NotFound();
        }
        var person = new Person
        {
            UserName = email, Email = email, EmailConfirmed = true, DisplayName = name?.Trim() ?? "", Role = Role.Admin, CreatedAt = clock.GetUtcNow(), Language = ReaderOf.Request(context).Code,
        };
        var made = await people.CreateAsync(person, password ?? "");
        if (!made.Succeeded)
        {
            return Page.Show<SetupPage>(new { Token = token, Name = name, Email = email, Errors = words.Of(made, ReaderOf.Request(context)) }, StatusCodes.Status422UnprocessableEntity);
        }
        if (!link.TryTake(token))
        {
            await people.DeleteAsync(person); // somebody else was quicker
            return Results.NotFound();
        }
        await audit.WriteAsync(context, person, "account.made", person.Email!, detail: "setup");
        await signIn.SignInAsync(person, isPersistent: false);
        await SignIn.SignInEndpoints.NoteAsync(context, people, audit, clock, person, "setup");
        return Results.Redirect(mount.To("/"));
    }
}
