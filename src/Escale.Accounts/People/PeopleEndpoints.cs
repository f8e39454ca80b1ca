using Escale.Accounts.Audit;
using Escale.Accounts.Links;
using Escale.Accounts.Tokens;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Escale.Accounts.People;

/// <summary><c>/settings/people</c>: who may come in and what they may do, for administrators.</summary>
internal static class PeopleEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/settings", (Mount mount) => Results.Redirect(mount.To("/settings/people"))).For(Role.Admin).ExcludeFromDescription();
        endpoints.MapGet("/settings/people", (HttpContext context, PeopleList list, ShownOnce shown, string? made, CancellationToken cancellationToken) =>
            ListAsync(list, shown.Take(context, made), null, null, [], cancellationToken)).For(Role.Admin).ExcludeFromDescription();
        endpoints.MapForm("/settings/people/invite", InviteAsync).For(Role.Admin);
        endpoints.MapForm("/settings/people/invitations/{id}/withdraw", WithdrawAsync).For(Role.Admin);
        endpoints.MapGet("/settings/people/{id}", ShowAsync).For(Role.Admin).ExcludeFromDescription();
        endpoints.MapForm("/settings/people/{id}/role", ChangeRoleAsync).For(Role.Admin);
        endpoints.MapForm("/settings/people/{id}/close", (HttpContext context, UserManager<Person> people, AccountChanges accounts, Mount mount, string id) =>
            ChangeAsync(context, people, mount, id, person => accounts.CloseAsync(context, person))).For(Role.Admin);
        endpoints.MapForm("/settings/people/{id}/reopen", (HttpContext context, UserManager<Person> people, AccountChanges accounts, Mount mount, string id) =>
            ChangeAsync(context, people, mount, id, person => accounts.ReopenAsync(context, person))).For(Role.Admin);
        endpoints.MapForm("/settings/people/{id}/second-step", (HttpContext context, UserManager<Person> people, AccountChanges accounts, Mount mount, string id) =>
            ChangeAsync(context, people, mount, id, person => accounts.RemoveSecondStepAsync(context, person))).For(Role.Admin);
        endpoints.MapForm("/settings/people/{id}/tokens/{token}/revoke", RevokeAsync).For(Role.Admin);
        endpoints.MapForm("/settings/people/{id}/password-link", MakePasswordLinkAsync).For(Role.Admin);
    }

    private static async Task<IResult> ListAsync(
        PeopleList list, string? link, string? email, Role? role, IReadOnlyList<string> errors, CancellationToken cancellationToken) =>
        Page.Show<PeoplePage>(
            new { People = await list.PeopleAsync(cancellationToken), Invitations = await list.InvitationsAsync(cancellationToken), Link = link, Email = email, ChosenRole = role ?? Role.Viewer, Errors = errors },
            errors.Count > 0 ? Forms.Correct : StatusCodes.Status200OK);

    private static async Task<IResult> InviteAsync(
        HttpContext context, PeopleList list, OneTimeLinks links, ShownOnce shown, UserManager<Person> people, AuditLog audit, PublicAddress address, Mount mount,
        [FromForm] string? email, [FromForm] string? role, CancellationToken cancellationToken)
    {
        var reader = ReaderOf.Request(context);
        var invited = email?.Trim() ?? "";
        if (!Enum.TryParse<Role>(role, out var chosen) || !Enum.IsDefined(chosen))
        {
            return Results.BadRequest();
        }
        if (!new System.ComponentModel.DataAnnotations.EmailAddressAttribute().IsValid(invited) || invited.Length > 254)
        {
            return await ListAsync(list, null, email, chosen, [reader[Words.NotAnAddress]], cancellationToken);
        }
        if (await people.FindByEmailAsync(invited) is not null)
        {
            return await ListAsync(list, null, email, chosen, [reader[Words.AddressIsTaken]], cancellationToken);
        }
        var token = await links.MakeAsync(LinkKind.Invitation, invited, chosen, null, Caller.Of(context)!.Name, cancellationToken);
        await audit.WriteAsync(context, "invitation.made", invited, detail: chosen.ToString());
        return Results.Redirect(mount.To("/settings/people?made=") + shown.Keep(context, address.Of(context, "/invitation?token=" + token)));
    }

    private static async Task<IResult> WithdrawAsync(HttpContext context, OneTimeLinks links, AuditLog audit, Mount mount, string id, CancellationToken cancellationToken)
    {
        if (await links.WithdrawAsync(id, cancellationToken) is { } email)
        {
            await audit.WriteAsync(context, "invitation.withdrawn", email);
        }
        return Results.Redirect(mount.To("/settings/people"));
    }

    private static async Task<IResult> ShowAsync(HttpContext context, UserManager<Person> people, ApiTokens tokens, ShownOnce shown, string id, string? made, CancellationToken cancellationToken) =>
        await people.FindByIdAsync(id) is { } person
            ? Page.Show<PersonPage>(new { Person = person, Tokens = await tokens.OfAsync(id, cancellationToken), Link = shown.Take(context, made), IsSelf = Caller.Of(context)!.Id == id })
            : Results.NotFound();

    private static Task<IResult> ChangeRoleAsync(HttpContext context, UserManager<Person> people, AccountChanges accounts, Mount mount, string id, [FromForm] string? role) =>
        Enum.TryParse<Role>(role, out var chosen) && Enum.IsDefined(chosen)
            ? ChangeAsync(context, people, mount, id, person => accounts.ChangeRoleAsync(context, person, chosen))
            : Task.FromResult(Results.BadRequest());

    private static async Task<IResult> RevokeAsync(HttpContext context, ApiTokens tokens, AuditLog audit, Mount mount, string id, string token, CancellationToken cancellationToken)
    {
        if (await tokens.RevokeAsync(token, id, cancellationToken) is { } revoked)
        {
            await audit.WriteAsync(context, "token.revoked", revoked);
        }
        return Results.Redirect(mount.To("/settings/people/" + Uri.EscapeDataString(id)));
    }

    private static async Task<IResult> MakePasswordLinkAsync(
        HttpContext context, UserManager<Person> people, OneTimeLinks links, ShownOnce shown, AuditLog audit, PublicAddress address, Mount mount, string id, CancellationToken cancellationToken)
    {
        if (await people.FindByIdAsync(id) is not { IsClosed: false } person)
        {
            return Results.NotFound();
        }
        var token = await links.MakeAsync(LinkKind.Password, person.Email!, null, id, Caller.Of(context)!.Name, cancellationToken);
        await audit.WriteAsync(context, "password.link-made", person.Email!);
        return Results.Redirect(mount.To($"/settings/people/{Uri.EscapeDataString(id)}?made=") + shown.Keep(context, address.Of(context, "/password?token=" + token)));
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, UserManager<Person> people, Mount mount, string id, Func<Person, Task> change)
    {
        if (await people.FindByIdAsync(id) is not { } person)
        {
            return Results.NotFound();
        }
        await change(person);
        return Results.Redirect(mount.To("/settings/people/" + Uri.EscapeDataString(id)));
    }
}

/// <summary>What the list of people shows.</summary>
internal sealed class PeopleList(Storage.AccountsContext context, OneTimeLinks links)
{
    public async Task<IReadOnlyList<Person>> PeopleAsync(CancellationToken cancellationToken) =>
        await context.Users.AsNoTracking().OrderBy(person => person.IsClosed).ThenBy(person => person.DisplayName).ThenBy(person => person.Id).ToListAsync(cancellationToken);

    public Task<IReadOnlyList<OneTimeLink>> InvitationsAsync(CancellationToken cancellationToken) => links.OpenAsync(LinkKind.Invitation, cancellationToken);
}
