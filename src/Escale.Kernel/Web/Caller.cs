using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Escale.Kernel;

/// <summary>Who sent a request, as rooms need to know: for authorship, audit and what to show.</summary>
/// <param name="Id">The account's id; stable.</param>
/// <param name="Name">How people call them: the display name, or the address.</param>
/// <param name="Role">What they may do.</param>
public sealed record Caller(string Id, string Name, Role Role)
{
    /// <summary>The claim that holds the <see cref="Role"/>.</summary>
    public const string RoleClaim = "escale:role";

    /// <summary>The claim that holds each <see cref="TokenScope"/> of an API token. A session of a browser has none and may do all of its role.</summary>
    public const string ScopeClaim = "escale:scope";

    /// <summary>The claim with the beginning of the API token that a request came with; a browser's session has none.</summary>
    public const string TokenClaim = "escale:token";

    /// <summary>Whether they are at least this.</summary>
    public bool Is(Role least) => Role >= least;

    /// <summary>The caller of a request, or null when nobody is signed in.</summary>
    public static Caller? Of(HttpContext context) => Of(context.User);

    /// <summary>The caller that a principal stands for, or null.</summary>
    public static Caller? Of(ClaimsPrincipal principal) =>
        principal.FindFirstValue(ClaimTypes.NameIdentifier) is { } id && Enum.TryParse<Role>(principal.FindFirstValue(RoleClaim), out var role)
            ? new Caller(id, principal.Identity?.Name ?? id, role)
            : null;
}
