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
                for (var row = 0; row < values.Length; row++)
                {
                    values[row] = double.IsNaN(values[row]) ? double.NaN : values[row]; // One NaN of the many.
                }
                hash.AppendData(MemoryMarshal.AsBytes<double>(values));
                break;
            case CategoryColumn categories:
                var ofLevel = categories.Levels.Select(level => StableHash.Of(level)).ToArray();
                var codes = new int[column.RowCount];
                categories.CopyTo(codes);
                hash.AppendData(MemoryMarshal.AsBytes<ulong>(Array.ConvertAll(codes, code => code < 0 ? MissingText : ofLevel[code])));
                break;
            default:
                hash.AppendData(MemoryMarshal.AsBytes<ulong>([.. Enumerable.Range(0, column.RowCount).Select(row => column.TextAt(row) is { } text ? StableHash.Of(text) : MissingText)]));
                break;
        }
    }
}
