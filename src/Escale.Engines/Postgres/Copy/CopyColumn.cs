using System.Globalization;
using Escale.Engines.DuckDb;

namespace Escale.Engines.Postgres.Copy;

/// <summary>How one column of a DuckDB result arrives in PostgreSQL.</summary>
/// <param name="Name">Its name, the same in both.</param>
/// <param name="PostgresType">The type of the column in PostgreSQL.</param>
/// <param name="Expression">The DuckDB expression that gives the values in a type that <see cref="CopyLoader"/> can send.</param>
public sealed record CopyColumn(string Name, string PostgresType, string Expression)
{
    /// <summary>
    /// Integers keep their size (unsigned ones get the next larger), HUGEINT and DECIMAL become <c>numeric</c>, text and ENUM <c>text</c>,
    /// lists of plain values arrays, everything nested and JSON <c>jsonb</c>; other types are sent as text.
    /// </summary>
    public static CopyColumn For(DuckColumn column)
    {
        var quoted = QuoteName(column.Name);
        if (PostgresTypeOf(column.Type) is { } type)
        {
            return new CopyColumn(column.Name, type, quoted);
        }
        return column.Type.IsNested
            ? new CopyColumn(column.Name, "jsonb", $"to_json({quoted})::JSON AS {quoted}")
            : column.Type.Id is DuckTypeId.TimeNs
                ? new CopyColumn(column.Name, "time", $"{quoted}::TIME AS {quoted}")
                : column.Type.Id is DuckTypeId.TimestampTzNs
                    ? new CopyColumn(column.Name, "timestamptz", $"{quoted}::TIMESTAMPTZ AS {quoted}")
                    : new CopyColumn(column.Name, "text", $"{quoted}::VARCHAR AS {quoted}");
    }

    /// <summary>An identifier in double quotes, for DuckDB and PostgreSQL alike.</summary>
    public static string QuoteName(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The PostgreSQL type of values that are sent as they are; null when they need a cast first.</summary>
    internal static string? PostgresTypeOf(DuckType type) => type.Id switch
    {
        DuckTypeId.Boolean => "boolean",
        DuckTypeId.TinyInt or DuckTypeId.UTinyInt or DuckTypeId.SmallInt => "smallint",
        DuckTypeId.USmallInt or DuckTypeId.Integer => "integer",
        DuckTypeId.UInteger or DuckTypeId.BigInt => "bigint",
        DuckTypeId.UBigInt or DuckTypeId.HugeInt or DuckTypeId.UHugeInt => "numeric",
        DuckTypeId.Decimal => string.Create(CultureInfo.InvariantCulture, $"numeric({type.Width},{type.Scale})"),
        DuckTypeId.Float => "real",
        DuckTypeId.Double => "double precision",
        DuckTypeId.Varchar => type.IsJson ? "jsonb" : "text",
        DuckTypeId.Enum => "text",
        DuckTypeId.Blob => "bytea",
        DuckTypeId.Uuid => "uuid",
        DuckTypeId.Date => "date",
        DuckTypeId.Time => "time",
        DuckTypeId.TimeTz => "timetz",
        DuckTypeId.Timestamp or DuckTypeId.TimestampS or DuckTypeId.TimestampMs or DuckTypeId.TimestampNs => "timestamp",
        DuckTypeId.TimestampTz => "timestamptz",
        DuckTypeId.Interval => "interval",
        DuckTypeId.List or DuckTypeId.Array when !type.Children[0].Type.IsNested && PostgresTypeOf(type.Children[0].Type) is { } element => $"{element}[]",
        _ => null,
    };

    /// <summary>The type's number in PostgreSQL's catalogue, which array values carry.</summary>
    internal static int OidOf(DuckType type)
    {
        var name = PostgresTypeOf(type) ?? throw new ArgumentException($"{type} is not sent as it is.", nameof(type));
        return name.Split('(')[0] switch
        {
            "boolean" => 16,
            "bytea" => 17,
            "bigint" => 20,
            "smallint" => 21,
            "integer" => 23,
            "text" => 25,
            "real" => 700,
            "double precision" => 701,
            "date" => 1082,
            "time" => 1083,
            "timestamp" => 1114,
            "timestamptz" => 1184,
            "interval" => 1186,
            "timetz" => 1266,
            "numeric" => 1700,
            "uuid" => 2950,
            _ => 3802, // jsonb
        };
    }
}
