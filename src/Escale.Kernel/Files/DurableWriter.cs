namespace Escale.Kernel;

/// <summary>
/// The one way that state reaches the disk: a temporary file beside the target, fsync of the file, an atomic rename, fsync of
/// the folder. When a method returns, the bytes survive a power cut; when it throws, the old state stands.
/// </summary>
/// <remarks>
/// Failpoints: <c>file.write</c>, <c>durable.before-sync</c>, <c>durable.before-rename</c>, <c>durable.after-rename</c>,
/// <c>durable.append</c>, <c>durable.adopt</c>. Thread-safe.
/// </remarks>
public sealed class DurableWriter(FileLayer files)
{
    /// <summary>What the temporary files are called; readers ignore names that start so.</summary>
    public const string TemporaryPrefix = ".tmp-";

    /// <summary>The file operations underneath.</summary>
    public FileLayer Files => files;

    /// <summary>Writes the whole file, replacing what was there in one step.</summary>
    public void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = Stage(path, content);
        Failpoint.Hit("durable.before-rename");
        files.Replace(temporary, path);
        Failpoint.Hit("durable.after-rename");
        files.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Writes the file unless it exists; false when somebody else's is already there.</summary>
    public bool WriteIfAbsent(string path, ReadOnlySpan<byte> content)
    {
        if (files.Exists(path))
        {
            return false;
        }
        var temporary = Stage(path, content);
        Failpoint.Hit("durable.before-rename");
        var won = files.MoveIfAbsent(temporary, path);
        Failpoint.Hit("durable.after-rename");
        if (!won)
        {
            files.Delete(temporary);
            return false;
        }
        files.SyncFolder(Path.GetDirectoryName(path)!);
        return true;
    }

    /// <summary>Appends to a journal; durable when it returns. Returns the offset at which the bytes begin.</summary>
    public long Append(string path, ReadOnlySpan<byte> content)
    {
        var isNew = !files.Exists(path);
        if (isNew)
        {
            files.CreateFolder(Path.GetDirectoryName(path)!);
        }
        Failpoint.Hit("durable.append");
        var offset = files.Append(path, content);
        files.SyncFile(path);
        if (isNew)
        {
            files.SyncFolder(Path.GetDirectoryName(path)!);
        }
        return offset;
    }

    /// <summary>Makes files written by another (DuckDB's COPY) durable, with the folders that hold them.</summary>
    public void Adopt(IEnumerable<string> paths)
    {
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            Failpoint.Hit("durable.adopt");
            files.SyncFile(path);
            folders.Add(Path.GetDirectoryName(path)!);
        }
        foreach (var folder in folders)
        {
            files.SyncFolder(folder);
        }
    }

    private string Stage(string path, ReadOnlySpan<byte> content)
    {
        var folder = Path.GetDirectoryName(path)!;
        files.CreateFolder(folder);
        var temporary = Path.Combine(folder, TemporaryPrefix + Guid.NewGuid().ToString("N"));
        try
        {
            files.Create(temporary, content);
            Failpoint.Hit("durable.before-sync");
            files.SyncFile(temporary);
        }
        catch (IOException)
        {
            files.Delete(temporary);
            throw;
        }
        return temporary;
    }
}
