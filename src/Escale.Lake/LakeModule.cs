using Escale.Kernel;

namespace Escale.Lake;

/// <summary>What this room gives to the program.</summary>
public sealed class LakeModule : EscaleModule
{
}
