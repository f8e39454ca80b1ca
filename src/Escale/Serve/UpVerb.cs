using System.CommandLine;
using Escale.Engines.Postgres;
using Escale.Hosting;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines;
using Escale.Orchestrate.Runs;

namespace Escale.Serve;

/// <summary><c>escale up</c>: runs the project, then serves it and stays until it is interrupted.</summary>
internal static class UpVerb
{
    public static void Add(Cli cli)
    {
        var folder = ServeVerb.Folder();
        var urls = ServeVerb.Urls();
        var run = new RunVerb();
        var command = new Command("up", "Run the whole project, then serve it and stay") { folder, urls };
        run.AddTo(command);
        cli.Add(cli.Root, command, async (call, cancellationToken) =>
        {
            // First the port: that it is taken should be known before the work, and pushed events come to the address that stays.
            var server = call.Get<WebServer>();
            var address = await server.StartAsync(ServeVerb.UrlsOf(call, urls), cancellationToken);
            Invite(call, address);
            var summary = await run.RunAsync(call, "up", cancellationToken);
            await AnnounceAsync(call, address, cancellationToken);
            await using var pipelines = call.Get<PipelineHost>().Start();
            await ServeVerb.StayAsync(cancellationToken);
            await server.StopAsync();
            return summary.Status == RunStatus.Succeeded ? ExitCode.Success : ExitCode.Failure;
        }, folder, Opening.WebApplication, ["escale up examples/port-of-dakar", "escale up --urls http://127.0.0.1:8080"]);
    }

    // The pages are there while the project runs: who waits may watch.
    private static void Invite(VerbCall call, Uri address)
    {
        if (!call.Output.IsJson)
        {
            call.Output.Line($"Watch      {ServeVerb.SetupLink(call, address) ?? ShownAddress.Of(call, address, "/runs")}");
        }
    }

    private static async Task AnnounceAsync(VerbCall call, Uri address, CancellationToken cancellationToken)
    {
        var database = await call.Get<PostgresServer>().AddressAsync(cancellationToken);
        var shown = ShownAddress.Of(call, address, "/");
        var here = Path.GetRelativePath(Directory.GetCurrentDirectory(), call.Project.Folder);
        var project = here == "." ? "" : $" --project {(here.StartsWith("..", StringComparison.Ordinal) ? call.Project.Folder : here)}";
        if (call.Output.IsJson)
        {
            call.Output.WriteJsonLine(new { @event = "serving", url = shown, setup = ServeVerb.SetupLink(call, address), database = database.Url, psql = database.Psql });
            return;
        }
        call.Output.Line();
        call.Output.Line($"Look       {shown}");
        if (ServeVerb.SetupLink(call, address) is { } setup)
        {
            call.Output.Line($"Set up     {setup} (makes the first account; once, within a day)");
        }
        // As it was typed, so that the line can be pasted: the wrapper of a checkout says how it was called.
        var escale = Environment.GetEnvironmentVariable("ESCALE_COMMAND") is { Length: > 0 } typed ? typed : "escale";
        call.Output.Line($"Query      {escale} sql \"show all tables\"{project}");
        call.Output.Line($"Connect    {database.Psql}");
        call.Output.Line("Serving until Ctrl-C.");
        await call.Output.Results.FlushAsync(cancellationToken);
    }
}
