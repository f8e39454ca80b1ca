using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Escale.Learning.Persistence;

/// <summary>
/// The one file of a model. All numbers are little-endian.
/// <code>
/// 0   8  "ESCMODEL"
/// 8   2  major version: readers of an older one refuse the file
/// 10  2  minor version: readers of an older one read what they know
/// 12  4  length of the header in bytes
/// 16  4  number of arrays
/// 20  8  length of the whole file
/// 28  4  CRC-32C of the header
/// 32  4  CRC-32C of the 32 bytes before
/// 36     the header: a JSON object in UTF-8, which names every part and array
/// then for each array: 8 its length in bytes, 4 CRC-32C of these 8 and of its bytes, its bytes
/// </code>
/// Nothing is allocated that the file is not long enough for; nothing in it is run, and no type is found by its name.
/// </summary>
internal static class ModelFile
{
    public const ushort Major = 1;
    public const ushort Minor = 0;

    private const int PrologueLength = 36;
    private const int ArrayPrologueLength = 12;

    private static ReadOnlySpan<byte> Magic => "ESCMODEL"u8;

    /// <summary>Writes beside the file first, so that a crash leaves the old one or the new one.</summary>
    public static void Write(Model model, string path)
    {
        var full = Path.GetFullPath(path);
        var temporary = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Path.GetRandomFileName()}");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                Write(model, stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public static void Write(Model model, Stream stream)
    {
        var (json, arrays) = (new JsonObject { ["kind"] = "model" }, new List<byte[]>());
        ModelNode.Save(model, new SavedNode(json, arrays));
        var header = JsonSerializer.SerializeToUtf8Bytes(json);
        if (LengthOf(header, arrays) > Array.MaxLength)
        {
            throw new LearningException("learning.model-file-too-large", "The model is larger than 2 GB.", "Train with fewer or smaller members.");
        }
        Write(header, arrays, stream);
    }

    public static void Write(ReadOnlySpan<byte> header, IReadOnlyList<byte[]> arrays, Stream stream)
    {
        Span<byte> prologue = stackalloc byte[PrologueLength];
        Magic.CopyTo(prologue);
        BinaryPrimitives.WriteUInt16LittleEndian(prologue[8..], Major);
        BinaryPrimitives.WriteUInt16LittleEndian(prologue[10..], Minor);
        BinaryPrimitives.WriteInt32LittleEndian(prologue[12..], header.Length);
        BinaryPrimitives.WriteInt32LittleEndian(prologue[16..], arrays.Count);
        BinaryPrimitives.WriteInt64LittleEndian(prologue[20..], LengthOf(header, arrays));
        BinaryPrimitives.WriteUInt32LittleEndian(prologue[28..], Crc(0, header));
        BinaryPrimitives.WriteUInt32LittleEndian(prologue[32..], Crc(0, prologue[..32]));
        stream.Write(prologue);
        stream.Write(header);
        Span<byte> before = stackalloc byte[ArrayPrologueLength];
        foreach (var array in arrays)
        {
            BinaryPrimitives.WriteInt64LittleEndian(before, array.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(before[8..], Crc(Crc(0, before[..8]), array));
            stream.Write(before);
            stream.Write(array);
        }
    }

    public static Model Read(Stream stream) => Read(stream, ModelNode.Load);

    /// <summary>Reads what a file holds.</summary>
    /// <param name="stream">The file, to its end.</param>
    /// <param name="load">Reads its root; whatever goes wrong there is the file's fault.</param>
    public static T Read<T>(Stream stream, Func<SavedNode, T> load)
    {
        var left = stream.CanSeek ? stream.Length - stream.Position : 0;
        if (left > Array.MaxLength)
        {
            throw SavedNode.Damaged("it is larger than 2 GB, which no model is");
        }
        using var copy = new MemoryStream((int)left);
        stream.CopyTo(copy);
        var bytes = copy.GetBuffer().AsMemory(0, (int)copy.Length);
        try
        {
            return load(Parse(bytes));
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IndexOutOfRangeException or OverflowException
            or FormatException or KeyNotFoundException or InvalidCastException or JsonException or NullReferenceException)
        {
            // Parts check what they read; what a part did not think of is still the file's fault, not a crash.
            throw new LearningException("learning.model-file-damaged", $"The model file is damaged: {exception.Message}", "Take the file again from where it was saved, or train the model again.", inner: exception);
        }
    }

    /// <summary>Checks the whole file and takes it apart.</summary>
    public static SavedNode Parse(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (span.Length < PrologueLength || !span.StartsWith(Magic))
        {
            throw SavedNode.Damaged("it does not begin as a model does");
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(span[32..]) != Crc(0, span[..32]))
        {
            throw SavedNode.Damaged("its first bytes were altered");
        }
        if (BinaryPrimitives.ReadUInt16LittleEndian(span[8..]) is var major && major > Major)
        {
            throw new LearningException("learning.model-file-newer", $"The model file is of version {major}; this program reads up to version {Major}.", "Open it with a newer version.");
        }
        var (headerLength, arrayCount) = (BinaryPrimitives.ReadInt32LittleEndian(span[12..]), BinaryPrimitives.ReadInt32LittleEndian(span[16..]));
        if (BinaryPrimitives.ReadInt64LittleEndian(span[20..]) != span.Length)
        {
            throw SavedNode.Damaged($"it is {span.Length} bytes long and says otherwise");
        }
        if (headerLength < 0 || headerLength > span.Length - PrologueLength || arrayCount < 0)
        {
            throw SavedNode.Damaged("its header is longer than the file");
        }
        var header = span.Slice(PrologueLength, headerLength);
        if (BinaryPrimitives.ReadUInt32LittleEndian(span[28..]) != Crc(0, header))
        {
            throw SavedNode.Damaged("its header was altered");
        }
        return new SavedNode(Header(header), Arrays(bytes[(PrologueLength + headerLength)..], arrayCount));
    }

    private static JsonObject Header(ReadOnlySpan<byte> header) =>
        JsonNode.Parse(header, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 }) as JsonObject
            ?? throw SavedNode.Damaged("its header is no object");

    private static List<byte[]> Arrays(ReadOnlyMemory<byte> rest, int count)
    {
        if ((long)count * ArrayPrologueLength > rest.Length)
        {
            throw SavedNode.Damaged("it has fewer arrays than it says");
        }
        var arrays = new List<byte[]>(count);
        for (var at = 0; at < count; at++)
        {
            var length = rest.Length < ArrayPrologueLength ? -1 : BinaryPrimitives.ReadInt64LittleEndian(rest.Span);
            if (length < 0 || length > rest.Length - ArrayPrologueLength)
            {
                throw SavedNode.Damaged($"array {at} is longer than the file");
            }
            var array = rest.Slice(ArrayPrologueLength, (int)length);
            if (BinaryPrimitives.ReadUInt32LittleEndian(rest.Span[8..]) != Crc(Crc(0, rest.Span[..8]), array.Span))
            {
                throw SavedNode.Damaged($"array {at} was altered");
            }
            arrays.Add(array.ToArray());
            rest = rest[(ArrayPrologueLength + (int)length)..];
        }
        return rest.IsEmpty ? arrays : throw SavedNode.Damaged("something follows its last array");
    }

    private static long LengthOf(ReadOnlySpan<byte> header, IReadOnlyList<byte[]> arrays) =>
        PrologueLength + header.Length + arrays.Sum(array => (long)ArrayPrologueLength + array.Length);

    public static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }
        return ~crc;
    }
}
