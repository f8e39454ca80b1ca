using System.CommandLine;
using Escale.Engines.Postgres;
using Escale.Engines.Sandbox;
using Escale.Engines.Tables;
using Escale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Engines;

/// <summary>What this room gives to the program.</summary>
public sealed class EnginesModule : EscaleModule
{
    /// <inheritdoc/>
    public override void AddServices(IServiceCollection services)
    {
        services.AddSingleton<PostgresServer>();
        services.AddSingleton(_ => new SandboxPool());
        TablesServices.Add(services);
    }

    /// <inheritdoc/>
    public override void AddVerbs(Cli cli)
    {
        cli.Verb("db", PostgresVerbs.Add);
        cli.Verb("lake", LakeVerbs.Add);
        cli.Verb(SandboxChild.Verb, AddSandbox);
    }

    private static void AddSandbox(Cli cli)
    {
        // The program goes straight to the child before it looks at verbs; here is the same for whoever hosts the rooms otherwise.
        var sandbox = new Command(SandboxChild.Verb, "Serve one sandbox session on standard input and output") { Hidden = true };
        sandbox.SetAction((_, _) => SandboxChild.RunAsync([]));
        cli.Root.Subcommands.Add(sandbox);
    }
}
