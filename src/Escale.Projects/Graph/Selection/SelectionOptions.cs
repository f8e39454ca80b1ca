using System.CommandLine;
using Escale.Kernel;

namespace Escale.Projects.Graph.Selection;

/// <summary><c>--select</c> and <c>--exclude</c>, the same on every verb that chooses assets.</summary>
public sealed class SelectionOptions
{
    /// <summary>What to choose; several terms are united.</summary>
    public Option<string[]> Select { get; } = new("--select", "-s")
    {
        Description = "What to choose: name, +name, name+, tag:, path:, source:, config.materialized:, …",
        HelpName = "SELECTION",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>What to leave out.</summary>
    public Option<string[]> Exclude { get; } = new("--exclude")
    {
        Description = "What to leave out, in the same syntax",
        HelpName = "SELECTION",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Adds both to a verb.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(Select);
        command.Options.Add(Exclude);
    }

    /// <summary>What the call chooses, in the graph's order; without <c>--select</c> everything.</summary>
    /// <exception cref="EscaleException">See <see cref="AssetGraph.Select"/>.</exception>
    public IReadOnlyList<Asset> Choose(VerbCall call) =>
        call.Get<Project>().Graph.Select(call.Value(Select) ?? [], call.Value(Exclude) ?? []);
}
