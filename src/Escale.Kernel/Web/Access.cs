using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;

namespace Escale.Kernel;

/// <summary>What a person may do. Each role may do all that the ones before it may.</summary>
public enum Role
{
    /// <summary>Looks: tables, questions, dashboards, runs.</summary>
    Viewer,

    /// <summary>Asks: SQL, questions, dashboards.</summary>
    Analyst,

    /// <summary>Changes the project and runs it.</summary>
    Engineer,

    /// <summary>Manages people, settings and the audit log.</summary>
    Admin,
}

/// <summary>What a program with an API token may do, besides what its owner's role allows.</summary>
public enum TokenScope
{
    /// <summary>Read what its owner may read, SQL queries included.</summary>
    Read,

    /// <summary>Change what its owner may change.</summary>
    Write,

    /// <summary>Start and cancel runs.</summary>
    Run,

    /// <summary>Push events to streams.</summary>
    Push,
}

/// <summary>
/// What an endpoint asks of its caller. A served program refuses whoever is not signed in on every endpoint that does not say otherwise
/// (<see cref="Access.ForAnyone"/>); every endpoint of a room says which role it is for, or a test fails.
/// </summary>
/// <param name="Least">The least role.</param>
/// <param name="Scope">What an API token needs.</param>
public sealed record AccessRule(Role Least, TokenScope Scope) : IAuthorizeData
{
    /// <summary>The name of the policy that the accounts answer to.</summary>
    public string? Policy { get; set; } = $"{Prefix}{Least}:{Scope}";

    /// <inheritdoc/>
    public string? Roles { get; set; }

    /// <inheritdoc/>
    public string? AuthenticationSchemes { get; set; }

    /// <summary>How the names of such policies begin.</summary>
    public const string Prefix = "escale:";
}

/// <summary>How endpoints and pages say whom they are for.</summary>
public static class Access
{
    /// <summary>For people of at least this role, and for tokens of such people with <see cref="TokenScope.Read"/> (or the scope given).</summary>
    public static TBuilder For<TBuilder>(this TBuilder endpoint, Role least, TokenScope scope = TokenScope.Read)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new AccessRule(least, scope));

    /// <summary>For everyone, signed in or not. The list of these endpoints is short, exact and tested.</summary>
    public static TBuilder ForAnyone<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.AllowAnonymous();
}
