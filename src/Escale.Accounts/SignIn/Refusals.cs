using Escale.Kernel;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace Escale.Accounts.SignIn;

/// <summary>
/// Answers to who may not: a browser that is not signed in is led to the sign-in, a program gets 401; who is signed in and may not gets 403,
/// and the audit log an entry.
/// </summary>
internal sealed class Refusals(IAudit audit) : IAuthorizationMiddlewareResultHandler
{
    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await next(context);
        }
        else if (Caller.Of(context) is { } caller)
        {
            await audit.WriteAsync(context, "access.refused", $"{context.Request.Method} {context.Request.Path}", succeeded: false);
            throw context.GetEndpoint()?.Metadata.GetMetadata<AccessRule>() is { } rule && caller.Is(rule.Least)
                ? new EscaleException("accounts.token-not-allowed", $"This needs a token with the scope '{rule.Scope.ToString().ToLowerInvariant()}'.", "Make another token under Your account.")
                : new EscaleException("accounts.not-allowed", "Your role does not allow this.", "Ask an administrator of this project for another role.");
        }
        else if (Problem.WantsPage(context.Request))
        {
            context.Response.Redirect(context.Request.PathBase + "/sign-in?return=" + Uri.EscapeDataString(context.Request.Path + context.Request.QueryString));
        }
        else
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Problem.WriteAsync(context, StatusCodes.Status401Unauthorized, "accounts.sign-in-required", "Sign in, or send an API token.",
                remedy: "Send 'Authorization: Bearer TOKEN'; make a token under Your account.");
        }
    }
}
