using Escale.Kernel;

namespace Escale.Engines;

/// <summary>What this room gives to the program.</summary>
public sealed class EnginesModule : EscaleModule
{
}
