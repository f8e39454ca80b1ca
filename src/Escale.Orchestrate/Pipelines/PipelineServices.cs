using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Archive;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Outside;
using Escale.Orchestrate.Pipelines.Pages;
using Escale.Orchestrate.Pipelines.Scheduling;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Orchestrate.Pipelines.Tasks;
using Escale.Orchestrate.Pipelines.Working;
using Escale.Projects;
using Escale.Ui;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Orchestrate.Pipelines;

/// <summary>What pipelines are made of.</summary>
internal static class PipelineServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<PipelineFiles>();
        services.AddSingleton(provider => new PipelineProblems(
            provider.GetRequiredService<PipelineFiles>(), () => provider.GetService<LiveProject>()?.Now().Graph ?? provider.GetRequiredService<Project>().Graph));
        services.AddSingleton<PostgresPipelineStore>();
        services.AddSingleton<IPipelineStore>(provider => provider.GetRequiredService<PostgresPipelineStore>());
        services.AddSingleton<Definitions>();
        services.AddSingleton(provider => new PipelineEngine(
            provider.GetRequiredService<IPipelineStore>(), provider.GetRequiredService<Definitions>(), Limits(provider.GetRequiredService<PipelineFiles>()), SeededRandom.Unpredictable()));
        services.AddSingleton<PipelineHistory>();
        services.AddSingleton<PipelineReads>();
        services.AddSingleton<StepLogs>();
        services.AddSingleton<PipelineArchive>();
        services.AddSingleton<StepTexts>();
        services.AddSingleton<IStepExecutor, StepExecutor>();
        services.AddSingleton<Func<IEnumerable<ITaskRunner>>>(provider => provider.GetServices<ITaskRunner>);
        services.AddSingleton<OutsideRuns>();
        services.AddSingleton<StepRunner>();
        services.AddSingleton<Followers>();
        services.AddSingleton<ITaskRunner, ShellTask>();
        services.AddSingleton<ITaskRunner, BuildTask>();
        services.AddSingleton<ITaskRunner, ScoreTask>();
        services.AddSingleton<ITaskRunner, NotifyTask>();
        services.AddSingleton<ChildRuns>();
        services.AddSingleton<ITaskRunner, PipelineTask>();
        services.AddSingleton<ITaskRunner, EachTask>();
        services.AddSingleton<ITaskRunner, WaitTask>();
        services.AddSingleton(provider => new PipelineHost(
            provider.GetRequiredService<PipelineEngine>(), provider.GetRequiredService<PipelineFiles>(), provider.GetRequiredService<PipelineHistory>(), provider.GetRequiredService<IStepExecutor>(),
            provider.GetRequiredService<TimeProvider>(), () => new TriggerSight(new FileArrivals(provider.GetRequiredService<ProjectRoot>(), provider.GetRequiredService<TimeProvider>()), provider.GetService<LiveProject>()),
            provider.GetRequiredService<PipelineArchive>()));
        services.AddSingleton<IAttention, LateAttention>();
        services.AddSingleton<IAttention, SchedulerAttention>();
    }

    // A pool that its file no longer names has one place, until the runs that know it have ended.
    private static EngineLimits Limits(PipelineFiles files) => new() { PoolSize = pool => files.Read().Pools.GetValueOrDefault(pool, 1) };
}
