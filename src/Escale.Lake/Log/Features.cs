using Escale.Kernel;

namespace Escale.Lake;

/// <summary>What of the Delta protocol we know: a table that needs more is refused rather than read or written wrongly.</summary>
internal static class Features
{
    private static readonly HashSet<string> _readable = new(StringComparer.Ordinal) { "timestampNtz" };

    private static readonly HashSet<string> _writable = new(StringComparer.Ordinal) { "appendOnly", "invariants" };

    public static void CheckReadable(TableProtocol protocol, TableMetadata metadata)
    {
        switch (protocol.MinReaderVersion)
        {
            case 1:
                break;
            case 2 or 3 when ColumnMapping(metadata):
                throw Unknown("columnMapping");
            case 2:
                break;
            case 3:
                // Column mapping and deletion vectors may be listed without being in use; their use is refused where it shows.
                var unknown = (protocol.ReaderFeatures ?? []).FirstOrDefault(feature =>
                    !_readable.Contains(feature) && feature is not ("columnMapping" or "deletionVectors"));
                if (unknown is not null)
                {
                    throw Unknown(unknown);
                }
                break;
            default:
                throw Unknown($"reader version {protocol.MinReaderVersion}");
        }
    }

    public static void CheckWritable(TableProtocol protocol, TableMetadata metadata)
    {
        CheckReadable(protocol, metadata);
        if (protocol.MinReaderVersion > 1 || protocol.MinWriterVersion is not (<= 2 or 7))
        {
            throw Unknown($"writing at reader version {protocol.MinReaderVersion}, writer version {protocol.MinWriterVersion}");
        }
        if (protocol.MinWriterVersion == 7 && (protocol.WriterFeatures ?? []).FirstOrDefault(feature => !_writable.Contains(feature)) is { } feature)
        {
            throw Unknown(feature);
        }
        if (metadata.Schema.Columns.Any(HasInvariant))
        {
            throw Unknown("column invariants");
        }
    }

    public static bool IsAppendOnly(TableMetadata metadata) =>
        metadata.Configuration.TryGetValue("delta.appendOnly", out var value) && value.Equals("true", StringComparison.OrdinalIgnoreCase);

    public static EscaleException Unknown(string feature) => new(
        "lake.unsupported-feature", $"The table uses {feature}, which Escale does not know.",
        "Read or write it with the tool that made it, or copy it into a plain Delta table.");

    private static bool ColumnMapping(TableMetadata metadata) =>
        metadata.Configuration.TryGetValue("delta.columnMapping.mode", out var mode) && mode != "none";

    private static bool HasInvariant(DeltaField field) =>
        field.Metadata.ContainsKey("delta.invariants") || (field.Type is StructType inner && inner.Fields.Any(HasInvariant));
}
