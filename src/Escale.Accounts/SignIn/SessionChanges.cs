using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Accounts.SignIn;

/// <summary>
/// Sessions are compared with their accounts every few minutes; whose account has just changed, at the next request: a closed account, an
/// ended session and a new role count at once. Thread-safe.
/// </summary>
internal sealed class SessionChanges(TimeProvider clock)
{
    /// <summary>How often a session is compared with its account.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _changed = new(StringComparer.Ordinal);

    /// <summary>Says that an account has changed.</summary>
    public void Note(Person person)
    {
        var now = clock.GetUtcNow();
        foreach (var (id, at) in _changed)
        {
            if (at < now - (2 * Interval))
            {
                _changed.TryRemove(id, out _); // older sessions are compared anyway
            }
        }
        _changed[person.Id] = now;
    }

    /// <summary>The check of every request with a cookie.</summary>
    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var changes = context.HttpContext.RequestServices.GetRequiredService<SessionChanges>();
        var issued = context.Properties.IssuedUtc;
        if (context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier) is { } id && changes._changed.TryGetValue(id, out var at) && !(issued > at))
        {
            context.Properties.IssuedUtc = DateTimeOffset.UnixEpoch; // older than any interval
        }
        await SecurityStampValidator.ValidatePrincipalAsync(context);
        context.Properties.IssuedUtc = issued;
    }
}
