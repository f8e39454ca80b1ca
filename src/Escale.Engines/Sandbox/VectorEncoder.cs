using System.Runtime.InteropServices;
using Escale.Engines.DuckDb;
using Escale.Engines.DuckDb.Interop;

namespace Escale.Engines.Sandbox;

/// <summary>
/// Vectors into a frame, in the child: for each, the number of values, the validity bits if there are NULLs, the data as it lies in memory
/// (long texts by their offset in a heap that follows), then its children. Each part starts at a multiple of 16 bytes.
/// </summary>
internal static unsafe class VectorEncoder
{
    public static void Write(FrameWriter frame, VectorNode[] columns, int rowCount)
    {
        frame.Int(rowCount);
        foreach (var column in columns)
        {
            WriteVector(frame, column);
        }
    }

    private static void WriteVector(FrameWriter frame, VectorNode vector)
    {
        var hasNulls = vector.Validity != null;
        frame.Align();
        frame.Int(vector.Count).Int(hasNulls ? 1 : 0);
        if (hasNulls)
        {
            frame.Align();
            var bytes = ((vector.Count + 63) >> 6) * 8;
            new ReadOnlySpan<byte>(vector.Validity, bytes).CopyTo(frame.Take(bytes));
        }
        frame.Align();
        switch (vector.Type.Layout)
        {
            case DuckLayout.Text:
                WriteTexts(frame, vector);
                break;
            case DuckLayout.List:
                WriteLists(frame, vector);
                break;
            case DuckLayout.Fixed:
                var room = frame.Take(vector.Count * vector.Type.SizeBytes);
                new ReadOnlySpan<byte>(vector.Data, room.Length).CopyTo(room);
                ClearNulls(vector, room);
                break;
        }
        foreach (var child in vector.Children)
        {
            WriteVector(frame, child);
        }
    }

    /// <summary>What stands at NULL rows is undefined in DuckDB; the host checks every value of these types.</summary>
    private static void ClearNulls(VectorNode vector, Span<byte> data)
    {
        if (vector.Validity == null || vector.Type.Id is not (DuckTypeId.Boolean or DuckTypeId.Enum or DuckTypeId.Decimal))
        {
            return;
        }
        var size = vector.Type.SizeBytes;
        for (var row = 0; row < vector.Count; row++)
        {
            if (vector.IsNull(row))
            {
                data.Slice(row * size, size).Clear();
            }
        }
    }

    private static void WriteTexts(FrameWriter frame, VectorNode vector)
    {
        var source = (NativeString*)vector.Data;
        var heapBytes = 0L;
        var references = MemoryMarshal.Cast<byte, NativeString>(frame.Take(vector.Count * sizeof(NativeString)));
        for (var row = 0; row < references.Length; row++)
        {
            var text = vector.IsNull(row) ? default : source[row];
            if (text.Length > NativeString.InlineBytes)
            {
                text.Pointer = (byte*)heapBytes;
                heapBytes += text.Length;
            }
            references[row] = text;
        }
        frame.Align();
        frame.Long(heapBytes);
        var heap = frame.Take(checked((int)heapBytes));
        for (var row = 0; row < vector.Count; row++)
        {
            if (!vector.IsNull(row) && source[row].Length > NativeString.InlineBytes)
            {
                new ReadOnlySpan<byte>(source[row].Pointer, (int)source[row].Length).CopyTo(heap);
                heap = heap[(int)source[row].Length..];
            }
        }
    }

    private static void WriteLists(FrameWriter frame, VectorNode vector)
    {
        var source = (NativeListEntry*)vector.Data;
        var entries = MemoryMarshal.Cast<byte, NativeListEntry>(frame.Take(vector.Count * sizeof(NativeListEntry)));
        for (var row = 0; row < entries.Length; row++)
        {
            entries[row] = vector.IsNull(row) ? default : source[row];
        }
    }
}
