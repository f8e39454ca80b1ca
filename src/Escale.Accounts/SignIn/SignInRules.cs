using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Escale.Accounts.SignIn;

/// <summary>Identity's sign-in with our rule: a closed account does not come in, whatever it proves.</summary>
internal sealed class SignInRules(
    UserManager<Person> people, IHttpContextAccessor request, IUserClaimsPrincipalFactory<Person> claims, IOptions<IdentityOptions> options, ILogger<SignInManager<Person>> logger,
    IAuthenticationSchemeProvider schemes, IUserConfirmation<Person> confirmation)
    : SignInManager<Person>(people, request, claims, options, logger, schemes, confirmation)
{
    public override async Task<bool> CanSignInAsync(Person user) => !user.IsClosed && await base.CanSignInAsync(user);
}
