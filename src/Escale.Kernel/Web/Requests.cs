using Microsoft.AspNetCore.Http;

namespace Escale.Kernel;

/// <summary>What several rooms ask of a request.</summary>
public static class Requests
{
    /// <summary>The secret that a request carries as <c>Authorization: Bearer</c>, or null.</summary>
    public static string? Bearer(this HttpRequest request) =>
        request.Headers.Authorization.ToString() is var header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : null;

    /// <summary>Whether a request only reads: GET, HEAD or OPTIONS.</summary>
    public static bool IsRead(this HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
}
