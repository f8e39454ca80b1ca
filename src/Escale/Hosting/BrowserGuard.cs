using System.Security.Cryptography;
using System.Text;
using Escale.Kernel;

namespace Escale.Hosting;

/// <summary>The key that requests from other machines must carry; null when the server listens on loopback only.</summary>
internal sealed record AccessKey(string? Value)
{
    private const int LeastLength = 24;

    /// <summary>The key for these addresses.</summary>
    /// <exception cref="EscaleException"><c>host.key-required</c> when one is not loopback and there is no good key.</exception>
    public static AccessKey For(IReadOnlyList<ListenAddress> addresses)
    {
        if (addresses.All(address => address.IsLoopback))
        {
            return new AccessKey((string?)null);
        }
        var key = Environment.GetEnvironmentVariable(WebServer.KeyVariable);
        return key is { Length: >= LeastLength } && key.Distinct().Count() >= 8
            ? new AccessKey(key)
            : throw new EscaleException("host.key-required",
                $"Listening beyond this machine needs a key: {WebServer.KeyVariable} is {(key is null ? "not set" : "too short or too simple")}.",
                $"Set it to at least {LeastLength} random characters (`openssl rand -hex 24`), or listen on http://127.0.0.1:5080.");
    }

    /// <inheritdoc/>
    public override string ToString() => "***";
}

/// <summary>
/// Who may talk to the server. Beyond loopback: whoever has the key, as bearer token or as password of basic authentication.
/// On loopback: programs of this machine, but not web pages of other sites in the user's browser (foreign Origin, or a
/// Host name that was rebound to this machine).
/// </summary>
internal sealed class BrowserGuard(RequestDelegate next, AccessKey key)
{
    public Task InvokeAsync(HttpContext context)
    {
        var isHealthCheck = context.Request.Path.StartsWithSegments("/health");
        if (key.Value is null && !(IsLocalHost(context.Request.Host.Host) && IsOwnOrigin(context.Request)))
        {
            return Problem.WriteAsync(context, StatusCodes.Status403Forbidden, "host.foreign-origin", "This server answers programs of this machine only.");
        }
        if (key.Value is not null && !isHealthCheck && !HasKey(context.Request, key.Value))
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"escale\", charset=\"UTF-8\"";
            return Problem.WriteAsync(context, StatusCodes.Status401Unauthorized, "host.key-missing", "The request carries no valid key.");
        }
        return next(context);
    }

    private static bool IsLocalHost(string host) =>
        host is "localhost" or "127.0.0.1" or "[::1]" || (System.Net.IPAddress.TryParse(host, out var address) && System.Net.IPAddress.IsLoopback(address));

    private static bool IsOwnOrigin(HttpRequest request) =>
        !request.Headers.TryGetValue("Origin", out var origin) || origin == $"{request.Scheme}://{request.Host}";

    private static bool HasKey(HttpRequest request, string key)
    {
        var header = request.Headers.Authorization.ToString();
        var given = header switch
        {
            _ when header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) => header[7..].Trim(),
            _ when header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) => PasswordOf(header[6..].Trim()),
            _ => "",
        };
        return CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }

    private static string PasswordOf(string encoded)
    {
        var buffer = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, buffer, out var length))
        {
            return "";
        }
        var pair = Encoding.UTF8.GetString(buffer, 0, length);
        return pair[(pair.IndexOf(':') + 1)..];
    }
}
