using Escale.Kernel;
using Escale.Orchestrate.Export;
using Escale.Orchestrate.Following;
using Escale.Orchestrate.Pipelines;
using Escale.Orchestrate.Pipelines.Commands;
using Escale.Orchestrate.Pipelines.Pages;
using Escale.Orchestrate.Records;
using Escale.Orchestrate.Runs;
using Escale.Orchestrate.Starting;
using Escale.Ui;
using Microsoft.AspNetCore.Routing;
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
        PipelineServices.Add(services);
    }

    /// <inheritdoc/>
    public override void AddWebServices(IServiceCollection services)
    {
        services.AddSingleton<RunStarter>();
        services.AddSingleton<IRunStart>(provider => provider.GetRequiredService<RunStarter>());
        services.AddSingleton<RunLog>();
        services.AddSingleton<RunFollower>();
        services.AddSingleton<ISearchSource, RunSearch>();
        services.AddSingleton(new NavigationItem(700, "pipelines", "/pipelines", PipelineWords.Pipelines, "workflow"));
        services.AddSingleton(new NavigationItem(710, "runs", "/runs", Words.Runs, "play"));
        services.AddSingleton<PageReader>();
        services.AddSingleton<PipelineFollower>();
        services.AddSingleton<PipelineActions>();
        services.AddSingleton<ISearchSource, PipelineSearch>();
        services.AddSingleton<IAttention, PipelineAttention>();
    }

    /// <inheritdoc/>
    public override void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        RunEndpoints.Map(endpoints);
        RunStartEndpoints.Map(endpoints);
        PipelineEndpoints.Map(endpoints);
        PipelinePages.Map(endpoints);
    }

    /// <inheritdoc/>
    public override void AddVerbs(Cli cli)
    {
        cli.Verb("run", RunVerb.AddRun);
        cli.Verb("test", RunVerb.AddTest);
        cli.Verb("seed", RunVerb.AddSeed);
        cli.Verb("runs", RunsVerb.Add);
        cli.Verb("pipeline", PipelineVerbs.Add);
        cli.Verb("worker", WorkerVerb.Add);
        cli.Verb("export", ExportVerbs.Add);
    }
}
