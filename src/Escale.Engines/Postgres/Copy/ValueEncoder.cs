using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Escale.Engines.DuckDb;

namespace Escale.Engines.Postgres.Copy;

/// <summary>
/// Writes the values of one vector in PostgreSQL's binary form: four bytes of length (−1: NULL), then the value, big-endian.
/// Pointers, since this runs once per value of every published table; the caller sees to it that there is room.
/// </summary>
internal abstract unsafe class ValueEncoder(VectorNode node, int maxSize)
{
    protected const long MicrosFrom1970To2000 = 946_684_800_000_000;
    protected const int DaysFrom1970To2000 = 10_957;

    protected VectorNode Node => node;

    /// <summary>The most bytes of a value with its length; 0: it depends on the value, see <see cref="SizeAt"/>.</summary>
    public int MaxSize => maxSize;

    /// <summary>The bytes of a value with its length, at most.</summary>
    public virtual int SizeAt(int row) => maxSize;

    /// <summary>Writes a value and returns where the next begins.</summary>
    public byte* Write(byte* at, int row)
    {
        if (node.IsNull(row))
        {
            *(int*)at = -1;
            return at + 4;
        }
        return WriteValue(at, row);
    }

    protected abstract byte* WriteValue(byte* at, int row);

    public static ValueEncoder For(VectorNode node) => node.Type.Id switch
    {
        DuckTypeId.Boolean => new BooleanEncoder(node),
        DuckTypeId.TinyInt => new Int16Encoder<sbyte>(node),
        DuckTypeId.UTinyInt => new Int16Encoder<byte>(node),
        DuckTypeId.SmallInt => new Int16Encoder<short>(node),
        DuckTypeId.USmallInt => new Int32Encoder<ushort>(node),
        DuckTypeId.Integer => new Int32Encoder<int>(node),
        DuckTypeId.Float => new Int32Encoder<int>(node),
        DuckTypeId.UInteger => new Int64Encoder<uint>(node),
        DuckTypeId.BigInt or DuckTypeId.Double or DuckTypeId.Time => new Int64Encoder<long>(node),
        DuckTypeId.UBigInt or DuckTypeId.HugeInt or DuckTypeId.UHugeInt or DuckTypeId.Decimal => NumericEncoder.Create(node),
        DuckTypeId.Date => new DateEncoder(node),
        DuckTypeId.Timestamp or DuckTypeId.TimestampTz => new TimestampEncoder(node, 1, 1),
        DuckTypeId.TimestampS => new TimestampEncoder(node, 1_000_000, 1),
        DuckTypeId.TimestampMs => new TimestampEncoder(node, 1_000, 1),
        DuckTypeId.TimestampNs => new TimestampEncoder(node, 1, 1_000),
        DuckTypeId.TimeTz => new TimeTzEncoder(node),
        DuckTypeId.Interval => new IntervalEncoder(node),
        DuckTypeId.Uuid => new UuidEncoder(node),
        DuckTypeId.Varchar when node.Type.IsJson => new BytesEncoder(node, prefix: 1),
        DuckTypeId.Varchar or DuckTypeId.Blob => new BytesEncoder(node, prefix: null),
        DuckTypeId.Enum => new EnumEncoder(node),
        DuckTypeId.List or DuckTypeId.Array => new ArrayEncoder(node),
        _ => throw new NotSupportedException($"{node.Type} must be cast before it is sent."),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static byte* Put(byte* at, short value)
    {
        *(short*)at = BinaryPrimitives.ReverseEndianness(value);
        return at + 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static byte* Put(byte* at, int value)
    {
        *(int*)at = BinaryPrimitives.ReverseEndianness(value);
        return at + 4;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static byte* Put(byte* at, long value)
    {
        *(long*)at = BinaryPrimitives.ReverseEndianness(value);
        return at + 8;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static byte* Put(byte* at, ReadOnlySpan<byte> value)
    {
        value.CopyTo(new Span<byte>(at, value.Length));
        return at + value.Length;
    }
}

internal sealed unsafe class BooleanEncoder(VectorNode node) : ValueEncoder(node, 5)
{
    protected override byte* WriteValue(byte* at, int row)
    {
        at = Put(at, 1);
        *at = Node.Data[row] != 0 ? (byte)1 : (byte)0;
        return at + 1;
    }
}

internal sealed unsafe class Int16Encoder<T>(VectorNode node) : ValueEncoder(node, 6)
    where T : unmanaged, System.Numerics.IBinaryInteger<T>
{
    protected override byte* WriteValue(byte* at, int row) => Put(Put(at, 2), short.CreateTruncating(((T*)Node.Data)[row]));
}

internal sealed unsafe class Int32Encoder<T>(VectorNode node) : ValueEncoder(node, 8)
    where T : unmanaged, System.Numerics.IBinaryInteger<T>
{
    protected override byte* WriteValue(byte* at, int row) => Put(Put(at, 4), int.CreateTruncating(((T*)Node.Data)[row]));
}

internal sealed unsafe class Int64Encoder<T>(VectorNode node) : ValueEncoder(node, 12)
    where T : unmanaged, System.Numerics.IBinaryInteger<T>
{
    protected override byte* WriteValue(byte* at, int row) => Put(Put(at, 8), long.CreateTruncating(((T*)Node.Data)[row]));
}

internal sealed unsafe class DateEncoder(VectorNode node) : ValueEncoder(node, 8)
{
    protected override byte* WriteValue(byte* at, int row) => Put(Put(at, 4), ((int*)Node.Data)[row] switch
    {
        int.MaxValue => int.MaxValue,
        -int.MaxValue => int.MinValue,
        var days => days - DaysFrom1970To2000,
    });
}

internal sealed unsafe class TimestampEncoder(VectorNode node, long factor, long divisor) : ValueEncoder(node, 12)
{
    protected override byte* WriteValue(byte* at, int row)
    {
        var count = ((long*)Node.Data)[row];
        return Put(Put(at, 8), count switch
        {
            long.MaxValue => long.MaxValue,
            -long.MaxValue => long.MinValue,
            _ when divisor == 1 => checked((count * factor) - MicrosFrom1970To2000),
            _ => (long)DuckMoments.FloorDivide(count, divisor) - MicrosFrom1970To2000,
        });
    }
}

internal sealed unsafe class TimeTzEncoder(VectorNode node) : ValueEncoder(node, 16)
{
    protected override byte* WriteValue(byte* at, int row)
    {
        var time = DuckTimeTz.FromBits(((ulong*)Node.Data)[row]);
        return Put(Put(Put(at, 12), time.Micros), -time.OffsetSeconds); // PostgreSQL counts westward.
    }
}

internal sealed unsafe class IntervalEncoder(VectorNode node) : ValueEncoder(node, 20)
{
    protected override byte* WriteValue(byte* at, int row)
    {
        ref var interval = ref ((DuckInterval*)Node.Data)[row];
        return Put(Put(Put(Put(at, 16), interval.Micros), interval.Days), interval.Months);
    }
}

internal sealed unsafe class UuidEncoder(VectorNode node) : ValueEncoder(node, 20)
{
    protected override byte* WriteValue(byte* at, int row)
    {
        // DuckDB flips the highest bit, so that UUIDs sort as signed numbers.
        var words = (long*)(Node.Data + ((long)row * 16));
        return Put(Put(Put(at, 16), words[1] ^ long.MinValue), words[0]);
    }
}

/// <summary>Text, blobs, and JSON behind jsonb's version byte.</summary>
internal sealed unsafe class BytesEncoder(VectorNode node, byte? prefix) : ValueEncoder(node, 0)
{
    private readonly int _extra = prefix is null ? 0 : 1;

    public override int SizeAt(int row) => 4 + _extra + (Node.IsNull(row) ? 0 : new ColumnVector(Node).Utf8(row).Length);

    protected override byte* WriteValue(byte* at, int row)
    {
        var text = new ColumnVector(Node).Utf8(row);
        at = Put(at, text.Length + _extra);
        if (prefix is { } version)
        {
            *at++ = version;
        }
        return Put(at, text);
    }
}

internal sealed unsafe class EnumEncoder : ValueEncoder
{
    private readonly byte[][] _values;

    public EnumEncoder(VectorNode node)
        : base(node, 4 + node.Type.EnumValues.Select(Encoding.UTF8.GetByteCount).DefaultIfEmpty().Max())
    {
        _values = [.. node.Type.EnumValues.Select(Encoding.UTF8.GetBytes)];
    }

    protected override byte* WriteValue(byte* at, int row)
    {
        var value = _values[new ColumnVector(Node).EnumIndex(row)];
        return Put(Put(at, value.Length), value);
    }
}

/// <summary>A list of plain values as a one-dimensional array.</summary>
internal sealed unsafe class ArrayEncoder(VectorNode node) : ValueEncoder(node, 0)
{
    private const int HeaderSize = 20;
    private readonly ValueEncoder _element = For(node.Children[0]);
    private readonly int _oid = CopyColumn.OidOf(node.Type.Children[0].Type);

    public override int SizeAt(int row)
    {
        var size = 4 + HeaderSize;
        if (!Node.IsNull(row))
        {
            var (start, length) = new ColumnVector(Node).Range(row);
            for (var index = start; index < start + length; index++)
            {
                size = checked(size + _element.SizeAt(index));
            }
        }
        return size;
    }

    protected override byte* WriteValue(byte* at, int row)
    {
        var (start, length) = new ColumnVector(Node).Range(row);
        var begin = at;
        at = Put(Put(Put(at + 4, length == 0 ? 0 : 1), 1), _oid); // Dimensions, "may hold NULLs", the elements' type.
        if (length > 0)
        {
            at = Put(Put(at, length), 1); // Length, lower bound.
            for (var index = start; index < start + length; index++)
            {
                at = _element.Write(at, index);
            }
        }
        Put(begin, (int)(at - begin) - 4);
        return at;
    }
}
