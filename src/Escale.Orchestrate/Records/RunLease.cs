using Escale.Engines.Postgres;
using Escale.Kernel;
using Npgsql;

namespace Escale.Orchestrate.Records;

/// <summary>Who runs now.</summary>
/// <param name="Run">The run.</param>
/// <param name="Process">Its process.</param>
public sealed record RunHolder(RunId Run, ProcessIdentity Process);

/// <summary>
/// The right to run: one holder per project at a time, renewed while it lives. A holder that died on this machine is replaced at once,
/// one that died elsewhere when its time is over; whoever lost the lease without noticing is kept from writing records by the fence.
/// </summary>
internal sealed class RunLease : IAsyncDisposable
{
    /// <summary>How long a silent holder keeps the lease.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(20);

    private const string Claim = """
        with free as (
          select name from orchestrate.lease
          where name = 'run' and (run_id is null or expires_at < clock_timestamp() or run_id = $1)
          for update skip locked)
        update orchestrate.lease lease
        set fence = fence + 1, run_id = $2, host = $3, process_id = $4, process_start = $5, expires_at = clock_timestamp() + $6
        from free where lease.name = free.name
        returning fence
        """;

    private const string Holder = "select run_id, host, process_id, process_start from orchestrate.lease where name = 'run' and run_id is not null";

    private const string Renew = "update orchestrate.lease set expires_at = clock_timestamp() + $2 where name = 'run' and fence = $1";

    private const string Release = "update orchestrate.lease set run_id = null, expires_at = null where name = 'run' and fence = $1";

    private readonly PostgresServer _server;
    private readonly ITimer _heartbeat;
    private readonly CancellationTokenSource _lost = new();
    private int _renewing;

    private RunLease(PostgresServer server, TimeProvider clock, long fence)
    {
        _server = server;
        Fence = fence;
        _heartbeat = clock.CreateTimer(_ => _ = RenewAsync(), null, Time / 4, Time / 4);
    }

    /// <summary>The number of this holder; greater than that of every holder before.</summary>
    public long Fence { get; }

    /// <summary>Cancelled when somebody else holds the lease: this run must stop.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>
    /// Takes the lease, or returns who holds it. On success the runs that were left running are marked as interrupted and
    /// <paramref name="begin"/> is written, all in one transaction.
    /// </summary>
    public static async Task<(RunLease? Lease, RunHolder? Holder)> TryClaimAsync(
        PostgresServer server, RunId run, Func<long, NpgsqlBatchCommand> begin, TimeProvider clock, CancellationToken cancellationToken)
    {
        var dead = (string?)null;
        while (true)
        {
            var (fence, holder) = await server.RetryAsync(token => ClaimOnceAsync(server, run, dead, begin, token), cancellationToken);
            if (fence is { } number)
            {
                return (new RunLease(server, clock, number), null);
            }
            if (holder is null || dead == holder.Run.Value || !holder.Process.IsHere || holder.Process.IsAlive)
            {
                return (null, holder);
            }
            dead = holder.Run.Value; // it died on this machine: no need to wait for its time to be over
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _heartbeat.DisposeAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            var owner = await _server.WriterAsync(patience.Token);
            await using var command = owner.CreateCommand(Release);
            command.Parameters.Add(new() { Value = Fence });
            await command.ExecuteNonQueryAsync(patience.Token);
        }
        catch (Exception error) when (error is NpgsqlException or EscaleException or OperationCanceledException or ObjectDisposedException)
        {
            // The server is away: the lease ends by itself.
        }
        _lost.Dispose();
    }

    private static async Task<(long? Fence, RunHolder? Holder)> ClaimOnceAsync(
        PostgresServer server, RunId run, string? dead, Func<long, NpgsqlBatchCommand> begin, CancellationToken cancellationToken)
    {
        var writer = await server.WriterAsync(cancellationToken);
        await using var connection = await writer.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var own = ProcessIdentity.Own;
        await using var claim = Sql.Command(Claim, dead, run.Value, own.Host, own.Id, own.Start, Time).On(connection, transaction);
        if (await claim.ExecuteScalarAsync(cancellationToken) is not long fence)
        {
            return (null, await HolderAsync(connection, transaction, cancellationToken));
        }
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in RunStore.MarkInterrupted())
        {
            batch.BatchCommands.Add(command);
        }
        batch.BatchCommands.Add(begin(fence));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (fence, null);
    }

    private static async Task<RunHolder?> HolderAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Holder, connection, transaction);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new RunHolder(new RunId(reader.GetString(0)), new ProcessIdentity(reader.GetString(1), reader.GetInt32(2), reader.GetString(3)))
            : null;
    }

    private async Task RenewAsync()
    {
        if (Interlocked.Exchange(ref _renewing, 1) == 1)
        {
            return;
        }
        try
        {
            var writer = await _server.WriterAsync(_lost.Token);
            await using var command = writer.CreateCommand(Renew);
            command.Parameters.Add(new() { Value = Fence });
            command.Parameters.Add(new() { Value = Time });
            if (await command.ExecuteNonQueryAsync(_lost.Token) == 0)
            {
                await _lost.CancelAsync();
            }
        }
        catch (Exception error) when (error is NpgsqlException or EscaleException or OperationCanceledException or ObjectDisposedException)
        {
            // The server is away: nobody else can take the lease either. The next beat tells.
        }
        finally
        {
            Volatile.Write(ref _renewing, 0);
        }
    }
}
