using Escale.Engines.DuckDb;
using Escale.Kernel;

namespace Escale.Transform.SqlModels;

/// <summary>Tells how far DuckDB is, five times a second, until disposed.</summary>
internal sealed class WriteProgress : IDisposable
{
    private readonly Timer? _timer;

    public WriteProgress(DuckConnection connection, IProgress<StepProgress>? progress)
    {
        if (progress is not null)
        {
            _timer = new Timer(
                _ =>
                {
                    if (connection.Progress is { } fraction)
                    {
                        progress.Report(new StepProgress(fraction));
                    }
                },
                null, 200, 200);
        }
    }

    /// <summary>Waits for a report under way: the connection is closed next.</summary>
    public void Dispose()
    {
        if (_timer is not null)
        {
            using var ended = new ManualResetEvent(false);
            if (_timer.Dispose(ended))
            {
                ended.WaitOne();
            }
        }
    }
}
