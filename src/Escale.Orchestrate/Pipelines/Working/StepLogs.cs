using System.Text;
using System.Threading.Channels;
using Escale.Engines.Postgres;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Store;

namespace Escale.Orchestrate.Pipelines.Working;

/// <summary>Lines of a step's log.</summary>
/// <param name="Ordinal">The step's place.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="At">When they were said.</param>
/// <param name="Lines">The lines, each with its end.</param>
internal sealed record LogLines(int Ordinal, int Attempt, DateTimeOffset At, string Lines);

/// <summary>What steps say, on its way to the store: gathered, and written by one writer. Thread-safe.</summary>
internal sealed class StepLogs(PostgresPipelineStore store, TimeProvider clock) : IAsyncDisposable
{
    private const string Insert = """
        insert into orchestrate.pipeline_logs (run_id, ordinal, attempt, at, lines)
        select n.* from unnest($1::text[], $2::int[], $3::int[], $4::timestamptz[], $5::text[]) as n(run_id, ordinal, attempt, at, lines) join orchestrate.pipeline_runs r on r.id = n.run_id
        """;

    private static readonly TimeSpan _gather = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan _afterTrouble = TimeSpan.FromSeconds(2);

    private readonly Channel<(string Run, LogLines Lines)> _queue = Channel.CreateBounded<(string, LogLines)>(new BoundedChannelOptions(10_000) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task? _writing;

    /// <summary>Hears all lines besides, as they are written; null: nobody.</summary>
    public Action<string>? Echo { get; set; }

    /// <summary>The log of an attempt.</summary>
    public StepLog Open(string run, int ordinal, int attempt) => new(lines =>
    {
        Echo?.Invoke(lines);
        Add(run, new LogLines(ordinal, attempt, clock.GetUtcNow(), lines));
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        if (_writing is { } writing)
        {
            _stop.CancelAfter(TimeSpan.FromSeconds(10));
            await writing;
        }
        _stop.Dispose();
    }

    private void Add(string run, LogLines lines)
    {
        if (_queue.Writer.TryWrite((run, lines)) && _writing is null)
        {
            lock (_gate)
            {
                _writing ??= Task.Run(WriteAsync);
            }
        }
    }

    private async Task WriteAsync()
    {
        var batch = new List<(string Run, LogLines Lines)>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            await Task.WhenAny(Task.Delay(_gather, clock), _queue.Reader.Completion);
            while (batch.Count < 500 && _queue.Reader.TryRead(out var lines))
            {
                batch.Add(lines);
            }
            while (!await WriteAsync(batch))
            {
                await Task.WhenAny(Task.Delay(_afterTrouble, clock), Task.Delay(Timeout.Infinite, _stop.Token));
            }
            batch.Clear();
        }
    }

    // False: the store is away or its disk full, and it is worth trying again. The queue is bounded, so that waiting costs the oldest lines at most.
    private async Task<bool> WriteAsync(List<(string Run, LogLines Lines)> batch)
    {
        try
        {
            await store.ListAsync(
                Insert,
                [
                    batch.Select(entry => entry.Run).ToArray(), batch.Select(entry => entry.Lines.Ordinal).ToArray(), batch.Select(entry => entry.Lines.Attempt).ToArray(),
                    batch.Select(entry => entry.Lines.At).ToArray(), batch.Select(entry => entry.Lines.Lines).ToArray(),
                ],
                _ => true, _stop.Token);
            return true;
        }
        catch (EscaleException error) when (PostgresErrors.MayPass(error))
        {
            return _stop.IsCancellationRequested;
        }
        catch (Exception error) when (error is EscaleException or OperationCanceledException)
        {
            return true; // these lines are lost, the steps go on
        }
    }
}

/// <summary>The log of one attempt: bounded, whatever a program says. Its beginning is kept, and its last lines. Thread-safe.</summary>
internal sealed class StepLog(Action<string> write)
{
    private const int MostChars = 1_000_000;
    private const int MostOfLine = 8_000;
    private const int LastLines = 100;

    private readonly Lock _gate = new();
    private readonly Queue<string> _last = new();
    private readonly List<string> _secrets = [];
    private long _written;
    private long _left;

    /// <summary>From now on this text is not shown.</summary>
    public void Hide(string secret)
    {
        lock (_gate)
        {
            if (secret.Length >= 4)
            {
                _secrets.Add(secret);
            }
        }
    }

    /// <summary>Adds a line.</summary>
    public void Say(string line)
    {
        lock (_gate)
        {
            foreach (var secret in _secrets)
            {
                line = line.Replace(secret, "***", StringComparison.Ordinal);
            }
            line = (line.Length > MostOfLine ? line[..MostOfLine] + "…" : line).Replace('\0', ' ');
            if (_written + line.Length < MostChars)
            {
                _written += line.Length + 1;
                write(line + "\n");
                return;
            }
            _last.Enqueue(line);
            if (_last.Count > LastLines)
            {
                _left++;
                _last.Dequeue();
            }
        }
    }

    /// <summary>Writes the last lines of a log that was too long.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_last.Count == 0)
            {
                return;
            }
            var text = new StringBuilder();
            text.Append(_left > 0 ? FormattableString.Invariant($"… {_left} lines are left out: the log is too long …\n") : "");
            text.AppendJoin('\n', _last).Append('\n');
            _last.Clear();
            write(text.ToString());
        }
    }
}
