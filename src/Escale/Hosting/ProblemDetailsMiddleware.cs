using System.Globalization;
using System.Text.Json;
using Escale.Kernel;

namespace Escale.Hosting;

/// <summary>Errors as problem details (RFC 9457) with the stable code, the place and the next step.</summary>
internal static class Problem
{
    private static readonly JsonSerializerOptions _options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Task WriteAsync(HttpContext context, int status, string code, string message, Place? place = null, string? remedy = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        var problem = new { type = "about:blank", title = message, status, code, place, next = remedy };
        return context.Response.WriteAsync(JsonSerializer.Serialize(problem, _options), context.RequestAborted);
    }

    /// <summary>The HTTP status of an error, by the last words of its code.</summary>
    public static int StatusOf(EscaleException error) => error.Code switch
    {
        _ when error.Code.EndsWith("not-found", StringComparison.Ordinal) => StatusCodes.Status404NotFound,
        _ when error.Code.EndsWith("conflict", StringComparison.Ordinal) => StatusCodes.Status409Conflict,
        _ when error.Code.EndsWith("too-large", StringComparison.Ordinal) => StatusCodes.Status413PayloadTooLarge,
        _ when error.Code.EndsWith("busy", StringComparison.Ordinal) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };
}

/// <summary>The HTTP edge: users' mistakes become problem details, anything else a 500 with its trace in the project's log.</summary>
internal sealed class ProblemDetailsMiddleware(RequestDelegate next, ProjectRoot root)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false, ContentLength: null })
            {
                await Problem.WriteAsync(context, StatusCodes.Status404NotFound, "host.not-found", $"There is nothing at {context.Request.Path}.");
            }
        }
        catch (EscaleException error) when (!context.Response.HasStarted)
        {
            await Problem.WriteAsync(context, Problem.StatusOf(error), error.Code, error.Message, error.Place, error.Remedy);
        }
        catch (BadHttpRequestException error) when (!context.Response.HasStarted)
        {
            await Problem.WriteAsync(context, error.StatusCode, "host.bad-request", error.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            Log(context, error);
            await Problem.WriteAsync(context, StatusCodes.Status500InternalServerError, "host.internal-error", "Something went wrong inside Escale.",
                remedy: $"Please report it with the trace in .escale/logs/server.log.");
        }
    }

    private void Log(HttpContext context, Exception error)
    {
        var folder = Path.Combine(root.StateFolder, "logs");
        Directory.CreateDirectory(folder);
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetUtcNow():O} {context.Request.Method} {context.Request.Path}\n{error}\n");
        File.AppendAllText(Path.Combine(folder, "server.log"), line);
    }
}
