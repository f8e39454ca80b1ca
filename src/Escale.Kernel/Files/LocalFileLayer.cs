using System.Runtime.InteropServices;

namespace Escale.Kernel;

/// <summary>The machine's own file system.</summary>
public sealed partial class LocalFileLayer : FileLayer
{
    /// <inheritdoc/>
    public override void Create(string path, ReadOnlySpan<byte> content)
    {
        using var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        WriteAll(handle, content, 0, path);
    }

    /// <inheritdoc/>
    public override long Append(string path, ReadOnlySpan<byte> content)
    {
        using var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        var length = RandomAccess.GetLength(handle);
        WriteAll(handle, content, length, path);
        return length;
    }

    /// <inheritdoc/>
    public override void SyncFile(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(handle);
    }

    /// <inheritdoc/>
    public override void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals its folders; there is no call for it.
        }
        var descriptor = open(path, 0);
        if (descriptor < 0)
        {
            throw new IOException($"Cannot open the folder {path} to sync it (errno {Marshal.GetLastPInvokeError()}).");
        }
        var result = fsync(descriptor);
        _ = close(descriptor);
        if (result != 0)
        {
            throw new IOException($"Cannot sync the folder {path} (errno {Marshal.GetLastPInvokeError()}).");
        }
    }

    /// <inheritdoc/>
    public override void Replace(string source, string target) => File.Move(source, target, overwrite: true);

    /// <inheritdoc/>
    public override bool MoveIfAbsent(string source, string target)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(source, target, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(target))
            {
                return false;
            }
        }
        // link() fails when the target exists, on every POSIX file system: the one atomic put-if-absent there is.
        if (link(source, target) == 0)
        {
            File.Delete(source);
            return true;
        }
        var error = Marshal.GetLastPInvokeError();
        const int FileExists = 17;
        return error == FileExists ? false : throw new IOException($"Cannot create {target} (errno {error}).");
    }

    /// <inheritdoc/>
    public override void CreateFolder(string path) => Directory.CreateDirectory(path);

    /// <inheritdoc/>
    public override void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Already gone.
        }
    }

    /// <inheritdoc/>
    public override bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public override byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (DirectoryNotFoundException exception)
        {
            throw new FileNotFoundException(exception.Message, path, exception);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> List(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }
        var names = new List<string>();
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            names.Add(Path.GetFileName(path));
        }
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ListFolders(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }
        var names = new List<string>();
        foreach (var path in Directory.EnumerateDirectories(folder))
        {
            names.Add(Path.GetFileName(path));
        }
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public override bool FolderExists(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public override void DeleteFolder(string path)
    {
        try
        {
            Directory.Delete(path, recursive: false);
        }
        catch (DirectoryNotFoundException)
        {
            // Already gone.
        }
        catch (IOException) when (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            // Not empty: somebody wrote into it meanwhile, so it stays.
        }
    }

    /// <inheritdoc/>
    public override FileFacts? Stat(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new FileFacts(file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero)) : null;
    }

    private static void WriteAll(SafeHandle handle, ReadOnlySpan<byte> content, long offset, string path)
    {
        var file = (Microsoft.Win32.SafeHandles.SafeFileHandle)handle;
        if (Failpoint.Any && Failpoint.Take("file.write") is { } action)
        {
            if (action == FailpointAction.Torn)
            {
                RandomAccess.Write(file, content[..(content.Length / 2)], offset);
            }
            Failpoint.Perform($"file.write {Path.GetFileName(path)}", action);
        }
        RandomAccess.Write(file, content, offset);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string source, string target);
}
