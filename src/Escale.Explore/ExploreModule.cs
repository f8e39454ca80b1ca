using Escale.Kernel;

namespace Escale.Explore;

/// <summary>What this room gives to the program.</summary>
public sealed class ExploreModule : EscaleModule
{
}
