using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <summary>Adds the dbt project's seeds, SQL models, tests and declared sources to the graph.</summary>
/// <param name="project">The project.</param>
/// <param name="parse">The parse pass for texts that are not literal; made when the first such text is met.</param>
/// <param name="generateName">Calls the project's own naming macros, where it has some.</param>
/// <param name="generators">What makes further models from other files.</param>
internal sealed class DbtLoader(
    Project project, Func<DbtProject, ParseSql> parse, GenerateName? generateName = null, Func<IEnumerable<IGeneratedModels>>? generators = null) : IAssetLoader
{
    /// <inheritdoc/>
    public int Order => 100;

    /// <inheritdoc/>
    public Func<IReadOnlyList<Asset>, IEnumerable<Asset>> Read(ProjectRoot root)
    {
        var assembly = new DbtAssembly(project.Dbt, project.Settings, project.Warn, new Lazy<ParseSql>(() => parse(project.Dbt)), generateName);
        assembly.Read();
        assembly.Read([.. (generators?.Invoke() ?? []).SelectMany(generator => generator.Read(root))]);
        return assembly.Assemble;
    }
}

/// <summary>One load of a dbt project: from files to drafts, and from these to assets. Sources and seeds first, then models, then the tests of all of them.</summary>
internal sealed partial class DbtAssembly(
    DbtProject project, Settings settings, Action<string> warn, Lazy<ParseSql> parse, GenerateName? generateName)
{
    private readonly ProjectProperties _properties = new(project);
    private readonly DocBlocks _docs = new(project);
    private readonly NodeIndex _index = new(project);
    private readonly List<Asset> _assets = [];
    private readonly Lazy<bool> _literalCallsAreBuiltIn = new(() => !project.Root.MacroFiles.Any(RedefinesBuiltIn));
    private List<FileDraft> _seeds = [];
    private List<FileDraft> _models = [];
    private List<FileDraft> _singularTests = [];
    private IReadOnlyList<GeneratedModel> _generated = [];

    /// <summary>Reads and parses the files.</summary>
    public void Read()
    {
        _seeds = Drafts("seed", package => package.SeedFiles, package => package.Yml.SeedPaths);
        _models = Drafts("model", package => package.ModelFiles, package => package.Yml.ModelPaths);
        _singularTests = Drafts("test", package => package.TestFiles, package => package.Yml.TestPaths);
    }

    /// <summary>Takes models that are made from other files.</summary>
    public void Read(IReadOnlyList<GeneratedModel> generated) => _generated = generated;

    /// <summary>The assets, once the sources that are collected are known.</summary>
    public List<Asset> Assemble(IReadOnlyList<Asset> known)
    {
        LoadSources(known);
        _seeds.ForEach(LoadSeed);
        DraftGenerated(known);
        LoadModels();
        TieSources();
        _singularTests.ForEach(LoadSingularTest);
        LoadGenericTests();
        WarnOfUnusedProperties();
        return _assets;
    }

    private static bool RedefinesBuiltIn(SqlFile file) =>
        new[] { "macro ref(", "macro source(", "macro config(" }.Any(start => file.Text.Contains(start, StringComparison.Ordinal));

    private List<FileDraft> Drafts(string kind, Func<DbtPackage, IReadOnlyList<SqlFile>> files, Func<DbtPackage, IReadOnlyList<string>> paths) =>
        [.. project.Packages.SelectMany(package => files(package).Select(file => Draft(kind, package, file, paths(package))))];

    /// <summary>
    /// What a file of the project is before anything is built on it: where it stands, what is said of it, what is in it, and its configuration
    /// after all inheritance.
    /// </summary>
    /// <param name="kind">As asset ids begin.</param>
    /// <param name="package">Its package.</param>
    /// <param name="file">The file.</param>
    /// <param name="paths">The package's folders for this kind.</param>
    private FileDraft Draft(string kind, DbtPackage package, SqlFile file, IReadOnlyList<string> paths)
    {
        var fqn = package.FoldersOf(file, paths);
        fqn.Add(file.Name);
        var properties = _properties.Find(kind, package.Name, file.Name);
        var layers = Layers(kind, package, fqn, properties);
        var parsed = kind == "seed" ? ParsedSql.Empty : Parse(
            new SqlUnit { Package = package.Name, Kind = kind, Name = file.Name, Path = file.Path, Text = file.Text, Config = layers.Values });
        foreach (var (key, value) in parsed.Config)
        {
            layers.Set(key, value, parsed.ConfigPlace ?? new Place(file.Path));
        }
        ApplyProjectOverPackage(layers, kind, package, fqn);
        if (kind == "model" && !layers.Values.ContainsKey("materialized"))
        {
            // dbt's default, spelled out: selection and the order of runs go by it.
            layers.Set("materialized", "view", new Place(file.Path));
        }
        return new FileDraft(kind, package.Name, file, fqn, properties, parsed, layers.Build());
    }

    /// <summary>The asset of a file, without what only its kind knows.</summary>
    private Asset AssetOf(FileDraft draft, IReadOnlyList<ColumnProperties> columns) => new()
    {
        Id = draft.Id,
        Kind = draft.Kind,
        Name = draft.File.Name,
        Path = draft.File.Path,
        Package = draft.Package,
        Fqn = draft.Fqn,
        Tags = draft.Config.Tags,
        Description = Describe(draft.Properties) is { Length: > 0 } words ? words : draft.Description,
        Columns = AssetColumns(columns),
        Config = draft.Config.All,
        CodeFingerprint = "",
    };

    private ParsedSql Parse(SqlUnit unit) =>
        (_literalCallsAreBuiltIn.Value ? LiteralSql.TryParse(unit.Text, unit.Path) : null) ?? parse.Value(unit);

    /// <summary>
    /// The configuration of a node in dbt's order: its package's dbt_project.yml, its property file, its own <c>config()</c>; and for a node of a package,
    /// the project's dbt_project.yml over all of these.
    /// </summary>
    private ConfigLayers Layers(string kind, DbtPackage package, IReadOnlyList<string> fqn, NodeProperties? properties)
    {
        var layers = new ConfigLayers();
        package.Yml.Trees.GetValueOrDefault(kind)?.Apply(layers, fqn);
        foreach (var entry in properties?.Config ?? [])
        {
            layers.Set(entry.Name, entry.Value.ToValue(), entry.Key.Place);
        }
        return layers;
    }

    private void ApplyProjectOverPackage(ConfigLayers layers, string kind, DbtPackage package, IReadOnlyList<string> fqn)
    {
        if (!package.IsRoot)
        {
            project.Root.Yml.Trees.GetValueOrDefault(kind)?.Apply(layers, fqn);
        }
    }

    private string Describe(NodeProperties? properties) =>
        properties is null ? "" : _docs.Resolve(properties.Description, properties.Package, properties.Place).Trim();

    private List<ColumnProperties> DescribeColumns(NodeProperties? properties) =>
    [
        .. (properties?.Columns ?? []).Select(column => column.Description.Length == 0
            ? column
            : column with { Description = _docs.Resolve(column.Description, properties!.Package, column.Place).Trim() }),
    ];

    private sealed record FileDraft(
        string Kind, string Package, SqlFile File, IReadOnlyList<string> Fqn, NodeProperties? Properties, ParsedSql Parsed, NodeConfig Config)
    {
        public string Id { get; } = $"{Kind}.{Package}.{File.Name}";

        /// <summary>The table of a model that is made from another file, which names it itself; else null.</summary>
        public TableName? Makes { get; init; }

        public string Description { get; init; } = "";
    }

    private static IReadOnlyList<AssetColumn> AssetColumns(IReadOnlyList<ColumnProperties> columns) =>
        [.. columns.Select(column => new AssetColumn(column.Name, column.Description, column.DataType))];

    private void WarnOfUnusedProperties()
    {
        foreach (var (kind, node) in _properties.Nodes)
        {
            if (kind is "model" or "seed" && !_index.Knows(node.Package, node.Name))
            {
                var near = Nearest.Of(node.Name, _index.Names(node.Package));
                warn($"{node.Place}: there is no {kind} '{node.Name}' to describe{(near is null ? "" : $"; did you mean '{near}'?")}");
            }
        }
    }
}
