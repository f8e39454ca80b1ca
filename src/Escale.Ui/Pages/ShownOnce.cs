using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Escale.Kernel;
using Microsoft.AspNetCore.Http;

namespace Escale.Ui;

/// <summary>
/// Secrets that their maker sees once, on the page that follows the form: kept in memory for five minutes, for that person only, gone when
/// they were shown. Thread-safe.
/// </summary>
public sealed class ShownOnce(TimeProvider clock)
{
    private static readonly TimeSpan _lifetime = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (string PersonId, string Secret, DateTimeOffset End)> _kept = new(StringComparer.Ordinal);

    /// <summary>Keeps a secret; the key goes into the address of the page that shows it.</summary>
    public string Keep(HttpContext context, string secret)
    {
        var now = clock.GetUtcNow();
        foreach (var (old, kept) in _kept)
        {
            if (kept.End < now)
            {
                _kept.TryRemove(old, out _);
            }
        }
        var key = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12));
        _kept[key] = (Caller.Of(context)!.Id, secret, now + _lifetime);
        return key;
    }

    /// <summary>The secret, once, for who made it; null otherwise.</summary>
    public string? Take(HttpContext context, string? key) =>
        key is not null && _kept.TryGetValue(key, out var kept) && kept.PersonId == Caller.Of(context)?.Id && _kept.TryRemove(key, out _) && clock.GetUtcNow() < kept.End
            ? kept.Secret : null;
}
