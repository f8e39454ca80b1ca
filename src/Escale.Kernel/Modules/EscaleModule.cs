using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Kernel;

/// <summary>
/// What a room gives to the program: its services, its command-line verbs and its REST endpoints. One class per room
/// (<c>LakeModule</c>, <c>CollectModule</c>, …), listed in <c>Program.cs</c>.
/// </summary>
public abstract class EscaleModule
{
    /// <summary>Registers the room's services for one open project (one container per project and process).</summary>
    public virtual void AddServices(IServiceCollection services)
    {
    }

    /// <summary>Declares the room's verbs with <see cref="Cli.Verb"/>. Called at every start of the program: build commands only, do no work.</summary>
    public virtual void AddVerbs(Cli cli)
    {
    }

    /// <summary>
    /// Registers what the room needs only while the program serves its web application (<c>serve</c>, <c>up</c>), in the same container.
    /// Other verbs start without it.
    /// </summary>
    public virtual void AddWebServices(IServiceCollection services)
    {
    }

    /// <summary>
    /// Maps the room's REST endpoints under <c>/api/v1</c> and its pages. Each says whom it is for (<see cref="Access.For"/>).
    /// </summary>
    public virtual void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
    }

    /// <summary>Maps the endpoints that take in pushed events: also offered, without the web application, by a run that waits for them.</summary>
    public virtual void MapIntake(IEndpointRouteBuilder endpoints)
    {
    }
}
