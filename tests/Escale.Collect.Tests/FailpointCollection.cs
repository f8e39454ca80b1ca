namespace Escale.Collect.Tests;

/// <summary>Failpoints are of the whole process: tests that switch them on run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FailpointCollection
{
    public const string Name = "failpoints";
}
