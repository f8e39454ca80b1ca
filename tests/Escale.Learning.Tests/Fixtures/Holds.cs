using FsCheck;
using FsCheck.Fluent;

namespace Escale.Learning.Tests;

/// <summary>How properties are tried: on the same cases each time, so that a red build is about what changed; on others every time with <c>./test --long</c>.</summary>
internal static class Holds
{
    private static readonly Config _config = Environment.GetEnvironmentVariable("ESCALE_LONG") == "1" ? Config.QuickThrowOnFailure : Config.QuickThrowOnFailure.WithReplay(20_261_121, 7);

    /// <summary>Fails with the smallest case found for which the property does not hold.</summary>
    public static void AlwaysHolds(this Property property, int cases = 100) => Check.One(_config.WithMaxTest(cases), property);
}
