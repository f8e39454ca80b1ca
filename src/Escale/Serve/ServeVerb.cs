using System.CommandLine;
using Escale.Hosting;
using Escale.Kernel;

namespace Escale.Serve;

/// <summary><c>escale serve</c>: listens until it is interrupted.</summary>
internal static class ServeVerb
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    public static Option<string[]> Urls() => new("--urls")
    {
        Description = $"Addresses to listen on (default: {DefaultUrl}); beyond this machine a key in {WebServer.KeyVariable} is needed",
        HelpName = "URL",
        AllowMultipleArgumentsPerToken = true,
    };

    public static Argument<string?> Folder() => new("DIR") { Description = "The project folder (default: here)", Arity = ArgumentArity.ZeroOrOne };

    public static void Add(Cli cli)
    {
        var folder = Folder();
        var urls = Urls();
        var command = new Command("serve", "Serve the project over HTTP: pushed events, health, a page that says what is here") { folder, urls };
        cli.Add(cli.Root, command, async (call, cancellationToken) =>
        {
            var address = await call.Get<WebServer>().StartAsync(UrlsOf(call, urls), cancellationToken);
            Announce(call.Output, address);
            await StayAsync(cancellationToken);
            return ExitCode.Success;
        }, folder, examples: ["escale serve examples/port-of-dakar", "escale serve --urls http://127.0.0.1:8080"]);
    }

    public static IReadOnlyList<string> UrlsOf(VerbCall call, Option<string[]> urls) => call.Value(urls) is { Length: > 0 } given ? given : [DefaultUrl];

    /// <summary>Waits until the user interrupts: the normal end of a server.</summary>
    public static async Task StayAsync(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = cancellationToken.Register(stopped.SetResult);
        await stopped.Task;
    }

    private static void Announce(CliOutput output, Uri address)
    {
        if (output.IsJson)
        {
            output.WriteJsonLine(new { listening = address });
            return;
        }
        output.Line($"Serving on {address} (Ctrl-C stops)");
    }
}
