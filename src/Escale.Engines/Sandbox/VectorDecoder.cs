using System.Runtime.InteropServices;
using Escale.Engines.DuckDb;
using Escale.Engines.DuckDb.Interop;

namespace Escale.Engines.Sandbox;

/// <summary>
/// Points vectors at a received frame, in the host. The child is not trusted: every length, offset and index is checked against the frame
/// before a pointer is made of it. Long texts' offsets become pointers in place.
/// </summary>
internal static unsafe class VectorDecoder
{
    /// <summary>DuckDB's vectors hold 2048 rows; the host takes no more at once.</summary>
    private const int MaxRows = 2048;

    /// <summary>Reads a chunk frame.</summary>
    /// <param name="payload">Start of the payload, aligned to 16 bytes; stays where it is as long as the vectors are used.</param>
    /// <param name="length">Bytes of the payload.</param>
    /// <param name="columns">To be pointed at the frame.</param>
    /// <returns>The number of rows, at least 1.</returns>
    public static int Read(byte* payload, int length, VectorNode[] columns)
    {
        var frame = new FrameReader(new ReadOnlySpan<byte>(payload, length));
        var rowCount = frame.Int();
        if (rowCount is < 1 or > MaxRows)
        {
            throw Frames.Malformed($"a chunk of {rowCount} rows");
        }
        foreach (var column in columns)
        {
            ReadVector(ref frame, payload, column, rowCount);
        }
        frame.ExpectEnd();
        return rowCount;
    }

    private static void ReadVector(ref FrameReader frame, byte* payload, VectorNode vector, int? expectedCount)
    {
        frame.Align();
        var (count, hasNulls) = (frame.Int(), frame.Int());
        if (count < 0 || (expectedCount is { } expected && count != expected) || hasNulls is < 0 or > 1)
        {
            throw Frames.Malformed("a vector of the wrong length");
        }
        vector.Count = count;
        vector.Validity = null;
        if (hasNulls == 1)
        {
            frame.Align();
            vector.Validity = (ulong*)Take(ref frame, payload, ((count + 63L) >> 6) * sizeof(ulong));
        }
        frame.Align();
        vector.Data = Take(ref frame, payload, (long)count * vector.Type.SizeBytes);
        CheckData(ref frame, payload, vector);
        ReadChildren(ref frame, payload, vector);
    }

    private static byte* Take(ref FrameReader frame, byte* payload, long bytes)
    {
        var start = payload + frame.Position;
        frame.Take(bytes <= frame.Remaining ? (int)bytes : -1);
        return start;
    }

    private static void CheckData(ref FrameReader frame, byte* payload, VectorNode vector)
    {
        switch (vector.Type.Id)
        {
            case DuckTypeId.Boolean:
                Require(!new ReadOnlySpan<byte>(vector.Data, vector.Count).ContainsAnyExceptInRange((byte)0, (byte)1));
                break;
            case DuckTypeId.Enum:
                CheckEnums(vector);
                break;
            case DuckTypeId.Decimal:
                CheckDecimals(vector);
                break;
            case var _ when vector.Type.Layout == DuckLayout.Text:
                ResolveTexts(ref frame, payload, vector);
                break;
        }
    }

    private static void CheckEnums(VectorNode vector)
    {
        var size = vector.Type.EnumValues.Count;
        for (var row = 0; row < vector.Count; row++)
        {
            Require(vector.IsNull(row) || (vector.Type.SizeBytes switch
            {
                1 => vector.Data[row],
                2 => ((ushort*)vector.Data)[row],
                _ => ((uint*)vector.Data)[row],
            }) < (uint)size);
        }
    }

    private static void CheckDecimals(VectorNode vector)
    {
        var limit = DuckDecimal.PowerOfTen(vector.Type.Width);
        var column = new ColumnVector(vector);
        for (var row = 0; row < vector.Count; row++)
        {
            var digits = column.Unscaled(row);
            Require(digits < limit && digits > -limit);
        }
    }

    private static void ResolveTexts(ref FrameReader frame, byte* payload, VectorNode vector)
    {
        frame.Align();
        var heapBytes = frame.Long();
        Require(heapBytes >= 0);
        var heap = Take(ref frame, payload, heapBytes);
        var texts = (NativeString*)vector.Data;
        var least = vector.Type.Id == DuckTypeId.Bit ? 1 : 0;
        for (var row = 0; row < vector.Count; row++)
        {
            var length = texts[row].Length;
            Require(vector.IsNull(row) || length >= least);
            if (length > NativeString.InlineBytes)
            {
                var offset = (ulong)texts[row].Pointer;
                Require(offset <= (ulong)heapBytes && length <= (ulong)heapBytes - offset);
                texts[row].Pointer = heap + offset;
            }
        }
    }

    private static void ReadChildren(ref FrameReader frame, byte* payload, VectorNode vector)
    {
        var isList = vector.Type.Layout == DuckLayout.List;
        int? count = isList ? null : vector.Type.Id == DuckTypeId.Array ? checked(vector.Count * vector.Type.ArraySize) : vector.Count;
        foreach (var child in vector.Children)
        {
            ReadVector(ref frame, payload, child, count);
            count ??= child.Count; // A map's keys and values are as many.
        }
        if (isList)
        {
            CheckLists(vector, (ulong)vector.Children[0].Count);
        }
        else if (vector.Type.Id == DuckTypeId.Union)
        {
            var members = vector.Type.Children.Count;
            for (var row = 0; row < vector.Count; row++)
            {
                Require(vector.IsNull(row) || vector.Children[0].Data[row] < members);
            }
        }
    }

    private static void CheckLists(VectorNode vector, ulong childCount)
    {
        foreach (var entry in new ReadOnlySpan<NativeListEntry>(vector.Data, vector.Count))
        {
            Require(entry.Offset <= childCount && entry.Length <= childCount - entry.Offset);
        }
    }

    private static void Require(bool isTrue)
    {
        if (!isTrue)
        {
            throw Frames.Malformed("values that cannot be");
        }
    }
}

/// <summary>Memory for one received frame, aligned, used again and again.</summary>
internal sealed unsafe class FrameBuffer : IDisposable
{
    private byte* _memory;
    private int _capacity;

    public byte* Pointer => _memory;

    public Span<byte> Room(int length)
    {
        if (length > _capacity)
        {
            NativeMemory.AlignedFree(_memory);
            _capacity = 0;
            _memory = (byte*)NativeMemory.AlignedAlloc((nuint)length, 64);
            _capacity = length;
        }
        return new(_memory, length);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _capacity = 0;
    }
}
