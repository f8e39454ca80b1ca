using System.Globalization;
using System.Security.Cryptography;

namespace Escale.Orchestrate.Pipelines.State;

/// <summary>Ids of pipelines' runs: sortable by time, and different although a thousand begin in one second.</summary>
internal static class PipelineRunId
{
    /// <summary>What tells ids of one second apart.</summary>
    public static string Chance() => RandomNumberGenerator.GetHexString(12, lowercase: true);

    public static string New(TimeProvider clock) => New(clock, Chance());

    public static string New(TimeProvider clock, string chance) => string.Create(CultureInfo.InvariantCulture, $"p{clock.GetUtcNow().UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{chance}");
}
