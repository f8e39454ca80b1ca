using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Escale.Learning.Onnx;

/// <summary>
/// Writes one message of Protocol Buffers (https://protobuf.dev/programming-guides/encoding) into memory. Repeated numbers are packed. A message within a message is written
/// by a writer of its own and then copied in, because its length comes first.
/// </summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0, Fixed32 = 5, Delimited = 2;

    private byte[] _bytes = new byte[256];
    private int _length;

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Integer(int field, long value)
    {
        Tag(field, Varint);
        Raw((ulong)value);
    }

    public void Single(int field, float value)
    {
        Tag(field, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(Take(sizeof(float)), value);
    }

    public void Text(int field, string value)
    {
        Tag(field, Delimited);
        var size = Encoding.UTF8.GetByteCount(value);
        Raw((ulong)size);
        Encoding.UTF8.GetBytes(value, Take(size));
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, Delimited);
        Raw((ulong)value.Length);
        value.CopyTo(Take(value.Length));
    }

    public void Integers(int field, ReadOnlySpan<long> values)
    {
        var packed = new ProtobufWriter();
        foreach (var value in values)
        {
            packed.Raw((ulong)value);
        }
        Bytes(field, packed.Written);
    }

    public void Singles(int field, ReadOnlySpan<float> values) => Bytes(field, LittleEndian(values));

    public void Message(int field, ProtobufWriter message) => Bytes(field, message.Written);

    public void Message(int field, Action<ProtobufWriter> write)
    {
        var message = new ProtobufWriter();
        write(message);
        Message(field, message);
    }

    /// <summary>Adds the fields of another message to this one.</summary>
    public void Append(ProtobufWriter other) => other.Written.CopyTo(Take(other._length));

    /// <summary>Numbers as they stand in files: the least byte first.</summary>
    public static ReadOnlySpan<byte> LittleEndian<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (BitConverter.IsLittleEndian)
        {
            return MemoryMarshal.AsBytes(values);
        }
        var bytes = MemoryMarshal.AsBytes(values).ToArray();
        var size = Marshal.SizeOf<T>();
        for (var at = 0; at < bytes.Length; at += size)
        {
            bytes.AsSpan(at, size).Reverse();
        }
        return bytes;
    }

    private void Tag(int field, int wireType) => Raw((uint)((field << 3) | wireType));

    private void Raw(ulong value)
    {
        while (value >= 0x80)
        {
            Take(1)[0] = (byte)(value | 0x80);
            value >>= 7;
        }
        Take(1)[0] = (byte)value;
    }

    private Span<byte> Take(int size)
    {
        var needed = (long)_length + size;
        if (needed > _bytes.Length)
        {
            if (needed > Array.MaxLength)
            {
                throw new LearningException("learning.onnx-too-large", "The model is larger than the two gigabytes that an ONNX file can hold.", "Train with fewer or smaller trees.");
            }
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(needed, _bytes.Length * 2L)));
        }
        var taken = _bytes.AsSpan(_length, size);
        _length += size;
        return taken;
    }
}
