using Escale.Engines.DuckDb;
using Escale.Lake;

namespace Escale.Engines.Tables;

/// <summary>
/// DuckDB's types and Delta's. What Delta has no type for is kept as the nearest one that loses nothing: unsigned integers as the next
/// wider signed, HUGEINT as DECIMAL(38,0), timestamps of any unit as microseconds in UTC, and UUID, TIME, INTERVAL, ENUM, JSON, BIT as text.
/// </summary>
public static class TableTypes
{
    /// <summary>The Delta type that holds values of a DuckDB type.</summary>
    public static DeltaType ToDelta(DuckType type) => type.Id switch
    {
        DuckTypeId.Boolean => PrimitiveType.Boolean,
        DuckTypeId.TinyInt => PrimitiveType.Byte,
        DuckTypeId.SmallInt or DuckTypeId.UTinyInt => PrimitiveType.Short,
        DuckTypeId.Integer or DuckTypeId.USmallInt => PrimitiveType.Integer,
        DuckTypeId.BigInt or DuckTypeId.UInteger => PrimitiveType.Long,
        DuckTypeId.UBigInt => new DecimalType(20, 0),
        DuckTypeId.HugeInt or DuckTypeId.UHugeInt => new DecimalType(38, 0),
        DuckTypeId.Float => PrimitiveType.Float,
        DuckTypeId.Double => PrimitiveType.Double,
        DuckTypeId.Date => PrimitiveType.Date,
        DuckTypeId.Timestamp or DuckTypeId.TimestampS or DuckTypeId.TimestampMs or DuckTypeId.TimestampNs
            or DuckTypeId.TimestampTz or DuckTypeId.TimestampTzNs => PrimitiveType.Timestamp,
        DuckTypeId.Blob => PrimitiveType.Binary,
        DuckTypeId.Decimal => new DecimalType(type.Width, type.Scale),
        DuckTypeId.List or DuckTypeId.Array => new ArrayType(ToDelta(type.Children[0].Type)),
        DuckTypeId.Map => new MapType(ToDelta(type.Children[0].Type), ToDelta(type.Children[1].Type)),
        DuckTypeId.Struct => new StructType([.. type.Children.Select(field => new DeltaField(field.Name, ToDelta(field.Type)))]),
        _ => PrimitiveType.String,
    };

    /// <summary>The DuckDB type, in SQL, in which a Delta column is read and written.</summary>
    public static string ToSql(DeltaType type) => type switch
    {
        DecimalType number => $"DECIMAL({number.Precision},{number.Scale})",
        ArrayType array => ToSql(array.Element) + "[]",
        MapType map => $"MAP({ToSql(map.Key)}, {ToSql(map.Value)})",
        StructType fields => $"STRUCT({string.Join(", ", fields.Fields.Select(field => $"{DuckSql.Name(field.Name)} {ToSql(field.Type)}"))})",
        PrimitiveType primitive => primitive.Name switch
        {
            "byte" => "TINYINT",
            "short" => "SMALLINT",
            "integer" => "INTEGER",
            "long" => "BIGINT",
            "string" => "VARCHAR",
            "binary" => "BLOB",
            "timestamp" => "TIMESTAMP WITH TIME ZONE",
            "timestamp_ntz" => "TIMESTAMP",
            var same => same.ToUpperInvariant(),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The schema that a result's columns have as a table.</summary>
    public static DeltaSchema Schema(IReadOnlyList<DuckColumn> columns) => new(columns.Select(column => new DeltaField(column.Name, ToDelta(column.Type))));

    /// <summary>An expression for a column as its Delta type; the bare name when nothing is to be cast.</summary>
    internal static string Cast(DuckColumn column, DeltaType target)
    {
        var name = DuckSql.Name(column.Name);
        return column.Type.ToString() == ToSql(target) ? name : $"CAST({name} AS {ToSql(target)}) AS {name}";
    }
}
