using System.Security.Claims;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Escale.Accounts.People;

/// <summary>What a session knows of its person: name, role, language.</summary>
internal sealed class PersonClaims(UserManager<Person> people, IOptions<IdentityOptions> options) : UserClaimsPrincipalFactory<Person>(people, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Person user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        if (identity.FindFirst(identity.NameClaimType) is { } name)
        {
            identity.RemoveClaim(name);
        }
        identity.AddClaim(new Claim(identity.NameClaimType, user.DisplayName.Length > 0 ? user.DisplayName : user.Email!));
        identity.AddClaim(new Claim(Caller.RoleClaim, user.Role.ToString()));
        if (user.Language is { } language)
        {
            identity.AddClaim(new Claim(ReaderOf.Claim, language));
        }
        return identity;
    }
}
