namespace Escale.Explore.Tables.Reading;

/// <summary>Keeps the orders that were asked for last. Each is built once, however many ask; the oldest go. Thread-safe.</summary>
internal sealed class RowOrders(ReadSessions sessions) : IDisposable
{
    private const int Most = 12;
    private const long MostRows = 60_000_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<Entry> _entries = [];
    private readonly SemaphoreSlim _builds = new(2);
    private readonly CancellationTokenSource _closing = new();

    /// <summary>The order of a query; built in the background if there is none yet.</summary>
    public Task<RowOrder> Get(TableShape shape, RowQuery query)
    {
        var key = $"{shape.Name} {shape.Stamp} {query.OrderKey}";
        lock (_gate)
        {
            for (var node = _entries.First; node is not null; node = node.Next)
            {
                if (node.Value.Key == key && !node.Value.Order.IsFaulted && !node.Value.Order.IsCanceled)
                {
                    _entries.Remove(node);
                    _entries.AddFirst(node);
                    return node.Value.Order;
                }
            }
            var entry = new Entry(key, BuildAsync(shape, query));
            _entries.AddFirst(entry);
            Trim();
            return entry.Order;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closing.Cancel();
        lock (_gate)
        {
            foreach (var entry in _entries)
            {
                End(entry);
            }
            _entries.Clear();
        }
        _closing.Dispose();
    }

    // The work belongs to nobody's request: who scrolls on or leaves does not stop it for the others.
    private async Task<RowOrder> BuildAsync(TableShape shape, RowQuery query)
    {
        await _builds.WaitAsync(_closing.Token);
        try
        {
            return await Task.Run(() => Build(shape, query), _closing.Token);
        }
        finally
        {
            _builds.Release();
        }
    }

    private RowOrder Build(TableShape shape, RowQuery query)
    {
        var session = sessions.Open();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        limit.CancelAfter(ReadSessions.Short * 3);
        try
        {
            return RowOrder.Build(session, shape, query, limit.Token);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private void Trim()
    {
        var rows = 0L;
        for (var (node, count) = (_entries.First, 1); node is not null; count++)
        {
            var next = node.Next;
            rows += node.Value.Order.IsCompletedSuccessfully ? node.Value.Order.Result.Count : 0;
            if (count > 1 && (count > Most || rows > MostRows || node.Value.Order.IsFaulted))
            {
                _entries.Remove(node);
                End(node.Value);
            }
            node = next;
        }
    }

    private static void End(Entry entry) =>
        entry.Order.ContinueWith(built => built.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);

    private sealed record Entry(string Key, Task<RowOrder> Order);
}
