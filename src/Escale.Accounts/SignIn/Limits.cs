using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Escale.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Accounts.SignIn;

/// <summary>
/// How much one caller may ask for, each kind counted apart. The limits stop what runs away and who guesses; nobody who works meets them.
/// </summary>
internal static class Limits
{
    // Permits that are there at once, and how many come back each second.
    private const int ApiBurst = 6000;
    private const int ApiPerSecond = 600;
    private const int StrangerBurst = 300;
    private const int StrangerPerSecond = 5;
    private const int ViewBurst = 10_000;
    private const int ViewPerSecond = 2000;
    private const int SqlBurst = 300;
    private const int SqlPerSecond = 10;
    private const int UploadBurst = 60;
    private const int UploadPerSecond = 1;
    private const int SignInsPerMinute = 30;

    public static void Add(IServiceCollection services) => services.AddRateLimiter(options =>
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = (rejected, _) => new ValueTask(AnswerAsync(rejected));
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(Api);
        options.AddPolicy(RateLimits.SignIn, context => RateLimitPartition.GetSlidingWindowLimiter(
            AddressOf(context), _ => new SlidingWindowRateLimiterOptions { PermitLimit = SignInsPerMinute, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 6 }));
        options.AddPolicy(RateLimits.Sql, context => Bucket(CallerOf(context), SqlBurst, SqlPerSecond));
        options.AddPolicy(RateLimits.View, context => Bucket(CallerOf(context), ViewBurst, ViewPerSecond));
        options.AddPolicy(RateLimits.Upload, context => Bucket(CallerOf(context), UploadBurst, UploadPerSecond));
    });

    // Streams have limits of their own (the size of a batch, the disk): programs push as fast as they can. What is looked at has a wider limit of its own.
    private static RateLimitPartition<string> Api(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/api") || context.GetEndpoint()?.Metadata is { } metadata
            && (metadata.GetMetadata<TakesNoCookie>() is not null || metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName == RateLimits.View) ? RateLimitPartition.GetNoLimiter("")
        : Caller.Of(context) is null ? Bucket(AddressOf(context), StrangerBurst, StrangerPerSecond)
        : Bucket(CallerOf(context), ApiBurst, ApiPerSecond);

    private static RateLimitPartition<string> Bucket(string key, int burst, int perSecond) => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = burst, TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), AutoReplenishment = true, QueueLimit = 0,
    });

    // A token counts apart from its owner's browser.
    private static string CallerOf(HttpContext context) =>
        Caller.Of(context) is { } caller ? $"{caller.Id}/{context.User.FindFirst(Caller.TokenClaim)?.Value}" : AddressOf(context);

    // Of IPv6 the network, since one connection has billions of addresses.
    private static string AddressOf(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address)
        {
            return "";
        }
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress([.. plain.GetAddressBytes().AsSpan(0, 8), 0, 0, 0, 0, 0, 0, 0, 0]).ToString() : plain.ToString();
    }

    private static Task AnswerAsync(OnRejectedContext rejected)
    {
        var seconds = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 10;
        rejected.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Problem.AnswerAsync(
            rejected.HttpContext, new EscaleException("host.too-many-requests", "Too many requests.", $"Wait {seconds.ToString(CultureInfo.InvariantCulture)} s, then go on more slowly."), StatusCodes.Status429TooManyRequests);
    }
}
