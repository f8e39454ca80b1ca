using System.Collections.Concurrent;

namespace Escale.Kernel;

/// <summary>
/// What a running program knows that project files may name: the addresses of the services it started (<c>SIMULATOR_URL</c>) and its
/// own (<c>ESCALE_URL</c>). One per container. Falls back to the process's environment.
/// </summary>
public sealed class RunEnvironment
{
    private readonly ConcurrentDictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _trusted = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The value of a variable, or null.</summary>
    public string? this[string name]
    {
        get => _values.TryGetValue(name, out var value) ? value : Environment.GetEnvironmentVariable(name);
    }

    /// <summary>Sets a variable for this program only.</summary>
    public void Set(string name, string value) => _values[name] = value;

    /// <summary>The variables set here, to pass on to child processes.</summary>
    public IReadOnlyDictionary<string, string> Own => _values;

    /// <summary>Declares a host:port that we started ourselves: outgoing requests to it are allowed although it is private (S9).</summary>
    public void Trust(Uri address) => _trusted[address.Authority] = 0;

    /// <summary>Whether this address was declared ours.</summary>
    public bool IsTrusted(Uri address) => _trusted.ContainsKey(address.Authority);
}
