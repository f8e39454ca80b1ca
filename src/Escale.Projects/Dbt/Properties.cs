using Escale.Kernel;
using Escale.Projects.Yaml;

namespace Escale.Projects.Dbt;

/// <summary>What a property file says of one model, seed, source table or singular test.</summary>
internal sealed record NodeProperties
{
    public required string Name { get; init; }

    public required string Package { get; init; }

    public required Place Place { get; init; }

    public string Description { get; init; } = "";

    /// <summary><c>config:</c> and the keys that may stand beside it (<c>tags</c>, <c>meta</c>, …).</summary>
    public IReadOnlyList<YamlEntry> Config { get; init; } = [];

    public IReadOnlyList<ColumnProperties> Columns { get; init; } = [];

    public IReadOnlyList<TestProperties> Tests { get; init; } = [];

    public IReadOnlyList<ConstraintProperties> Constraints { get; init; } = [];
}

/// <summary>A table under <c>sources:</c>, with what it has from its source.</summary>
internal sealed record SourceProperties(string SourceName, string Schema, string Identifier, string? LoadedAtField, NodeProperties Table);

/// <summary>A generic test as written under a table or column.</summary>
internal sealed record TestProperties
{
    public required string TestName { get; init; }

    public string? TestPackage { get; init; }

    /// <summary><c>name:</c>, in place of the generated one.</summary>
    public string? CustomName { get; init; }

    public string Description { get; init; } = "";

    public string? ColumnName { get; init; }

    public IReadOnlyDictionary<string, object?> Arguments { get; init; } = new Dictionary<string, object?>();

    public IReadOnlyList<YamlEntry> Config { get; init; } = [];

    /// <summary>The column's tags, which its tests have too.</summary>
    public IReadOnlyList<string> ColumnTags { get; init; } = [];

    public required Place Place { get; init; }
}

/// <summary>An entry of a property file.</summary>
/// <param name="Kind"><c>model</c>, <c>seed</c> or <c>test</c>.</param>
/// <param name="Node">What is said.</param>
internal sealed record Described(string Kind, NodeProperties Node);

/// <summary>Everything that the property files of a project and its packages say.</summary>
internal sealed class ProjectProperties
{
    private readonly Dictionary<Key, Described> _nodes = [];

    private sealed record Key(string Kind, string Package, string Name);

    public ProjectProperties(DbtProject project)
    {
        foreach (var package in project.Packages)
        {
            foreach (var file in package.PropertyFiles)
            {
                Read(project, package, file);
            }
        }
    }

    private void Read(DbtProject project, DbtPackage package, SqlFile file)
    {
        var document = YamlFile.Parse(file.Text, file.Path);
        if (!YamlJinja.IsJinja(file.Text))
        {
            new PropertyFile(package, this, null).Read(document);
            return;
        }
        var scope = new YamlScope(project.Name, project.VarsOf(package.Name));
        new PropertyFile(package, this, node => project.Jinja.Value(node, scope)).Read(project.Jinja.Properties(document, scope));
    }

    /// <summary>All entries.</summary>
    public IEnumerable<Described> Nodes => _nodes.Values;

    public List<SourceProperties> Sources { get; } = [];

    /// <summary>What is said of a node, or null.</summary>
    public NodeProperties? Find(string kind, string package, string name) => _nodes.GetValueOrDefault(new(kind, package, name))?.Node;

    public void Add(string kind, NodeProperties node)
    {
        if (!_nodes.TryAdd(new(kind, node.Package, node.Name), new(kind, node)))
        {
            throw new EscaleException(
                "projects.duplicate-properties", $"The {kind} '{node.Name}' is described twice; the first is at {_nodes[new(kind, node.Package, node.Name)].Node.Place}.",
                "Keep one of the two entries.", node.Place);
        }
    }
}
