using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Kernel;

/// <summary>What an error means and what to do next, for whom its English message is not written.</summary>
/// <param name="Meaning">What happened, a sentence that fits every error of the code.</param>
/// <param name="Next">One next step; empty when there is none.</param>
public sealed record ErrorWords(string Meaning, string Next);

/// <summary>Who tells people of errors: their language, and a page to those who asked for one.</summary>
public interface IProblemTeller
{
    /// <summary>The words for the reader of a request; null when the error's own message is in their language.</summary>
    ErrorWords? WordsOf(HttpContext context, string code);

    /// <summary>Answers with a page.</summary>
    Task ShowAsync(HttpContext context, EscaleException error, int status);
}

/// <summary>
/// Errors as problem details (RFC 9457) with the stable code, the place and the next step. To who reads another language than the messages are
/// written in, <c>title</c> and <c>next</c> are in theirs, and <c>detail</c> is the message with its names and values.
/// </summary>
public static class Problem
{
    private static readonly JsonSerializerOptions _options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Answers with a problem, or with a page to a browser that asked for one.</summary>
    public static Task AnswerAsync(HttpContext context, EscaleException error, int status) =>
        WantsPage(context.Request) && context.RequestServices?.GetService<IProblemTeller>() is { } teller
            ? teller.ShowAsync(context, error, status)
            : WriteAsync(context, status, error.Code, error.Message, error.Place, error.Remedy);

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
        var words = context.RequestServices?.GetService<IProblemTeller>()?.WordsOf(context, code);
        var problem = new
        {
            type = "about:blank", title = words?.Meaning ?? message, status, code, detail = words is null ? null : Detail(message, remedy), place, next = words is { Next.Length: > 0 } ? words.Next : remedy,
        };
        return context.Response.WriteAsync(JsonSerializer.Serialize(problem, _options), context.RequestAborted);
    }

    /// <summary>The message as it was written, with the next step that it names: what stands below the reader's own words.</summary>
    public static string Detail(string message, string? remedy) => string.IsNullOrEmpty(remedy) ? message : $"{message} {remedy}";

    /// <summary>The HTTP status of an error, by the last words of its code.</summary>
    public static int StatusOf(EscaleException error) => error.Code switch
    {
        _ when error.Code.EndsWith("not-found", StringComparison.Ordinal) => StatusCodes.Status404NotFound,
        _ when error.Code.EndsWith("not-allowed", StringComparison.Ordinal) => StatusCodes.Status403Forbidden,
        _ when error.Code.EndsWith("conflict", StringComparison.Ordinal) => StatusCodes.Status409Conflict,
        _ when error.Code.EndsWith("changed-meanwhile", StringComparison.Ordinal) => StatusCodes.Status412PreconditionFailed,
        _ when error.Code.EndsWith("too-large", StringComparison.Ordinal) => StatusCodes.Status413PayloadTooLarge,
        _ when error.Code.EndsWith("busy", StringComparison.Ordinal) || error.Code.EndsWith("unreachable", StringComparison.Ordinal) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>Whether a request wants a page: a browser's, and not to the API.</summary>
    public static bool WantsPage(HttpRequest request) =>
        !request.Path.StartsWithSegments("/api") && !request.Path.StartsWithSegments("/health") && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
