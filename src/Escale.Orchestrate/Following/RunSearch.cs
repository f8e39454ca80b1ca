using Escale.Kernel;
using Escale.Orchestrate.Records;
using Escale.Ui;

namespace Escale.Orchestrate.Following;

/// <summary>The newest runs, and starting one, for the palette.</summary>
internal sealed class RunSearch(RunHistory history) : ISearchSource
{
    public async ValueTask<IReadOnlyList<Found>> AllAsync(Caller caller, Reader reader, CancellationToken cancellationToken)
    {
        var found = new List<Found>();
        if (caller.Is(Role.Engineer))
        {
            found.Add(new Found("action", reader[Words.StartRun], reader[Words.RunsAbout], "/runs#start"));
        }
        foreach (var run in await history.ListAsync(20, cancellationToken))
        {
            found.Add(new Found("run", run.Id, reader[RunWords.Of(run.Status)] + (run.Select.Count > 0 ? " · " + string.Join(' ', run.Select) : ""), "/runs/" + run.Id));
        }
        return found;
    }
}
