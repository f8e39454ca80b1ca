using System.Reflection;
using System.Runtime.CompilerServices;
using Escale.Accounts;
using Escale.Collect;
using Escale.CommandLine;
using Escale.Engines;
using Escale.Engines.Sandbox;
using Escale.Explore;
using Escale.Kernel;
using Escale.Lake;
using Escale.Modeling;
using Escale.Orchestrate;
using Escale.Projects;
using Escale.Transform;
using Escale.Ui;

namespace Escale;

/// <summary>The program. Read it as a table of contents: the fast paths, then the rooms, then the command line.</summary>
internal static class Program
{
    internal static Task<int> Main(string[] args)
    {
        if (!args.Contains("serve") && !args.Contains("up"))
        {
            // What libraries compile while they run (regular expressions, activators, accessors) pays only in a program that stays.
            AppContext.SetSwitch("System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported", false);
        }
        return args switch
        {
            ["--version"] => Task.FromResult(PrintVersion()),
            ["sandbox"] => RunSandboxAsync(),
            _ => RunVerbAsync(args),
        };
    }

    /// <summary>The version of the program, as released.</summary>
    internal static string Version { get; } =
        typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>The rooms of the house. Their order is the order of their verbs in the help.</summary>
    internal static IReadOnlyList<EscaleModule> Modules() =>
    [
        new ProgramModule(),
        new UiModule(),
        new AccountsModule(),
        new OrchestrateModule(),
        new ExploreModule(),
        new ModelingModule(),
        new ProjectsModule(),
        new LakeModule(),
        new EnginesModule(),
        new CollectModule(),
        new TransformModule(),
    ];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<int> RunVerbAsync(string[] args) => EscaleCommandLine.RunAsync(args, Modules());

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<int> RunSandboxAsync() => SandboxChild.RunAsync(CollectParsers.All);

    private static int PrintVersion()
    {
        Console.Out.WriteLine($"escale {Version}");
        return ExitCode.Success;
    }
}
