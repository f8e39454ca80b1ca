using Escale.Kernel;
using Escale.Projects.Compile;
using Escale.Projects.Dbt;
using Escale.Projects.Graph;
using Escale.Projects.Yaml;

namespace Escale.Projects;

/// <summary>
/// The open project. Every part is read when first asked for and then kept: a program that stays sees the files as they were.
/// Thread-safe.
/// </summary>
public sealed class Project
{
    private readonly Lazy<Settings> _settings;
    private readonly Lazy<DbtProject> _dbt;
    private readonly Lazy<AssetGraph> _graph;
    private readonly List<string> _warnings = [];

    /// <summary>Creates it; reads nothing yet.</summary>
    /// <param name="root">Where it is.</param>
    /// <param name="loaders">The asset loaders of all rooms; asked for when the graph is.</param>
    /// <param name="environment">Where <c>env_var()</c> of configuration looks. Default: the process's environment.</param>
    /// <param name="clock">The time that configuration may name. Default: the system's.</param>
    public Project(ProjectRoot root, Func<IEnumerable<IAssetLoader>> loaders, RunEnvironment? environment = null, TimeProvider? clock = null)
    {
        Root = root;
        _settings = new Lazy<Settings>(() => Settings.Read(root));
        _dbt = new Lazy<DbtProject>(() => DbtProject.Open(
            root, Settings, new YamlContext(environment ?? new RunEnvironment(), clock ?? TimeProvider.System, () => Settings).Render, GivenVars(environment)));
        _graph = new Lazy<AssetGraph>(() => Load(loaders()));
    }

    /// <summary>Where it is.</summary>
    public ProjectRoot Root { get; }

    /// <summary>The project's name, as asset ids have it.</summary>
    public string Name => Dbt.Name;

    /// <summary>What <c>escale.yml</c> says.</summary>
    /// <exception cref="EscaleException">The file is wrong, with its place.</exception>
    public Settings Settings => _settings.Value;

    /// <summary>The dbt project; an empty one when there is no <c>dbt_project.yml</c>.</summary>
    /// <exception cref="EscaleException">The file is wrong, with its place.</exception>
    public DbtProject Dbt => _dbt.Value;

    /// <summary>All assets.</summary>
    /// <exception cref="EscaleException">A file is wrong, with its place.</exception>
    public AssetGraph Graph => _graph.Value;

    /// <summary>What is odd but no error, found while reading; complete once <see cref="Graph"/> was asked for.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The variables that the environment gives in <c>ESCALE_VARS</c>, a YAML or JSON mapping, as dbt's <c>--vars</c>.</summary>
    private static IReadOnlyDictionary<string, object?> GivenVars(RunEnvironment? environment)
    {
        const string Name = "ESCALE_VARS";
        var text = (environment ?? new RunEnvironment())[Name];
        return string.IsNullOrWhiteSpace(text)
            ? new Dictionary<string, object?>()
            : (Dictionary<string, object?>)YamlFile.Parse(text, Name).AsMap("variables by name").ToValue();
    }

    internal void Warn(string text) => _warnings.Add(text);

    private AssetGraph Load(IEnumerable<IAssetLoader> loaders)
    {
        // Reading is most of the work, so all loaders do it at once. What is wrong is reported by the first of them in order, every time the same.
        var reading = loaders.OrderBy(loader => loader.Order).Select(loader => Task.Run(() => loader.Read(Root))).ToList();
        var assets = new List<Asset>();
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var read in reading)
        {
            foreach (var asset in read.GetAwaiter().GetResult()([.. assets]))
            {
                if (positions.TryGetValue(asset.Id, out var at))
                {
                    assets[at] = asset;
                }
                else
                {
                    assets.Add(asset);
                }
            }
            for (var at = positions.Count; at < assets.Count; at++)
            {
                positions[assets[at].Id] = at;
            }
        }
        return AssetGraph.Build(assets);
    }
}
