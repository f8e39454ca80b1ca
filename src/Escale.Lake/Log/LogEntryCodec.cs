using System.Globalization;
using System.Text;
using System.Text.Json;
using Escale.Kernel;

namespace Escale.Lake;

/// <summary>
/// A log entry as bytes. Ours end with a commitInfo whose tags hold the CRC-32C of the whole entry, computed with the digits of
/// the checksum itself as zeros: one flipped byte anywhere is found when the entry is read. Entries of other writers have none.
/// </summary>
internal static class LogEntryCodec
{
    private const string Marker = "\"escale.crc32c\":\"";
    private const string Zeros = "00000000";

    public static byte[] Encode(LogEntry entry)
    {
        using var buffer = new MemoryStream();
        if (entry.Protocol is { } protocol)
        {
            ActionWriter.Line(buffer, json => ActionWriter.Write(json, protocol));
        }
        if (entry.Metadata is { } metadata)
        {
            ActionWriter.Line(buffer, json => ActionWriter.Write(json, metadata));
        }
        foreach (var (appId, version) in entry.Transactions.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            ActionWriter.Line(buffer, json => ActionWriter.Write(json, appId, version));
        }
        foreach (var file in entry.Removes)
        {
            ActionWriter.Line(buffer, json => ActionWriter.Write(json, file));
        }
        foreach (var file in entry.Adds)
        {
            ActionWriter.Line(buffer, json => ActionWriter.Write(json, file));
        }
        var info = entry.Info!;
        var properties = new Dictionary<string, string>(info.Properties, StringComparer.Ordinal) { [DataFile.ChecksumTag] = Zeros };
        ActionWriter.Line(buffer, json => ActionWriter.Write(json, info with { Properties = properties }));
        var bytes = buffer.ToArray();
        var digits = bytes.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(Marker + Zeros)) + Marker.Length;
        Encoding.ASCII.GetBytes(Crc32C.Of(bytes).ToString("x8", CultureInfo.InvariantCulture), bytes.AsSpan(digits, Zeros.Length));
        return bytes;
    }

    /// <exception cref="EscaleException"><c>lake.corrupt-log</c> naming <paramref name="key"/>.</exception>
    public static LogEntry Decode(byte[] bytes, long version, string key)
    {
        var checksummed = CheckSum(bytes, key);
        var entry = new LogEntry { Version = version };
        foreach (var range in Lines(bytes))
        {
            try
            {
                ActionReader.Read(bytes.AsMemory(range), entry);
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
            {
                throw Corrupt(key, "it is not a Delta log entry", exception);
            }
        }
        if (entry.Info is { } info && info.Properties.ContainsKey(DataFile.ChecksumTag))
        {
            if (!checksummed)
            {
                throw Corrupt(key, "its checksum cannot be found");
            }
            entry.Info = info with { Properties = info.Properties.Where(pair => pair.Key != DataFile.ChecksumTag).ToDictionary(StringComparer.Ordinal) };
        }
        else if (!checksummed && WasOurs(entry))
        {
            throw Corrupt(key, "its checksum is gone");
        }
        return entry;

        static bool WasOurs(LogEntry entry) => entry.Info?.Engine?.StartsWith("Escale", StringComparison.Ordinal) == true;
    }

    public static EscaleException Corrupt(string key, string why, Exception? inner = null) => new(
        "lake.corrupt-log", $"The log entry {key} is damaged: {why}.", "Restore the file from a backup; the data files are untouched.",
        new Place(key), inner);

    private static bool CheckSum(byte[] bytes, string key)
    {
        var marker = bytes.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(Marker));
        if (marker < 0 || marker + Marker.Length + Zeros.Length > bytes.Length)
        {
            return false;
        }
        var stated = Encoding.ASCII.GetString(bytes, marker + Marker.Length, Zeros.Length);
        // The last marker may be that of a data file's tag in an entry of another writer that kept our tags: then there is none of its own.
        if (bytes.AsSpan(marker).IndexOf((byte)'\n') is var end and >= 0 && end + marker + 1 < bytes.Length)
        {
            return false;
        }
        var zeroed = (byte[])bytes.Clone();
        zeroed.AsSpan(marker + Marker.Length, Zeros.Length).Fill((byte)'0');
        return Crc32C.Of(zeroed).ToString("x8", CultureInfo.InvariantCulture) == stated ? true : throw Corrupt(key, "its checksum does not match");
    }

    private static IEnumerable<Range> Lines(byte[] bytes)
    {
        var start = 0;
        while (start < bytes.Length)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            var end = length < 0 ? bytes.Length : start + length;
            if (bytes.AsSpan(start, end - start).Trim(" \r\t"u8).Length > 0)
            {
                yield return start..end;
            }
            start = end + 1;
        }
    }
}
