namespace Escale.Kernel;

/// <summary>
/// The names of the rate limits with which an endpoint asks for one of its own: <c>endpoint.RequireRateLimiting(RateLimits.Sql)</c>. Each
/// counts apart, for each caller; who exceeds one gets 429 with <c>Retry-After</c>. All of <c>/api</c> has a wide limit besides.
/// </summary>
public static class RateLimits
{
    /// <summary>Whatever tries a secret: for each address.</summary>
    public const string SignIn = "sign-in";

    /// <summary>SQL that a person wrote.</summary>
    public const string Sql = "sql";

    /// <summary>
    /// Dashboards and their tiles, in place of the wide limit: many people look at one at the same time, with one account on a wall or one link from one
    /// office's address.
    /// </summary>
    public const string View = "view";

    /// <summary>Files that come in.</summary>
    public const string Upload = "upload";
}
