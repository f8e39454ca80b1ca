namespace Escale.Collect;

/// <summary>What this room gives to the program.</summary>
public sealed class CollectModule : EscaleModule
{
}
