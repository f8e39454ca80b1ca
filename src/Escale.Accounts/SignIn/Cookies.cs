using Escale.Kernel;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;

namespace Escale.Accounts.SignIn;

/// <summary>The session's cookie: out of reach of scripts and of other sites; a page leads to the sign-in, the API answers 401 and 403.</summary>
internal static class Cookies
{
    public static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "escale-session";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = TimeSpan.FromDays(14);
        options.SlidingExpiration = true;
        options.Events.OnRedirectToLogin = context => Problem.WantsPage(context.Request)
            ? Redirect(context, "/sign-in?return=" + Uri.EscapeDataString(context.Request.Path + context.Request.QueryString))
            : Problem.WriteAsync(context.HttpContext, StatusCodes.Status401Unauthorized, "accounts.sign-in-required", "Sign in, or send an API token.",
                remedy: "Send 'Authorization: Bearer TOKEN'; make a token under Your account.");
        options.Events.OnRedirectToAccessDenied = _ => throw new EscaleException(
            "accounts.not-allowed", "Your role does not allow this.", "Ask an administrator of this project for another role.");
    }

    private static Task Redirect(RedirectContext<CookieAuthenticationOptions> context, string path)
    {
        context.Response.Redirect(context.Request.PathBase + path);
        return Task.CompletedTask;
    }
}
