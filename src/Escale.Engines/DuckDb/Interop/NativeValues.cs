using System.Runtime.InteropServices;

namespace Escale.Engines.DuckDb.Interop;

/// <summary>Single values, for parameters.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library, EntryPoint = "duckdb_destroy_value")]
    public static partial void DestroyValue(ref nint value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_null_value")]
    public static partial nint CreateNull();

    [LibraryImport(Library, EntryPoint = "duckdb_create_bool")]
    public static partial nint CreateBool([MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_int8")]
    public static partial nint CreateInt8(sbyte value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_uint8")]
    public static partial nint CreateUInt8(byte value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_int16")]
    public static partial nint CreateInt16(short value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_uint16")]
    public static partial nint CreateUInt16(ushort value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_int32")]
    public static partial nint CreateInt32(int value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_uint32")]
    public static partial nint CreateUInt32(uint value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_int64")]
    public static partial nint CreateInt64(long value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_uint64")]
    public static partial nint CreateUInt64(ulong value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_hugeint")]
    public static partial nint CreateHugeInt(NativeHugeInt value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_uhugeint")]
    public static partial nint CreateUHugeInt(NativeHugeInt value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_decimal")]
    public static partial nint CreateDecimal(NativeDecimal value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_float")]
    public static partial nint CreateFloat(float value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_double")]
    public static partial nint CreateDouble(double value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_date")]
    public static partial nint CreateDate(int days);

    [LibraryImport(Library, EntryPoint = "duckdb_create_time")]
    public static partial nint CreateTime(long micros);

    [LibraryImport(Library, EntryPoint = "duckdb_create_time_tz_value")]
    public static partial nint CreateTimeTz(ulong bits);

    [LibraryImport(Library, EntryPoint = "duckdb_create_timestamp")]
    public static partial nint CreateTimestamp(long micros);

    [LibraryImport(Library, EntryPoint = "duckdb_create_timestamp_tz")]
    public static partial nint CreateTimestampTz(long micros);

    [LibraryImport(Library, EntryPoint = "duckdb_create_timestamp_ns")]
    public static partial nint CreateTimestampNs(long nanos);

    [LibraryImport(Library, EntryPoint = "duckdb_create_interval")]
    public static partial nint CreateInterval(DuckInterval value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_uuid")]
    public static partial nint CreateUuid(NativeHugeInt value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_varchar_length")]
    public static partial nint CreateVarchar(byte* utf8, ulong length);

    [LibraryImport(Library, EntryPoint = "duckdb_create_blob")]
    public static partial nint CreateBlob(byte* data, ulong length);

    [LibraryImport(Library, EntryPoint = "duckdb_create_list_value")]
    public static partial nint CreateList(nint childType, nint* values, ulong count);

    [LibraryImport(Library, EntryPoint = "duckdb_create_struct_value")]
    public static partial nint CreateStruct(nint type, nint* values);

    [LibraryImport(Library, EntryPoint = "duckdb_get_value_type"), SuppressGCTransition]
    public static partial nint ValueType(nint value);
}
