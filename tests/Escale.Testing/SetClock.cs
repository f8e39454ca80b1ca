namespace Escale.Testing;

/// <summary>A clock that shows what it is told, for times of day and for elapsed time alike.</summary>
/// <param name="now">What time it is.</param>
public sealed class SetClock(Func<DateTimeOffset> now) : TimeProvider
{
    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => now();

    /// <inheritdoc/>
    public override long GetTimestamp() => now().UtcTicks;
}
