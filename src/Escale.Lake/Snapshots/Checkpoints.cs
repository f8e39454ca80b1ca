using System.Globalization;
using System.Text;
using System.Text.Json;
using Escale.Kernel;

namespace Escale.Lake;

/// <summary>
/// Checkpoints of one table. Two of each: the protocol's Parquet file for other programs, and a JSON one of ours under
/// <c>_escale/</c> that opens in a millisecond without an engine and keeps what the protocol's has no place for (the last data
/// commit, properties). Ours begins with its checksum and is passed over when that does not match.
/// </summary>
internal sealed class Checkpoints(ObjectStore store, string folder, ICheckpointCodec? codec)
{
    public void Write(Snapshot snapshot, DateTimeOffset now)
    {
        var expired = (now - Intervals.DeletedFileRetention(snapshot.Configuration)).ToUnixTimeMilliseconds();
        var lines = Lines(snapshot, expired);
        store.Put(Key(LogKeys.OwnCheckpoint(snapshot.Version)), Own(snapshot, lines));
        Failpoint.Hit("lake.checkpoint.before-parquet");
        if (codec is null)
        {
            return;
        }
        var parquet = codec.Encode(lines);
        store.PutIfAbsent(Key(LogKeys.Checkpoint(snapshot.Version)), parquet);
        Failpoint.Hit("lake.checkpoint.before-pointer");
        store.Put(Key(LogKeys.LastCheckpoint), Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{{\"version\":{snapshot.Version},\"size\":{lines.Count},\"sizeInBytes\":{parquet.Length},\"numOfAddFiles\":{snapshot.Files.Count}}}")));
    }

    /// <summary>The state of our own checkpoint of a version, or null when there is none or it is damaged.</summary>
    public SnapshotBuilder? ReadOwn(long version)
    {
        var key = Key(LogKeys.OwnCheckpoint(version));
        if (store.TryRead(key) is not { } bytes)
        {
            return null;
        }
        var end = bytes.AsSpan().IndexOf((byte)'\n');
        if (end != 8 || !uint.TryParse(bytes.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var stated)
            || Crc32C.Of(bytes.AsSpan(end + 1)) != stated)
        {
            return null;
        }
        var text = bytes.AsMemory(end + 1);
        var headEnd = text.Span.IndexOf((byte)'\n');
        var head = JsonSerializer.Deserialize<Head>(text.Span[..headEnd])!;
        var entry = new LogEntry { Version = version };
        var rest = text[(headEnd + 1)..];
        while (rest.Length > 0)
        {
            var length = rest.Span.IndexOf((byte)'\n');
            ActionReader.Read(rest[..length], entry);
            rest = rest[(length + 1)..];
        }
        var builder = new SnapshotBuilder();
        builder.Start(entry, head.DataVersion, head.LastCommit, head.LastDataCommit, head.Properties);
        return builder;
    }

    /// <summary>The state of the protocol's checkpoint of a version.</summary>
    /// <exception cref="EscaleException"><c>lake.checkpoint-unreadable</c> without an engine.</exception>
    public SnapshotBuilder ReadParquet(long version)
    {
        var key = Key(LogKeys.Checkpoint(version));
        if (codec is null)
        {
            throw new EscaleException("lake.checkpoint-unreadable", $"The checkpoint {key} can be read only with an engine.", "Open the table through the program.");
        }
        var entry = new LogEntry { Version = version };
        foreach (var line in codec.Decode(store.LocationOf(key)))
        {
            ActionReader.Read(Encoding.UTF8.GetBytes(line), entry);
        }
        if (entry.Metadata is null || entry.Protocol is null)
        {
            throw LogEntryCodec.Corrupt(key, "the checkpoint has no metadata");
        }
        var unknown = new CommitInfo(version, store.Stat(key)?.ModifiedUtc ?? DateTimeOffset.UnixEpoch, "UNKNOWN");
        var builder = new SnapshotBuilder();
        builder.Start(entry, version, unknown, unknown, new Dictionary<string, string>());
        return builder;
    }

    /// <summary>Whether our own checkpoint of a version can be read: the log before it may then be cleaned up.</summary>
    public bool HasOwn(long version) => ReadOwn(version) is not null;

    private static List<string> Lines(Snapshot snapshot, long expiredMs)
    {
        var lines = new List<string>(snapshot.Files.Count + 8)
        {
            Line(json => ActionWriter.Write(json, snapshot.Protocol)),
            Line(json => ActionWriter.Write(json, snapshot.Metadata)),
        };
        lines.AddRange(snapshot.Transactions.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => Line(json => ActionWriter.Write(json, pair.Key, pair.Value))));
        lines.AddRange(snapshot.Files.Select(file => Line(json => ActionWriter.Write(json, file with { DataChange = false }))));
        lines.AddRange(snapshot.Removed.Values.Where(file => file.DeletionTimeMs > expiredMs)
            .Select(file => Line(json => ActionWriter.Write(json, file with { DataChange = false }))));
        return lines;
    }

    private static string Line(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        ActionWriter.Line(buffer, write);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length - 1);
    }

    private static byte[] Own(Snapshot snapshot, List<string> lines)
    {
        var head = JsonSerializer.Serialize(new Head(snapshot.DataVersion, snapshot.LastCommit, snapshot.LastDataCommit, snapshot.Properties));
        var body = Encoding.UTF8.GetBytes(head + "\n" + string.Concat(lines.Select(line => line + "\n")));
        var checksum = Encoding.ASCII.GetBytes(Crc32C.Of(body).ToString("x8", CultureInfo.InvariantCulture) + "\n");
        return [.. checksum, .. body];
    }

    private string Key(string relative) => $"{folder}/{relative}";

    private sealed record Head(long DataVersion, CommitInfo LastCommit, CommitInfo LastDataCommit, IReadOnlyDictionary<string, string> Properties);
}
