using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Escale.Lake;

namespace Escale.Collect.Streams;

/// <summary>One accepted push.</summary>
/// <param name="Sequence">Its number in the stream, from 1 without gaps.</param>
/// <param name="Id">The client's <c>Escale-Batch</c>, or one made for it.</param>
/// <param name="EventCount">Its lines that are not blank.</param>
/// <param name="Body">The bytes as they came.</param>
internal sealed record JournalBatch(long Sequence, string Id, int EventCount, ReadOnlyMemory<byte> Body);

/// <summary>
/// A batch as it stands in a journal: length, CRC-32C of what follows, sequence, event count, id, body; little-endian. A frame whose
/// length or checksum does not hold ends the segment: what is behind it was never acknowledged.
/// </summary>
internal static class JournalFrame
{
    private const int HeadBytes = 8;
    private const int FixedBytes = 8 + 4 + 2;
    private const int MaxBytes = 1 << 30;

    public static void Write(ArrayBufferWriter<byte> target, JournalBatch batch)
    {
        var idBytes = Encoding.UTF8.GetByteCount(batch.Id);
        var length = FixedBytes + idBytes + batch.Body.Length;
        var span = target.GetSpan(HeadBytes + length)[..(HeadBytes + length)];
        var payload = span[HeadBytes..];
        BinaryPrimitives.WriteInt64LittleEndian(payload, batch.Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(payload[8..], batch.EventCount);
        BinaryPrimitives.WriteUInt16LittleEndian(payload[12..], (ushort)idBytes);
        Encoding.UTF8.GetBytes(batch.Id, payload[FixedBytes..]);
        batch.Body.Span.CopyTo(payload[(FixedBytes + idBytes)..]);
        BinaryPrimitives.WriteInt32LittleEndian(span, length);
        BinaryPrimitives.WriteUInt32LittleEndian(span[4..], Crc32C.Of(payload));
        target.Advance(HeadBytes + length);
    }

    /// <summary>The whole frames of a segment, in order; stops at a torn one.</summary>
    public static IEnumerable<JournalBatch> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        var head = new byte[HeadBytes];
        while (file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) == HeadBytes)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(head);
            if (length < FixedBytes || length > MaxBytes || length > file.Length - file.Position)
            {
                yield break;
            }
            var payload = new byte[length];
            file.ReadExactly(payload);
            if (Crc32C.Of(payload) != BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(4)) || Parse(payload) is not { } batch)
            {
                yield break;
            }
            yield return batch;
        }
    }

    private static JournalBatch? Parse(byte[] payload)
    {
        var idBytes = BinaryPrimitives.ReadUInt16LittleEndian(payload.AsSpan(12));
        return FixedBytes + idBytes > payload.Length
            ? null
            : new JournalBatch(
                BinaryPrimitives.ReadInt64LittleEndian(payload), Encoding.UTF8.GetString(payload.AsSpan(FixedBytes, idBytes)),
                BinaryPrimitives.ReadInt32LittleEndian(payload.AsSpan(8)), payload.AsMemory(FixedBytes + idBytes));
    }
}
