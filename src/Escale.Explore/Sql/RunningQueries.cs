using System.Collections.Concurrent;
using System.Diagnostics;
using Escale.Engines.Sandbox;
using Escale.Kernel;

namespace Escale.Explore.Sql;

/// <summary>How far a query is.</summary>
/// <param name="Id">Its name.</param>
/// <param name="ElapsedMs">Since it began.</param>
/// <param name="Progress">0 to 1, or null when DuckDB cannot tell.</param>
internal sealed record QueryProgress(string Id, double ElapsedMs, double? Progress);

/// <summary>The queries that are under way, by person and name: to ask how far they are, and to stop them. Thread-safe.</summary>
internal sealed class RunningQueries
{
    private readonly ConcurrentDictionary<(string Person, string Id), Running> _running = new();

    /// <summary>Begins one; disposing it ends it.</summary>
    /// <exception cref="EscaleException"><c>explore.sql-id</c>: a name that is none; <c>explore.sql-id-conflict</c>: one that is under way.</exception>
    public Running Begin(Caller caller, string? id, CancellationToken cancellationToken)
    {
        id ??= Guid.NewGuid().ToString("N");
        if (id.Length > 64 || !id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
        {
            throw new EscaleException("explore.sql-id", "The query's name has other characters than letters, digits and dashes, or more than 64.", "Give another, or none.");
        }
        var running = new Running(this, (caller.Id, id), cancellationToken);
        return _running.TryAdd(running.Key, running) ? running
            : throw new EscaleException("explore.sql-id-conflict", $"You have a query {id} under way.", "Give each query a name of its own, or none.");
    }

    /// <summary>Stops a person's query; false when there is none of that name.</summary>
    public bool Stop(Caller caller, string id)
    {
        if (!_running.TryGetValue((caller.Id, id), out var running))
        {
            return false;
        }
        running.Cancel();
        return true;
    }

    /// <summary>How far a person's query is, or null.</summary>
    public QueryProgress? Find(Caller caller, string id) =>
        _running.TryGetValue((caller.Id, id), out var running) ? new QueryProgress(id, Math.Round(running.Elapsed.TotalMilliseconds, 1), running.Session?.Progress) : null;

    /// <summary>One query.</summary>
    internal sealed class Running : IDisposable
    {
        private readonly RunningQueries _all;
        private readonly CancellationTokenSource _stop;
        private readonly long _started = Stopwatch.GetTimestamp();

        public Running(RunningQueries all, (string Person, string Id) key, CancellationToken cancellationToken)
        {
            (_all, Key) = (all, key);
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        }

        public (string Person, string Id) Key { get; }

        public CancellationToken Token => _stop.Token;

        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

        public SandboxSession? Session { get; set; }

        public void Cancel() => _stop.Cancel();

        public void Dispose()
        {
            _all._running.TryRemove(Key, out _);
            _stop.Dispose();
        }
    }
}
