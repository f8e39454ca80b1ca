using System.Globalization;

namespace Escale.Lake;

/// <summary>A data file of a table: the log's <c>add</c> action.</summary>
/// <param name="Path">Its path relative to the table's folder, not encoded.</param>
/// <param name="PartitionValues">The value of each partition column as text; null for null.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="ModificationTimeMs">When it was made, in milliseconds since 1970.</param>
public sealed record DataFile(string Path, IReadOnlyDictionary<string, string?> PartitionValues, long SizeBytes, long ModificationTimeMs)
{
    /// <summary>The tag under which Escale keeps the file's CRC-32C, as eight hexadecimal digits.</summary>
    public const string ChecksumTag = "escale.crc32c";

    private FileStatistics? _statistics;

    /// <summary>No partition values.</summary>
    public static readonly IReadOnlyDictionary<string, string?> NoPartition = new Dictionary<string, string?>();

    /// <summary>Whether the file changes the table's rows; false for a compaction.</summary>
    public bool DataChange { get; init; } = true;

    /// <summary>The statistics as the JSON text that the log holds, or null.</summary>
    public string? StatsJson { get; init; }

    /// <summary>Free annotations; readers ignore them.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The statistics, read on first use.</summary>
    public FileStatistics Statistics => _statistics ??= FileStatistics.Parse(StatsJson);

    /// <summary>Rows in the file, or null when the log does not say.</summary>
    public long? RowCount => Statistics.RowCount;

    /// <summary>The CRC-32C kept with the file, or null when another program wrote it.</summary>
    public uint? Checksum =>
        Tags.TryGetValue(ChecksumTag, out var text) && uint.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value) ? value : null;
}

/// <summary>A data file that left the table: the log's <c>remove</c> action.</summary>
/// <param name="Path">Its path relative to the table's folder, not encoded.</param>
/// <param name="DeletionTimeMs">When it left, in milliseconds since 1970; vacuum counts from here.</param>
/// <param name="DataChange">Whether that changed the table's rows.</param>
public sealed record RemovedFile(string Path, long DeletionTimeMs, bool DataChange = true)
{
    /// <summary>The partition of the file, when known.</summary>
    public IReadOnlyDictionary<string, string?>? PartitionValues { get; init; }

    /// <summary>Its size, when known.</summary>
    public long? SizeBytes { get; init; }
}

/// <summary>What the table is: the log's <c>metaData</c> action.</summary>
/// <param name="Id">A UUID for the life of the table.</param>
/// <param name="Schema">Its columns.</param>
/// <param name="PartitionColumns">The columns that its folders are split by.</param>
/// <param name="Configuration">Table properties such as <c>delta.appendOnly</c>.</param>
public sealed record TableMetadata(
    string Id, DeltaSchema Schema, IReadOnlyList<string> PartitionColumns, IReadOnlyDictionary<string, string> Configuration)
{
    /// <summary>A name for people, or null.</summary>
    public string? Name { get; init; }

    /// <summary>A description, or null.</summary>
    public string? Description { get; init; }

    /// <summary>When the table was made, in milliseconds since 1970, or null.</summary>
    public long? CreatedTimeMs { get; init; }

    /// <summary>Whether columns, comments, partitioning, properties, name and description are all the same.</summary>
    public bool SaysTheSameAs(TableMetadata other) =>
        Schema.Equals(other.Schema) && PartitionColumns.SequenceEqual(other.PartitionColumns) && Name == other.Name && Description == other.Description
        && Configuration.Count == other.Configuration.Count
        && Configuration.All(pair => other.Configuration.TryGetValue(pair.Key, out var value) && value == pair.Value);
}

/// <summary>What a program must know to read or write the table: the log's <c>protocol</c> action.</summary>
/// <param name="MinReaderVersion">Reader version needed.</param>
/// <param name="MinWriterVersion">Writer version needed.</param>
public sealed record TableProtocol(int MinReaderVersion, int MinWriterVersion)
{
    /// <summary>The protocol of the tables that Escale makes, which every reader knows.</summary>
    public static readonly TableProtocol Default = new(1, 2);

    /// <summary>Named reader features (reader version 3), or null.</summary>
    public IReadOnlyList<string>? ReaderFeatures { get; init; }

    /// <summary>Named writer features (writer version 7), or null.</summary>
    public IReadOnlyList<string>? WriterFeatures { get; init; }
}

/// <summary>What one commit did: the log's <c>commitInfo</c> action.</summary>
/// <param name="Version">The version that it made.</param>
/// <param name="Timestamp">When.</param>
/// <param name="Operation">What, for people: <c>WRITE</c>, <c>MERGE</c>, <c>OPTIMIZE</c>, …</param>
public sealed record CommitInfo(long Version, DateTimeOffset Timestamp, string Operation)
{
    /// <summary>Details of the operation.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Counts such as <c>numOutputRows</c>.</summary>
    public IReadOnlyDictionary<string, long> Metrics { get; init; } = new Dictionary<string, long>();

    /// <summary>What the writer wanted kept with the commit: <c>escale.fingerprint</c>, <c>escale.run</c>, a collector's cursor.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>The program that wrote it, or null.</summary>
    public string? Engine { get; init; }

    /// <summary>The version that the writer had read, or null.</summary>
    public long? ReadVersion { get; init; }

    /// <summary>Whether it only added rows without reading the table.</summary>
    public bool IsBlindAppend { get; init; }

    /// <summary>An id of this one attempt, by which a writer knows its own commit again.</summary>
    public string? CommitId { get; init; }
}

/// <summary>One entry of the log: everything that one commit says.</summary>
internal sealed class LogEntry
{
    public long Version { get; init; }

    public List<DataFile> Adds { get; } = [];

    public List<RemovedFile> Removes { get; } = [];

    public TableMetadata? Metadata { get; set; }

    public TableProtocol? Protocol { get; set; }

    public Dictionary<string, long> Transactions { get; } = new(StringComparer.Ordinal);

    public CommitInfo? Info { get; set; }
}
