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

    /// <summary>Maps the room's REST endpoints under <c>/api/v1</c>.</summary>
    public virtual void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
    }
}
