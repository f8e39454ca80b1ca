using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <summary>Finds what <c>ref</c> and <c>source</c> mean, and says well what is wrong when they mean nothing.</summary>
internal sealed class NodeIndex(DbtProject project)
{
    // Classes, not tuples: the framework's collections over structs are compiled anew at every start.
    private readonly Dictionary<NodeKey, Node> _nodes = [];
    private readonly Dictionary<TableKey, List<Declared>> _sources = [];

    private sealed record NodeKey(string Package, string Name);

    private sealed record Node(string Package, string Name, string Id, string Path, bool Enabled);

    private sealed record TableKey(string Source, string Table);

    private sealed record Declared(string Package, string Id, bool Enabled);

    /// <summary>Adds a model or seed.</summary>
    /// <exception cref="EscaleException"><c>projects.duplicate-asset</c> with both files.</exception>
    public void Add(string package, string name, string id, string path, bool enabled)
    {
        if (_nodes.TryGetValue(new(package, name), out var first) && first.Enabled && enabled)
        {
            throw new EscaleException(
                "projects.duplicate-asset", $"Two files define '{name}': {first.Path} and {path}.", "Rename one of them, or disable it.", new Place(path));
        }
        if (enabled || first is null)
        {
            _nodes[new(package, name)] = new(package, name, id, path, enabled);
        }
    }

    public void AddSource(string package, string source, string table, string id, bool enabled)
    {
        if (!_sources.TryGetValue(new(source, table), out var list))
        {
            _sources[new(source, table)] = list = [];
        }
        list.RemoveAll(known => known.Id == id);
        list.Add(new(package, id, enabled));
    }

    public bool KnowsSource(string source, string table) => _sources.ContainsKey(new(source, table));

    public bool Knows(string package, string name) => _nodes.ContainsKey(new(package, name));

    public IEnumerable<string> Names(string package) => _nodes.Keys.Where(key => key.Package == package).Select(key => key.Name);

    /// <summary>The id of an enabled model or seed of this very package, or null.</summary>
    public string? FindOwn(string package, string name) => _nodes.TryGetValue(new(package, name), out var node) && node.Enabled ? node.Id : null;

    /// <summary>The id of an enabled source table, or null.</summary>
    public string? FindSource(string package, string source, string table) =>
        _sources[new(source, table)].OrderBy(one => one.Package == package ? 0 : 1).First() is { Enabled: true } found ? found.Id : null;

    /// <summary>The asset's id; dbt's order: the named package, or the project itself, then the package that asks, then any.</summary>
    /// <exception cref="EscaleException"><c>projects.unknown-ref</c>, <c>projects.disabled-ref</c>.</exception>
    public string Resolve(RefCall call, string from)
    {
        var found = call.Package is { } package
            ? _nodes.GetValueOrDefault(new(package, call.Name))
            : Candidates(call.Name, from).FirstOrDefault();
        if (found is null)
        {
            throw UnknownRef(call);
        }
        return found.Enabled
            ? found.Id
            : throw new EscaleException("projects.disabled-ref", $"'{call.Name}' is disabled ({found.Path}).", "Enable it, or remove the ref.", call.Place);
    }

    /// <summary>The id of a source's table.</summary>
    /// <exception cref="EscaleException"><c>projects.unknown-source</c>, <c>projects.disabled-ref</c>.</exception>
    public string Resolve(SourceCall call, string from)
    {
        if (!_sources.TryGetValue(new(call.Source, call.Table), out var list))
        {
            throw UnknownSource(call);
        }
        var (_, id, enabled) = list.OrderBy(source => source.Package == from ? 0 : source.Package == project.Name ? 1 : 2).First();
        return enabled ? id : throw new EscaleException(
            "projects.disabled-ref", $"The source table '{call.Source}.{call.Table}' is disabled.", "Enable it, or remove the reference.", call.Place);
    }

    /// <summary>All that a text refers to, in order, without repeats.</summary>
    public List<string> ResolveAll(ParsedSql parsed, string from) =>
        [.. parsed.Refs.Select(call => Resolve(call, from)).Concat(parsed.Sources.Select(call => Resolve(call, from))).Distinct()];

    private IEnumerable<Node> Candidates(string name, string from)
    {
        var named = _nodes.Values.Where(node => node.Name == name);
        return named.OrderBy(node => node.Enabled ? 0 : 1)
            .ThenBy(node => node.Package == project.Name ? 0 : node.Package == from ? 1 : 2)
            .ThenBy(node => node.Package, StringComparer.Ordinal);
    }

    private EscaleException UnknownRef(RefCall call)
    {
        if (call.Package is { } package && project.Package(package) is null)
        {
            return new EscaleException(
                "projects.unknown-ref", $"There is no package '{package}'.", Nearest.Remedy(package, project.Packages.Select(one => one.Name), "Install it under dbt_packages/."), call.Place);
        }
        if (project.Packages.SelectMany(one => one.SnapshotFiles).Any(file => file.Text.Contains($"snapshot {call.Name}", StringComparison.Ordinal)))
        {
            return new EscaleException(
                "projects.not-supported", $"'{call.Name}' is a snapshot; snapshots are not supported.", "Read the table that it is made of.", call.Place);
        }
        var names = _nodes.Keys.Where(key => call.Package is null || key.Package == call.Package).Select(key => key.Name).Distinct();
        return new EscaleException("projects.unknown-ref", $"There is no model or seed '{call.Name}'.", Nearest.Remedy(call.Name, names, "Check the name, or add the model."), call.Place);
    }

    private EscaleException UnknownSource(SourceCall call)
    {
        var sources = _sources.Keys.Select(key => key.Source).Distinct().ToList();
        if (!sources.Contains(call.Source))
        {
            return new EscaleException(
                "projects.unknown-source", $"There is no source '{call.Source}'.",
                Nearest.Remedy(call.Source, sources, "Declare it in sources/*.yml, or under 'sources:' in a property file."), call.Place);
        }
        var tables = _sources.Keys.Where(key => key.Source == call.Source).Select(key => key.Table);
        return new EscaleException(
            "projects.unknown-source", $"The source '{call.Source}' has no table '{call.Table}'.",
            Nearest.Remedy(call.Table, tables, "It has " + string.Join(", ", tables.Order(StringComparer.Ordinal)) + "."), call.Place);
    }
}
