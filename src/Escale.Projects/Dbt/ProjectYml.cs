using Escale.Kernel;
using Escale.Projects.Yaml;

namespace Escale.Projects.Dbt;

/// <summary>What one <c>dbt_project.yml</c> says. Immutable.</summary>
public sealed record ProjectYml
{
    /// <summary>The file's name.</summary>
    public const string FileName = "dbt_project.yml";

    /// <summary><c>name</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>model-paths</c>. Default: <c>models</c>.</summary>
    public IReadOnlyList<string> ModelPaths { get; init; } = ["models"];

    /// <summary><c>seed-paths</c>. Default: <c>seeds</c>.</summary>
    public IReadOnlyList<string> SeedPaths { get; init; } = ["seeds"];

    /// <summary><c>test-paths</c>. Default: <c>tests</c>.</summary>
    public IReadOnlyList<string> TestPaths { get; init; } = ["tests"];

    /// <summary><c>macro-paths</c>. Default: <c>macros</c>.</summary>
    public IReadOnlyList<string> MacroPaths { get; init; } = ["macros"];

    /// <summary><c>snapshot-paths</c>. Default: <c>snapshots</c>.</summary>
    public IReadOnlyList<string> SnapshotPaths { get; init; } = ["snapshots"];

    /// <summary><c>docs-paths</c>: where else doc blocks stand. Default: none but the paths above.</summary>
    public IReadOnlyList<string> DocsPaths { get; init; } = [];

    /// <summary><c>packages-install-path</c>. Default: <c>dbt_packages</c>.</summary>
    public string PackagesPath { get; init; } = "dbt_packages";

    /// <summary><c>vars</c>, with the packages' own under the packages' names.</summary>
    public IReadOnlyDictionary<string, object?> Vars { get; init; } = new Dictionary<string, object?>();

    /// <summary><c>on-run-start</c>: SQL with Jinja to execute before a run.</summary>
    public IReadOnlyList<string> OnRunStart { get; init; } = [];

    /// <summary><c>on-run-end</c>: SQL with Jinja to execute after a run.</summary>
    public IReadOnlyList<string> OnRunEnd { get; init; } = [];

    /// <summary><c>dispatch</c>: for a macro namespace, the packages to search in order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Dispatch { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The configuration trees: <c>models</c>, <c>seeds</c>, <c>tests</c> (or <c>data_tests</c>), <c>sources</c>.</summary>
    internal IReadOnlyDictionary<string, ConfigTree> Trees { get; init; } = new Dictionary<string, ConfigTree>();

    private static readonly string[] _tolerated =
    [
        "version", "config-version", "profile", "require-dbt-version", "target-path", "log-path", "clean-targets", "query-comment", "quoting", "flags",
        "analysis-paths", "asset-paths", "function-paths", "snapshots", "exposures", "metrics", "semantic-models", "saved-queries", "unit_tests", "unit-tests",
        "restrict-access", "dbt-cloud", "functions", "anchors",
    ];

    /// <summary>Reads the file.</summary>
    /// <param name="node">The document.</param>
    /// <param name="isRoot">Whether it is the project's own: an unknown key in a package is not the user's mistake.</param>
    /// <exception cref="EscaleException">The file is wrong, with its place.</exception>
    internal static ProjectYml Read(YamlNode node, bool isRoot)
    {
        var reader = node.AsMap(FileName).Reader(FileName).Allow(_tolerated);
        var defaults = new ProjectYml { Name = "" };
        var project = new ProjectYml
        {
            Name = ReadName(reader),
            ModelPaths = Paths(reader, "model-paths", "source-paths", defaults.ModelPaths),
            SeedPaths = Paths(reader, "seed-paths", "data-paths", defaults.SeedPaths),
            TestPaths = Paths(reader, "test-paths", null, defaults.TestPaths),
            MacroPaths = Paths(reader, "macro-paths", null, defaults.MacroPaths),
            SnapshotPaths = Paths(reader, "snapshot-paths", null, defaults.SnapshotPaths),
            DocsPaths = Paths(reader, "docs-paths", null, defaults.DocsPaths),
            PackagesPath = reader.Text("packages-install-path", reader.Text("modules-path", defaults.PackagesPath)),
            Vars = reader.Node("vars")?.AsMap("variables").ToValue() as IReadOnlyDictionary<string, object?> ?? defaults.Vars,
            OnRunStart = reader.Texts("on-run-start"),
            OnRunEnd = reader.Texts("on-run-end"),
            Dispatch = ReadDispatch(reader),
            Trees = new Dictionary<string, ConfigTree>
            {
                ["model"] = new(Tree(reader, "models")),
                ["seed"] = new(Tree(reader, "seeds")),
                ["test"] = new(Tree(reader, "data_tests") ?? Tree(reader, "tests")),
                ["source"] = new(Tree(reader, "sources")),
            },
        };
        if (isRoot)
        {
            reader.Allow("tests").Done();
        }
        return project;
    }

    private static string ReadName(YamlReader reader)
    {
        var name = reader.Text("name");
        return name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') && !char.IsAsciiDigit(name[0])
            ? name
            : throw reader.Need("name").WrongType("a project name of letters, digits and underscores");
    }

    private static IReadOnlyList<string> Paths(YamlReader reader, string key, string? oldKey, IReadOnlyList<string> fallback)
    {
        var found = reader.Texts(key);
        if (found.Count == 0 && oldKey is not null)
        {
            found = reader.Texts(oldKey);
        }
        foreach (var path in found)
        {
            if (Path.IsPathRooted(path) || path.Split('/', '\\').Contains(".."))
            {
                throw (reader.Node(key) ?? reader.Need(oldKey ?? key)).Error(
                    "projects.path-outside", $"'{path}' lies outside the project.", "Write a folder of the project.");
            }
        }
        return found.Count == 0 && !reader.Has(key) ? fallback : [.. found.Select(path => path.Replace('\\', '/').Trim('/'))];
    }

    private static YamlMap? Tree(YamlReader reader, string key) => reader.Node(key)?.AsMap($"configuration under '{key}'");

    private static Dictionary<string, IReadOnlyList<string>> ReadDispatch(YamlReader reader)
    {
        var dispatch = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var entry in reader.Maps("dispatch", "a dispatch rule"))
        {
            dispatch[entry.Text("macro_namespace")] = entry.Texts("search_order");
            entry.Done();
        }
        return dispatch;
    }
}

/// <summary>A configuration tree of <c>dbt_project.yml</c>: folders lead down, keys with <c>+</c> (or that hold no mapping) configure.</summary>
internal sealed class ConfigTree(YamlMap? root)
{
    /// <summary>Sets in <paramref name="layers"/> what the tree says for a node, outer folders first.</summary>
    public void Apply(ConfigLayers layers, IReadOnlyList<string> fqn)
    {
        var level = root;
        for (var at = 0; level is not null; at++)
        {
            foreach (var entry in level.Entries)
            {
                var isConfig = entry.Name.StartsWith('+');
                if (isConfig || entry.Value is not YamlMap)
                {
                    layers.Set(isConfig ? entry.Name[1..].Trim() : entry.Name, entry.Value.ToValue(), entry.Key.Place);
                }
            }
            level = at < fqn.Count ? level[fqn[at]] as YamlMap : null;
        }
    }
}
