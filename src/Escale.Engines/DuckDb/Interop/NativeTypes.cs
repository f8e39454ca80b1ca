using System.Runtime.InteropServices;

namespace Escale.Engines.DuckDb.Interop;

/// <summary><c>duckdb_result</c>: passed by value to some calls; only DuckDB looks inside.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeResult
{
    private readonly nint _columnCount;
    private readonly nint _rowCount;
    private readonly nint _rowsChanged;
    private readonly nint _columns;
    private readonly nint _errorMessage;
    private readonly nint _internalData;
}

/// <summary><c>duckdb_hugeint</c> and <c>duckdb_uhugeint</c>. Two fields, because the C calling convention passes them so.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeHugeInt(ulong lower, ulong upper)
{
    private readonly ulong _lower = lower;
    private readonly ulong _upper = upper;

    public static NativeHugeInt From(Int128 value) => new((ulong)value, (ulong)(value >> 64));

    public static NativeHugeInt From(UInt128 value) => new((ulong)value, (ulong)(value >> 64));

    public Int128 Signed => new(_upper, _lower);
}

/// <summary><c>duckdb_decimal</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeDecimal(byte width, byte scale, Int128 value)
{
    private readonly byte _width = width;
    private readonly byte _scale = scale;
    private readonly NativeHugeInt _value = NativeHugeInt.From(value);
}

/// <summary><c>duckdb_query_progress_type</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeProgress
{
    public readonly double Percentage;
    public readonly ulong RowsProcessed;
    public readonly ulong RowsTotal;
}

/// <summary><c>duckdb_string_t</c>: up to 12 bytes in place, else a pointer at offset 8.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal unsafe struct NativeString
{
    public const int InlineBytes = 12;

    [FieldOffset(0)]
    public uint Length;

    [FieldOffset(4)]
    public fixed byte Inline[InlineBytes];

    [FieldOffset(8)]
    public byte* Pointer;
}

/// <summary><c>duckdb_list_entry</c>: where a list lies in its child vector.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeListEntry
{
    public ulong Offset;
    public ulong Length;
}

internal enum NativeState
{
    Success = 0,
    Error = 1,
}
