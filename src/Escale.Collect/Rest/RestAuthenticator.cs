using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Escale.Collect.Definitions;
using Escale.Collect.Http;

namespace Escale.Collect.Rest;

/// <summary>Signs requests in. Tokens of the client-credentials flow are kept until shortly before they expire. Thread-safe.</summary>
internal sealed class RestAuthenticator(GuardedHttp http, RunEnvironment environment, TimeProvider clock)
{
    private static readonly TimeSpan _margin = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<RestAuth, (string Token, DateTimeOffset Expires)> _tokens = new();
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>The request with credentials, unless it goes to another host than the client's.</summary>
    public async Task<HttpAsk> SignAsync(RestSettings settings, HttpAsk ask, CancellationToken cancellationToken)
    {
        if (settings.Client.Auth is not { } auth || !IsHome(settings, ask.Address))
        {
            return ask;
        }
        string Text(string text) => Variables.Expand(text, environment, settings.Client.Place);
        return auth.Kind switch
        {
            AuthKind.Bearer => With(ask, "Authorization", "Bearer " + Text(auth.Token)),
            AuthKind.HttpBasic => With(ask, "Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Text(auth.Username)}:{Text(auth.Password)}"))),
            AuthKind.ApiKey when auth.Location == KeyLocation.Header => With(ask, auth.Name, Text(auth.ApiKey)),
            AuthKind.ApiKey when auth.Location == KeyLocation.Cookie => With(ask, "Cookie", $"{auth.Name}={Text(auth.ApiKey)}"),
            AuthKind.ApiKey => ask with { Address = RestRequest.WithParam(ask.Address, auth.Name, Text(auth.ApiKey)) },
            _ => With(ask, "Authorization", "Bearer " + await TokenAsync(auth, settings, cancellationToken)),
        };
    }

    /// <summary>Forgets a token that was refused.</summary>
    public void Forget(RestSettings settings) => _tokens.TryRemove(settings.Client.Auth!, out _);

    private bool IsHome(RestSettings settings, Uri address)
    {
        var home = new Uri(Variables.Expand(settings.Client.BaseUrl, environment, settings.Client.Place));
        return home.Authority == address.Authority && home.Scheme == address.Scheme;
    }

    private static HttpAsk With(HttpAsk ask, string name, string value)
    {
        var headers = new Dictionary<string, string>(ask.Headers, StringComparer.OrdinalIgnoreCase) { [name] = value };
        return ask with { Headers = headers };
    }

    private async Task<string> TokenAsync(RestAuth auth, RestSettings settings, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            if (_tokens.TryGetValue(auth, out var known) && known.Expires > clock.GetUtcNow())
            {
                return known.Token;
            }
            var (token, lifetime) = await AskTokenAsync(auth, settings, cancellationToken);
            _tokens[auth] = (token, clock.GetUtcNow() + (lifetime > _margin * 2 ? lifetime - _margin : lifetime));
            return token;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task<(string Token, TimeSpan Lifetime)> AskTokenAsync(RestAuth auth, RestSettings settings, CancellationToken cancellationToken)
    {
        string Text(string text) => Variables.Expand(text, environment, settings.Client.Place);
        var address = new Uri(Text(auth.AccessTokenUrl));
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = Text(auth.ClientId),
            ["client_secret"] = Text(auth.ClientSecret),
        };
        foreach (var (name, value) in auth.AccessTokenRequestData)
        {
            form[name] = Text(value);
        }
        using var content = new FormUrlEncodedContent(form);
        var body = await http.ReadAsync(
            new HttpAsk { Address = address, Method = HttpMethod.Post, Body = await content.ReadAsByteArrayAsync(cancellationToken), BodyType = "application/x-www-form-urlencoded" },
            cancellationToken);
        try
        {
            using var answer = JsonDocument.Parse(body);
            if (answer.RootElement.TryGetProperty("access_token", out var token) && token.GetString() is { Length: > 0 } text)
            {
                var lifetime = answer.RootElement.TryGetProperty("expires_in", out var seconds) && seconds.TryGetDouble(out var number)
                    ? TimeSpan.FromSeconds(number)
                    : auth.DefaultTokenExpiration;
                return (text, lifetime);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Said below: it is no token either way.
        }
        throw new EscaleException(
            "collect.rest.token", $"{GuardedHttp.Show(address)} gave no access token.", "Check access_token_url, client_id and client_secret.", new Place(GuardedHttp.Show(address)));
    }
}
