using System.Net;
using Escale.Kernel;

namespace Escale.Hosting;

/// <summary>
/// Keeps web pages of other sites in a user's browser away, whatever cookies it sends along: changes with a foreign <c>Origin</c>, and, on
/// loopback, host names that were rebound to this machine.
/// </summary>
/// <param name="next">What follows.</param>
/// <param name="loopbackOnly">Whether the server listens on loopback only.</param>
/// <param name="serve">Says by which public address it is known besides.</param>
internal sealed class BrowserGuard(RequestDelegate next, bool loopbackOnly, ServeSettings serve)
{
    public Task InvokeAsync(HttpContext context)
    {
        if ((loopbackOnly || serve.PublicUrl is not null) && !IsLocalHost(context.Request.Host.Host) && !IsPublicHost(context.Request.Host.Host))
        {
            return Problem.WriteAsync(context, StatusCodes.Status403Forbidden, "host.foreign-host", "This server does not answer to this name.",
                remedy: "Open it as http://127.0.0.1 with its port, or serve it with a public address (serve.public_url in escale.yml).");
        }
        if (!context.Request.IsRead() && !IsOwnOrigin(context.Request))
        {
            return Problem.WriteAsync(context, StatusCodes.Status403Forbidden, "host.foreign-origin", "Pages of other sites may not change anything here.");
        }
        return next(context);
    }

    private static bool IsLocalHost(string host) =>
        host is "localhost" or "127.0.0.1" or "[::1]" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private bool IsPublicHost(string host) => serve.PublicUrl is { } url && string.Equals(host, url.Host, StringComparison.OrdinalIgnoreCase);

    private bool IsOwnOrigin(HttpRequest request) =>
        !request.Headers.TryGetValue("Origin", out var origin) || origin == $"{request.Scheme}://{request.Host}" || origin == serve.PublicUrl?.GetLeftPart(UriPartial.Authority);
}
