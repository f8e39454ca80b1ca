using Escale.Collect.Files;
using Escale.Engines.Sandbox;

namespace Escale.Collect;

/// <summary>What this room gives to the sandbox process: the readers of formats that DuckDB does not know, or would read less exactly.</summary>
public static class CollectParsers
{
    /// <summary>All of them, for <see cref="SandboxChild.RunAsync(IReadOnlyList{SandboxParser})"/>.</summary>
    public static IReadOnlyList<SandboxParser> All { get; } = [new RecordParser(), new SheetParser()];
}
