namespace Escale.Kernel;

/// <summary>The program's own HTTP server, for rooms that need it to be listening (a run that collects pushed events).</summary>
public interface IProgramHost
{
    /// <summary>Starts listening if it is not yet (on a free loopback port unless <c>serve</c> chose one) and returns the base address.</summary>
    Task<Uri> ListenAsync(CancellationToken cancellationToken);
}
