using Escale.Engines.Postgres;
using Escale.Kernel;
using Npgsql;
using Xunit;

namespace Escale.Engines.Tests.Postgres;

/// <summary>R15: a slow or absent PostgreSQL, simulated with a clock that jumps.</summary>
public sealed class RetryTests
{
    [Fact]
    public async Task Work_waits_through_a_ten_minute_outage_with_growing_pauses()
    {
        await using var project = new TestProject();
        var clock = new JumpingClock();
        await using var server = Open(project, clock);
        var attempts = 0;
        var result = await server.RetryAsync(
            _ =>
            {
                attempts++;
                return clock.Elapsed < TimeSpan.FromMinutes(10)
                    ? throw new NpgsqlException("Failed to connect", new System.Net.Sockets.SocketException(111))
                    : Task.FromResult(42);
            },
            CancellationToken.None, TimeSpan.FromMinutes(15));
        Assert.Equal(42, result);
        Assert.InRange(attempts, 120, 300); // Pauses grow to 2.5 – 5 s: neither a storm nor a sleep.
    }

    [Fact]
    public async Task Patience_ends_with_a_typed_error()
    {
        await using var project = new TestProject();
        await using var server = Open(project, new JumpingClock());
        var error = await Assert.ThrowsAsync<EscaleException>(() => server.RetryAsync<int>(
            _ => throw new NpgsqlException("Failed to connect", new System.Net.Sockets.SocketException(111)), CancellationToken.None));
        Assert.Equal("engines.postgres.unreachable", error.Code);
    }

    [Fact]
    public async Task What_does_not_pass_is_not_repeated()
    {
        await using var project = new TestProject();
        await using var server = Open(project, new JumpingClock());
        var attempts = 0;
        var error = await Assert.ThrowsAsync<EscaleException>(() => server.RetryAsync<int>(
            _ =>
            {
                attempts++;
                throw new PostgresException("column does not exist", "ERROR", "ERROR", "42703");
            },
            CancellationToken.None));
        Assert.Equal(("engines.postgres.sql", 1), (error.Code, attempts));
    }

    private static PostgresServer Open(TestProject project, TimeProvider clock) =>
        new(new ProjectRoot(project.Folder), new RunEnvironment(), clock, new DurableWriter(new LocalFileLayer()));

    /// <summary>Every pause is over at once, and the clock says that it took its time.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        private long _ticks;

        public TimeSpan Elapsed => TimeSpan.FromTicks(_ticks);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _ticks += dueTime.Ticks;
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
