using Escale.Accounts.Audit;
using Escale.Accounts.SignIn;
using Escale.Accounts.Storage;
using Escale.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Escale.Accounts.People;

/// <summary>What administrators change in accounts. There is always an administrator left; what is changed counts for open sessions at once.</summary>
internal sealed class AccountChanges(AccountsContext context, UserManager<Person> people, SessionChanges changes, AuditLog audit)
{
    // One at a time, in all processes, so that two administrators cannot demote each other at the same moment.
    private const string TakeTurns = "select pg_advisory_xact_lock(hashtextextended('escale accounts administrators', 0))";

    /// <summary>Gives an account another role.</summary>
    /// <exception cref="EscaleException"><c>accounts.last-admin-conflict</c>.</exception>
    public async Task ChangeRoleAsync(HttpContext request, Person person, Role role)
    {
        var before = person.Role;
        if (before != role)
        {
            await ChangeAsync(person, losesAdmin: role != Role.Admin, () => person.Role = role);
            await audit.WriteAsync(request, "account.role-changed", person.Email!, detail: $"{before} → {role}");
        }
    }

    /// <summary>Closes an account: its sessions and tokens end, its name stays where it is noted.</summary>
    /// <exception cref="EscaleException"><c>accounts.last-admin-conflict</c>.</exception>
    public async Task CloseAsync(HttpContext request, Person person)
    {
        await ChangeAsync(person, losesAdmin: true, () => person.IsClosed = true);
        await people.UpdateSecurityStampAsync(person);
        changes.Note(person);
        await audit.WriteAsync(request, "account.closed", person.Email!);
    }

    /// <summary>Opens a closed account again.</summary>
    public async Task ReopenAsync(HttpContext request, Person person)
    {
        await ChangeAsync(person, losesAdmin: false, () => person.IsClosed = false);
        await audit.WriteAsync(request, "account.reopened", person.Email!);
    }

    /// <summary>Takes the authenticator app and the passkeys off an account whose owner has lost them; all sessions end.</summary>
    public async Task RemoveSecondStepAsync(HttpContext request, Person person)
    {
        await people.SetTwoFactorEnabledAsync(person, false);
        await people.ResetAuthenticatorKeyAsync(person);
        foreach (var passkey in await people.GetPasskeysAsync(person))
        {
            await people.RemovePasskeyAsync(person, passkey.CredentialId);
        }
        await people.UpdateSecurityStampAsync(person);
        changes.Note(person);
        await audit.WriteAsync(request, "second-step.removed", person.Email!);
    }

    private async Task ChangeAsync(Person person, bool losesAdmin, Action change)
    {
        await using var transaction = await context.Database.BeginTransactionAsync();
        await context.Database.ExecuteSqlRawAsync(TakeTurns);
        if (losesAdmin && person is { Role: Role.Admin, IsClosed: false } && !await context.Users.AnyAsync(other => other.Role == Role.Admin && !other.IsClosed && other.Id != person.Id))
        {
            throw new EscaleException("accounts.last-admin-conflict", "This is the only administrator.", "Make someone else an administrator first.");
        }
        change();
        var updated = await people.UpdateAsync(person);
        if (!updated.Succeeded)
        {
            throw new EscaleException("accounts.changed-conflict", "Somebody changed this account meanwhile.", "Load the page again, then repeat what you did.");
        }
        await transaction.CommitAsync();
        changes.Note(person);
    }
}
