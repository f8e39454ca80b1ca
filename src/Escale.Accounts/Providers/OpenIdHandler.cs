using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Escale.Kernel;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Escale.Accounts.Providers;

/// <summary>
/// OpenID Connect's code flow on the framework's OAuth handler, which does the state, PKCE and the exchange of the code: discovery, the nonce
/// and the ID token are added here.
/// </summary>
internal sealed class OpenIdHandler(IOptionsMonitor<ProviderOptions> options, ILoggerFactory logger, UrlEncoder encoder, OpenIdDirectory directory)
    : OAuthHandler<ProviderOptions>(options, logger, encoder)
{
    private const string Nonce = "nonce";

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await LearnAsync();
        await base.HandleChallengeAsync(properties);
    }

    protected override async Task<HandleRequestResult> HandleRemoteAuthenticateAsync()
    {
        await LearnAsync();
        return await base.HandleRemoteAuthenticateAsync();
    }

    protected override string BuildChallengeUrl(AuthenticationProperties properties, string redirectUri)
    {
        // In the protected state, so that it comes back with the answer and nobody else knows it.
        var nonce = SecretToken.Make();
        properties.Items[Nonce] = nonce;
        return QueryHelpers.AddQueryString(base.BuildChallengeUrl(properties, redirectUri), Nonce, nonce);
    }

    protected override async Task<AuthenticationTicket> CreateTicketAsync(ClaimsIdentity identity, AuthenticationProperties properties, OAuthTokenResponse tokens)
    {
        var found = await directory.OfAsync(Options, Context.RequestAborted);
        var text = tokens.Response?.RootElement.TryGetProperty("id_token", out var value) == true ? value.GetString() : null;
        var token = IdToken.Parse(text ?? throw new AuthenticationFailureException("The provider sent no ID token."));
        await CheckSignatureAsync(token);
        token.Check(found.Issuer, Options.ClientId, properties.Items[Nonce] ?? "", TimeProvider.GetUtcNow());
        var claims = new ProviderClaims(token.Claims, found.UserInfo is { } address ? await AskAsync(address, tokens.AccessToken!, token.Subject) : null);
        identity.AddClaims(claims.Of(Options.Provider, token.Subject));
        return new AuthenticationTicket(new ClaimsPrincipal(identity), properties, Scheme.Name);
    }

    private async Task CheckSignatureAsync(IdToken token)
    {
        if (!token.IsSignedBy(await directory.KeysOfAsync(Options, anew: false, Context.RequestAborted)) && !token.IsSignedBy(await directory.KeysOfAsync(Options, anew: true, Context.RequestAborted)))
        {
            throw new AuthenticationFailureException("The ID token is not signed by the provider.");
        }
    }

    private async Task LearnAsync()
    {
        var found = await directory.OfAsync(Options, Context.RequestAborted);
        (Options.AuthorizationEndpoint, Options.TokenEndpoint) = (found.Authorization, found.Token);
    }

    // What the ID token leaves out: over TLS from the provider itself, and about the same person.
    private async Task<JsonElement> AskAsync(string address, string accessToken, string subject)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", accessToken) } };
        using var answer = await Backchannel.SendAsync(request, Context.RequestAborted);
        answer.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Context.RequestAborted));
        var claims = document.RootElement.Clone();
        return claims.TryGetProperty("sub", out var about) && about.GetString() == subject
            ? claims : throw new AuthenticationFailureException("The provider told about someone else.");
    }
}
