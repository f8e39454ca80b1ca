using System.Runtime.ExceptionServices;

namespace Escale.Learning.Threads;

/// <summary>
/// Threads that stay, for thousands of short parallel steps: a worker spins for some microseconds before it sleeps, so that a step costs
/// far less than a task of the pool. A step ends when its parts are done, whether or not every worker came: on a busy machine the caller
/// does them alone. Which worker takes which part is left open; parts must not depend on it.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    private const int SpinsBeforeSleep = 2000;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _wake = new(0);
    private Job _job = new(_ => { }, 0);
    private int _sleeping;
    private volatile bool _isClosed;

    /// <summary>Starts the team.</summary>
    /// <param name="threads">How many work at once, the caller included; at least 1.</param>
    public WorkerTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Count = threads;
        _threads = new Thread[threads - 1];
        for (var at = 0; at < _threads.Length; at++)
        {
            _threads[at] = new Thread(Serve) { IsBackground = true, Name = "Escale.Learning" };
            _threads[at].Start();
        }
    }

    /// <summary>How many work at once, the caller included.</summary>
    public int Count { get; }

    /// <summary>Runs <paramref name="work"/> for 0 … <paramref name="parts"/> − 1 and returns when all are done. Called by one thread at a time.</summary>
    public void Run(int parts, Action<int> work)
    {
        if (_threads.Length == 0 || parts <= 1)
        {
            for (var part = 0; part < parts; part++)
            {
                work(part);
            }
            return;
        }
        var job = new Job(work, parts);
        Interlocked.Exchange(ref _job, job); // A full fence: who goes to sleep from here on sees the job, who slept before is counted.
        if (Volatile.Read(ref _sleeping) is > 0 and var sleeping)
        {
            _wake.Release(Math.Min(sleeping, parts - 1));
        }
        job.Take();
        var spin = default(SpinWait);
        while (!job.IsDone)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
        job.Rethrow();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }
        _isClosed = true;
        Interlocked.Exchange(ref _job, new Job(_ => { }, 0));
        _wake.Release(Math.Max(1, _threads.Length));
        foreach (var thread in _threads)
        {
            thread.Join();
        }
        _wake.Dispose();
    }

    private void Serve()
    {
        var done = (Job?)null;
        while (true)
        {
            var job = Await(done);
            if (_isClosed)
            {
                return;
            }
            job.Take();
            done = job;
        }
    }

    private Job Await(Job? done)
    {
        for (var spins = 0; spins < SpinsBeforeSleep; spins++)
        {
            if (Volatile.Read(ref _job) is var job && job != done)
            {
                return job;
            }
            Thread.SpinWait(20);
        }
        Interlocked.Increment(ref _sleeping);
        while (Volatile.Read(ref _job) == done)
        {
            // A permit left over from an earlier step only makes this loop turn once more.
            _wake.Wait();
        }
        Interlocked.Decrement(ref _sleeping);
        return Volatile.Read(ref _job);
    }

    /// <summary>One step. A worker that comes late finds no part left in it and does nothing.</summary>
    private sealed class Job(Action<int> work, int parts)
    {
        private int _next;
        private int _finished;
        private Exception? _failure;

        public bool IsDone => Volatile.Read(ref _finished) >= parts;

        public void Take()
        {
            while (Interlocked.Increment(ref _next) - 1 is var part && part < parts)
            {
                try
                {
                    work(part);
                }
                catch (Exception exception) // handed to the caller of Run
                {
                    Interlocked.CompareExchange(ref _failure, exception, null);
                }
                Interlocked.Increment(ref _finished);
            }
        }

        /// <summary>As if the caller had done the part itself: an error or a cancellation keeps its type and where it came from.</summary>
        public void Rethrow()
        {
            if (_failure is not null)
            {
                ExceptionDispatchInfo.Throw(_failure);
            }
        }
    }
}
