using System.Security.Claims;
using System.Text.Encodings.Web;
using Escale.Accounts.Audit;
using Escale.Kernel;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Escale.Accounts.Tokens;

/// <summary>Programs prove who they are with <c>Authorization: Bearer TOKEN</c> on <c>/api</c>, and nowhere else.</summary>
internal sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiTokens tokens, EnvironmentKey environmentKey, AuditLog audit)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public new const string Scheme = "token";

    /// <summary>Whether a request is a program's: then a cookie that it may carry too does not count.</summary>
    public static bool IsWith(HttpRequest request) => request.Path.StartsWithSegments("/api") && request.Bearer() is not null;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Bearer() is not { } bearer)
        {
            return AuthenticateResult.NoResult();
        }
        if (environmentKey.PrincipalOf(bearer) is { } operators)
        {
            return AuthenticateResult.Success(new AuthenticationTicket(operators, Scheme));
        }
        if (TokenText.Read(bearer) is not { } text || await tokens.UseAsync(text, Context.RequestAborted) is not { } use)
        {
            return AuthenticateResult.NoResult(); // a stream's own key, or a stranger's
        }
        if (use.Refusal is { } refusal)
        {
            await audit.WriteAsync(Context, "token.refused", use.Token.Prefix, succeeded: false, refusal);
            return AuthenticateResult.Fail(refusal);
        }
        var allowed = TokenScopes.Of(use.Role);
        var identity = new ClaimsIdentity(
        [
            new(ClaimTypes.NameIdentifier, use.PersonId), new(ClaimTypes.Name, use.Person), new(Caller.RoleClaim, use.Role.ToString()), new(Caller.TokenClaim, use.Token.Prefix),
            .. use.Token.Scopes.Where(allowed.Contains).Select(scope => new Claim(Caller.ScopeClaim, scope.ToString())),
        ], Scheme);
        if (!identity.HasClaim(claim => claim.Type == Caller.ScopeClaim))
        {
            identity.AddClaim(new Claim(Caller.ScopeClaim, "none")); // without any, it would pass for a session
        }
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme));
    }
}
