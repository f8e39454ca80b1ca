using Escale.Kernel;
using Escale.Projects.Compile;
using Escale.Projects.Dbt;
using Escale.Projects.Graph;
using Escale.Projects.Yaml;

namespace Escale.Projects;

/// <summary>
/// The open project. Every part is read when first asked for and then kept, until <see cref="ReadAgain"/> puts a newer reading in its place. Work
/// that must see one state of the files to its end says <see cref="Hold()"/>. Thread-safe.
/// </summary>
public sealed class Project
{
    private readonly Func<IEnumerable<IAssetLoader>> _loaders;
    private readonly RunEnvironment _environment;
    private readonly TimeProvider _clock;

    // What the current flow of work holds, wherever it goes on: also in the tasks that it starts.
    private readonly AsyncLocal<Reading?> _held = new();
    private volatile Reading _current;

    /// <summary>Creates it; reads nothing yet.</summary>
    /// <param name="root">Where it is.</param>
    /// <param name="loaders">The asset loaders of all rooms; asked for when the graph is.</param>
    /// <param name="environment">Where <c>env_var()</c> of configuration looks. Default: the process's environment.</param>
    /// <param name="clock">The time that configuration may name. Default: the system's.</param>
    public Project(ProjectRoot root, Func<IEnumerable<IAssetLoader>> loaders, RunEnvironment? environment = null, TimeProvider? clock = null)
    {
        Root = root;
        _loaders = loaders;
        _environment = environment ?? new RunEnvironment();
        _clock = clock ?? TimeProvider.System;
        _current = new Reading(this);
    }

    /// <summary>Where it is.</summary>
    public ProjectRoot Root { get; }

    /// <summary>The project's name, as asset ids have it.</summary>
    public string Name => Dbt.Name;

    /// <summary>What <c>escale.yml</c> says.</summary>
    /// <exception cref="EscaleException">The file is wrong, with its place.</exception>
    public Settings Settings => Now.Settings.Value;

    /// <summary>The dbt project; an empty one when there is no <c>dbt_project.yml</c>.</summary>
    /// <exception cref="EscaleException">The file is wrong, with its place.</exception>
    public DbtProject Dbt => Now.Dbt.Value;

    /// <summary>All assets.</summary>
    /// <exception cref="EscaleException">A file is wrong, with its place.</exception>
    public AssetGraph Graph => Now.Graph.Value;

    /// <summary>What is odd but no error, found while reading; complete once <see cref="Graph"/> was asked for.</summary>
    public IReadOnlyList<string> Warnings => Now.Warnings;

    private Reading Now => _held.Value ?? _current;

    /// <summary>
    /// Reads all files anew. From then on everyone sees this reading but those who hold an older one. When a file is wrong, nothing changes.
    /// </summary>
    /// <exception cref="EscaleException">A file is wrong, with its place.</exception>
    public void ReadAgain()
    {
        var next = new Reading(this);
        _ = next.Graph.Value;
        _current = next;
    }

    /// <summary>Keeps what is read now for this flow of work (the method that calls it, what it awaits and starts), until disposed.</summary>
    public IDisposable Hold() => new Held(this, Now);

    internal void Warn(string text)
    {
        var warnings = Now.Warnings;
        lock (warnings)
        {
            warnings.Add(text);
        }
    }

    /// <summary>The variables that the environment gives in <c>ESCALE_VARS</c>, a YAML or JSON mapping, as dbt's <c>--vars</c>.</summary>
    private IReadOnlyDictionary<string, object?> GivenVars()
    {
        const string Name = "ESCALE_VARS";
        var text = _environment[Name];
        return string.IsNullOrWhiteSpace(text)
            ? new Dictionary<string, object?>()
            : (Dictionary<string, object?>)YamlFile.Parse(text, Name).AsMap("variables by name").ToValue();
    }

    private AssetGraph Load(Reading reading)
    {
        // The loaders ask this project for its other parts: of the same reading.
        using var held = new Held(this, reading);
        // Reading is most of the work, so all loaders do it at once. What is wrong is reported by the first of them in order, every time the same.
        var loading = _loaders().OrderBy(loader => loader.Order).Select(loader => Task.Run(() => loader.Read(Root))).ToList();
        var assets = new List<Asset>();
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var read in loading)
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

    /// <summary>The files as they were at one time; each part is read when first asked for.</summary>
    private sealed class Reading
    {
        public Reading(Project project)
        {
            Settings = new Lazy<Settings>(() => Projects.Settings.Read(project.Root));
            Dbt = new Lazy<DbtProject>(() => DbtProject.Open(
                project.Root, Settings.Value, new YamlContext(project._environment, project._clock, () => Settings.Value).Render, project.GivenVars()));
            Graph = new Lazy<AssetGraph>(() => project.Load(this));
        }

        public Lazy<Settings> Settings { get; }

        public Lazy<DbtProject> Dbt { get; }

        public Lazy<AssetGraph> Graph { get; }

        public List<string> Warnings { get; } = [];
    }

    private sealed class Held : IDisposable
    {
        private readonly Project _project;
        private readonly Reading? _before;

        public Held(Project project, Reading reading)
        {
            _project = project;
            _before = project._held.Value;
            project._held.Value = reading;
        }

        public void Dispose() => _project._held.Value = _before;
    }
}
