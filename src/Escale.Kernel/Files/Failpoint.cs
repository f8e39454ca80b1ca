using System.Collections.Concurrent;
using System.Globalization;

namespace Escale.Kernel;

/// <summary>What a failpoint does when it is reached.</summary>
public enum FailpointAction
{
    /// <summary>Kill this process at once, as <c>kill -9</c> would.</summary>
    Crash,

    /// <summary>Throw what a full disk throws.</summary>
    NoSpace,

    /// <summary>At a write: write half of the bytes, then kill the process.</summary>
    Torn,

    /// <summary>Throw an <see cref="IOException"/>.</summary>
    Error,
}

/// <summary>
/// Named places where tests make the program fail. Off unless the environment variable <c>ESCALE_FAILPOINTS</c> or a test
/// switches them on: <c>name=action</c> or <c>name=action@n</c> (at the n-th hit, from 1), separated by semicolons.
/// </summary>
public static class Failpoint
{
    private static readonly ConcurrentDictionary<string, Armed> _armed = FromEnvironment();

    /// <summary>Whether any failpoint is on; the only cost of a failpoint in normal operation.</summary>
    public static bool Any => !_armed.IsEmpty;

    /// <summary>Does what was asked for at this place, if anything.</summary>
    public static void Hit(string name)
    {
        if (Any && Take(name) is { } action)
        {
            Perform(name, action);
        }
    }

    /// <summary>Switches one on for this process: <c>Failpoint.Arm("lake.commit.before-log", FailpointAction.NoSpace)</c>.</summary>
    /// <returns>Dispose it to switch the failpoint off.</returns>
    public static IDisposable Arm(string name, FailpointAction action, int atHit = 1)
    {
        _armed[name] = new Armed(action, atHit);
        return new Disarm(name);
    }

    /// <summary>The action to perform now at this place, or null; counts the hit.</summary>
    internal static FailpointAction? Take(string name) =>
        _armed.TryGetValue(name, out var armed) && Interlocked.Increment(ref armed.Hits) == armed.AtHit ? armed.Action : null;

    internal static void Perform(string name, FailpointAction action)
    {
        switch (action)
        {
            case FailpointAction.NoSpace:
                throw new IOException($"No space left on device (failpoint {name})", unchecked((int)0x80070070));
            case FailpointAction.Error:
                throw new IOException($"Input/output error (failpoint {name})");
            default:
                Die();
                break;
        }
    }

    internal static void Die()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }

    private static ConcurrentDictionary<string, Armed> FromEnvironment()
    {
        var armed = new ConcurrentDictionary<string, Armed>(StringComparer.Ordinal);
        var text = Environment.GetEnvironmentVariable("ESCALE_FAILPOINTS") ?? "";
        foreach (var entry in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, rest) = entry.Split('=', 2) is [var left, var right] ? (left, right) : (entry, "crash");
            var (action, hit) = rest.Split('@', 2) is [var verb, var count] ? (verb, int.Parse(count, CultureInfo.InvariantCulture)) : (rest, 1);
            armed[name] = new Armed(Enum.Parse<FailpointAction>(action, ignoreCase: true), hit);
        }
        return armed;
    }

    private sealed class Armed(FailpointAction action, int atHit)
    {
        public int Hits;

        public FailpointAction Action => action;

        public int AtHit => atHit;
    }

    private sealed class Disarm(string name) : IDisposable
    {
        public void Dispose() => _armed.TryRemove(name, out _);
    }
}
