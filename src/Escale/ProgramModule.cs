using Escale.Clean;
using Escale.Completion;
using Escale.Doctor;
using Escale.Hosting;
using Escale.Kernel;
using Escale.Serve;

namespace Escale;

/// <summary>The verbs and services that belong to the program itself and to no room.</summary>
internal sealed class ProgramModule : EscaleModule
{
    public override void AddServices(IServiceCollection services)
    {
        services.AddSingleton<WebServer>();
        services.AddSingleton<IProgramHost>(provider => provider.GetRequiredService<WebServer>());
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
        FrontPage.Map(endpoints);
    }
}
