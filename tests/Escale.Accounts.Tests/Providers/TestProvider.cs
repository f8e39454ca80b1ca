using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Accounts.Tests.Providers;

/// <summary>A provider that keeps to OpenID Connect's code flow with PKCE, over HTTP on loopback, and lies when a test asks it to.</summary>
public sealed class TestProvider : IAsyncDisposable
{
    public const string ClientId = "escale";

    private readonly RSA _key = RSA.Create(2048);
    private readonly RSA _foreignKey = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge)> _codes = new();
    private readonly WebApplication _application;

    private TestProvider()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        _application = builder.Build();
        _application.Urls.Add("http://127.0.0.1:0");
        _application.UseRouting();
        _application.MapGet("/.well-known/openid-configuration", () => new Dictionary<string, string>
        {
            ["issuer"] = Issuer, ["authorization_endpoint"] = Issuer + "/authorize", ["token_endpoint"] = Issuer + "/token", ["jwks_uri"] = Issuer + "/keys", ["userinfo_endpoint"] = Issuer + "/userinfo",
        });
        _application.MapGet("/keys", () =>
        {
            var key = _key.ExportParameters(false);
            return new { keys = new[] { new { kty = "RSA", kid = "1", alg = "RS256", n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) } } };
        });
        _application.MapGet("/authorize", (HttpRequest request) =>
        {
            var code = Guid.NewGuid().ToString("N");
            _codes[code] = (request.Query["nonce"].ToString(), request.Query["code_challenge"].ToString());
            return Results.Redirect(QueryHelpers.AddQueryString(request.Query["redirect_uri"].ToString(), new Dictionary<string, string?> { ["code"] = code, ["state"] = request.Query["state"] }));
        });
        _application.MapPost("/token", AnswerAsync);
        _application.MapGet("/userinfo", () => Results.Json(UserInfo));
        _application.UseEndpoints(_ => { });
    }

    public string Issuer { get; private set; } = "";

    /// <summary>What it says of whoever signs in next, in the ID token.</summary>
    public Dictionary<string, object> Claims { get; set; } = [];

    /// <summary>And at its user information endpoint.</summary>
    public Dictionary<string, object> UserInfo { get; set; } = [];

    /// <summary>Whether it signs with a key that it does not show.</summary>
    public bool SignsWithForeignKey { get; set; }

    /// <summary>Whether it leaves the signature out.</summary>
    public bool SignsNot { get; set; }

    public static async Task<TestProvider> StartAsync()
    {
        var provider = new TestProvider();
        await provider._application.StartAsync();
        provider.Issuer = provider._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/');
        return provider;
    }

    /// <summary>Says the truth again, of this person.</summary>
    public void Tell(string subject, string email, bool isVerified, params string[] groups)
    {
        (SignsWithForeignKey, SignsNot) = (false, false);
        Claims = new() { ["sub"] = subject, ["groups"] = groups };
        UserInfo = new() { ["sub"] = subject, ["email"] = email, ["email_verified"] = isVerified, ["name"] = "From outside" };
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        _key.Dispose();
        _foreignKey.Dispose();
    }

    private async Task<IResult> AnswerAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (!_codes.TryRemove(form["code"].ToString(), out var asked) || challenge != asked.Challenge || form["client_id"] != ClientId || form["client_secret"] != "the secret of the test")
        {
            return Results.BadRequest(new { error = "invalid_grant" });
        }
        var claims = new Dictionary<string, object> { ["iss"] = Issuer, ["aud"] = ClientId, ["exp"] = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds(), ["nonce"] = asked.Nonce };
        foreach (var (name, value) in Claims)
        {
            claims[name] = value;
        }
        return Results.Json(new { access_token = "access", token_type = "Bearer", id_token = Sign(claims) });
    }

    private string Sign(Dictionary<string, object> claims)
    {
        var text = $"{Part(new { alg = SignsNot ? "none" : "RS256", kid = "1" })}.{Part(claims)}";
        var signature = SignsNot ? [] : (SignsWithForeignKey ? _foreignKey : _key).SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
