using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;

namespace Escale.Accounts.Providers;

/// <summary>An ID token (OpenID Connect Core 1.0, section 2): a JSON Web Token signed with RS256 or ES256. Other algorithms, and none, are refused.</summary>
internal sealed class IdToken
{
    private static readonly TimeSpan _skew = TimeSpan.FromMinutes(2);

    private readonly byte[] _signed;
    private readonly byte[] _signature;
    private readonly string _algorithm;
    private readonly string? _keyId;

    private IdToken(byte[] signed, byte[] signature, JsonElement header, JsonElement claims)
    {
        (_signed, _signature, Claims) = (signed, signature, claims);
        _algorithm = header.GetProperty("alg").GetString()!;
        _keyId = header.TryGetProperty("kid", out var id) ? id.GetString() : null;
    }

    /// <summary>What it says.</summary>
    public JsonElement Claims { get; }

    /// <summary>Whom it is about, as the provider knows them.</summary>
    public string Subject => Claims.GetProperty("sub").GetString() is { Length: > 0 and < 256 } subject ? subject : throw new AuthenticationFailureException("The ID token names nobody.");

    /// <exception cref="AuthenticationFailureException">It is not a token.</exception>
    public static IdToken Parse(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 3)
        {
            throw new AuthenticationFailureException("The ID token is malformed.");
        }
        try
        {
            return new IdToken(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), Json(parts[0]), Json(parts[1]));
        }
        catch (Exception error) when (error is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new AuthenticationFailureException("The ID token is malformed.", error);
        }
    }

    /// <summary>Whether one of the keys of a JWK set made its signature.</summary>
    public bool IsSignedBy(JsonElement keys) => keys.GetProperty("keys").EnumerateArray()
        .Where(key => _keyId is null || (key.TryGetProperty("kid", out var id) && id.GetString() == _keyId))
        .Any(IsSignedByKey);

    /// <summary>Whether it was made for us, now, in answer to our question.</summary>
    /// <exception cref="AuthenticationFailureException">It was not.</exception>
    public void Check(string issuer, string clientId, string nonce, DateTimeOffset now)
    {
        var audiences = Claims.GetProperty("aud") is { ValueKind: JsonValueKind.Array } several ? several.EnumerateArray().Select(one => one.GetString()).ToList() : [Claims.GetProperty("aud").GetString()];
        var isForUs = audiences.Contains(clientId) && (audiences.Count == 1 || (Claims.TryGetProperty("azp", out var party) && party.GetString() == clientId));
        var problem = Claims.GetProperty("iss").GetString() != issuer ? "is of another issuer"
            : !isForUs ? "is for another program"
            : DateTimeOffset.FromUnixTimeSeconds((long)Claims.GetProperty("exp").GetDouble()) + _skew < now ? "has ended"
            : nonce.Length == 0 || !Claims.TryGetProperty("nonce", out var said) || said.GetString() != nonce ? "answers another question" : null;
        if (problem is not null)
        {
            throw new AuthenticationFailureException($"The ID token {problem}.");
        }
    }

    private bool IsSignedByKey(JsonElement key)
    {
        switch (_algorithm, key.GetProperty("kty").GetString())
        {
            case ("RS256", "RSA"):
                using (var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") }))
                {
                    return rsa.KeySize >= 2048 && rsa.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                }
            case ("ES256", "EC") when key.GetProperty("crv").GetString() == "P-256":
                using (var curve = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") } }))
                {
                    return curve.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
                }
            default:
                return false;
        }
    }

    private static byte[] Bytes(JsonElement key, string name) => Base64Url.DecodeFromChars(key.GetProperty(name).GetString());

    private static JsonElement Json(string part)
    {
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part));
        return document.RootElement.Clone();
    }
}
