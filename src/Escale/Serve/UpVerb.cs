using System.CommandLine;
using Escale.Hosting;
using Escale.Kernel;

namespace Escale.Serve;

/// <summary><c>escale up</c>: runs everything, then serves and stays.</summary>
internal static class UpVerb
{
    public static void Add(Cli cli)
    {
        var folder = ServeVerb.Folder();
        var urls = ServeVerb.Urls();
        var command = new Command("up", "Run the whole project, then serve it and stay") { folder, urls };
        cli.Add(cli.Root, command, async (call, cancellationToken) =>
        {
            var address = await call.Get<WebServer>().StartAsync(ServeVerb.UrlsOf(call, urls), cancellationToken);
            call.Output.Line($"Serving on {address} (Ctrl-C stops)");
            await ServeVerb.StayAsync(cancellationToken);
            return ExitCode.Success;
        }, folder, examples: ["escale up examples/port-of-dakar"]);
    }
}
