using System.CommandLine;
using System.Globalization;
using Escale.Kernel;

namespace Escale.Engines.Postgres;

/// <summary><c>escale db</c>: how to connect to the project's PostgreSQL, and its starting and stopping by hand.</summary>
internal static class PostgresVerbs
{
    public static void Add(Cli cli)
    {
        var group = new Command("db", "Show how to connect to the project's PostgreSQL; start and stop it");
        cli.Add(
            cli.Root, group,
            async (call, cancellationToken) => Show(call, await call.Get<PostgresServer>().AddressAsync(cancellationToken)),
            examples: ["escale db", "escale db --json", "escale db status"]);
        cli.Add(
            group, new Command("start", "Start it and leave it running until 'escale db stop'"),
            async (call, cancellationToken) => Show(call, await call.Get<PostgresServer>().StartAsync(cancellationToken)),
            examples: ["escale db start"]);
        cli.Add(
            group, new Command("stop", "Stop it"),
            async (call, cancellationToken) =>
            {
                await call.Get<PostgresServer>().StopAsync(cancellationToken);
                return ShowStatus(call);
            },
            examples: ["escale db stop"]);
        cli.Add(
            group, new Command("status", "Say whether it runs and where it keeps its data; starts nothing"),
            (call, _) => Task.FromResult(ShowStatus(call)), examples: ["escale db status"]);
    }

    private static int Show(VerbCall call, PostgresAddress address)
    {
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(address);
            return ExitCode.Success;
        }
        call.Output.Line($"address   {address.Url}");
        call.Output.Line($"password  {(address.PasswordFile is { } file ? $"in {file}" : "as in ESCALE_DATABASE")}");
        call.Output.Line($"psql      {address.Psql}");
        if (address.IsEmbedded && !call.Get<PostgresServer>().Status().KeepsRunning)
        {
            call.Output.Message("It runs while an escale process uses it. To keep it running: escale db start");
        }
        return ExitCode.Success;
    }

    private static int ShowStatus(VerbCall call)
    {
        var status = call.Get<PostgresServer>().Status();
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(status);
            return ExitCode.Success;
        }
        foreach (var (name, value) in Describe(status))
        {
            call.Output.Line($"{name,-8}{value}");
        }
        return ExitCode.Success;
    }

    private static IEnumerable<(string Name, string Value)> Describe(PostgresStatus status)
    {
        if (!status.IsEmbedded)
        {
            yield return ("server", "the one that ESCALE_DATABASE names");
            yield break;
        }
        var port = status.Port?.ToString(CultureInfo.InvariantCulture) ?? "none yet";
        yield return ("server", status.IsRunning == true
            ? $"runs on port {port} (process {status.ProcessId?.ToString(CultureInfo.InvariantCulture)})"
            : status.Folder is null ? "not made yet: it is on first use" : $"stopped (last port {port})");
        if (status.Folder is null)
        {
            yield break;
        }
        yield return ("data", status.Folder + (status.IsOutside ? $" (outside the project, whose folder the user '{status.User}' cannot enter)" : ""));
        yield return ("log", status.Log!);
        yield return ("user", status.User ?? "");
        yield return ("keeps", status.KeepsRunning ? "running until 'escale db stop'" : "running while an escale process uses it");
    }
}
