using Escale.Kernel;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Escale.Accounts.Providers;

/// <summary>What the framework's OAuth handler needs to know of a provider; where its endpoints are is learnt from the provider itself.</summary>
internal sealed class ProviderOptions : OAuthOptions
{
    /// <summary>What the operator wrote.</summary>
    public SignInProvider Provider { get; set; } = null!;

    // The base class asks for a secret, which a public client does not have, and for endpoints that are not known yet.
    public override void Validate()
    {
    }
}

/// <summary>Makes one scheme of authentication for each of <c>serve.sign_in</c>.</summary>
internal sealed class ProviderSchemes(ServeSettings serve) : IConfigureOptions<AuthenticationOptions>, IConfigureNamedOptions<ProviderOptions>
{
    private const string Start = "provider-";

    /// <summary>The scheme of a provider; also how its accounts are recorded.</summary>
    public static string NameOf(SignInProvider provider) => Start + provider.Name;

    public void Configure(AuthenticationOptions options)
    {
        foreach (var provider in serve.SignIn)
        {
            options.AddScheme<OpenIdHandler>(NameOf(provider), provider.Label);
        }
    }

    public void Configure(ProviderOptions options)
    {
    }

    public void Configure(string? name, ProviderOptions options)
    {
        if (serve.SignIn.FirstOrDefault(provider => NameOf(provider) == name) is not { } provider)
        {
            return;
        }
        options.Provider = provider;
        options.ClientId = provider.ClientId;
        options.ClientSecret = provider.ClientSecret;
        options.AuthorizationEndpoint = options.TokenEndpoint = options.UserInformationEndpoint = "";
        options.CallbackPath = $"/sign-in/with/{provider.Name}/callback";
        options.SignInScheme = IdentityConstants.ExternalScheme;
        options.UsePkce = true;
        options.SaveTokens = false;
        options.Scope.Clear();
        foreach (var scope in provider.Scopes)
        {
            options.Scope.Add(scope);
        }
        options.CorrelationCookie.Name = "escale-correlation-";
        options.CorrelationCookie.SameSite = SameSiteMode.Lax;
        options.CorrelationCookie.SecurePolicy = serve.IsSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        options.BackchannelTimeout = TimeSpan.FromSeconds(15);
        options.BackchannelHttpHandler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        options.Events.OnRemoteFailure = ProviderEndpoints.FailAsync;
    }
}
