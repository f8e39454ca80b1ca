namespace Escale.Collect.OpenFiles;

/// <summary>
/// A file that is opened once for all who read it. What was unpacked for it is deleted when the last of them is done and nobody keeps it. Thread-safe.
/// </summary>
internal sealed class SharedTable(Func<Task<FileTable>> open)
{
    private readonly Lock _gate = new();

    // Who keeps it counts as one.
    private int _users = 1;
    private Task<FileTable>? _file;

    /// <summary>The file, to be disposed of by who asked; null when it is no longer kept.</summary>
    public async Task<FileTable?> UseAsync(CancellationToken cancellationToken)
    {
        Task<FileTable> file;
        lock (_gate)
        {
            if (_users == 0)
            {
                return null;
            }
            _users++;
            file = _file = _file is null or { IsFaulted: true } or { IsCanceled: true } ? Task.Run(open, CancellationToken.None) : _file;
        }
        try
        {
            var opened = await file.WaitAsync(cancellationToken);
            return new Use(this, opened) { Name = opened.Name, Sql = opened.Sql, SampleSql = opened.SampleSql, ReadPaths = opened.ReadPaths, Bytes = opened.Bytes };
        }
        catch
        {
            await LeaveAsync();
            throw;
        }
    }

    /// <summary>To be called once by who keeps it, and by each user.</summary>
    public async ValueTask LeaveAsync()
    {
        Task<FileTable>? file;
        lock (_gate)
        {
            _users--;
            file = _users == 0 ? _file : null;
        }
        if (file is not null)
        {
            // Also one that is still being opened, by nobody's wish any more.
            await file.ContinueWith(static done => done.IsCompletedSuccessfully ? done.Result.DisposeAsync().AsTask() : Task.CompletedTask, TaskScheduler.Default).Unwrap();
        }
    }

    private sealed class Use(SharedTable shared, FileTable file) : FileTable
    {
        private int _isLeft;

        public override Task WholeAsync(CancellationToken cancellationToken) => file.WholeAsync(cancellationToken);

        public override ValueTask DisposeAsync() => Interlocked.Exchange(ref _isLeft, 1) == 0 ? shared.LeaveAsync() : ValueTask.CompletedTask;
    }
}
