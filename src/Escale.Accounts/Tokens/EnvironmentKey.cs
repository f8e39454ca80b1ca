using System.Security.Claims;
using Escale.Kernel;

namespace Escale.Accounts.Tokens;

/// <summary>
/// <c>ESCALE_API_KEY</c>: a key of the operator's choice with which automation acts as an engineer. Optional; the program does not start with one
/// that is short or simple (security requirement S2).
/// </summary>
internal sealed class EnvironmentKey
{
    /// <summary>The variable.</summary>
    public const string Variable = "ESCALE_API_KEY";

    private const int LeastLength = 32;
    private const int LeastDifferent = 12;

    private static readonly string[] _samples = ["changeme", "change-me", "example", "sample", "password", "secret-key", "your-key", "your_key", "xxxx", "1234567", "abcdefg"];

    private readonly byte[]? _hash;

    /// <exception cref="EscaleException"><c>accounts.weak-key</c>.</exception>
    public EnvironmentKey(RunEnvironment environment)
    {
        if (environment[Variable] is not { Length: > 0 } key)
        {
            return;
        }
        if (key.Length < LeastLength || key.Distinct().Count() < LeastDifferent || Array.Exists(_samples, sample => key.Contains(sample, StringComparison.OrdinalIgnoreCase)) || key.Any(letter => letter is <= ' ' or > '~'))
        {
            throw new EscaleException("accounts.weak-key", $"{Variable} is short, simple or a sample.", $"Set it to at least {LeastLength} random characters, for example from: openssl rand -hex 32");
        }
        _hash = SecretToken.Hash(key);
    }

    /// <summary>Who a request is that carries the key; null when it does not.</summary>
    public ClaimsPrincipal? PrincipalOf(string bearer) => _hash is not null && SecretToken.Is(bearer, _hash)
        ? new ClaimsPrincipal(new ClaimsIdentity(
        [
            new(ClaimTypes.NameIdentifier, "environment-key"), new(ClaimTypes.Name, Variable), new(Caller.RoleClaim, nameof(Role.Engineer)), new(Caller.TokenClaim, Variable),
            .. TokenScopes.Of(Role.Engineer).Select(scope => new Claim(Caller.ScopeClaim, scope.ToString())),
        ], TokenAuthentication.Scheme))
        : null;
}
