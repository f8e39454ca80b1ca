using System.Buffers.Binary;
using System.Text;
using Escale.Kernel;

namespace Escale.Engines.Sandbox;

/// <summary>
/// The kinds of frames. A frame is a header of eight bytes (length of the payload, kind, version, two zeros) and a payload. The host asks,
/// the child answers each request with frames up to one that ends it: <see cref="Done"/>, <see cref="End"/> or <see cref="Error"/>.
/// </summary>
internal enum FrameKind : byte
{
    // From the child
    Hello = 1,
    Done = 2,
    Schema = 3,
    Chunk = 4,
    End = 5,
    Error = 6,
    Progress = 7,

    // From the host
    Open = 32,
    Setup = 33,
    Query = 34,
    Cancel = 35,
    Parse = 36,
}

/// <summary>The frame's fixed parts.</summary>
internal static class Frames
{
    public const byte Version = 1;
    public const int HeaderBytes = 8;

    /// <summary>Frames that carry no rows are small: a child cannot make the host hold more.</summary>
    public const int MaxControlBytes = 4 << 20;

    public static void WriteHeader(Span<byte> header, FrameKind kind, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        header[4] = (byte)kind;
        header[5] = Version;
        header[6] = 0;
        header[7] = 0;
    }

    /// <summary>Reads a header from the child, which is not trusted.</summary>
    /// <exception cref="EscaleException"><c>engines.sandbox.protocol</c>.</exception>
    public static (FrameKind Kind, int Length) ReadHeader(ReadOnlySpan<byte> header, int maxFrameBytes)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        var kind = (FrameKind)header[4];
        var limit = kind == FrameKind.Chunk ? maxFrameBytes : Math.Min(maxFrameBytes, MaxControlBytes);
        if (header[5] != Version || header[6] != 0 || header[7] != 0 || kind is < FrameKind.Hello or > FrameKind.Progress)
        {
            throw Malformed("an unknown frame");
        }
        return length >= 0 && length <= limit ? (kind, length) : throw Malformed($"a frame of {length} bytes");
    }

    public static EscaleException Malformed(string what) => new(
        "engines.sandbox.protocol", $"The sandbox process sent {what}, and was stopped.", "Try again; if it happens again, report the query.");
}

/// <summary>Builds a frame in one buffer that is used again and again.</summary>
internal sealed class FrameWriter
{
    private byte[] _buffer = new byte[4096];
    private int _length;

    /// <summary>The frame, header included. Valid until the next one is begun.</summary>
    public ReadOnlyMemory<byte> Frame => _buffer.AsMemory(0, _length);

    public FrameWriter Begin(FrameKind kind)
    {
        _length = Frames.HeaderBytes;
        _buffer[4] = (byte)kind;
        return this;
    }

    public ReadOnlyMemory<byte> Finish()
    {
        Frames.WriteHeader(_buffer, (FrameKind)_buffer[4], _length - Frames.HeaderBytes);
        return Frame;
    }

    /// <summary>Room for some bytes, to be filled at once.</summary>
    public Span<byte> Take(int count)
    {
        var needed = checked(_length + count);
        if (needed > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(needed, (int)Math.Min(2L * _buffer.Length, Array.MaxLength)));
        }
        var room = _buffer.AsSpan(_length, count);
        _length = needed;
        return room;
    }

    /// <summary>Zeros up to a multiple of 16 bytes of payload, so that vectors lie aligned at the other side.</summary>
    public void Align() => Take(-(_length - Frames.HeaderBytes) & 15).Clear();

    public FrameWriter Byte(byte value)
    {
        Take(1)[0] = value;
        return this;
    }

    public FrameWriter Int(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);
        return this;
    }

    public FrameWriter Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);
        return this;
    }

    public FrameWriter Bytes(ReadOnlySpan<byte> value)
    {
        Int(value.Length);
        value.CopyTo(Take(value.Length));
        return this;
    }

    public FrameWriter Text(string? value)
    {
        if (value is null)
        {
            return Int(-1);
        }
        var count = Encoding.UTF8.GetByteCount(value);
        Int(count);
        Encoding.UTF8.GetBytes(value, Take(count));
        return this;
    }

    public FrameWriter Texts(IReadOnlyList<string> values)
    {
        Int(values.Count);
        foreach (var value in values)
        {
            Text(value);
        }
        return this;
    }
}

/// <summary>Reads a payload within its bounds: what is malformed is an <c>engines.sandbox.protocol</c> error, never more.</summary>
internal ref struct FrameReader(ReadOnlySpan<byte> payload)
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _payload = payload;

    public int Position { get; private set; }

    public readonly int Remaining => _payload.Length - Position;

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Remaining)
        {
            throw Frames.Malformed("a frame that ends too early");
        }
        Position += count;
        return _payload.Slice(Position - count, count);
    }

    public void Align() => Take(-Position & 15);

    public byte Byte() => Take(1)[0];

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public ReadOnlySpan<byte> Bytes() => Take(Int());

    public string? TextOrNull()
    {
        var length = Int();
        if (length == -1)
        {
            return null;
        }
        try
        {
            return _strict.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw Frames.Malformed("text that is not UTF-8");
        }
    }

    public string Text() => TextOrNull() ?? throw Frames.Malformed("a frame without a text that it needs");

    /// <summary>A number of things of at least <paramref name="leastBytes"/> each: never more than the frame can hold.</summary>
    public int Count(int leastBytes)
    {
        var count = Int();
        return count >= 0 && count <= Remaining / leastBytes ? count : throw Frames.Malformed("a count beyond its frame");
    }

    public string[] Texts()
    {
        var texts = new string[Count(4)];
        for (var index = 0; index < texts.Length; index++)
        {
            texts[index] = Text();
        }
        return texts;
    }

    public readonly void ExpectEnd()
    {
        if (Remaining != 0)
        {
            throw Frames.Malformed("a frame that is too long");
        }
    }
}
