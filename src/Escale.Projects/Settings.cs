using Escale.Kernel;
using Escale.Projects.Yaml;

namespace Escale.Projects;

/// <summary>What <c>escale.yml</c> says; every key is optional and an unknown key is an error. Immutable.</summary>
public sealed record Settings
{
    /// <summary>The file's name.</summary>
    public const string FileName = "escale.yml";

    /// <summary><c>name</c>: the project's name where there is no <c>dbt_project.yml</c> to give it. Default: the folder's name.</summary>
    public string? Name { get; init; }

    /// <summary><c>schema</c>: the lake schema of models that name none. Default: <c>main</c>.</summary>
    public string Schema { get; init; } = "main";

    /// <summary>
    /// <c>target</c>: the name of what is made here, which SQL and macros see as <c>target.name</c>, such as <c>dev</c> or <c>prod</c>; the
    /// environment's <c>ESCALE_TARGET</c> wins over it. Default: <c>default</c>.
    /// </summary>
    public string Target { get; init; } = "default";

    /// <summary><c>lake.path</c>: absolute path of the lake. Default: <c>.escale/lake</c>.</summary>
    public string? LakePath { get; init; }

    /// <summary><c>engine</c>: what DuckDB may use.</summary>
    public EngineSettings Engine { get; init; } = new();

    /// <summary><c>sql</c>: what a query of a person in the web application may use.</summary>
    public SqlSettings Sql { get; init; } = new();

    /// <summary><c>warehouse</c>: what is published to PostgreSQL.</summary>
    public WarehouseSettings Warehouse { get; init; } = new();

    /// <summary><c>services</c>: programs that a run starts because its sources need them.</summary>
    public IReadOnlyList<ServiceSettings> Services { get; init; } = [];

    /// <summary><c>pools</c>: by name, how many steps of pipelines may be under way at once in each. Default: none.</summary>
    public IReadOnlyDictionary<string, int> Pools { get; init; } = new Dictionary<string, int>();

    /// <summary><c>network.allow</c>: hosts and CIDR ranges that collection may reach although they are private (S9). Default: none.</summary>
    public IReadOnlyList<string> NetworkAllow { get; init; } = [];

    /// <summary><c>serve</c>: how the web application is reached and who may come in.</summary>
    public ServeSettings Serve { get; init; } = new();

    /// <summary>Reads the settings of a project; a project without the file has the defaults.</summary>
    /// <exception cref="EscaleException">The file is wrong, with its place.</exception>
    public static Settings Read(ProjectRoot root)
    {
        var path = Path.Combine(root.Folder, FileName);
        return File.Exists(path) ? Read(root, YamlFile.Read(root, path).AsMap().Reader(FileName)) : new Settings();
    }

    private static Settings Read(ProjectRoot root, YamlReader reader)
    {
        var lake = reader.MapOrNull("lake", "lake");
        var network = reader.MapOrNull("network", "network");
        var defaults = new Settings();
        var settings = new Settings
        {
            Name = reader.TextOrNull("name"),
            Schema = Identifier(reader, "schema", defaults.Schema),
            Target = reader.Text("target", defaults.Target),
            LakePath = lake?.TextOrNull("path") is { } path ? Path.GetFullPath(path, root.Folder) : null,
            Engine = EngineSettings.Read(reader.MapOrNull("engine", "engine")),
            Sql = SqlSettings.Read(reader.MapOrNull("sql", "sql")),
            Warehouse = WarehouseSettings.Read(reader.MapOrNull("warehouse", "warehouse")),
            Services = [.. reader.Maps("services", "a service").Select(service => ServiceSettings.Read(root, service))],
            Pools = ReadPools(reader.MapOrNull("pools", "the pools")),
            NetworkAllow = network?.Texts("allow") ?? [],
            Serve = ServeReading.Read(root, reader.MapOrNull("serve", "serve")),
        };
        lake?.Done();
        network?.Done();
        reader.Done();
        return settings;
    }

    private static Dictionary<string, int> ReadPools(YamlReader? reader) =>
        reader?.Map.Entries.ToDictionary(entry => entry.Name, entry => (int)(reader.Integer(entry.Name, 1, 10_000) ?? throw entry.Value.WrongType("a number of places")), StringComparer.Ordinal) ?? [];

    /// <summary>A key that names a schema: the same rule as <see cref="TableName"/>.</summary>
    internal static string Identifier(YamlReader reader, string key, string fallback)
    {
        if (reader.Node(key) is not { } node)
        {
            return fallback;
        }
        try
        {
            return new TableName(node.AsText(), "t").Schema;
        }
        catch (EscaleException error) when (error.Code == "kernel.table-name")
        {
            throw node.WrongType("a name of letters, digits and underscores");
        }
    }
}

/// <summary><c>engine:</c> what DuckDB may use. Null means the engine's own default.</summary>
public sealed record EngineSettings
{
    /// <summary><c>threads</c>, from 1. Default: one per core.</summary>
    public int? Threads { get; init; }

    /// <summary><c>memory_limit</c>, such as <c>4GB</c>.</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary><c>max_spill</c>: how much may be written to disk when memory is short, such as <c>100GB</c>.</summary>
    public long? MaxSpillBytes { get; init; }

    internal static EngineSettings Read(YamlReader? reader)
    {
        if (reader is null)
        {
            return new EngineSettings();
        }
        var settings = new EngineSettings
        {
            Threads = (int?)reader.Integer("threads", 1, 1024),
            MemoryLimitBytes = reader.SizeBytes("memory_limit"),
            MaxSpillBytes = reader.SizeBytes("max_spill"),
        };
        reader.Done();
        return settings;
    }
}

/// <summary><c>sql:</c> what a query of a person in the web application may use.</summary>
public sealed record SqlSettings
{
    /// <summary><c>timeout</c>, such as <c>30s</c>. Default: one minute.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary><c>memory_limit</c>, such as <c>1GB</c>. Default: <c>engine.memory_limit</c>, else a quarter of the machine's memory.</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary><c>max_rows</c>: how many rows a page may ask for; downloads have no such limit. Default: 100,000.</summary>
    public int MaxRows { get; init; } = 100_000;

    internal static SqlSettings Read(YamlReader? reader)
    {
        var defaults = new SqlSettings();
        if (reader is null)
        {
            return defaults;
        }
        var settings = new SqlSettings
        {
            Timeout = reader.Duration("timeout") is { } timeout && timeout > TimeSpan.Zero ? timeout : defaults.Timeout,
            MemoryLimitBytes = reader.SizeBytes("memory_limit"),
            MaxRows = (int?)reader.Integer("max_rows", 1, 10_000_000) ?? defaults.MaxRows,
        };
        reader.Done();
        return settings;
    }
}

/// <summary><c>warehouse:</c> what is published to PostgreSQL.</summary>
public sealed record WarehouseSettings
{
    /// <summary><c>publish</c>: a selection of models. Default: null, the models whose lake schema is <c>gold</c>.</summary>
    public string? Publish { get; init; }

    /// <summary><c>schema</c>: the PostgreSQL schema. Default: <c>gold</c>.</summary>
    public string Schema { get; init; } = "gold";

    internal static WarehouseSettings Read(YamlReader? reader)
    {
        var defaults = new WarehouseSettings();
        if (reader is null)
        {
            return defaults;
        }
        var settings = new WarehouseSettings
        {
            Publish = reader.Texts("publish") is { Count: > 0 } selection ? string.Join(' ', selection) : null,
            Schema = Settings.Identifier(reader, "schema", defaults.Schema),
        };
        reader.Done();
        return settings;
    }
}

/// <summary>One of <c>services:</c>, a program that a run starts for its sources and stops at its end.</summary>
public sealed record ServiceSettings
{
    /// <summary><c>name</c>: gives the variable <c>NAME_URL</c>.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// <c>command</c>: program and arguments, started in the project folder. May be absent when there are <c>build</c> and
    /// <c>creates</c>: then it is set-up that is done once before the first source is collected.
    /// </summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>
    /// <c>build</c>: program and arguments to run first when <see cref="Creates"/> is missing or older than a file or folder that
    /// they name. Default: none.
    /// </summary>
    public IReadOnlyList<string> Build { get; init; } = [];

    /// <summary><c>creates</c>: absolute path of what the build makes, or null.</summary>
    public string? Creates { get; init; }

    /// <summary><c>ready</c>: the path that answers 200 when the service is ready. Default: <c>/</c>.</summary>
    public string Ready { get; init; } = "/";

    /// <summary><c>env</c>: variables for the service.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where it is defined.</summary>
    public required Place Place { get; init; }

    internal static ServiceSettings Read(ProjectRoot root, YamlReader reader)
    {
        var service = new ServiceSettings
        {
            Name = reader.Text("name"),
            Command = reader.Texts("command"),
            Build = reader.Texts("build"),
            Creates = reader.TextOrNull("creates") is { } creates ? Path.GetFullPath(creates, root.Folder) : null,
            Ready = reader.Text("ready", "/"),
            Environment = reader.TextMap("env"),
            Place = reader.Place,
        };
        if (service.Command.Count == 0 && (service.Build.Count == 0 || service.Creates is null))
        {
            reader.Need("command");
        }
        reader.Done();
        return service;
    }
}
