using Escale.Kernel;

namespace Escale.Orchestrate;

/// <summary>What this room gives to the program.</summary>
public sealed class OrchestrateModule : EscaleModule
{
}
