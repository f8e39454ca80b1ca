using Escale.Kernel;

namespace Escale.Projects;

/// <summary>What this room gives to the program.</summary>
public sealed class ProjectsModule : EscaleModule
{
}
