using System.Text.Encodings.Web;
using System.Text.Json;

namespace Escale.Lake;

/// <summary>Writes actions as the lines of a log entry or of a checkpoint.</summary>
internal static class ActionWriter
{
    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Line(Stream output, Action<Utf8JsonWriter> write)
    {
        using (var json = new Utf8JsonWriter(output, _writing))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }

    public static void Write(Utf8JsonWriter json, TableProtocol protocol)
    {
        json.WriteStartObject("protocol");
        json.WriteNumber("minReaderVersion", protocol.MinReaderVersion);
        json.WriteNumber("minWriterVersion", protocol.MinWriterVersion);
        Strings(json, "readerFeatures", protocol.ReaderFeatures);
        Strings(json, "writerFeatures", protocol.WriterFeatures);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, TableMetadata metadata)
    {
        json.WriteStartObject("metaData");
        json.WriteString("id", metadata.Id);
        Optional(json, "name", metadata.Name);
        Optional(json, "description", metadata.Description);
        json.WriteStartObject("format");
        json.WriteString("provider", "parquet");
        json.WriteStartObject("options");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("schemaString", metadata.Schema.ToJson());
        Strings(json, "partitionColumns", metadata.PartitionColumns);
        Map(json, "configuration", metadata.Configuration!);
        if (metadata.CreatedTimeMs is { } created)
        {
            json.WriteNumber("createdTime", created);
        }
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, string appId, long version)
    {
        json.WriteStartObject("txn");
        json.WriteString("appId", appId);
        json.WriteNumber("version", version);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, DataFile file)
    {
        json.WriteStartObject("add");
        json.WriteString("path", LakePath.Encode(file.Path));
        Map(json, "partitionValues", file.PartitionValues);
        json.WriteNumber("size", file.SizeBytes);
        json.WriteNumber("modificationTime", file.ModificationTimeMs);
        json.WriteBoolean("dataChange", file.DataChange);
        Optional(json, "stats", file.StatsJson);
        if (file.Tags.Count > 0)
        {
            Map(json, "tags", file.Tags!);
        }
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, RemovedFile file)
    {
        json.WriteStartObject("remove");
        json.WriteString("path", LakePath.Encode(file.Path));
        json.WriteNumber("deletionTimestamp", file.DeletionTimeMs);
        json.WriteBoolean("dataChange", file.DataChange);
        if (file.PartitionValues is not null && file.SizeBytes is { } size)
        {
            json.WriteBoolean("extendedFileMetadata", true);
            Map(json, "partitionValues", file.PartitionValues);
            json.WriteNumber("size", size);
        }
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, CommitInfo info)
    {
        json.WriteStartObject("commitInfo");
        json.WriteNumber("timestamp", info.Timestamp.ToUnixTimeMilliseconds());
        json.WriteString("operation", info.Operation);
        Map(json, "operationParameters", info.Parameters!);
        if (info.ReadVersion is { } read)
        {
            json.WriteNumber("readVersion", read);
        }
        json.WriteBoolean("isBlindAppend", info.IsBlindAppend);
        if (info.Metrics.Count > 0)
        {
            // The protocol leaves these free; Spark writes counts as strings and reads nothing else.
            Map(json, "operationMetrics", info.Metrics.ToDictionary(
                pair => pair.Key, pair => (string?)pair.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
        if (info.Properties.Count > 0)
        {
            Map(json, "tags", info.Properties!);
        }
        Optional(json, "engineInfo", info.Engine);
        Optional(json, "txnId", info.CommitId);
        json.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Strings(Utf8JsonWriter json, string name, IReadOnlyList<string>? values)
    {
        if (values is null)
        {
            return;
        }
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }
        json.WriteEndArray();
    }

    private static void Map(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string?> pairs)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }
        json.WriteEndObject();
    }
}
