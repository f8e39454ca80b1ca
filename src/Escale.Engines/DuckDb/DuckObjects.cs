using System.Numerics;
using System.Text;

namespace Escale.Engines.DuckDb;

/// <summary>Reads values as objects, for callers that look at a few.</summary>
internal static class DuckObjects
{
    public static object? Read(ColumnVector vector, int row)
    {
        if (vector.IsNull(row))
        {
            return null;
        }
        var type = vector.Type;
        return type.Id switch
        {
            DuckTypeId.Boolean => vector.Values<bool>()[row],
            DuckTypeId.TinyInt => vector.Values<sbyte>()[row],
            DuckTypeId.SmallInt => vector.Values<short>()[row],
            DuckTypeId.Integer => vector.Values<int>()[row],
            DuckTypeId.BigInt => vector.Values<long>()[row],
            DuckTypeId.HugeInt => vector.Values<Int128>()[row],
            DuckTypeId.UTinyInt => vector.Values<byte>()[row],
            DuckTypeId.USmallInt => vector.Values<ushort>()[row],
            DuckTypeId.UInteger => vector.Values<uint>()[row],
            DuckTypeId.UBigInt => vector.Values<ulong>()[row],
            DuckTypeId.UHugeInt => vector.Values<UInt128>()[row],
            DuckTypeId.Float => vector.Values<float>()[row],
            DuckTypeId.Double => vector.Values<double>()[row],
            DuckTypeId.Decimal => type.Width <= 28 ? vector.Decimal(row) : vector.DuckDecimal(row),
            DuckTypeId.Varchar => Encoding.UTF8.GetString(vector.Utf8(row)),
            DuckTypeId.Blob or DuckTypeId.Geometry => vector.Utf8(row).ToArray(),
            DuckTypeId.BigNum => BigNum(vector.Utf8(row)),
            DuckTypeId.Uuid => vector.Guid(row),
            DuckTypeId.Enum => type.EnumValues[vector.EnumIndex(row)],
            DuckTypeId.Interval => vector.Values<DuckInterval>()[row],
            DuckTypeId.TimeTz => DuckTimeTz.FromBits(vector.Values<ulong>()[row]),
            DuckTypeId.List or DuckTypeId.Array => List(vector, row),
            DuckTypeId.Struct => Struct(vector, row),
            DuckTypeId.Map => Map(vector, row),
            DuckTypeId.Union => Read(vector.Field(vector.UnionMember(row)), row),
            DuckTypeId.SqlNull => null,
            _ => Moment(vector, row) ?? vector.Text(row),
        };
    }

    /// <summary>BIGNUM: three header bytes, then the magnitude, big-endian; all bits flipped when negative.</summary>
    public static BigInteger BigNum(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= 3)
        {
            return BigInteger.Zero;
        }
        var isNegative = (bytes[0] & 0x80) == 0;
        var magnitude = bytes[3..].ToArray();
        if (isNegative)
        {
            foreach (ref var part in magnitude.AsSpan())
            {
                part = (byte)~part;
            }
        }
        var value = new BigInteger(magnitude, isUnsigned: true, isBigEndian: true);
        return isNegative ? -value : value;
    }

    /// <summary>A date or time as .NET's type, or null when it is beyond it.</summary>
    private static object? Moment(ColumnVector vector, int row)
    {
        switch (vector.Type.Id)
        {
            case DuckTypeId.Date:
                var day = vector.Values<int>()[row] + (long)DuckMoments.EpochDay;
                return day is >= 0 and <= DuckMoments.LastDay ? DateOnly.FromDayNumber((int)day) : null;
            case DuckTypeId.Time:
                return DuckMoments.TimeOf(vector.Values<long>()[row] * (Int128)TimeSpan.TicksPerMicrosecond);
            case DuckTypeId.TimeNs:
                return DuckMoments.TimeOf(vector.Values<long>()[row] / TimeSpan.NanosecondsPerTick);
            case DuckTypeId.TimestampTz:
            case DuckTypeId.TimestampTzNs:
                return DuckMoments.DateTimeOf(vector, row) is { } instant ? new DateTimeOffset(instant, TimeSpan.Zero) : null;
            case DuckTypeId.Timestamp:
            case DuckTypeId.TimestampS:
            case DuckTypeId.TimestampMs:
            case DuckTypeId.TimestampNs:
                return DuckMoments.DateTimeOf(vector, row);
            default:
                return null;
        }
    }

    private static object?[] List(ColumnVector vector, int row)
    {
        var (start, length) = vector.Range(row);
        var elements = vector.Elements;
        var values = new object?[length];
        for (var index = 0; index < length; index++)
        {
            values[index] = Read(elements, start + index);
        }
        return values;
    }

    private static object Struct(ColumnVector vector, int row)
    {
        var fields = vector.Type.Children;
        if (fields.Count > 0 && fields[0].Name.Length == 0)
        {
            var values = new object?[fields.Count];
            for (var index = 0; index < fields.Count; index++)
            {
                values[index] = Read(vector.Field(index), row);
            }
            return values;
        }
        var record = new OrderedDictionary<string, object?>(fields.Count, StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < fields.Count; index++)
        {
            record[fields[index].Name] = Read(vector.Field(index), row);
        }
        return record;
    }

    private static KeyValuePair<object, object?>[] Map(ColumnVector vector, int row)
    {
        var (start, length) = vector.Range(row);
        var entries = new KeyValuePair<object, object?>[length];
        for (var index = 0; index < length; index++)
        {
            entries[index] = new(Read(vector.Keys, start + index)!, Read(vector.MapValues, start + index));
        }
        return entries;
    }
}
