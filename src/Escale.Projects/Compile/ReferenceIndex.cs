using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Projects.Graph;

namespace Escale.Projects.Compile;

/// <summary>Finds the asset that <c>ref</c> and <c>source</c> name when everything is loaded. Immutable.</summary>
internal sealed partial class ReferenceIndex
{
    private readonly string _root;
    private readonly ILookup<string, Asset> _nodes;
    private readonly ILookup<(string, string), Asset> _sources;

    public ReferenceIndex(AssetGraph graph, string root)
    {
        _root = root;
        _nodes = graph.Assets.Where(asset => asset.Kind is "model" or "seed").ToLookup(asset => asset.Name, StringComparer.Ordinal);
        _sources = graph.Assets.Where(asset => asset.SourceName is not null).ToLookup(asset => (asset.SourceName!, asset.Name));
    }

    /// <summary>The names that <c>var()</c> calls in a text spell out.</summary>
    public static IEnumerable<string> VariablesNamedIn(string text) => VariableCall().Matches(text).Select(match => match.Groups[1].Value);

    /// <summary>The model or seed; dbt's order: the named package, or the project itself, then the package that asks, then any.</summary>
    /// <exception cref="EscaleException"><c>projects.unknown-ref</c> naming the nearest.</exception>
    public Asset Ref(string? package, string name, string from, Place place)
    {
        var candidates = _nodes[name].Where(asset => package is null || asset.Package == package);
        return candidates.OrderBy(asset => asset.Package == _root ? 0 : asset.Package == from ? 1 : 2).FirstOrDefault()
            ?? throw new EscaleException(
                "projects.unknown-ref", $"There is no model or seed '{(package is null ? name : $"{package}.{name}")}'.",
                Nearest.Remedy(name, _nodes.Select(group => group.Key), "Check the name, or add the model."), place);
    }

    /// <summary>The source table.</summary>
    /// <exception cref="EscaleException"><c>projects.unknown-source</c> naming the nearest.</exception>
    public Asset Source(string source, string table, string from, Place place) =>
        _sources[(source, table)].OrderBy(asset => asset.Package == from ? 0 : 1).FirstOrDefault()
        ?? throw new EscaleException(
            "projects.unknown-source", $"There is no source table '{source}.{table}'.",
            Nearest.Remedy($"{source}.{table}", _sources.Select(group => $"{group.Key.Item1}.{group.Key.Item2}"), "Declare it in sources/*.yml."), place);

    // Generated at build (NonBacktracking cannot be, and costs 100 ms at start): no two parts can match the same text, so it is linear all the same.
    [GeneratedRegex(@"\bvar\(\s*['""]([^'""]+)['""]", RegexOptions.CultureInvariant)]
    private static partial Regex VariableCall();
}
