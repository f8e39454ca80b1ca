namespace Escale.Engines.Postgres;

/// <summary>
/// A lock between processes on one machine, held while the file is open: the system gives it back however the process ends.
/// Shared holders keep an exclusive one out and the other way round (flock on Unix, share modes on Windows).
/// </summary>
internal sealed class FileLock : IDisposable
{
    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _handle;

    private FileLock(Microsoft.Win32.SafeHandles.SafeFileHandle handle) => _handle = handle;

    /// <summary>Takes the lock if it is free now, else null.</summary>
    public static FileLock? TryTake(string path, bool shared)
    {
        try
        {
            return new FileLock(shared
                ? File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read)
                : File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception) when (IsBusy(exception))
        {
            return null;
        }
    }

    /// <summary>Takes the lock, waiting up to <paramref name="patience"/>; null when somebody kept it all that time.</summary>
    public static async Task<FileLock?> TakeAsync(
        string path, bool shared, TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            if (TryTake(path, shared) is { } taken)
            {
                return taken;
            }
            if (clock.GetElapsedTime(start) > patience)
            {
                return null;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(15), clock, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    // EWOULDBLOCK on Linux and on macOS, and Windows' sharing violation.
    private static bool IsBusy(IOException exception) => (exception.HResult & 0xFFFF) is 11 or 35 or 32;
}
