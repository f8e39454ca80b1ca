namespace Escale.Engines.DuckDb;

/// <summary>DuckDB's types, numbered as in its C API.</summary>
public enum DuckTypeId
{
#pragma warning disable CS1591 // The names are SQL's.
    Invalid = 0,
    Boolean = 1,
    TinyInt = 2,
    SmallInt = 3,
    Integer = 4,
    BigInt = 5,
    UTinyInt = 6,
    USmallInt = 7,
    UInteger = 8,
    UBigInt = 9,
    Float = 10,
    Double = 11,
    Timestamp = 12,
    Date = 13,
    Time = 14,
    Interval = 15,
    HugeInt = 16,
    Varchar = 17,
    Blob = 18,
    Decimal = 19,
    TimestampS = 20,
    TimestampMs = 21,
    TimestampNs = 22,
    Enum = 23,
    List = 24,
    Struct = 25,
    Map = 26,
    Uuid = 27,
    Union = 28,
    Bit = 29,
    TimeTz = 30,
    TimestampTz = 31,
    UHugeInt = 32,
    Array = 33,
    Any = 34,
    BigNum = 35,
    SqlNull = 36,
    StringLiteral = 37,
    IntegerLiteral = 38,
    TimeNs = 39,
    Geometry = 40,
    Variant = 41,
    TimestampTzNs = 42,
#pragma warning restore CS1591
}

/// <summary>How the values of a type lie in a vector's data.</summary>
internal enum DuckLayout
{
    /// <summary>No data of its own: the children hold it (STRUCT, UNION, ARRAY).</summary>
    None,

    /// <summary>Values of a fixed size.</summary>
    Fixed,

    /// <summary>16-byte string references: short ones in place, longer ones by pointer.</summary>
    Text,

    /// <summary>Offset and length into the one child.</summary>
    List,
}
