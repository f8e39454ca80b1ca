using Escale.Kernel;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Escale.Accounts.SignIn;

/// <summary>
/// The cookies of signing in: out of reach of scripts and of other sites. Where browsers see HTTPS they are sent over nothing else and cannot be
/// set by a neighbouring host (<c>__Host-</c>).
/// </summary>
internal sealed class Cookies(ServeSettings serve) : IPostConfigureOptions<CookieAuthenticationOptions>
{
    /// <summary>How a cookie is called.</summary>
    public static string NameOf(ServeSettings serve, string name) => serve.IsSecure ? "__Host-" + name : name;

    public void PostConfigure(string? name, CookieAuthenticationOptions options)
    {
        var cookie = name switch
        {
            _ when name == IdentityConstants.ApplicationScheme => "escale-session",
            _ when name == IdentityConstants.TwoFactorUserIdScheme => "escale-second-step",
            _ when name == IdentityConstants.TwoFactorRememberMeScheme => "escale-device",
            _ when name == IdentityConstants.ExternalScheme => "escale-provider",
            _ => null,
        };
        if (cookie is null)
        {
            return;
        }
        options.Cookie.Name = NameOf(serve, cookie);
        options.Cookie.Path = "/";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = serve.IsSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        if (name == IdentityConstants.ApplicationScheme)
        {
            options.ExpireTimeSpan = TimeSpan.FromDays(14);
            options.SlidingExpiration = true;
            options.Events.OnValidatePrincipal = SessionChanges.ValidateAsync;
        }
    }
}
