using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Escale.Kernel;

/// <summary>Errors as problem details (RFC 9457) with the stable code, the place and the next step.</summary>
public static class Problem
{
    private static readonly JsonSerializerOptions _options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Answers with a problem.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The stable code of docs/manual/errors.md.</param>
    /// <param name="message">What happened.</param>
    /// <param name="place">Where, or null.</param>
    /// <param name="remedy">One next step, or null.</param>
    public static Task WriteAsync(HttpContext context, int status, string code, string message, Place? place = null, string? remedy = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        var problem = new { type = "about:blank", title = message, status, code, place, next = remedy };
        return context.Response.WriteAsync(JsonSerializer.Serialize(problem, _options), context.RequestAborted);
    }

    /// <summary>Answers with an error that a user can mend.</summary>
    public static Task WriteAsync(HttpContext context, EscaleException error) =>
        WriteAsync(context, StatusOf(error), error.Code, error.Message, error.Place, error.Remedy);

    /// <summary>The HTTP status of an error, by the last words of its code.</summary>
    public static int StatusOf(EscaleException error) => error.Code switch
    {
        _ when error.Code.EndsWith("not-found", StringComparison.Ordinal) => StatusCodes.Status404NotFound,
        _ when error.Code.EndsWith("not-allowed", StringComparison.Ordinal) => StatusCodes.Status403Forbidden,
        _ when error.Code.EndsWith("conflict", StringComparison.Ordinal) => StatusCodes.Status409Conflict,
        _ when error.Code.EndsWith("too-large", StringComparison.Ordinal) => StatusCodes.Status413PayloadTooLarge,
        _ when error.Code.EndsWith("busy", StringComparison.Ordinal) || error.Code.EndsWith("unreachable", StringComparison.Ordinal) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>Whether a request wants a page: a browser's, and not to the API.</summary>
    public static bool WantsPage(HttpRequest request) =>
        !request.Path.StartsWithSegments("/api") && !request.Path.StartsWithSegments("/health") && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
