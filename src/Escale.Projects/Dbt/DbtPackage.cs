using Escale.Kernel;
using Escale.Projects.Yaml;

namespace Escale.Projects.Dbt;

/// <summary>The project itself or one of its packages: its <c>dbt_project.yml</c> and its files, sorted by path. Files are read when asked for.</summary>
public sealed class DbtPackage
{
    private readonly List<SqlFile> _models = [];
    private readonly List<SqlFile> _macros = [];
    private readonly List<SqlFile> _tests = [];
    private readonly List<SqlFile> _seeds = [];
    private readonly List<SqlFile> _properties = [];
    private readonly List<SqlFile> _documents = [];
    private readonly List<SqlFile> _snapshots = [];

    internal DbtPackage(ProjectRoot root, string folder, ProjectYml yml, bool isRoot)
    {
        Folder = folder;
        Yml = yml;
        IsRoot = isRoot;
        Add(root, yml.ModelPaths, file => Sort(file, _models, ".sql"));
        Add(root, yml.SeedPaths, file => Sort(file, _seeds, ".csv"));
        Add(root, yml.MacroPaths, file => Sort(file, _macros, ".sql"));
        Add(root, yml.TestPaths, file => Sort(file, file.Path.Contains("/generic/", StringComparison.Ordinal) ? _macros : _tests, ".sql"));
        Add(root, yml.SnapshotPaths, file => Sort(file, _snapshots, ".sql"));
        Add(root, yml.DocsPaths, file => Sort(file, null, null));
    }

    /// <summary>The package's name.</summary>
    public string Name => Yml.Name;

    /// <summary>Absolute path.</summary>
    public string Folder { get; }

    /// <summary>Whether it is the project itself.</summary>
    public bool IsRoot { get; }

    /// <summary>Its <c>dbt_project.yml</c>.</summary>
    public ProjectYml Yml { get; }

    /// <summary>The SQL models' files.</summary>
    public IReadOnlyList<SqlFile> ModelFiles => _models;

    /// <summary>Files that define macros and generic tests: the macro folders and <c>tests/generic</c>.</summary>
    public IReadOnlyList<SqlFile> MacroFiles => _macros;

    /// <summary>Singular tests.</summary>
    public IReadOnlyList<SqlFile> TestFiles => _tests;

    /// <summary>CSV files.</summary>
    public IReadOnlyList<SqlFile> SeedFiles => _seeds;

    /// <summary>Property files (<c>*.yml</c>).</summary>
    internal IReadOnlyList<SqlFile> PropertyFiles => _properties;

    /// <summary>Markdown files, which may hold doc blocks.</summary>
    internal IReadOnlyList<SqlFile> DocumentFiles => _documents;

    /// <summary>Snapshot files: known, so that a ref to one can say what is missing.</summary>
    internal IReadOnlyList<SqlFile> SnapshotFiles => _snapshots;

    /// <summary>The names from the package down to a file's folder, under the configured folder that holds it.</summary>
    internal List<string> FoldersOf(SqlFile file, IReadOnlyList<string> paths)
    {
        var relative = Path.GetRelativePath(Folder, Path.GetDirectoryName(file.FullPath)!).Replace('\\', '/');
        var top = paths.Where(path => relative == path || relative.StartsWith(path + "/", StringComparison.Ordinal)).MaxBy(path => path.Length) ?? "";
        return [Name, .. relative[top.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries)];
    }

    private void Add(ProjectRoot root, IReadOnlyList<string> paths, Action<SqlFile> add)
    {
        foreach (var top in paths)
        {
            var folder = Path.Combine(Folder, top);
            if (!Directory.Exists(folder))
            {
                continue;
            }
            var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.System };
            foreach (var path in Directory.EnumerateFiles(folder, "*", options).Order(StringComparer.Ordinal))
            {
                add(new SqlFile(Name, path, root.Show(path)));
            }
        }
    }

    private void Sort(SqlFile file, List<SqlFile>? own, string? ending)
    {
        var extension = Path.GetExtension(file.FullPath);
        var list = extension switch
        {
            _ when own is not null && extension.Equals(ending, StringComparison.OrdinalIgnoreCase) => own,
            ".yml" or ".yaml" => _properties,
            ".md" => _documents,
            ".py" when own == _models => throw new EscaleException(
                "projects.not-supported", "Python models are not supported.", "Write the model in SQL.", new Place(file.Path)),
            _ => null,
        };
        if (list is not null && !list.Exists(known => known.FullPath == file.FullPath))
        {
            list.Add(file);
        }
    }
}

/// <summary>A dbt project with its packages. Immutable but for files read on demand; thread-safe.</summary>
public sealed class DbtProject
{
    private readonly Dictionary<string, DbtPackage> _byName;

    private DbtProject(IReadOnlyList<DbtPackage> packages, YamlJinja jinja, IReadOnlyDictionary<string, object?> given)
    {
        GivenVars = given;
        Jinja = jinja;
        Packages = packages;
        _byName = packages.ToDictionary(package => package.Name, StringComparer.Ordinal);
    }

    /// <summary>The project itself.</summary>
    public DbtPackage Root => Packages[0];

    /// <summary>The project itself, then its packages by name.</summary>
    public IReadOnlyList<DbtPackage> Packages { get; }

    /// <summary>The project's name.</summary>
    public string Name => Root.Name;

    /// <summary>The variables given at the start, which win over all of the files'.</summary>
    public IReadOnlyDictionary<string, object?> GivenVars { get; }

    /// <summary>Renders the Jinja of property files and descriptions.</summary>
    internal YamlJinja Jinja { get; }

    /// <summary>A package by name, or null.</summary>
    public DbtPackage? Package(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Opens the project of a folder; without <c>dbt_project.yml</c> it is an empty project with the settings' name.</summary>
    /// <param name="root">Where it is.</param>
    /// <param name="settings">What <c>escale.yml</c> says.</param>
    /// <param name="render">Renders the Jinja of YAML files.</param>
    /// <param name="given">The variables given at the start.</param>
    /// <exception cref="EscaleException">A file is wrong, with its place.</exception>
    public static DbtProject Open(ProjectRoot root, Settings settings, RenderYaml render, IReadOnlyDictionary<string, object?> given)
    {
        var jinja = new YamlJinja(render);
        var path = Path.Combine(root.Folder, ProjectYml.FileName);
        var yml = File.Exists(path)
            ? ReadYml(root, path, jinja, given, isRoot: true)
            : new ProjectYml { Name = settings.Name ?? NameOf(root.Folder) };
        var packages = new List<DbtPackage> { new(root, root.Folder, yml, isRoot: true) };
        var installed = Path.Combine(root.Folder, yml.PackagesPath);
        if (Directory.Exists(installed))
        {
            packages.AddRange(Directory.EnumerateDirectories(installed)
                .Select(folder => Path.Combine(folder, ProjectYml.FileName)).Where(File.Exists).Order(StringComparer.Ordinal)
                .Select(file => new DbtPackage(root, Path.GetDirectoryName(file)!, ReadYml(root, file, jinja, given, isRoot: false), isRoot: false)));
        }
        foreach (var same in packages.GroupBy(package => package.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            throw new EscaleException(
                "projects.duplicate-package", $"Two packages are called '{same.Key}': {string.Join(" and ", same.Select(package => root.Show(package.Folder)))}.",
                "Remove one of them.", new Place(root.Show(same.Last().Folder)));
        }
        return new DbtProject(packages, jinja, given);
    }

    private static ProjectYml ReadYml(ProjectRoot root, string path, YamlJinja jinja, IReadOnlyDictionary<string, object?> given, bool isRoot)
    {
        var shown = root.Show(path);
        var text = ProjectFile.ReadText(path, shown, YamlFile.MaxSizeBytes);
        var document = YamlFile.Parse(text, shown);
        return ProjectYml.Read(YamlJinja.IsJinja(text) ? jinja.Project(document, given) : document, isRoot);
    }

    /// <summary>
    /// The variables as a package sees them: its own defaults, then the project's global ones, then those the project sets for
    /// the package, then those given at the start.
    /// </summary>
    public IReadOnlyDictionary<string, object?> VarsOf(string package)
    {
        var vars = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (Package(package) is { IsRoot: false } other)
        {
            Add(vars, other.Yml.Vars, package);
        }
        Add(vars, Root.Yml.Vars, package);
        Add(vars, GivenVars, package);
        return vars;
    }

    private void Add(Dictionary<string, object?> vars, IReadOnlyDictionary<string, object?> from, string package)
    {
        foreach (var (key, value) in from)
        {
            if (!(value is IReadOnlyDictionary<string, object?> && _byName.ContainsKey(key)))
            {
                vars[key] = value;
            }
        }
        if (from.TryGetValue(package, out var scoped) && scoped is IReadOnlyDictionary<string, object?> own)
        {
            foreach (var (key, value) in own)
            {
                vars[key] = value;
            }
        }
    }

    private static string NameOf(string folder)
    {
        var name = string.Concat(Path.GetFileName(folder).Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '_')).Trim('_');
        return name.Length == 0 || char.IsAsciiDigit(name[0]) ? "project_" + name : name;
    }
}
