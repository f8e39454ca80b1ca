using Escale.Kernel;

namespace Escale.Serve;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: the project can be read and its folder written.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/live", () => Results.Text("live")).ForAnyone().ShortCircuit();
        endpoints.MapGet("/health/ready", (ProjectRoot root) =>
            IsReady(root) ? Results.Text("ready") : Results.Text("not ready: the project folder cannot be written", statusCode: StatusCodes.Status503ServiceUnavailable)).ForAnyone();
    }

    private static bool IsReady(ProjectRoot root)
    {
        try
        {
            Directory.CreateDirectory(root.StateFolder);
            using var probe = new FileStream(
                Path.Combine(root.StateFolder, $".probe-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
