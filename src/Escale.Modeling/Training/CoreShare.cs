namespace Escale.Modeling.Training;

/// <summary>
/// Gives each training of this process its share of the cores: all of them when it is alone, and never more than two trainings at a time, the others wait in order. What is learned does not
/// depend on the number of threads.
/// </summary>
internal sealed class CoreShare
{
    private const int AtOnce = 2;

    private readonly SemaphoreSlim _places = new(AtOnce, AtOnce);
    private int _running;

    /// <summary>Waits for a place.</summary>
    public async Task<Share> TakeAsync(CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        var running = Interlocked.Increment(ref _running);
        return new Share(this, Math.Max(1, Environment.ProcessorCount / running));
    }

    /// <summary>A place; dispose it to give it back.</summary>
    public sealed class Share(CoreShare owner, int threads) : IDisposable
    {
        /// <summary>Threads to work with.</summary>
        public int Threads => threads;

        /// <inheritdoc/>
        public void Dispose()
        {
            Interlocked.Decrement(ref owner._running);
            owner._places.Release();
        }
    }
}
