using System.Collections;
using System.Text;
using Escale.Engines.DuckDb.Interop;
using Escale.Kernel;

namespace Escale.Engines.DuckDb;

/// <content>Parameters.</content>
public sealed partial class DuckStatement
{
    private readonly Dictionary<int, object?> _values = [];

    /// <summary>
    /// Binds a positional parameter. Takes null, <c>bool</c>, every integer up to 128 bits, <c>float</c>, <c>double</c>, <c>decimal</c>,
    /// <see cref="DuckDecimal"/>, <c>string</c>, <c>byte[]</c>, <c>Guid</c>, <c>DateOnly</c>, <c>TimeOnly</c>, <c>DateTime</c> (as
    /// TIMESTAMP, its clock reading), <c>DateTimeOffset</c> (as TIMESTAMPTZ), <c>TimeSpan</c> and <see cref="DuckInterval"/> (as INTERVAL),
    /// <see cref="DuckTimeTz"/>, and lists of one of these.
    /// </summary>
    /// <param name="index">From 1.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="EscaleException"><c>engines.duckdb.no-such-parameter</c>, <c>engines.duckdb.parameter-type</c>.</exception>
    public DuckStatement Bind<T>(int index, T value)
    {
        if (index < 1 || index > ParameterCount)
        {
            throw NoSuchParameter($"number {index}");
        }
        var bound = DuckParameters.Create(value);
        try
        {
            if (Native.BindValue(_handle, (ulong)index, bound) == NativeState.Error)
            {
                throw NoSuchParameter($"number {index}");
            }
            _values[index] = value;
            return this;
        }
        finally
        {
            Native.DestroyValue(ref bound);
        }
    }

    /// <summary>Binds a named parameter, by its name without the <c>$</c>.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.no-such-parameter</c>, <c>engines.duckdb.parameter-type</c>.</exception>
    public DuckStatement Bind<T>(string name, T value) =>
        Native.BindParameterIndex(_handle, out var index, name) == NativeState.Success ? Bind((int)index, value) : throw NoSuchParameter($"'{name}'");

    /// <summary>Forgets all values bound so far.</summary>
    public void ClearBindings()
    {
        _ = Native.ClearBindings(_handle);
        _values.Clear();
    }

    private EscaleException NoSuchParameter(string which) => new(
        "engines.duckdb.no-such-parameter", $"The statement has no parameter {which}.",
        ParameterCount == 0 ? "It takes none." : $"It has: {string.Join(", ", ParameterNames)}.");
}

/// <summary>Makes DuckDB values from .NET's.</summary>
internal static unsafe class DuckParameters
{
    /// <summary>A value to be destroyed by the caller.</summary>
    public static nint Create<T>(T value) => value switch
    {
        null or DBNull => Native.CreateNull(),
        bool flag => Native.CreateBool(flag),
        sbyte number => Native.CreateInt8(number),
        byte number => Native.CreateUInt8(number),
        short number => Native.CreateInt16(number),
        ushort number => Native.CreateUInt16(number),
        int number => Native.CreateInt32(number),
        uint number => Native.CreateUInt32(number),
        long number => Native.CreateInt64(number),
        ulong number => Native.CreateUInt64(number),
        Int128 number => Native.CreateHugeInt(NativeHugeInt.From(number)),
        UInt128 number => Native.CreateUHugeInt(NativeHugeInt.From(number)),
        float number => Native.CreateFloat(number),
        double number => Native.CreateDouble(number),
        decimal number => Decimal(number),
        DuckDecimal number => Native.CreateDecimal(new NativeDecimal(38, (byte)number.Scale, number.Unscaled)),
        string text => Text(text),
        byte[] bytes => Blob(bytes),
        Guid guid => Native.CreateUuid(NativeHugeInt.From(Bits(guid))),
        DateOnly date => Native.CreateDate(DuckMoments.Days(date)),
        TimeOnly time => Native.CreateTime(DuckMoments.Micros(time)),
        DateTime time => Native.CreateTimestamp(DuckMoments.Micros(time)),
        DateTimeOffset instant => Native.CreateTimestampTz(DuckMoments.Micros(instant.UtcDateTime)),
        TimeSpan span => Native.CreateInterval(new DuckInterval(0, 0, span.Ticks / TimeSpan.TicksPerMicrosecond)),
        DuckInterval interval => Native.CreateInterval(interval),
        DuckTimeTz time => Native.CreateTimeTz(time.Bits),
        IEnumerable list => List(list, [.. list.Cast<object?>()]),
        _ => throw new EscaleException("engines.duckdb.parameter-type", $"A {value.GetType().Name} cannot be a parameter.", "Pass it as text or a number."),
    };

    /// <summary>A UUID's 128 bits, as read.</summary>
    public static UInt128 Bits(Guid guid)
    {
        Span<byte> bytes = stackalloc byte[16];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>The digits and scale of a decimal.</summary>
    public static DuckDecimal Digits(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var magnitude = (Int128)new UInt128((uint)parts[2], ((ulong)(uint)parts[1] << 32) | (uint)parts[0]);
        return new DuckDecimal(decimal.IsNegative(value) ? -magnitude : magnitude, value.Scale);
    }

    private static nint Decimal(decimal value)
    {
        var digits = Digits(value);
        // As wide as the digits, as SQL reads a literal: 1.50 is DECIMAL(3,2).
        var length = Int128.Abs(digits.Unscaled).ToString(System.Globalization.CultureInfo.InvariantCulture).Length;
        return Native.CreateDecimal(new NativeDecimal((byte)Math.Max(length, digits.Scale + 1), (byte)digits.Scale, digits.Unscaled));
    }

    private static nint Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* pointer = bytes)
        {
            // An empty array gives a null pointer, which DuckDB would take for NULL.
            byte nothing;
            return Native.CreateVarchar(pointer == null ? &nothing : pointer, (ulong)bytes.Length);
        }
    }

    private static nint Blob(byte[] bytes)
    {
        fixed (byte* pointer = bytes)
        {
            byte nothing;
            return Native.CreateBlob(pointer == null ? &nothing : pointer, (ulong)bytes.Length);
        }
    }

    /// <summary>A list takes the type of its first element that is not NULL; the others are cast to it.</summary>
    private static nint List(IEnumerable list, object?[] elements)
    {
        var values = elements.Select(Create).ToArray();
        try
        {
            var typed = Array.FindIndex(elements, element => element is not null and not DBNull);
            var own = typed < 0 ? Native.MakeType(DuckType.Simple(ElementType(list))) : 0;
            fixed (nint* pointer = values)
            {
                var made = Native.CreateList(typed < 0 ? own : Native.ValueType(values[typed]), pointer == null ? &own : pointer, (ulong)values.Length);
                if (own != 0)
                {
                    Native.DestroyLogicalType(ref own);
                }
                return made != 0 ? made : throw new EscaleException(
                    "engines.duckdb.parameter-type", "The elements of a list parameter are not of one type.", "Pass elements of one type.");
            }
        }
        finally
        {
            foreach (ref var value in values.AsSpan())
            {
                Native.DestroyValue(ref value);
            }
        }
    }

    /// <summary>The element type of a list that holds no value to tell it.</summary>
    private static DuckTypeId ElementType(IEnumerable list) => list switch
    {
        IEnumerable<string> => DuckTypeId.Varchar,
        IEnumerable<long> or IEnumerable<long?> => DuckTypeId.BigInt,
        IEnumerable<double> or IEnumerable<double?> => DuckTypeId.Double,
        IEnumerable<bool> or IEnumerable<bool?> => DuckTypeId.Boolean,
        IEnumerable<Guid> or IEnumerable<Guid?> => DuckTypeId.Uuid,
        IEnumerable<DateOnly> or IEnumerable<DateOnly?> => DuckTypeId.Date,
        IEnumerable<DateTime> or IEnumerable<DateTime?> => DuckTypeId.Timestamp,
        _ => DuckTypeId.Integer,
    };
}
