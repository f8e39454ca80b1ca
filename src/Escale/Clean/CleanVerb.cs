using System.CommandLine;
using Escale.Engines.Postgres;
using Escale.Kernel;

namespace Escale.Clean;

/// <summary><c>escale clean</c>: removes what can be made again; with <c>--all</c> the data too.</summary>
internal static class CleanVerb
{
    // Made again by the next run at no loss.
    private static readonly string[] _derived = [".escale/compiled", ".escale/spill", "target"];

    // The project's data: the lake, the embedded database, the logs.
    private static readonly string[] _data = [".escale"];

    public static void Add(Cli cli)
    {
        var all = new Option<bool>("--all") { Description = "Also remove the lake and the embedded database: all data of the project" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask" };
        var command = new Command("clean", "Remove compiled and temporary files; with --all the data too") { all, yes };
        cli.Add(cli.Root, command, (call, cancellationToken) => RunAsync(call, call.Value(all), call.Value(yes), cancellationToken),
            examples: ["escale clean", "escale clean --all --yes"]);
    }

    private static async Task<int> RunAsync(VerbCall call, bool all, bool yes, CancellationToken cancellationToken)
    {
        if (all && !yes && !IsConfirmed(call))
        {
            call.Output.Message("Nothing was removed.");
            return ExitCode.Failure;
        }
        if (all)
        {
            await RemoveDatabaseAsync(call, cancellationToken);
        }
        var removed = (all ? [.. _derived, .. _data] : _derived)
            .Where(relative => Remove(Path.Combine(call.Project.Folder, relative)))
            .ToList();
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new { removed });
        }
        else
        {
            call.Output.Line(removed.Count == 0 ? "Nothing to remove." : $"Removed {string.Join(", ", removed)}.");
        }
        return ExitCode.Success;
    }

    private static bool IsConfirmed(VerbCall call)
    {
        if (Console.IsInputRedirected || call.Output.IsJson)
        {
            throw new EscaleException("host.clean-needs-yes", "`escale clean --all` removes all data of the project: the lake and the database.",
                "Repeat it with --yes when you are sure.");
        }
        call.Output.Messages.Write($"Remove all data of {call.Project.Folder} (lake and database)? Type yes: ");
        return Console.In.ReadLine()?.Trim() == "yes";
    }

    private static async Task RemoveDatabaseAsync(VerbCall call, CancellationToken cancellationToken)
    {
        try
        {
            await call.Get<PostgresServer>().RemoveAsync(cancellationToken); // It may lie outside the project.
        }
        catch (EscaleException error) when (error.Code == "engines.postgres.in-use")
        {
            throw new EscaleException("host.clean-in-use", "The project's database is in use.", "Stop `escale up`, `serve` or `run` on this project first.", inner: error);
        }
    }

    private static bool Remove(string path)
    {
        if (!Directory.Exists(path))
        {
            return false;
        }
        if (new DirectoryInfo(path).LinkTarget is not null)
        {
            Directory.Delete(path); // only the link: what it points at is not ours
            return true;
        }
        Directory.Delete(path, recursive: true);
        return true;
    }
}
