using Escale.Kernel;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Escale.Accounts.People;

/// <summary>Answers to <see cref="AccessRule"/>: the least role, and for programs with a token the scope.</summary>
internal sealed class AccessPolicies(IOptions<AuthorizationOptions> options) : DefaultAuthorizationPolicyProvider(options)
{
    public override Task<AuthorizationPolicy?> GetPolicyAsync(string policyName)
    {
        if (!policyName.StartsWith(AccessRule.Prefix, StringComparison.Ordinal))
        {
            return base.GetPolicyAsync(policyName);
        }
        var parts = policyName[AccessRule.Prefix.Length..].Split(':');
        var (least, scope) = (Enum.Parse<Role>(parts[0]), parts[1]);
        return Task.FromResult<AuthorizationPolicy?>(new AuthorizationPolicyBuilder().RequireAuthenticatedUser()
            .RequireAssertion(context => Caller.Of(context.User)?.Is(least) == true
                && (!context.User.HasClaim(claim => claim.Type == Caller.ScopeClaim) || context.User.HasClaim(Caller.ScopeClaim, scope)))
            .Build());
    }
}
