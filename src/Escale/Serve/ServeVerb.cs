using System.CommandLine;
using Escale.Accounts;
using Escale.Hosting;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines;

namespace Escale.Serve;

/// <summary><c>escale serve</c>: listens until it is interrupted.</summary>
internal static class ServeVerb
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    public static Option<string[]> Urls() => new("--urls")
    {
        Description = $"Addresses to listen on (default: {DefaultUrl})",
        HelpName = "URL",
        AllowMultipleArgumentsPerToken = true,
    };

    public static Argument<string?> Folder() => new("DIR") { Description = "The project folder (default: here)", Arity = ArgumentArity.ZeroOrOne };

    public static void Add(Cli cli)
    {
        var folder = Folder();
        var urls = Urls();
        var command = new Command("serve", "Serve the web application and the REST API of a project") { folder, urls };
        cli.Add(cli.Root, command, async (call, cancellationToken) =>
        {
            var server = call.Get<WebServer>();
            var address = await server.StartAsync(UrlsOf(call, urls), cancellationToken);
            Announce(call, address);
            await using var pipelines = call.Get<PipelineHost>().Start();
            await StayAsync(cancellationToken);
            await server.StopAsync();
            return ExitCode.Success;
        }, folder, Opening.WebApplication, ["escale serve examples/port-of-dakar", "escale serve --urls http://127.0.0.1:8080"]);
    }

    public static IReadOnlyList<string> UrlsOf(VerbCall call, Option<string[]> urls) => call.Value(urls) is { Length: > 0 } given ? given : [DefaultUrl];

    /// <summary>Waits until the user interrupts: the normal end of a server.</summary>
    public static async Task StayAsync(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = cancellationToken.Register(stopped.SetResult);
        await stopped.Task;
    }

    /// <summary>The one-time link of the first start, for the console only; null when there is an administrator.</summary>
    public static Uri? SetupLink(VerbCall call, Uri address) => call.Get<AccountsStart>().SetupPath is { } path ? ShownAddress.Of(call, address, path) : null;

    private static void Announce(VerbCall call, Uri address)
    {
        var (setup, shown) = (SetupLink(call, address), ShownAddress.Of(call, address, "/"));
        if (call.Output.IsJson)
        {
            call.Output.WriteJsonLine(new { listening = address, url = shown, setup });
            return;
        }
        if (setup is not null)
        {
            call.Output.Line($"Set up     {setup} (makes the first account; once, within a day)");
        }
        call.Output.Line($"Serving on {shown} ({(shown == address ? "" : $"listening on {address}; ")}Ctrl-C stops)");
    }
}
