using System.Globalization;

namespace Escale.Lake;

/// <summary>Where a table's files are, under the folder <c>schema/name</c> of the store.</summary>
internal static class LogKeys
{
    public const string LogFolder = "_delta_log";

    /// <summary>What is ours beside the log; names that start with an underscore are hidden from every reader.</summary>
    public const string OwnFolder = "_escale";

    public const string LastCheckpoint = LogFolder + "/_last_checkpoint";

    public const string TagFolder = OwnFolder + "/tags";

    public const string Dropped = OwnFolder + "/dropped";

    public static string Entry(long version) => string.Create(CultureInfo.InvariantCulture, $"{LogFolder}/{version:D20}.json");

    public static string Checkpoint(long version) => string.Create(CultureInfo.InvariantCulture, $"{LogFolder}/{version:D20}.checkpoint.parquet");

    public static string OwnCheckpoint(long version) => string.Create(CultureInfo.InvariantCulture, $"{OwnFolder}/{version:D20}.checkpoint.ndjson");

    /// <summary>The version of a file in the log folder, when its name is a version and this suffix.</summary>
    public static long? VersionOf(string name, string suffix) =>
        name.Length == 20 + suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
}
