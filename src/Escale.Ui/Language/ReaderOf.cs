using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Escale.Ui;

/// <summary>Finds the reader of a request: what the account prefers, else the cookie, else what the browser asks for, else English.</summary>
public static class ReaderOf
{
    /// <summary>The cookie with the language that was chosen on a page; also read by the scripts.</summary>
    public const string Cookie = "escale-language";

    /// <summary>The claim with the account's language.</summary>
    public const string Claim = "escale:language";

    /// <summary>The reader.</summary>
    public static Reader Request(HttpContext context)
    {
        var chosen = context.Request.Cookies[Cookie] ?? context.User.FindFirstValue(Claim);
        return new Reader(chosen switch
        {
            "fr" => Language.French,
            "en" => Language.English,
            _ => Wished(context.Request.Headers.AcceptLanguage.ToString()),
        });
    }

    // The first language of the list that there is; browsers list them by preference.
    private static Language Wished(string accept)
    {
        foreach (var wish in accept.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (wish.StartsWith("fr", StringComparison.OrdinalIgnoreCase))
            {
                return Language.French;
            }
            if (wish.StartsWith("en", StringComparison.OrdinalIgnoreCase))
            {
                return Language.English;
            }
        }
        return Language.English;
    }
}
