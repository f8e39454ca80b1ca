using Escale.Collect.Conversion;
using Escale.Collect.Definitions;
using Escale.Collect.Files;
using Escale.Collect.Http;
using Escale.Collect.Loading;
using Escale.Collect.OpenFiles;
using Escale.Collect.Quarantine;
using Escale.Collect.Rest;
using Escale.Collect.Steps;
using Escale.Collect.Streams;
using Escale.Collect.Uploads;
using Escale.Collect.Uploads.Pages;
using Escale.Collect.Web;
using Escale.Engines.Tables;
using Escale.Projects;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Collect;

/// <summary>What this room gives to the program.</summary>
public sealed class CollectModule : EscaleModule
{
    /// <inheritdoc/>
    public override void AddServices(IServiceCollection services)
    {
        services.AddSingleton(provider => new AddressGuard(provider.GetRequiredService<Project>().Settings.NetworkAllow));
        services.AddSingleton(provider => new GuardedHttp(
            provider.GetRequiredService<AddressGuard>(), provider.GetRequiredService<RunEnvironment>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ITaskRunner, HttpTask>();
        services.AddSingleton<ParseEngine>();
        services.AddSingleton<QuarantineWriter>();
        services.AddSingleton<LoadLimits>();
        services.AddSingleton<TableLoader>();
        services.AddSingleton<QuarantineReplay>();
        services.AddSingleton<LocalFiles>();
        services.AddSingleton<FileFetcher>();
        services.AddSingleton<FilePreparer>();
        services.AddSingleton<RecordFiles>();
        services.AddSingleton<SheetList>();
        services.AddSingleton<FileTables>();
        services.AddSingleton<IFileTables>(provider => provider.GetRequiredService<FileTables>());
        services.AddSingleton<UploadStore>();
        services.AddSingleton<UploadFiles>();
        services.AddSingleton<UploadReadings>();
        services.AddSingleton(provider => new SourceMaker(
            provider.GetRequiredService<UploadStore>(), provider.GetRequiredService<UploadReadings>(), provider.GetRequiredService<SourceCatalog>(), provider.GetRequiredService<LakeEngine>(),
            provider.GetRequiredService<ProjectRoot>(), provider.GetRequiredService<DurableWriter>(), provider.GetService<IRunStart>()));
        services.AddSingleton(provider => new Lazy<UploadReadings>(provider.GetRequiredService<UploadReadings>));
        services.AddSingleton<FileConverter>();
        services.AddSingleton<StreamJournals>();
        services.AddSingleton<StreamWait>();
        services.AddSingleton<StreamDirectory>();
        services.AddSingleton<Connector, FilesConnector>();
        services.AddSingleton<Connector, RestConnector>();
        services.AddSingleton<Connector, WebConnector>();
        services.AddSingleton<Connector, StreamConnector>();
        services.AddSingleton<SourceCatalog>();
        services.AddSingleton<IAssetLoader, SourceAssetLoader>();
        services.AddSingleton<Func<IEnumerable<Connector>>>(provider => provider.GetServices<Connector>);
        services.AddSingleton<IStepRunner, SourceStepRunner>();
    }

    /// <inheritdoc/>
    public override void AddVerbs(Cli cli)
    {
        cli.Verb("quarantine", QuarantineVerbs.Add);
        cli.Verb("convert", ConvertVerb.Add);
    }

    /// <inheritdoc/>
    public override void AddWebServices(IServiceCollection services) => services.AddSingleton(SourcesPages.Entry);

    /// <inheritdoc/>
    public override void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        UploadEndpoints.Map(endpoints);
        SourcesPages.Map(endpoints);
    }

    /// <inheritdoc/>
    public override void MapIntake(IEndpointRouteBuilder endpoints) => StreamEndpoints.Map(endpoints);
}
