using System.Collections;
using System.Text;
using Escale.Engines.DuckDb.Interop;
using Escale.Kernel;

namespace Escale.Engines.DuckDb;

/// <summary>Writes values into one of DuckDB's vectors, converting where nothing is lost.</summary>
internal sealed unsafe partial class VectorWriter
{
    private readonly VectorWriter[] _children;
    private nint _vector;
    private byte* _data;
    private ulong* _validity;
    private Dictionary<string, int>? _enumIndexes;

    public VectorWriter(DuckType type)
    {
        Type = type;
        _children = type.Id == DuckTypeId.Map
            ? [new VectorWriter(DuckType.Struct(type.Children))]
            : [.. type.Children.Select(child => new VectorWriter(child.Type))];
    }

    public DuckType Type { get; }

    public byte* Data => _data;

    /// <summary>Points at a vector whose rows are all valid. Call again whenever DuckDB may have moved it.</summary>
    public void Attach(nint vector)
    {
        _vector = vector;
        _validity = null;
        _data = Type.SizeBytes == 0 ? null : Native.VectorData(vector);
        switch (Type.Id)
        {
            case DuckTypeId.Struct:
                for (var index = 0; index < _children.Length; index++)
                {
                    _children[index].Attach(Native.StructChild(vector, (ulong)index));
                }
                break;
            case DuckTypeId.Array:
                _children[0].Attach(Native.ArrayChild(vector));
                break;
            case DuckTypeId.List or DuckTypeId.Map:
                _ = Native.SetListSize(vector, 0);
                break;
        }
    }

    public void WriteNull(int row)
    {
        if (_validity == null)
        {
            Native.EnsureValidityWritable(_vector);
            _validity = Native.VectorValidity(_vector);
        }
        _validity[row >> 6] &= ~(1UL << (row & 63));
        if (Type.Id == DuckTypeId.Struct)
        {
            foreach (var child in _children)
            {
                child.WriteNull(row);
            }
        }
        else if (Type.Id == DuckTypeId.Array)
        {
            for (var index = 0; index < Type.ArraySize; index++)
            {
                _children[0].WriteNull((row * Type.ArraySize) + index);
            }
        }
        else if (Type.Layout == DuckLayout.List)
        {
            ((NativeListEntry*)_data)[row] = default;
        }
    }

    public void WriteBytes(int row, ReadOnlySpan<byte> bytes)
    {
        if (Type.Id is not (DuckTypeId.Varchar or DuckTypeId.Blob))
        {
            throw Refuse("bytes");
        }
        fixed (byte* pointer = bytes)
        {
            byte nothing;
            Native.AssignString(_vector, (ulong)row, pointer == null ? &nothing : pointer, (ulong)bytes.Length);
        }
    }

    /// <summary>Writes any value; the tests on <typeparamref name="T"/> are settled when the code is compiled, so that nothing is boxed.</summary>
    public void Write<T>(int row, T value)
    {
        switch (value)
        {
            case null or DBNull:
                WriteNull(row);
                break;
            case bool flag:
                Store(row, DuckTypeId.Boolean, flag);
                break;
            case string text:
                WriteText(row, text);
                break;
            case byte[] bytes:
                WriteBytes(row, bytes);
                break;
            case int number:
                WriteInteger(row, number);
                break;
            case long number:
                WriteInteger(row, number);
                break;
            case double number:
                WriteReal(row, number);
                break;
            case float number:
                WriteReal(row, number);
                break;
            case decimal number:
                WriteDecimal(row, DuckParameters.Digits(number));
                break;
            case DuckDecimal number:
                WriteDecimal(row, number);
                break;
            default:
                WriteOther(row, value);
                break;
        }
    }

    private void WriteOther<T>(int row, T value)
    {
        if (Type.IsNested && value is IEnumerable)
        {
            WriteNested(row, value);
            return;
        }
        switch (value)
        {
            case short or ushort or byte or sbyte or uint:
                WriteInteger(row, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case ulong number:
                WriteHuge(row, number);
                break;
            case Int128 number:
                WriteHuge(row, number);
                break;
            case UInt128 number when Type.Id == DuckTypeId.UHugeInt:
                Store(row, DuckTypeId.UHugeInt, number);
                break;
            case Guid guid:
                Store(row, DuckTypeId.Uuid, DuckParameters.Bits(guid) ^ ((UInt128)1 << 127));
                break;
            case DuckInterval interval:
                Store(row, DuckTypeId.Interval, interval);
                break;
            case TimeSpan span:
                Store(row, DuckTypeId.Interval, new DuckInterval(0, 0, span.Ticks / TimeSpan.TicksPerMicrosecond));
                break;
            case DuckTimeTz time:
                Store(row, DuckTypeId.TimeTz, time.Bits);
                break;
            default:
                WriteMoment(row, value);
                break;
        }
    }

    private void WriteMoment<T>(int row, T value)
    {
        switch (value)
        {
            case DateOnly date when Type.Id == DuckTypeId.Date:
                ((int*)_data)[row] = DuckMoments.Days(date);
                break;
            case TimeOnly time when Type.Id is DuckTypeId.Time:
                ((long*)_data)[row] = DuckMoments.Micros(time);
                break;
            case DateTime time when Type.Id is DuckTypeId.Timestamp or DuckTypeId.TimestampS or DuckTypeId.TimestampMs or DuckTypeId.TimestampNs:
                WriteTicks(row, time.Ticks);
                break;
            case DateTimeOffset instant when Type.Id is DuckTypeId.TimestampTz or DuckTypeId.TimestampTzNs:
                WriteTicks(row, instant.UtcTicks);
                break;
            default:
                throw Refuse(value?.GetType().Name ?? "null");
        }
    }

    private void WriteTicks(int row, long ticks)
    {
        var since = (Int128)ticks - DateTime.UnixEpoch.Ticks;
        var count = Type.Id switch
        {
            DuckTypeId.TimestampS => DuckMoments.FloorDivide(since, TimeSpan.TicksPerSecond),
            DuckTypeId.TimestampMs => DuckMoments.FloorDivide(since, TimeSpan.TicksPerMillisecond),
            DuckTypeId.TimestampNs or DuckTypeId.TimestampTzNs => since * TimeSpan.NanosecondsPerTick,
            _ => DuckMoments.FloorDivide(since, TimeSpan.TicksPerMicrosecond),
        };
        ((long*)_data)[row] = count >= long.MinValue && count <= long.MaxValue ? (long)count : throw OutOfRange(count);
    }

    private void WriteText(int row, string text)
    {
        if (Type.Id == DuckTypeId.Enum)
        {
            _enumIndexes ??= Type.EnumValues.Select((value, index) => (value, index)).ToDictionary(pair => pair.value, pair => pair.index, StringComparer.Ordinal);
            StoreInteger(row, _enumIndexes.TryGetValue(text, out var index) ? index : throw OutOfRange(text), Type.SizeBytes);
            return;
        }
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = size > 512 ? System.Buffers.ArrayPool<byte>.Shared.Rent(size) : null;
        var buffer = rented ?? stackalloc byte[512];
        WriteBytes(row, buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
        if (rented is not null)
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void WriteNested(int row, object value)
    {
        switch (Type.Id)
        {
            case DuckTypeId.Struct:
                var fields = value is IDictionary dictionary
                    ? Type.Children.Select(field => dictionary.Contains(field.Name) ? dictionary[field.Name] : null).ToArray()
                    : [.. ((IEnumerable)value).Cast<object?>()];
                WriteElements(row, fields, spread: true);
                break;
            case DuckTypeId.Array:
                WriteElements(row, [.. ((IEnumerable)value).Cast<object?>()], spread: false);
                break;
            case DuckTypeId.List:
                WriteList(row, [.. ((IEnumerable)value).Cast<object?>()]);
                break;
            case DuckTypeId.Map when value is IDictionary map:
                WriteList(row, [.. map.Keys.Cast<object>().Select(key => new[] { key, map[key] })]);
                break;
            case DuckTypeId.Map when value is IEnumerable<KeyValuePair<object, object?>> pairs:
                WriteList(row, [.. pairs.Select(pair => new[] { pair.Key, pair.Value })]);
                break;
            default:
                throw Refuse(value.GetType().Name);
        }
    }

    /// <summary>The fields of a structure (each into its own child), or the elements of an array (side by side in one).</summary>
    private void WriteElements(int row, object?[] elements, bool spread)
    {
        if (elements.Length != (spread ? _children.Length : Type.ArraySize))
        {
            throw OutOfRange($"{elements.Length} values");
        }
        for (var index = 0; index < elements.Length; index++)
        {
            if (spread)
            {
                _children[index].Write(row, elements[index]);
            }
            else
            {
                _children[0].Write((row * elements.Length) + index, elements[index]);
            }
        }
    }

    private void WriteList(int row, object?[] elements)
    {
        var offset = Native.ListSize(_vector);
        var size = offset + (ulong)elements.Length;
        _ = Native.ReserveList(_vector, size);
        _ = Native.SetListSize(_vector, size);
        _children[0].Continue(Native.ListChild(_vector));
        for (var index = 0; index < elements.Length; index++)
        {
            _children[0].Write((int)offset + index, elements[index]);
        }
        ((NativeListEntry*)_data)[row] = new NativeListEntry { Offset = offset, Length = (ulong)elements.Length };
    }

    /// <summary>The same vector after it grew: other addresses, the rows so far kept.</summary>
    private void Continue(nint vector)
    {
        _vector = vector;
        _data = Type.SizeBytes == 0 ? null : Native.VectorData(vector);
        _validity = Native.VectorValidity(vector);
        for (var index = 0; index < _children.Length && Type.Id is DuckTypeId.Struct or DuckTypeId.Array; index++)
        {
            _children[index].Continue(Type.Id == DuckTypeId.Array ? Native.ArrayChild(vector) : Native.StructChild(vector, (ulong)index));
        }
    }

    private EscaleException Refuse(string given) => new(
        "engines.duckdb.append-type", $"A {given} cannot be written into a column of type {Type}.", "Convert the value first.");

    private EscaleException OutOfRange(object given) => new(
        "engines.duckdb.append-range", $"{given} does not fit into a column of type {Type}.", "Use a wider column type.");
}
