namespace Escale.Kernel;

/// <summary>
/// The few file operations that durability is made of. <see cref="LocalFileLayer"/> is the real one; tests have one that
/// forgets, truncates and reorders what was not synced (reliability promise R5).
/// Paths are absolute.
/// </summary>
public abstract class FileLayer
{
    /// <summary>Creates a new file with these bytes, not yet synced. Fails if it exists.</summary>
    public abstract void Create(string path, ReadOnlySpan<byte> content);

    /// <summary>Appends bytes to a file (created when absent), not yet synced; returns the length before.</summary>
    public abstract long Append(string path, ReadOnlySpan<byte> content);

    /// <summary>Makes a file's content durable.</summary>
    public abstract void SyncFile(string path);

    /// <summary>Makes a folder's entries (creations, renames, deletions) durable.</summary>
    public abstract void SyncFolder(string path);

    /// <summary>Renames over whatever is at the target.</summary>
    public abstract void Replace(string source, string target);

    /// <summary>Renames unless the target exists; false when it does (the source is then left where it was).</summary>
    public abstract bool MoveIfAbsent(string source, string target);

    /// <summary>Creates a folder and its parents.</summary>
    public abstract void CreateFolder(string path);

    /// <summary>Deletes a file if it is there.</summary>
    public abstract void Delete(string path);

    /// <summary>Whether the file is there.</summary>
    public abstract bool Exists(string path);

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public abstract byte[] Read(string path);

    /// <summary>The files directly in a folder (names, not paths), in ordinal order; none when the folder is absent.</summary>
    public abstract IReadOnlyList<string> List(string folder);

    /// <summary>The folders directly in a folder (names, not paths), in ordinal order; none when the folder is absent.</summary>
    public abstract IReadOnlyList<string> ListFolders(string folder);

    /// <summary>Whether the folder is there.</summary>
    public abstract bool FolderExists(string path);

    /// <summary>Deletes a folder if it is there and empty.</summary>
    public abstract void DeleteFolder(string path);

    /// <summary>Size and time of a file, or null when it is not there.</summary>
    public abstract FileFacts? Stat(string path);
}

/// <summary>What a file system knows of a file.</summary>
/// <param name="SizeBytes">Its length.</param>
/// <param name="ModifiedUtc">When its content last changed.</param>
public readonly record struct FileFacts(long SizeBytes, DateTimeOffset ModifiedUtc);
