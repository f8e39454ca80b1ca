using Escale.Kernel;

namespace Escale.Accounts.Setup;

/// <summary>
/// The link with which the first administrator is made (security requirement S4): 256 random bits, printed on the console, kept in memory
/// only, used once, gone after a day or with the process. Thread-safe.
/// </summary>
internal sealed class SetupLink(TimeProvider clock)
{
    private static readonly TimeSpan _lifetime = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private byte[]? _hash;
    private DateTimeOffset _end;

    /// <summary>The path for the console; null when there is nothing to set up. The token is known to nobody else.</summary>
    public string? Path { get; private set; }

    /// <summary>Makes the link.</summary>
    public void Make()
    {
        lock (_gate)
        {
            var token = SecretToken.Make();
            _hash = SecretToken.Hash(token);
            _end = clock.GetUtcNow() + _lifetime;
            Path = "/setup?token=" + token;
        }
    }

    /// <summary>Whether the token is the right one, still.</summary>
    public bool IsRight(string? token)
    {
        lock (_gate)
        {
            return _hash is not null && clock.GetUtcNow() < _end && SecretToken.Is(token ?? "", _hash);
        }
    }

    /// <summary>Uses it up; false when somebody else was quicker.</summary>
    public bool TryTake(string? token)
    {
        lock (_gate)
        {
            if (!IsRight(token))
            {
                return false;
            }
            (_hash, Path) = (null, null);
            return true;
        }
    }
}
