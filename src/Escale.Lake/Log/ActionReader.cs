using System.Globalization;
using System.Text.Json;
using Escale.Kernel;

namespace Escale.Lake;

/// <summary>Reads the lines of a log entry or of a checkpoint. Actions that the protocol allows and we do not need are passed over.</summary>
internal static class ActionReader
{
    public static void Read(ReadOnlyMemory<byte> line, LogEntry entry)
    {
        using var document = JsonDocument.Parse(line);
        foreach (var action in document.RootElement.EnumerateObject())
        {
            if (action.Value.ValueKind != JsonValueKind.Object)
            {
                continue;
            }
            switch (action.Name)
            {
                case "add":
                    entry.Adds.Add(Add(action.Value));
                    break;
                case "remove":
                    entry.Removes.Add(Remove(action.Value));
                    break;
                case "metaData":
                    entry.Metadata = Metadata(action.Value);
                    break;
                case "protocol":
                    entry.Protocol = Protocol(action.Value);
                    break;
                case "txn":
                    entry.Transactions[action.Value.GetProperty("appId").GetString()!] = action.Value.GetProperty("version").GetInt64();
                    break;
                case "commitInfo":
                    entry.Info = Info(action.Value, entry.Version);
                    break;
            }
        }
    }

    private static DataFile Add(JsonElement json)
    {
        if (json.TryGetProperty("deletionVector", out var vector) && vector.ValueKind == JsonValueKind.Object)
        {
            throw Features.Unknown("deletionVectors");
        }
        return new DataFile(PathOf(json), Map(json, "partitionValues") ?? DataFile.NoPartition, Number(json, "size") ?? 0, Number(json, "modificationTime") ?? 0)
        {
            DataChange = Flag(json, "dataChange") ?? true,
            StatsJson = Text(json, "stats"),
            Tags = NotNull(Map(json, "tags")),
        };
    }

    private static RemovedFile Remove(JsonElement json) => new(PathOf(json), Number(json, "deletionTimestamp") ?? 0, Flag(json, "dataChange") ?? true)
    {
        PartitionValues = Map(json, "partitionValues"),
        SizeBytes = Number(json, "size"),
    };

    private static TableMetadata Metadata(JsonElement json)
    {
        if (json.TryGetProperty("format", out var format) && Text(format, "provider") is { } provider && provider != "parquet")
        {
            throw Features.Unknown($"data files in the format '{provider}'");
        }
        return new TableMetadata(
            json.GetProperty("id").GetString()!,
            DeltaSchema.FromJson(json.GetProperty("schemaString").GetString()!),
            [.. json.GetProperty("partitionColumns").EnumerateArray().Select(column => column.GetString()!)],
            NotNull(Map(json, "configuration")))
        {
            Name = Text(json, "name"),
            Description = Text(json, "description"),
            CreatedTimeMs = Number(json, "createdTime"),
        };
    }

    private static TableProtocol Protocol(JsonElement json) =>
        new(json.GetProperty("minReaderVersion").GetInt32(), json.GetProperty("minWriterVersion").GetInt32())
        {
            ReaderFeatures = Texts(json, "readerFeatures"),
            WriterFeatures = Texts(json, "writerFeatures"),
        };

    private static CommitInfo Info(JsonElement json, long version)
    {
        var metrics = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, value) in Map(json, "operationMetrics") ?? DataFile.NoPartition)
        {
            if (long.TryParse(value, CultureInfo.InvariantCulture, out var count))
            {
                metrics[name] = count;
            }
        }
        return new CommitInfo(version, DateTimeOffset.FromUnixTimeMilliseconds(Number(json, "timestamp") ?? 0), Text(json, "operation") ?? "UNKNOWN")
        {
            Parameters = NotNull(Map(json, "operationParameters")),
            Metrics = metrics,
            Properties = NotNull(Map(json, "tags")),
            Engine = Text(json, "engineInfo"),
            ReadVersion = Number(json, "readVersion"),
            IsBlindAppend = Flag(json, "isBlindAppend") ?? false,
            CommitId = Text(json, "txnId"),
        };
    }

    private static string PathOf(JsonElement json)
    {
        var path = LakePath.Decode(json.GetProperty("path").GetString()!);
        return LakePath.IsSafe(path) && !path.StartsWith("_delta_log/", StringComparison.Ordinal) ? path : throw new EscaleException(
            "lake.unsafe-path", $"The table's log names the file '{path}', which is not in the table's folder.",
            "Tables whose files lie elsewhere (shallow clones) cannot be read; copy the table with the tool that made it.");
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;

    private static bool? Flag(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    private static List<string>? Texts(JsonElement json, string name) =>
        json.TryGetProperty(name, out var values) && values.ValueKind == JsonValueKind.Array
            ? [.. values.EnumerateArray().Select(value => value.GetString()!)] : null;

    private static Dictionary<string, string?>? Map(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var pairs) || pairs.ValueKind != JsonValueKind.Object)
        {
            return null;
        }
        var map = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var pair in pairs.EnumerateObject())
        {
            map[pair.Name] = pair.Value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => pair.Value.GetString(),
                _ => pair.Value.GetRawText(),
            };
        }
        return map;
    }

    private static Dictionary<string, string> NotNull(Dictionary<string, string?>? map)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in map ?? [])
        {
            if (value is not null)
            {
                result[key] = value;
            }
        }
        return result;
    }
}
