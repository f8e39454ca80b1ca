using System.Text.Encodings.Web;
using System.Text.Json;
using Escale.Engines.DuckDb;

namespace Escale.Explore.Sql;

/// <summary>The parts of a result as JSON for our pages: columns once, rows as arrays.</summary>
internal static class ResultJson
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Columns(Utf8JsonWriter json, IReadOnlyList<DuckColumn> columns)
    {
        json.WriteStartArray("columns"u8);
        foreach (var column in columns)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, column.Name);
            json.WriteString("type"u8, column.Type.ToString());
            json.WriteString("kind"u8, KindOf(column.Type));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void Rows(Utf8JsonWriter json, ResultChunk chunk, int rowCount)
    {
        for (var row = 0; row < rowCount; row++)
        {
            json.WriteStartArray();
            for (var column = 0; column < chunk.ColumnCount; column++)
            {
                JsonValues.Write(json, chunk[column], row, safe: true);
            }
            json.WriteEndArray();
        }
    }

    public static void Tables(Utf8JsonWriter json, IReadOnlyList<TableVersion> tables)
    {
        json.WriteStartArray("tables"u8);
        foreach (var table in tables)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, table.Name);
            if (table.Version is { } version)
            {
                json.WriteNumber("version"u8, version);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>What a column holds, for charts and grids.</summary>
    public static string KindOf(DuckType type) => type.Id switch
    {
        DuckTypeId.Boolean => "boolean",
        DuckTypeId.Date => "date",
        DuckTypeId.Timestamp or DuckTypeId.TimestampS or DuckTypeId.TimestampMs or DuckTypeId.TimestampNs or DuckTypeId.TimestampTz or DuckTypeId.TimestampTzNs => "time",
        DuckTypeId.Blob or DuckTypeId.Bit => "binary",
        _ when type.IsNumber => "number",
        _ when type.IsNested => "nested",
        _ => "text",
    };
}
