using System.Security.Claims;
using System.Text.Json;
using Escale.Kernel;

namespace Escale.Accounts.Providers;

/// <summary>What a provider says of a person: in the ID token, else at its user information endpoint.</summary>
internal sealed class ProviderClaims(JsonElement token, JsonElement? userInfo)
{
    /// <summary>The claim with the role that the provider's claim leads to; absent when it leads to none.</summary>
    public const string RoleClaim = "escale:provider-role";

    /// <summary>What is kept until the account is found: who, and which role.</summary>
    public IEnumerable<Claim> Of(SignInProvider provider, string subject)
    {
        yield return new Claim("sub", subject);
        foreach (var name in new[] { "email", "name", "preferred_username" })
        {
            if (Find(name) is { ValueKind: JsonValueKind.String } text)
            {
                yield return new Claim(name, text.GetString()!);
            }
        }
        if (Find("email_verified") is { } verified && (verified.ValueKind == JsonValueKind.True || (verified.ValueKind == JsonValueKind.String && verified.GetString() == "true")))
        {
            yield return new Claim("email_verified", "true");
        }
        if (RoleOf(provider) is { } role)
        {
            yield return new Claim(RoleClaim, role.ToString());
        }
    }

    private Role? RoleOf(SignInProvider provider)
    {
        var roles = provider.RoleClaim is { } name && Find(name) is { } value
            ? Texts(value).Where(provider.Roles.ContainsKey).Select(text => provider.Roles[text]).ToList() : [];
        return roles.Count > 0 ? roles.Max() : provider.DefaultRole;
    }

    private static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!),
        _ => [],
    };

    private JsonElement? Find(string name) => Within(token, name) ?? (userInfo is { } more ? Within(more, name) : null);

    // The name as it stands, since some are addresses with dots; else as a path: realm_access.roles.
    private static JsonElement? Within(JsonElement claims, string name)
    {
        if (claims.TryGetProperty(name, out var whole))
        {
            return whole;
        }
        var current = claims;
        foreach (var part in name.Split('.'))
        {
            if (current.ValueKind != JsonValueKind.Object || !current.TryGetProperty(part, out current))
            {
                return null;
            }
        }
        return current;
    }
}
