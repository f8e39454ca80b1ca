using Escale.Kernel;

namespace Escale.Lake;

/// <summary>A store in a folder of this machine, every write through the <see cref="DurableWriter"/>.</summary>
public sealed class LocalStore : ObjectStore
{
    private readonly string _root;
    private readonly DurableWriter _writer;
    private readonly FileLayer _files;

    /// <summary>Opens the store; the folder is created with the first write.</summary>
    /// <param name="root">Absolute path of the folder.</param>
    /// <param name="writer">How bytes reach the disk.</param>
    public LocalStore(string root, DurableWriter writer)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _writer = writer;
        _files = writer.Files;
    }

    /// <summary>The folder.</summary>
    public string Root => _root;

    /// <inheritdoc/>
    public override byte[]? TryRead(string key)
    {
        var path = LocationOf(key);
        try
        {
            // Asking for the next version's entry is how readers look for news: most often it is not there, and an exception is dear.
            return _files.Exists(path) ? _files.Read(path) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override FileFacts? Stat(string key) => _files.Stat(LocationOf(key));

    /// <inheritdoc/>
    public override bool PutIfAbsent(string key, ReadOnlySpan<byte> content)
    {
        PrepareFolder(Parent(key));
        return _writer.WriteIfAbsent(LocationOf(key), content);
    }

    /// <inheritdoc/>
    public override void Put(string key, ReadOnlySpan<byte> content)
    {
        PrepareFolder(Parent(key));
        _writer.Write(LocationOf(key), content);
    }

    /// <inheritdoc/>
    public override void Delete(string key) => _files.Delete(LocationOf(key));

    /// <inheritdoc/>
    public override IReadOnlyList<string> List(string folder) =>
        [.. _files.List(FolderPath(folder)).Where(name => !name.StartsWith(DurableWriter.TemporaryPrefix, StringComparison.Ordinal))];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Folders(string folder) => _files.ListFolders(FolderPath(folder));

    /// <inheritdoc/>
    public override string LocationOf(string key)
    {
        if (!LakePath.IsSafe(key))
        {
            throw new EscaleException("lake.unsafe-path", $"The path '{key}' leaves the lake's folder.",
                "A table's log names files outside of its folder: do not trust it.");
        }
        return Path.Combine(_root, key);
    }

    /// <inheritdoc/>
    public override void PrepareFolder(string folder) => Prepare(FolderPath(folder));

    /// <inheritdoc/>
    public override void Adopt(IReadOnlyCollection<string> keys)
    {
        _writer.Adopt(keys.Select(LocationOf));
        // The partition folders that the engine created are entries of their parents, up to the lake's root.
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            for (var folder = Parent(Parent(key)); folder.Length > 0 && folders.Add(folder); folder = Parent(folder))
            {
                _files.SyncFolder(FolderPath(folder));
            }
        }
    }

    /// <inheritdoc/>
    public override void DeleteLeftovers(string folder, DateTimeOffset before)
    {
        var path = FolderPath(folder);
        foreach (var name in _files.List(path).Where(name => name.StartsWith(DurableWriter.TemporaryPrefix, StringComparison.Ordinal)))
        {
            if (_files.Stat(Path.Combine(path, name)) is { } facts && facts.ModifiedUtc < before)
            {
                _files.Delete(Path.Combine(path, name));
            }
        }
    }

    /// <inheritdoc/>
    public override void DeleteFolder(string folder)
    {
        var path = FolderPath(folder);
        foreach (var child in _files.ListFolders(path))
        {
            DeleteFolder($"{folder}/{child}");
        }
        foreach (var name in _files.List(path))
        {
            _files.Delete(Path.Combine(path, name));
        }
        _files.DeleteFolder(path);
    }

    /// <inheritdoc/>
    public override uint Checksum(string key, CancellationToken cancellationToken = default)
    {
        var path = LocationOf(key);
        if (_files is not LocalFileLayer)
        {
            return Crc32C.Of(_files.Read(path));
        }
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        var buffer = new byte[1 << 20];
        var crc = Crc32C.Start;
        long offset = 0;
        int read;
        while ((read = RandomAccess.Read(handle, buffer, offset)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            crc = Crc32C.Append(crc, buffer.AsSpan(0, read));
            offset += read;
        }
        return Crc32C.Finish(crc);
    }

    // A new folder is an entry of its parent, which must be made durable too: from the first one that is missing, also above the root.
    private void Prepare(string path)
    {
        if (_files.FolderExists(path))
        {
            return;
        }
        var parent = Path.GetDirectoryName(path)!;
        Prepare(parent);
        _files.CreateFolder(path);
        _files.SyncFolder(parent);
    }

    private string FolderPath(string folder) => folder is "" or "." ? _root : LocationOf(folder);

    private static string Parent(string key) => key.LastIndexOf('/') is var slash and > 0 ? key[..slash] : "";
}
