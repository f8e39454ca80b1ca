using Escale.Kernel;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Escale.Accounts.TwoSteps;

/// <summary>What is asked of passkeys: that the device makes sure of its owner, and that they belong to the public address where there is one.</summary>
internal sealed class PasskeyRules(ServeSettings serve) : IConfigureOptions<IdentityPasskeyOptions>
{
    public void Configure(IdentityPasskeyOptions options)
    {
        options.ServerDomain = serve.PublicUrl?.Host;
        options.UserVerificationRequirement = "required";
        options.ResidentKeyRequirement = "required"; // so that nobody need type an address first
    }
}
