using System.Globalization;
using Escale.Engines.Postgres;
using Escale.Kernel;

namespace Escale.Hosting;

/// <summary>
/// The HTTP edge: users' mistakes become problem details, or a page for people; anything else a 500 with its trace in the project's log.
/// </summary>
internal sealed class ProblemDetailsMiddleware(RequestDelegate next, ProjectRoot root)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed, HasStarted: false, ContentLength: null, ContentType: null })
            {
                var isThere = context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed;
                await Problem.AnswerAsync(context, new EscaleException(isThere ? "host.method" : "host.not-found",
                    isThere ? $"{context.Request.Path} does not take {context.Request.Method}." : $"There is nothing at {context.Request.Path}.", "See the list of addresses in the API reference."), context.Response.StatusCode);
            }
        }
        catch (EscaleException error) when (!context.Response.HasStarted)
        {
            await Problem.AnswerAsync(context, error, Problem.StatusOf(error));
        }
        catch (BadHttpRequestException error) when (!context.Response.HasStarted)
        {
            await Problem.AnswerAsync(context, new EscaleException("host.bad-request", error.Message, "Correct the request; the API reference says what each address takes."), error.StatusCode);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone.
        }
        catch (Exception error) when (!context.Response.HasStarted && context.RequestServices?.GetService<PostgresServer>()?.Doubt(error) is { } away)
        {
            await Problem.AnswerAsync(context, away, StatusCodes.Status503ServiceUnavailable);
        }
        catch (IOException error) when (!context.Response.HasStarted && DiskFull.Is(error))
        {
            await Problem.AnswerAsync(context, DiskFull.Error(error), StatusCodes.Status507InsufficientStorage);
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            Log(context, error);
            await Problem.AnswerAsync(context, new EscaleException("host.internal-error", "Something went wrong inside Escale.", "Please report it with the trace in .escale/logs/server.log."),
                StatusCodes.Status500InternalServerError);
        }
    }

    private void Log(HttpContext context, Exception error)
    {
        var folder = Path.Combine(root.StateFolder, "logs");
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetUtcNow():O} {context.Request.Method} {context.Request.Path}\n{error}\n");
        try
        {
            Directory.CreateDirectory(folder);
            File.AppendAllText(Path.Combine(folder, "server.log"), line);
        }
        catch (Exception cannotWrite) when (cannotWrite is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(line);
        }
    }
}
