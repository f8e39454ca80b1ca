using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Escale.Collect.Streams;

/// <summary>What became of a push.</summary>
/// <param name="Batch">Its id.</param>
/// <param name="Sequence">Its number in the stream.</param>
/// <param name="Events">Its events.</param>
/// <param name="Duplicate">It had been accepted before: nothing was written.</param>
internal sealed record PushReceipt(string Batch, long Sequence, int Events, bool Duplicate);

/// <summary>How a stream stands.</summary>
/// <param name="LastBatch">The id of the last accepted batch, or null.</param>
/// <param name="Batches">Batches accepted so far.</param>
/// <param name="Events">Events accepted so far.</param>
/// <param name="WaitingBytes">Bytes in the journal that no table has yet.</param>
internal sealed record StreamStatus(string? LastBatch, long Batches, long Events, long WaitingBytes);

/// <summary>
/// The journal of one stream: segments of frames in one folder, appended by one process at a time. Pushes that arrive together are written
/// and synced together (group commit), so that many clients are as fast as one. Thread-safe.
/// </summary>
internal sealed class StreamJournal(string name, string folder, DurableWriter writer) : IDisposable
{
    private const long SegmentBytes = 64 << 20;
    private const int GroupBytes = 16 << 20;
    private const int RememberedIds = 100_000;

    private readonly Channel<Push> _pushes = Channel.CreateBounded<Push>(new BoundedChannelOptions(1024) { SingleReader = true });
    private readonly Lock _gate = new();
    private FileStream? _owner;
    private Task? _worker;
    private Memory? _memory;
    private string? _segment;
    private long _segmentBytes;
    private long _waitingBytes;

    // Replaced after every change by whoever holds the gate; read without it, so that asking never waits for a sync.
    private volatile StreamStatus? _status;

    private string MemoryPath => Path.Combine(folder, "journal.json");

    private string DrainedPath => Path.Combine(folder, "drained");

    /// <summary>Accepts a batch; when it returns, the batch survives a power cut.</summary>
    /// <exception cref="EscaleException"><c>collect.stream-busy</c> when another process owns the journal.</exception>
    public async Task<PushReceipt> PushAsync(string? id, int eventCount, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        Open();
        var push = new Push(id, eventCount, body);
        await _pushes.Writer.WriteAsync(push, cancellationToken);
        return await push.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>How the stream stands: from memory in the process that receives it, from the files in any other.</summary>
    public StreamStatus Status()
    {
        if (_status is { } status)
        {
            return status;
        }
        lock (_gate)
        {
            return StatusOf(Recover(), WaitingInFiles());
        }
    }

    /// <summary>Whether more than this waits, after what another process has brought into the table is deleted.</summary>
    public bool IsFuller(long sizeBytes)
    {
        if (Status().WaitingBytes <= sizeBytes)
        {
            return false;
        }
        lock (_gate)
        {
            if (_owner is not null)
            {
                DeleteDrained();
            }
        }
        return Status().WaitingBytes > sizeBytes;
    }

    /// <summary>Gives every batch after a position, in order; returns the position of the last.</summary>
    public long Drain(long after, Action<JournalBatch> take)
    {
        lock (_gate)
        {
            // What comes from now on goes into a new segment, so that the drained ones can be deleted.
            _segment = null;
        }
        var position = after;
        foreach (var batch in Segments().SelectMany(JournalFrame.Read).Where(batch => batch.Sequence > after))
        {
            if (batch.Sequence > position)
            {
                take(batch);
                position = batch.Sequence;
            }
        }
        return position;
    }

    /// <summary>
    /// Deletes the segments whose batches are all in the table; when another process receives the stream, leaves word for it. First the ids are
    /// remembered, so that a late retry is still known.
    /// </summary>
    public void Forget(long position)
    {
        lock (_gate)
        {
            if (_owner is null && !TryOwn())
            {
                writer.Write(DrainedPath, Encoding.ASCII.GetBytes(position.ToString(CultureInfo.InvariantCulture)));
                return;
            }
            Know();
            Delete(position);
        }
    }

    public void Dispose()
    {
        _pushes.Writer.TryComplete();
        lock (_gate)
        {
            _owner?.Dispose();
            _owner = null;
        }
    }

    private void Open()
    {
        if (Volatile.Read(ref _worker) is not null)
        {
            return;
        }
        lock (_gate)
        {
            if (_owner is null && !TryOwn())
            {
                throw new EscaleException("collect.stream-busy", $"Another process is receiving the stream '{name}'.", "Push to the process that serves this project, or try again when it has ended.");
            }
            Know();
            Volatile.Write(ref _worker, _worker ?? Task.Run(WorkAsync));
        }
    }

    /// <summary>Reads once what the files say; from then on their owner keeps it in memory.</summary>
    private void Know()
    {
        if (_memory is null)
        {
            _memory = Recover();
            _waitingBytes = WaitingInFiles();
            DeleteDrained();
        }
        _status = StatusOf(_memory, _waitingBytes);
    }

    private static StreamStatus StatusOf(Memory memory, long waitingBytes) => new(memory.LastId, memory.LastSequence, memory.EventCount, waitingBytes);

    private long WaitingInFiles() => Segments().Sum(path => new FileInfo(path).Length);

    /// <summary>Deletes what another process has drained, if one left word.</summary>
    private void DeleteDrained()
    {
        if (File.Exists(DrainedPath) && long.TryParse(File.ReadAllText(DrainedPath), NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            Delete(position);
        }
    }

    private void Delete(long position)
    {
        var drained = Segments().Where(path => path != _segment && LastIn(path) <= position).ToList();
        if (drained.Count == 0)
        {
            return;
        }
        Failpoint.Hit("collect.journal.before-forget");
        writer.Write(MemoryPath, JsonSerializer.SerializeToUtf8Bytes(_memory!.ToFile()));
        Failpoint.Hit("collect.journal.before-delete");
        foreach (var path in drained)
        {
            _waitingBytes -= new FileInfo(path).Length;
            writer.Files.Delete(path);
        }
        writer.Files.SyncFolder(folder);
        _status = StatusOf(_memory!, _waitingBytes);
    }

    private bool TryOwn()
    {
        Directory.CreateDirectory(folder);
        try
        {
            _owner = new FileStream(Path.Combine(folder, "journal.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private Memory Recover()
    {
        var memory = new Memory();
        if (File.Exists(MemoryPath))
        {
            memory.Load(JsonSerializer.Deserialize<MemoryFile>(File.ReadAllBytes(MemoryPath))!);
        }
        foreach (var batch in Segments().SelectMany(JournalFrame.Read).Where(batch => batch.Sequence > memory.LastSequence))
        {
            memory.Add(batch.Id, batch.Sequence, batch.EventCount);
        }
        return memory;
    }

    private IReadOnlyList<string> Segments() =>
        [.. writer.Files.List(folder).Where(file => file.EndsWith(".journal", StringComparison.Ordinal)).Select(file => Path.Combine(folder, file))];

    private static long LastIn(string path) => JournalFrame.Read(path).Select(batch => batch.Sequence).LastOrDefault();

    private async Task WorkAsync()
    {
        var group = new List<Push>();
        while (await _pushes.Reader.WaitToReadAsync())
        {
            group.Clear();
            long size = 0;
            while (size < GroupBytes && _pushes.Reader.TryRead(out var push))
            {
                group.Add(push);
                size += push.Body.Length;
            }
            lock (_gate)
            {
                WriteGroup(group);
            }
        }
    }

    private void WriteGroup(List<Push> group)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        var receipts = new List<(Push Push, PushReceipt Receipt)>();
        var fresh = new List<JournalBatch>();
        var next = _memory!.LastSequence;
        foreach (var push in group)
        {
            var known = push.Id is null ? null : _memory.Find(push.Id) ?? fresh.Find(batch => batch.Id == push.Id)?.Sequence;
            if (known is { } sequence)
            {
                receipts.Add((push, new PushReceipt(push.Id!, sequence, push.EventCount, Duplicate: true)));
                continue;
            }
            var batch = new JournalBatch(++next, push.Id ?? $"auto-{next.ToString(CultureInfo.InvariantCulture)}", push.EventCount, push.Body);
            fresh.Add(batch);
            JournalFrame.Write(buffer, batch);
            receipts.Add((push, new PushReceipt(batch.Id, batch.Sequence, batch.EventCount, Duplicate: false)));
        }
        try
        {
            if (fresh.Count > 0)
            {
                Append(buffer.WrittenSpan, fresh[0].Sequence);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The segment may end in a torn frame now: whatever comes next begins a new one.
            _segment = null;
            var error = new EscaleException("collect.stream-write", $"The journal of the stream '{name}' cannot be written: {exception.Message}", "Make room on the disk; nothing of this push was accepted.", inner: exception);
            group.ForEach(push => push.Done.TrySetException(error));
            return;
        }
        fresh.ForEach(batch => _memory.Add(batch.Id, batch.Sequence, batch.EventCount));
        _waitingBytes += buffer.WrittenCount;
        _status = StatusOf(_memory, _waitingBytes);
        receipts.ForEach(pair => pair.Push.Done.TrySetResult(pair.Receipt));
    }

    private void Append(ReadOnlySpan<byte> frames, long firstSequence)
    {
        if (_segment is null || _segmentBytes > SegmentBytes)
        {
            _segment = NewSegment(firstSequence);
            _segmentBytes = 0;
            DeleteDrained();
        }
        Failpoint.Hit("collect.journal.before-append");
        writer.Append(_segment, frames);
        _segmentBytes += frames.Length;
        Failpoint.Hit("collect.journal.before-acknowledge");
    }

    /// <summary>A new name even when a failed write left a segment of the same first number: it sorts behind it.</summary>
    private string NewSegment(long firstSequence)
    {
        for (var attempt = 0; ; attempt++)
        {
            var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{firstSequence:d16}-{attempt:d4}.journal"));
            if (!writer.Files.Exists(path))
            {
                return path;
            }
        }
    }

    private sealed record Push(string? Id, int EventCount, ReadOnlyMemory<byte> Body)
    {
        public TaskCompletionSource<PushReceipt> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>What is remembered of batches whose segments are gone.</summary>
    private sealed record MemoryFile(long LastSequence, long EventCount, string? LastId, Dictionary<string, long> Ids);

    private sealed class Memory
    {
        private readonly Dictionary<string, long> _sequences = new(StringComparer.Ordinal);
        private readonly Queue<string> _order = new();

        public long LastSequence { get; private set; }

        public long EventCount { get; private set; }

        public string? LastId { get; private set; }

        public long? Find(string id) => _sequences.TryGetValue(id, out var sequence) ? sequence : null;

        public void Add(string id, long sequence, int eventCount)
        {
            (LastSequence, LastId) = (sequence, id);
            EventCount += eventCount;
            Remember(id, sequence);
        }

        public void Load(MemoryFile file)
        {
            (LastSequence, EventCount, LastId) = (file.LastSequence, file.EventCount, file.LastId);
            foreach (var (id, sequence) in file.Ids.OrderBy(pair => pair.Value))
            {
                Remember(id, sequence);
            }
        }

        public MemoryFile ToFile() => new(LastSequence, EventCount, LastId, new Dictionary<string, long>(_sequences));

        private void Remember(string id, long sequence)
        {
            if (_sequences.TryAdd(id, sequence))
            {
                _order.Enqueue(id);
            }
            if (_order.Count > RememberedIds)
            {
                _sequences.Remove(_order.Dequeue());
            }
        }
    }
}

/// <summary>The journals of a project's streams. One per project.</summary>
internal sealed class StreamJournals(ProjectRoot root, DurableWriter writer) : IDisposable
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, StreamJournal> _journals = new(StringComparer.Ordinal);

    public StreamJournal Of(string stream) => _journals.GetOrAdd(stream, name => new StreamJournal(name, Path.Combine(root.StateFolder, "streams", name), writer));

    public void Dispose()
    {
        foreach (var journal in _journals.Values)
        {
            journal.Dispose();
        }
    }
}
