using Escale.Clean;
using Escale.Completion;
using Escale.Doctor;
using Escale.Home;
using Escale.Kernel;
using Escale.Reference;
using Escale.Serve;
using Escale.Ui;

namespace Escale;

/// <summary>The verbs and services that belong to the program itself and to no room.</summary>
internal sealed class ProgramModule : EscaleModule
{
    public override void AddWebServices(IServiceCollection services)
    {
        ApiDocument.Add(services);
        services.AddSingleton<ISearchSource, ReferenceSearch>();
        services.AddSingleton<HomeReader>();
        services.AddSingleton(new NavigationItem(0, "home", "/", FrameWords.Home, "house"));
    }

    public override void AddVerbs(Cli cli)
    {
        cli.Verb("up", UpVerb.Add);
        cli.Verb("serve", ServeVerb.Add);
        cli.Verb("doctor", DoctorVerb.Add);
        cli.Verb("clean", CleanVerb.Add);
        cli.Verb("completion", CompletionVerb.Add);
    }

    public override void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        HealthEndpoints.Map(endpoints);
        HomePage.Map(endpoints);
        ReferencePage.Map(endpoints);
    }
}
