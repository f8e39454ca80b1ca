using System.Text.Json;

namespace Escale.Lake;

/// <summary>What the log knows of a file's content (Delta protocol, "Per-file Statistics"): counts and the range of each column.</summary>
public sealed class FileStatistics
{
    private static readonly FileStatistics _none = new();

    private FileStatistics()
    {
    }

    /// <summary>Rows in the file, or null when unknown.</summary>
    public long? RowCount { get; private init; }

    /// <summary>Smallest value by column; strings may be cut short.</summary>
    public IReadOnlyDictionary<string, JsonElement> Min { get; private init; } = new Dictionary<string, JsonElement>();

    /// <summary>Largest value by column; strings may be cut and then raised.</summary>
    public IReadOnlyDictionary<string, JsonElement> Max { get; private init; } = new Dictionary<string, JsonElement>();

    /// <summary>Nulls by column.</summary>
    public IReadOnlyDictionary<string, long> NullCount { get; private init; } = new Dictionary<string, long>();

    /// <summary>Reads the JSON text of the log; nothing is known when it is null or cannot be read (statistics are optional).</summary>
    public static FileStatistics Parse(string? json)
    {
        if (string.IsNullOrEmpty(json))
        {
            return _none;
        }
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return new FileStatistics
            {
                RowCount = root.TryGetProperty("numRecords", out var rows) && rows.TryGetInt64(out var count) ? count : null,
                Min = Values(root, "minValues"),
                Max = Values(root, "maxValues"),
                NullCount = Values(root, "nullCount").Where(pair => pair.Value.ValueKind == JsonValueKind.Number)
                    .ToDictionary(pair => pair.Key, pair => pair.Value.GetInt64(), StringComparer.OrdinalIgnoreCase),
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return _none;
        }
    }

    private static Dictionary<string, JsonElement> Values(JsonElement root, string name)
    {
        var values = new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase);
        if (root.TryGetProperty(name, out var pairs))
        {
            foreach (var pair in pairs.EnumerateObject())
            {
                values[pair.Name] = pair.Value.Clone();
            }
        }
        return values;
    }
}
