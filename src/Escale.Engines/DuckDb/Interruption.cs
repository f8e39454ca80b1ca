using Escale.Engines.DuckDb.Interop;

namespace Escale.Engines.DuckDb;

/// <summary>
/// Carries a cancellation token into running calls. DuckDB forgets an interrupt that comes just before a query starts, so that it is
/// repeated until the call returns; and it never reaches the connection's next query.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan _repeat = TimeSpan.FromMilliseconds(5);
    private readonly ConnectionHandle _connection;
    private readonly CancellationToken _token;
    private readonly CancellationTokenRegistration _registration;
    private readonly Lock _gate = new();
    private Timer? _timer;
    private bool _isRunning;

    private Interruption(ConnectionHandle connection, CancellationToken token)
    {
        _connection = connection;
        _token = token;
        _registration = token.UnsafeRegister(static state => ((Interruption)state!).Cancel(), this);
    }

    /// <summary>Null for a token that is never cancelled: costs nothing.</summary>
    public static Interruption? For(ConnectionHandle connection, CancellationToken token) =>
        token.CanBeCanceled ? new(connection, token) : null;

    public void Enter()
    {
        _token.ThrowIfCancellationRequested();
        lock (_gate)
        {
            _isRunning = true;
        }
    }

    public void Exit()
    {
        lock (_gate)
        {
            _isRunning = false;
        }
    }

    public CancellationToken Token => _token;

    public void Dispose()
    {
        Exit();
        _registration.Dispose();
        lock (_gate)
        {
            _timer?.Dispose();
        }
    }

    private void Cancel()
    {
        lock (_gate)
        {
            _timer = new Timer(static state => ((Interruption)state!).Send(), this, TimeSpan.Zero, _repeat);
        }
    }

    private void Send()
    {
        lock (_gate)
        {
            if (_isRunning && !_connection.IsClosed)
            {
                Native.Interrupt(_connection);
            }
        }
    }
}
