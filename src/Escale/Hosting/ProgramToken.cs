using System.Security.Claims;
using Escale.Kernel;

namespace Escale.Hosting;

/// <summary>
/// The token of this process: 256 random bits that the programs it starts (a project's services) get as <c>ESCALE_TOKEN</c>, to push events
/// with and nothing else. It lives as long as the process and is written nowhere.
/// </summary>
internal sealed class ProgramToken
{
    /// <summary>The variable in which started programs find it.</summary>
    public const string Variable = "ESCALE_TOKEN";

    private readonly byte[] _hash;

    public ProgramToken(RunEnvironment environment)
    {
        var token = SecretToken.Make();
        _hash = SecretToken.Hash(token);
        environment.Set(Variable, token);
    }

    /// <summary>Who a request is that carries the token as bearer; null when it does not.</summary>
    public ClaimsPrincipal? PrincipalOf(HttpRequest request) => request.Bearer() is { } bearer && SecretToken.Is(bearer, _hash)
        ? new ClaimsPrincipal(new ClaimsIdentity(
        [
            new(ClaimTypes.NameIdentifier, "program"), new(ClaimTypes.Name, "escale"), new(Caller.RoleClaim, nameof(Role.Engineer)), new(Caller.ScopeClaim, nameof(TokenScope.Push)),
        ], "program"))
        : null;
}
