namespace Escale.Engines.Sandbox;

/// <summary>
/// Reads files of others in managed code, in the confined process of a session: for formats that DuckDB does not know. Given to the child when
/// it starts (<see cref="SandboxChild.RunAsync(IReadOnlyList{SandboxParser})"/>), asked for by name (<see cref="SandboxSession.ParseAsync"/>).
/// Sees the session's files only on the thread that it is called on, and so must not hand its reading to another.
/// </summary>
public abstract class SandboxParser
{
    /// <summary>By which the host asks for it.</summary>
    public abstract string Name { get; }

    /// <summary>Reads, and writes what it found into a folder that the session may write to.</summary>
    /// <param name="request">What to read and how, in words that the parser and its caller agree on.</param>
    /// <param name="cancellationToken">Cancelled when the host no longer waits.</param>
    /// <returns>The answer, at most 1 MiB.</returns>
    /// <exception cref="Kernel.EscaleException">Reaches the caller with its code, message and place.</exception>
    public abstract string Parse(string request, CancellationToken cancellationToken);
}
