using System.Runtime.CompilerServices;
using System.Text;
using Escale.Engines.DuckDb.Interop;

namespace Escale.Engines.DuckDb;

/// <summary>
/// The values of one column in one chunk, read where they lie: no boxing, no copy. Rows count from 0. Valid as long as its chunk.
/// </summary>
/// <remarks>Values at NULL rows are undefined: ask <see cref="IsNull"/> first.</remarks>
public readonly unsafe ref struct ColumnVector
{
    private readonly VectorNode _node;

    internal ColumnVector(VectorNode node) => _node = node;

    /// <summary>The type of the values.</summary>
    public DuckType Type => _node.Type;

    /// <summary>Number of values.</summary>
    public int Count => _node.Count;

    /// <summary>Whether there may be NULLs; false: <see cref="IsNull"/> is false for every row.</summary>
    public bool MayHaveNulls => _node.Validity != null;

    /// <summary>Whether a row is NULL.</summary>
    public bool IsNull(int row) => _node.IsNull(Check(row));

    /// <summary>One bit per row, 64 rows a word, 1 = not NULL; empty: no NULLs.</summary>
    public ReadOnlySpan<ulong> Validity => _node.Validity == null ? [] : new(_node.Validity, (Count + 63) >> 6);

    /// <summary>
    /// All values as DuckDB keeps them: BOOLEAN <c>bool</c>; integers and floats as themselves; HUGEINT <c>Int128</c>, UHUGEINT
    /// <c>UInt128</c>; DATE <c>int</c> days since 1970 (<see cref="int.MaxValue"/> and its negative are the infinities); TIME and TIMESTAMP
    /// <c>long</c> microseconds (seconds, milliseconds, nanoseconds for _S, _MS, _NS); TIMESTAMPTZ <c>long</c> microseconds in UTC; TIMETZ
    /// <c>ulong</c> (<see cref="DuckTimeTz.FromBits"/>); INTERVAL <see cref="DuckInterval"/>; DECIMAL its digits as <c>short</c>, <c>int</c>,
    /// <c>long</c> or <c>Int128</c> by width (4, 9, 18, 38); ENUM the index as <c>byte</c>, <c>ushort</c> or <c>uint</c>.
    /// </summary>
    /// <exception cref="InvalidCastException"><typeparamref name="T"/> is not how this type is kept.</exception>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        if (sizeof(T) != Type.SizeBytes || Type.Layout != DuckLayout.Fixed || !Fits<T>(Type.Id))
        {
            throw new InvalidCastException($"{Type} is not kept as {typeof(T).Name}.");
        }
        return new(_node.Data, Count);
    }

    /// <summary>The bytes of a value of VARCHAR (UTF-8), BLOB, or another type kept as bytes. No copy.</summary>
    /// <exception cref="InvalidCastException">The type is not kept as bytes.</exception>
    public ReadOnlySpan<byte> Utf8(int row)
    {
        if (Type.Layout != DuckLayout.Text)
        {
            throw new InvalidCastException($"{Type} is not kept as text.");
        }
        ref var text = ref ((NativeString*)_node.Data)[Check(row)];
        return text.Length <= NativeString.InlineBytes
            ? new((byte*)Unsafe.AsPointer(ref text) + 4, (int)text.Length)
            : new(text.Pointer, checked((int)text.Length));
    }

    /// <summary>A value as text, of any type, as DuckDB would cast it to VARCHAR (TIMESTAMPTZ in UTC); NULL is "NULL".</summary>
    public string Text(int row)
    {
        if (Type.Id == DuckTypeId.Varchar && !IsNull(row))
        {
            return Encoding.UTF8.GetString(Utf8(row));
        }
        var text = new StringBuilder();
        DuckText.Append(text, this, Check(row), quoted: false);
        return text.ToString();
    }

    /// <summary>
    /// A value as an object, null for NULL: numbers as themselves (<c>Int128</c>, <c>UInt128</c>, <c>BigInteger</c> too), DECIMAL as
    /// <c>decimal</c> up to 28 digits and <see cref="DuckDecimal"/> above, <c>string</c>, <c>byte[]</c>, <c>Guid</c>, <c>DateOnly</c>,
    /// <c>TimeOnly</c>, <c>DateTime</c>, <c>DateTimeOffset</c> (UTC), <see cref="DuckInterval"/>, <see cref="DuckTimeTz"/>, ENUM as
    /// <c>string</c>, LIST and ARRAY as <c>object?[]</c>, STRUCT as <c>OrderedDictionary&lt;string, object?&gt;</c>, MAP as
    /// <c>KeyValuePair&lt;object, object?&gt;[]</c>, UNION as its member's value. What .NET's types cannot hold (infinite dates, years
    /// beyond 9999, 24:00:00) comes as text; TIMESTAMP_NS is cut to 100 ns.
    /// </summary>
    public object? Value(int row) => DuckObjects.Read(this, Check(row));

    /// <summary>A UUID.</summary>
    public Guid Guid(int row)
    {
        // DuckDB flips the highest bit, so that UUIDs sort as signed numbers.
        var value = (UInt128)Values<Int128>()[row] ^ ((UInt128)1 << 127);
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The digits of a DECIMAL of any width, as a whole number; the point stands before the last <see cref="DuckType.Scale"/>.</summary>
    public Int128 Unscaled(int row) => Type.Id != DuckTypeId.Decimal
        ? throw new InvalidCastException($"{Type} is not a DECIMAL.")
        : Type.SizeBytes switch
        {
            2 => Values<short>()[row],
            4 => Values<int>()[row],
            8 => Values<long>()[row],
            _ => Values<Int128>()[row],
        };

    /// <summary>A DECIMAL of any width, exact.</summary>
    public DuckDecimal DuckDecimal(int row) => new(Unscaled(row), Type.Scale);

    /// <summary>A DECIMAL.</summary>
    /// <exception cref="OverflowException">It has more digits than <c>decimal</c> holds: use <see cref="DuckDecimal"/>.</exception>
    public decimal Decimal(int row) => DuckDecimal(row).ToDecimal();

    /// <summary>The index of an ENUM value in <see cref="DuckType.EnumValues"/>.</summary>
    public int EnumIndex(int row) => Type.Id != DuckTypeId.Enum
        ? throw new InvalidCastException($"{Type} is not an ENUM.")
        : Type.SizeBytes switch
        {
            1 => Values<byte>()[row],
            2 => Values<ushort>()[row],
            _ => checked((int)Values<uint>()[row]),
        };

    /// <summary>LIST, ARRAY: the elements of all rows; which are a row's, says <see cref="Range"/>.</summary>
    public ColumnVector Elements => Type.Id is DuckTypeId.List or DuckTypeId.Array ? new(_node.Children[0]) : throw NotNested("list");

    /// <summary>MAP: the keys of all rows.</summary>
    public ColumnVector Keys => Type.Id == DuckTypeId.Map ? new(_node.Children[0]) : throw NotNested("map");

    /// <summary>MAP: the values of all rows.</summary>
    public ColumnVector MapValues => Type.Id == DuckTypeId.Map ? new(_node.Children[1]) : throw NotNested("map");

    /// <summary>STRUCT: a field by position, with one value per row. UNION: a member.</summary>
    public ColumnVector Field(int index) => Type.Id switch
    {
        DuckTypeId.Struct => new(_node.Children[index]),
        DuckTypeId.Union => new(_node.Children[index + 1]),
        _ => throw NotNested("structure"),
    };

    /// <summary>LIST, MAP, ARRAY: where the elements of a row lie in <see cref="Elements"/> (or <see cref="Keys"/>).</summary>
    public (int Start, int Length) Range(int row)
    {
        if (Type.Id == DuckTypeId.Array)
        {
            return (Check(row) * Type.ArraySize, Type.ArraySize);
        }
        if (Type.Layout != DuckLayout.List)
        {
            throw NotNested("list");
        }
        var entry = ((NativeListEntry*)_node.Data)[Check(row)];
        return ((int)entry.Offset, (int)entry.Length);
    }

    /// <summary>UNION: which member a row has, from 0.</summary>
    public int UnionMember(int row) => Type.Id == DuckTypeId.Union ? _node.Children[0].Data[Check(row)] : throw NotNested("union");

    private static bool Fits<T>(DuckTypeId id)
    {
        if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
        {
            return id is DuckTypeId.Float or DuckTypeId.Double;
        }
        if (typeof(T) == typeof(DuckInterval))
        {
            return id == DuckTypeId.Interval;
        }
        return id is not (DuckTypeId.Float or DuckTypeId.Double or DuckTypeId.Interval)
            && (typeof(T).IsPrimitive || typeof(T) == typeof(Int128) || typeof(T) == typeof(UInt128));
    }

    private InvalidCastException NotNested(string kind) => new($"{Type} is not a {kind}.");

    private int Check(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
        return row;
    }
}
