using Escale.Kernel;
using Escale.Orchestrate.Records;
using Escale.Orchestrate.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Orchestrate;

/// <summary>Runs: planning, taking the steps, recording, resuming; and the services that a run's sources need.</summary>
public sealed class OrchestrateModule : EscaleModule
{
    /// <inheritdoc/>
    public override void AddServices(IServiceCollection services)
    {
        services.AddSingleton<RunStore>();
        services.AddSingleton<RunHistory>();
        services.AddSingleton<IStepHistory, StepHistory>();
        services.AddSingleton<ProjectRuns>();
    }

    /// <inheritdoc/>
    public override void AddVerbs(Cli cli)
    {
        cli.Verb("run", RunVerb.AddRun);
        cli.Verb("test", RunVerb.AddTest);
        cli.Verb("seed", RunVerb.AddSeed);
        cli.Verb("runs", RunsVerb.Add);
    }
}
