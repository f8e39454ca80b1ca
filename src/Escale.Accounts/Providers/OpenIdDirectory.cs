using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;

namespace Escale.Accounts.Providers;

/// <summary>Where a provider's endpoints are.</summary>
internal sealed record OpenIdEndpoints(string Issuer, string Authorization, string Token, string Keys, string? UserInfo);

/// <summary>Learns from providers where their endpoints are and which keys they sign with (OpenID Connect Discovery 1.0), and keeps it for an hour. Thread-safe.</summary>
internal sealed class OpenIdDirectory(TimeProvider clock)
{
    private static readonly TimeSpan _lifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, (OpenIdEndpoints Endpoints, DateTimeOffset At)> _endpoints = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (JsonElement Keys, DateTimeOffset At)> _keys = new(StringComparer.Ordinal);

    public async Task<OpenIdEndpoints> OfAsync(ProviderOptions options, CancellationToken cancellationToken)
    {
        var name = options.Provider.Name;
        if (_endpoints.TryGetValue(name, out var known) && clock.GetUtcNow() - known.At < _lifetime)
        {
            return known.Endpoints;
        }
        var issuer = options.Provider.Authority.AbsoluteUri.TrimEnd('/');
        var said = await ReadAsync(options, issuer + "/.well-known/openid-configuration", cancellationToken);
        if (said.GetProperty("issuer").GetString()?.TrimEnd('/') != issuer)
        {
            throw new AuthenticationFailureException("The provider calls itself by another name than its authority.");
        }
        var endpoints = new OpenIdEndpoints(
            said.GetProperty("issuer").GetString()!, Address(said, "authorization_endpoint"), Address(said, "token_endpoint"), Address(said, "jwks_uri"),
            said.TryGetProperty("userinfo_endpoint", out _) ? Address(said, "userinfo_endpoint") : null);
        _endpoints[name] = (endpoints, clock.GetUtcNow());
        return endpoints;
    }

    /// <summary>The provider's keys (a JWK set); anew when a token names one that is not known, but not all the time.</summary>
    public async Task<JsonElement> KeysOfAsync(ProviderOptions options, bool anew, CancellationToken cancellationToken)
    {
        var name = options.Provider.Name;
        if (_keys.TryGetValue(name, out var known) && clock.GetUtcNow() - known.At < (anew ? _pause : _lifetime))
        {
            return known.Keys;
        }
        var keys = await ReadAsync(options, (await OfAsync(options, cancellationToken)).Keys, cancellationToken);
        _keys[name] = (keys, clock.GetUtcNow());
        return keys;
    }

    private static async Task<JsonElement> ReadAsync(ProviderOptions options, string address, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await options.Backchannel.GetStringAsync(address, cancellationToken));
        return document.RootElement.Clone();
    }

    private static string Address(JsonElement said, string name) =>
        Uri.TryCreate(said.GetProperty(name).GetString(), UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            ? address.AbsoluteUri : throw new AuthenticationFailureException($"The provider's {name} is not an address over HTTPS.");
}
