using Escale.Kernel;

namespace Escale.Transform;

/// <summary>What this room gives to the program.</summary>
public sealed class TransformModule : EscaleModule
{
}
