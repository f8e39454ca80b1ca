using System.Threading.RateLimiting;

namespace Escale.Accounts.SignIn;

/// <summary>
/// How often a secret may be tried for one account, from wherever: twenty times in ten minutes. Addresses without an account count alike, so
/// that the answer tells nothing. Thread-safe.
/// </summary>
internal sealed class SignInPace : IDisposable
{
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(account => RateLimitPartition.GetSlidingWindowLimiter(
        account, _ => new SlidingWindowRateLimiterOptions { PermitLimit = 20, Window = TimeSpan.FromMinutes(10), SegmentsPerWindow = 10 }));

    /// <summary>Whether another attempt is allowed, else how long to wait.</summary>
    public bool TryBegin(string? account, out TimeSpan wait)
    {
        using var lease = _limiter.AttemptAcquire((account ?? "").Trim().ToUpperInvariant());
        wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();
}
