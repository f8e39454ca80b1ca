using Escale.Kernel;

namespace Escale.Testing;

/// <summary>The process ended here, as by a power cut. Nothing may catch it but the test.</summary>
public sealed class SimulatedCrashException : Exception;

/// <summary>
/// Files in memory that behave as a disk may: what was not synced is dropped, truncated, half written or kept at a crash, file by file and
/// entry by entry, independently of the order in which it was done. Seeded: the same seed and calls give the same disk. Thread-safe.
/// </summary>
/// <remarks>
/// A file's content is durable after <see cref="SyncFile"/>; that a name exists, points to another file or is gone, after
/// <see cref="SyncFolder"/> of its folder. A rename is one change of its folder; a link and a deletion are two.
/// </remarks>
public sealed class SimulatedFileLayer(int seed) : FileLayer
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, Inode> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal) { Path.GetPathRoot(Path.GetTempPath())! };
    private readonly List<Change> _pending = [];
    private Dictionary<string, Inode> _durableFiles = new(StringComparer.Ordinal);
    private HashSet<string> _durableFolders = new(StringComparer.Ordinal) { Path.GetPathRoot(Path.GetTempPath())! };
    private long _ticks;
    private bool _isDown;

    /// <summary>Operations so far, of those that change or sync something.</summary>
    public int Operations { get; private set; }

    /// <summary>Writes of content so far.</summary>
    public int Writes { get; private set; }

    /// <summary>The operation, from 1, at which the process dies: this and every later one throws. Null: it lives.</summary>
    public int? CrashAt { get; set; }

    /// <summary>The write of content, from 1, at which the disk is full, once. Null: it never is.</summary>
    public int? NoSpaceAt { get; set; }

    /// <summary>What the clock of the files shows.</summary>
    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Loses power, and starts again with what the disk kept.</summary>
    public void Crash()
    {
        lock (_gate)
        {
            foreach (var change in _pending.Where(_ => _random.Next(2) == 0).ToList())
            {
                change.Apply(_durableFiles, _durableFolders);
            }
            _pending.Clear();
            // What lies in a folder that was lost is lost with it.
            _durableFolders = [.. _durableFolders.Where(folder => Ancestors(folder).All(_durableFolders.Contains))];
            _durableFiles = _durableFiles.Where(pair => _durableFolders.Contains(Path.GetDirectoryName(pair.Key)!)).ToDictionary(StringComparer.Ordinal);
            foreach (var inode in _durableFiles.Values.Distinct())
            {
                inode.Content = inode.Synced = Surviving(inode);
            }
            _files.Clear();
            foreach (var (path, inode) in _durableFiles)
            {
                _files[path] = inode;
            }
            _folders.Clear();
            _folders.UnionWith(_durableFolders);
            CrashAt = null;
            NoSpaceAt = null;
            _isDown = false;
        }
    }

    /// <inheritdoc/>
    public override void Create(string path, ReadOnlySpan<byte> content)
    {
        lock (_gate)
        {
            Step();
            NeedFolder(path);
            if (_files.ContainsKey(path))
            {
                throw new IOException($"{path} exists.");
            }
            var inode = new Inode();
            _files[path] = inode;
            _pending.Add(new Change(Path.GetDirectoryName(path)!, (files, _) => files[path] = inode));
            Fill(inode, content, path);
        }
    }

    /// <inheritdoc/>
    public override long Append(string path, ReadOnlySpan<byte> content)
    {
        lock (_gate)
        {
            Step();
            NeedFolder(path);
            if (!_files.TryGetValue(path, out var inode))
            {
                _files[path] = inode = new Inode();
                var created = inode;
                _pending.Add(new Change(Path.GetDirectoryName(path)!, (files, _) => files[path] = created));
            }
            var length = inode.Content.Length;
            Fill(inode, content, path);
            return length;
        }
    }

    /// <inheritdoc/>
    public override void SyncFile(string path)
    {
        lock (_gate)
        {
            Step();
            var inode = Find(path);
            inode.Synced = inode.Content;
        }
    }

    /// <inheritdoc/>
    public override void SyncFolder(string path)
    {
        lock (_gate)
        {
            Step();
            if (!_folders.Contains(path))
            {
                throw new IOException($"There is no folder {path}.");
            }
            foreach (var change in _pending.Where(change => change.Folder == path))
            {
                change.Apply(_durableFiles, _durableFolders);
            }
            _pending.RemoveAll(change => change.Folder == path);
        }
    }

    /// <inheritdoc/>
    public override void Replace(string source, string target)
    {
        lock (_gate)
        {
            Step();
            var inode = Find(source);
            _files[target] = inode;
            _files.Remove(source);
            _pending.Add(new Change(Path.GetDirectoryName(target)!, (files, _) =>
            {
                files[target] = inode;
                files.Remove(source);
            }));
        }
    }

    /// <inheritdoc/>
    public override bool MoveIfAbsent(string source, string target)
    {
        lock (_gate)
        {
            Step();
            var inode = Find(source);
            if (!_files.TryAdd(target, inode))
            {
                return false;
            }
            _pending.Add(new Change(Path.GetDirectoryName(target)!, (files, _) => files[target] = inode));
        }
        Delete(source);
        return true;
    }

    /// <inheritdoc/>
    public override void CreateFolder(string path)
    {
        lock (_gate)
        {
            Step();
            foreach (var folder in Ancestors(path).Append(path).Where(_folders.Add))
            {
                _pending.Add(new Change(Path.GetDirectoryName(folder)!, (_, folders) => folders.Add(folder)));
            }
        }
    }

    /// <inheritdoc/>
    public override void Delete(string path)
    {
        lock (_gate)
        {
            Step();
            if (_files.Remove(path))
            {
                _pending.Add(new Change(Path.GetDirectoryName(path)!, (files, _) => files.Remove(path)));
            }
        }
    }

    /// <inheritdoc/>
    public override void DeleteFolder(string path)
    {
        lock (_gate)
        {
            Step();
            if (_files.Keys.All(file => Path.GetDirectoryName(file) != path) && _folders.All(folder => Path.GetDirectoryName(folder) != path) && _folders.Remove(path))
            {
                _pending.Add(new Change(Path.GetDirectoryName(path)!, (_, folders) => folders.Remove(path)));
            }
        }
    }

    /// <inheritdoc/>
    public override bool Exists(string path)
    {
        lock (_gate)
        {
            CheckAlive();
            return _files.ContainsKey(path);
        }
    }

    /// <inheritdoc/>
    public override bool FolderExists(string path)
    {
        lock (_gate)
        {
            CheckAlive();
            return _folders.Contains(path);
        }
    }

    /// <inheritdoc/>
    public override byte[] Read(string path)
    {
        lock (_gate)
        {
            CheckAlive();
            return [.. Find(path).Content];
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> List(string folder)
    {
        lock (_gate)
        {
            CheckAlive();
            return [.. _files.Keys.Where(path => Path.GetDirectoryName(path) == folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ListFolders(string folder)
    {
        lock (_gate)
        {
            CheckAlive();
            return [.. _folders.Where(path => Path.GetDirectoryName(path) == folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public override FileFacts? Stat(string path)
    {
        lock (_gate)
        {
            CheckAlive();
            return _files.TryGetValue(path, out var inode) ? new FileFacts(inode.Content.Length, inode.Modified) : null;
        }
    }

    private static IEnumerable<string> Ancestors(string path)
    {
        var folders = new List<string>();
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            folders.Insert(0, folder);
        }
        return folders;
    }

    // Old content, new content, a beginning of the new, or the new with its end never written.
    private byte[] Surviving(Inode inode)
    {
        if (ReferenceEquals(inode.Synced, inode.Content))
        {
            return inode.Synced;
        }
        var tail = inode.Content.Length - inode.Synced.Length;
        switch (_random.Next(4))
        {
            case 0:
                return inode.Synced;
            case 1:
                return inode.Content;
            case 2:
                return inode.Content[..(inode.Synced.Length + _random.Next(tail + 1))];
            default:
                var holes = (byte[])inode.Content.Clone();
                holes.AsSpan(inode.Synced.Length + _random.Next(tail + 1)).Clear();
                return holes;
        }
    }

    private void Fill(Inode inode, ReadOnlySpan<byte> content, string path)
    {
        Writes++;
        var full = Writes == NoSpaceAt;
        inode.Content = [.. inode.Content, .. full ? content[..(content.Length / 2)] : content];
        inode.Modified = Now.AddTicks(++_ticks);
        if (full)
        {
            throw new IOException($"No space left on device: {path}", unchecked((int)0x80070070));
        }
    }

    private void Step()
    {
        CheckAlive();
        if (++Operations >= CrashAt)
        {
            _isDown = true;
            throw new SimulatedCrashException();
        }
    }

    private void CheckAlive()
    {
        if (_isDown)
        {
            throw new SimulatedCrashException();
        }
    }

    private void NeedFolder(string path)
    {
        if (!_folders.Contains(Path.GetDirectoryName(path)!))
        {
            throw new DirectoryNotFoundException(path);
        }
    }

    private Inode Find(string path) => _files.TryGetValue(path, out var inode) ? inode : throw new FileNotFoundException("It is not there.", path);

    private sealed class Inode
    {
        public byte[] Content = [];

        public byte[] Synced = [];

        public DateTimeOffset Modified;
    }

    private sealed record Change(string Folder, Action<Dictionary<string, Inode>, HashSet<string>> Apply);
}
