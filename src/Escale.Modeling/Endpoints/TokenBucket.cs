namespace Escale.Modeling.Endpoints;

/// <summary>So many requests a second, with a second's worth saved up. Thread-safe, allocates nothing.</summary>
internal sealed class TokenBucket
{
    private readonly Lock _gate = new();
    private readonly int _perSecond;
    private readonly TimeProvider _clock;
    private double _left;
    private long _at;

    public TokenBucket(int perSecond, TimeProvider clock) => (_perSecond, _clock, _left, _at) = (perSecond, clock, perSecond, clock.GetTimestamp());

    /// <summary>Takes one; false when there is none.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            var now = _clock.GetTimestamp();
            _left = Math.Min(_perSecond, _left + _clock.GetElapsedTime(_at, now).TotalSeconds * _perSecond);
            _at = now;
            if (_left < 1)
            {
                return false;
            }
            _left--;
            return true;
        }
    }
}
