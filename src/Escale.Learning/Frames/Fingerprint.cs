using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Escale.Learning.Preparation.Encoders;

namespace Escale.Learning.Frames;

/// <summary>SHA-256 of a table's names and values; it does not depend on views, dictionaries or batches.</summary>
internal static class Fingerprint
{
    private const ulong MissingText = 1;

    public static string Of(Frame frame)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> count = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(count, frame.RowCount);
        hash.AppendData(count);
        foreach (var column in frame.Columns)
        {
            var name = Encoding.UTF8.GetBytes(column.Name);
            BinaryPrimitives.WriteInt64LittleEndian(count, name.Length);
            hash.AppendData(count);
            hash.AppendData(name);
            Append(hash, column);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, Column column)
    {
        switch (column)
        {
            case NumberColumn numbers:
                var values = new double[column.RowCount];
                numbers.CopyTo(values);
                hash.AppendData(MemoryMarshal.AsBytes<double>(Array.ConvertAll(values, value => double.IsNaN(value) ? double.NaN : value)));
                break;
            case CategoryColumn categories:
                var ofLevel = categories.Levels.Select(level => StableHash.Of(level)).ToArray();
                hash.AppendData(MemoryMarshal.AsBytes<ulong>([.. Enumerable.Range(0, column.RowCount).Select(row => categories.Level(row) is >= 0 and var level ? ofLevel[level] : MissingText)]));
                break;
            default:
                hash.AppendData(MemoryMarshal.AsBytes<ulong>([.. Enumerable.Range(0, column.RowCount).Select(row => column.TextAt(row) is { } text ? StableHash.Of(text) : MissingText)]));
                break;
        }
    }
}
