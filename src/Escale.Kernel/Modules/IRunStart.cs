namespace Escale.Kernel;

/// <summary>Starts runs for rooms that may not see the one that makes them.</summary>
public interface IRunStart
{
    /// <summary>Starts a run of what is selected; returns once it is planned.</summary>
    /// <param name="select">The selection, in dbt's syntax.</param>
    /// <param name="cancellationToken">Stops the waiting, not the run.</param>
    /// <exception cref="EscaleException"><c>orchestrate.busy</c>: another run is under way; or the project has errors.</exception>
    Task<RunId> StartAsync(IReadOnlyList<string> select, CancellationToken cancellationToken);
}
