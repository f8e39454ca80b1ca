using System.Runtime.InteropServices;

namespace Escale.Modeling.Watching;

/// <summary>What is kept of a request until it is written into the log.</summary>
/// <param name="Id">What it is called in the log.</param>
/// <param name="Endpoint">The number of its endpoint (see <see cref="PredictionLog"/>).</param>
/// <param name="Version">The version that answered.</param>
/// <param name="AtTicks">When, in UTC ticks.</param>
/// <param name="Microseconds">How long it took.</param>
/// <param name="BodyBytes">The size of its body, which follows.</param>
/// <param name="AnswerBytes">The size of its answer, which follows the body.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LoggedHead(Guid Id, int Endpoint, int Version, long AtTicks, int Microseconds, int BodyBytes, int AnswerBytes);

/// <summary>
/// Bytes of requests and answers on their way from the requests to who writes them down: two blocks of memory that are made once. A request copies its bytes into the one, the writer reads the
/// other. A full block takes no more: what did not fit is counted, and nobody waits. Thread-safe.
/// </summary>
internal sealed class PredictionBuffer(int capacity)
{
    private readonly Lock _gate = new();
    private byte[] _filling = new byte[capacity];
    private byte[] _spare = new byte[capacity];
    private List<LoggedHead> _heads = new(256);
    private List<LoggedHead> _spareHeads = new(256);
    private int _used;
    private long _dropped;

    /// <summary>Requests that did not fit.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Takes a request; false when there is no room.</summary>
    public bool Offer(LoggedHead head, ReadOnlySpan<byte> body, ReadOnlySpan<byte> answer)
    {
        lock (_gate)
        {
            if (_used + body.Length + answer.Length > capacity)
            {
                _dropped++;
                return false;
            }
            body.CopyTo(_filling.AsSpan(_used));
            answer.CopyTo(_filling.AsSpan(_used + body.Length));
            _used += body.Length + answer.Length;
            _heads.Add(head);
            return true;
        }
    }

    /// <summary>What came since the last time; valid until the next call. For one reader.</summary>
    public (IReadOnlyList<LoggedHead> Heads, byte[] Bytes) Take()
    {
        lock (_gate)
        {
            var (heads, bytes) = (_heads, _filling);
            _spareHeads.Clear();
            (_heads, _spareHeads, _filling, _spare) = (_spareHeads, heads, _spare, bytes);
            _used = 0;
            return (heads, bytes);
        }
    }
}
