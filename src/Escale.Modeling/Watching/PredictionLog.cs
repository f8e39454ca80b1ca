using System.Text.Json;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Modeling.Endpoints;

namespace Escale.Modeling.Watching;

/// <summary>
/// Writes predictions into the lake table <c>ops.predictions</c>: a request leaves its bytes in memory and goes on; every few seconds they are taken apart and committed in the background. What
/// is lost when the program is killed are the last seconds. Thread-safe.
/// </summary>
internal sealed class PredictionLog(LakeEngine engine, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>The table.</summary>
    public static readonly TableName Table = new("ops", "predictions");

    private const int Capacity = 8 << 20;
    private const int LargestRequest = 1 << 20;
    private const double GoldenRatio = 0.6180339887498949;
    private const int CompactEvery = 200;

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _cleanEvery = TimeSpan.FromHours(6);

    private readonly PredictionBuffer _buffer = new(Capacity);
    private readonly CancellationTokenSource _ended = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _gate = new();
    private readonly List<LogSource> _sources = [];
    private Task _work = Task.CompletedTask;
    private long _requests;
    private int _commits;
    private DateTimeOffset _cleanedAt;

    /// <summary>Requests that were not logged, because there was no room or they could not be written.</summary>
    public long Lost => _buffer.Dropped + Interlocked.Read(ref _failed);

    private long _failed;

    /// <summary>What a request is called in the log, if its endpoint's share falls on it.</summary>
    public Guid? Choose(ServedEndpoint endpoint) => endpoint.Settings.Logging.Share is var share && (share >= 1 || (share > 0 && Interlocked.Increment(ref _requests) * GoldenRatio % 1 < share)) ? Guid.CreateVersion7(clock.GetUtcNow()) : null;

    /// <summary>Takes a request with its answer. Costs a copy of the bytes.</summary>
    public void Offer(ServedEndpoint endpoint, ServedModel model, ReadOnlySpan<byte> body, ReadOnlySpan<byte> answer, long startedAt, Guid id)
    {
        if (body.Length + answer.Length > LargestRequest)
        {
            return;
        }
        var number = endpoint.LogNumber >= 0 ? endpoint.LogNumber : NumberOf(endpoint);
        _buffer.Offer(
            new LoggedHead(id, number, model.Version.Version, clock.GetUtcNow().UtcTicks, (int)Math.Min(int.MaxValue, System.Diagnostics.Stopwatch.GetElapsedTime(startedAt).TotalMicroseconds), body.Length, answer.Length), body, answer);
    }

    /// <summary>Writes what was taken so far: for who wants to read it now.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            var (heads, bytes) = _buffer.Take();
            if (heads.Count > 0)
            {
                await Task.Run(() => Write(heads, bytes), CancellationToken.None);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _work;
        await TryFlushAsync();
        _ended.Dispose();
        _writing.Dispose();
    }

    private int NumberOf(ServedEndpoint endpoint)
    {
        lock (_gate)
        {
            if (endpoint.LogNumber < 0)
            {
                _sources.Add(new LogSource(endpoint.Settings.Name, endpoint.Settings.Model, endpoint.Routes[0].Model.Model.Classes, endpoint.Settings.Logging));
                endpoint.LogNumber = _sources.Count - 1;
            }
            if (_work.IsCompleted && !_ended.IsCancellationRequested)
            {
                _work = WorkAsync();
            }
            return endpoint.LogNumber;
        }
    }

    private async Task WorkAsync()
    {
        await Task.Yield();
        while (!_ended.IsCancellationRequested)
        {
            await Task.Delay(_pause, clock, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TryFlushAsync();
            if (clock.GetUtcNow() - _cleanedAt > _cleanEvery)
            {
                _cleanedAt = clock.GetUtcNow();
                TryClean();
            }
        }
    }

    /// <summary>As <see cref="FlushAsync"/>, for who goes on without.</summary>
    public async Task TryFlushAsync()
    {
        try
        {
            await FlushAsync(CancellationToken.None);
        }
        catch (Exception error) when (error is EscaleException or IOException)
        {
            Interlocked.Increment(ref _failed); // The lake cannot be written now: predictions go on, their log has a gap.
        }
    }

    private void Write(IReadOnlyList<LoggedHead> heads, byte[] bytes)
    {
        using var session = engine.OpenSession();
        session.Connection.Execute("CREATE TEMP TABLE logged (id VARCHAR, asked_at BIGINT, endpoint VARCHAR, model VARCHAR, version INTEGER, row_index INTEGER, inputs VARCHAR, prediction VARCHAR, value DOUBLE, milliseconds DOUBLE)");
        var rows = 0;
        using (var appender = session.Connection.Append("temp", "main", "logged"))
        {
            var offset = 0;
            foreach (var head in heads)
            {
                rows += Append(appender, head, bytes.AsMemory(offset, head.BodyBytes), bytes.AsMemory(offset + head.BodyBytes, head.AnswerBytes));
                offset += head.BodyBytes + head.AnswerBytes;
            }
            appender.Complete();
        }
        if (rows > 0)
        {
            session.Write(new TableWrite
            {
                Table = Table, Operation = "LOG", Description = "Predictions of endpoints, with what was asked",
                Sql = "SELECT id, make_timestamp(asked_at) AS asked_at, endpoint, model, version, row_index, inputs, prediction, value, milliseconds FROM temp.main.logged",
            });
            if (++_commits % CompactEvery == 0)
            {
                session.Compact(Table);
            }
        }
    }

    private int Append(Engines.DuckDb.DuckAppender appender, LoggedHead head, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> answer)
    {
        LogSource source;
        lock (_gate)
        {
            source = _sources[head.Endpoint];
        }
        var at = new DateTime(head.AtTicks, DateTimeKind.Utc);
        var (rows, id) = (0, head.Id.ToString("N"));
        try
        {
            foreach (var row in LoggedRows.Of(body, answer, source.Masked, source.Classes))
            {
                appender.Append(id).Append((at - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).Append(source.Endpoint).Append(source.Model).Append(head.Version).Append(rows++).Append(row.Inputs);
                _ = row.Prediction is null ? appender.AppendNull() : appender.Append(row.Prediction);
                _ = row.Value is { } value ? appender.Append(value) : appender.AppendNull();
                appender.Append(head.Microseconds / 1000.0).EndRow();
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            Interlocked.Increment(ref _failed);
        }
        return rows;
    }

    // Rows that are older than their endpoint keeps them.
    private void TryClean()
    {
        try
        {
            using var session = engine.OpenSession();
            LogSource[] newest;
            lock (_gate)
            {
                newest = [.. _sources.AsEnumerable().Reverse().DistinctBy(source => source.Endpoint)];
            }
            foreach (var source in newest)
            {
                var until = (clock.GetUtcNow() - TimeSpan.FromDays(source.Logging.Days)).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
                session.Forget(Table, $"endpoint = {Engines.DuckDb.DuckSql.Literal(source.Endpoint)} AND asked_at < TIMESTAMP '{until}'");
            }
        }
        catch (Exception error) when (error is EscaleException or IOException)
        {
            // It is tried again in some hours.
        }
    }

    /// <summary>What the log knows of an endpoint: not its models, which may be gone by then.</summary>
    private sealed record LogSource(string Endpoint, string Model, IReadOnlyList<string> Classes, EndpointLogging Logging)
    {
        public IReadOnlySet<string> Masked { get; } = Logging.Masked.ToHashSet(StringComparer.Ordinal);
    }
}
