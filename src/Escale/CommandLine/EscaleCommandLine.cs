using System.CommandLine;
using System.Runtime.InteropServices;
using Escale.Hosting;
using Escale.Kernel;

namespace Escale.CommandLine;

/// <summary>From the arguments to the exit code: builds the verbs, parses, runs, and reports errors. The program's only outer edge.</summary>
internal static class EscaleCommandLine
{
    /// <summary>Runs one command line.</summary>
    public static async Task<int> RunAsync(string[] args, IReadOnlyList<EscaleModule> modules)
    {
        using var interrupt = new InterruptSignal();
        var openedFolder = (string?)null;
        var cli = Build(modules, folder => openedFolder = folder, args.FirstOrDefault());
        if (cli.Root.Subcommands.Count == 0)
        {
            cli = Build(modules, folder => openedFolder = folder);
        }
        var parsed = cli.Root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }); // "@model" selects, it names no file
        var report = new ErrorReport(Console.Error, args.Contains("--json"));
        if (parsed.Action?.ClearsParseErrors != true && UsageErrors.Has(parsed))
        {
            return UsageErrors.Report(parsed, cli, Console.Out, report);
        }
        try
        {
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, interrupt.Token);
        }
        catch (EscaleException error)
        {
            report.Write(error);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            report.Interrupted();
            return ExitCode.Interrupted;
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            report.Write(DiskFull.Error(error));
            return ExitCode.Failure;
        }
        catch (Exception error)
        {
            report.Bug(error, openedFolder, args);
            return ExitCode.Bug;
        }
    }

    /// <summary>The command line, without running anything: the whole of it, or one verb; nothing when there is no such verb.</summary>
    internal static Cli Build(IReadOnlyList<EscaleModule> modules, Action<string>? onOpen = null, string? only = null)
    {
        var root = new RootCommand("Escale: the whole data stack in one program. From files, APIs and streams to trusted tables and a warehouse.");
        var cli = new Cli(root, (folder, opening) =>
        {
            onOpen?.Invoke(folder);
            return ProjectContainer.Open(folder, opening, modules);
        })
        {
            Only = only,
        };
        foreach (var module in modules)
        {
            module.AddVerbs(cli);
        }
        Sort(cli.Root);
        HelpWithExamples.Install(cli);
        return cli;
    }

    // The help lists what people do first and most; a verb that is not named here comes after.
    private static readonly string[] _order =
    [
        "init", "up", "run", "test", "seed", "serve", "sql", "train", "models", "predict", "ls", "show", "compile", "docs", "runs", "lake", "quarantine", "db", "doctor", "clean", "completion",
    ];

    private static void Sort(RootCommand root)
    {
        var verbs = root.Subcommands
            .OrderBy(verb => Array.IndexOf(_order, verb.Name) is >= 0 and var at ? at : _order.Length)
            .ToList();
        root.Subcommands.Clear();
        foreach (var verb in verbs)
        {
            root.Subcommands.Add(verb);
        }
    }
}

/// <summary>Ctrl-C and SIGTERM as a cancellation token: the first asks the verb to stop and clean up, the second leaves at once.</summary>
internal sealed class InterruptSignal : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public InterruptSignal()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_source.IsCancellationRequested)
        {
            Environment.Exit(ExitCode.Interrupted);
        }
        // Off the signal thread: a second Ctrl-C must be heard while the first is being obeyed.
        _ = Task.Run(_source.Cancel);
    }
}
