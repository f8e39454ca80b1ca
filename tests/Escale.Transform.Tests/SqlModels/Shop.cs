using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Escale.Engines.Tables;
using Escale.Engines;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Escale.Transform.Tests.SqlModels;

/// <summary>A dbt project in a folder of its own, run asset by asset through the real runners over a real lake.</summary>
internal sealed class Shop : IDisposable
{
    private readonly TempFolder _folder = new();
    private ServiceProvider _services = null!;

    public Shop(params (string Path, string Text)[] files)
    {
        Write(("dbt_project.yml", "name: shop\n"));
        Write(files);
        Open();
    }

    public Project Project => _services.GetRequiredService<Project>();

    public LakeEngine Engine => _services.GetRequiredService<LakeEngine>();

    public LakeCatalog Catalog => Engine.Catalog;

    public string Folder => _folder.Path;

    public List<string> Logged { get; } = [];

    public void Write(params (string Path, string Text)[] files)
    {
        foreach (var (path, text) in files)
        {
            _folder.Write(path, text);
        }
    }

    /// <summary>Changes files and opens the project anew, as the next start of the program does.</summary>
    public void Change(params (string Path, string Text)[] files)
    {
        Write(files);
        _services.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Open();
    }

    /// <summary>Runs everything that is out of date and returns the outcome of each step; an error is thrown as it comes.</summary>
    public Dictionary<string, StepResult?> Run(bool fullRefresh = false, string? only = null)
    {
        var results = new Dictionary<string, StepResult?>(StringComparer.Ordinal);
        foreach (var asset in Project.Graph.Assets.Where(asset => asset.Runnable && asset.Kind is "seed" or "model" or "test" && (only is null || asset.Name == only)))
        {
            results[asset.Name] = Step(asset, fullRefresh);
        }
        return results;
    }

    public StepResult? Step(string name, bool fullRefresh = false) => Step(Project.Graph.Assets.Single(asset => asset.Name == name), fullRefresh);

    public EscaleException Fails(string name) => Assert.Throws<EscaleException>(() => Step(name));

    public object?[][] Rows(string sql)
    {
        using var session = Engine.OpenSession();
        session.MountAll();
        using var result = session.Connection.Query(sql);
        return [.. result.Rows().Select(row => row.ToArray())];
    }

    /// <summary>The rows as text: columns with commas, rows with semicolons.</summary>
    public string Text(string sql) => string.Join("; ", Rows(sql).Select(row => string.Join(",", row.Select(value => value switch
    {
        null => "∅",
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    }))));

    public long Version(string table) => Catalog.Table(TableName.Parse(table)).Read().Version;

    public void Dispose()
    {
        _services.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _folder.Dispose();
    }

    private StepResult? Step(Asset asset, bool fullRefresh)
    {
        var runner = _services.GetServices<IStepRunner>().Single(runner => runner.Kind == asset.Kind);
        var inputs = Project.Graph.Inputs(asset.Id).ToDictionary(input => input.Id, VersionOf, StringComparer.Ordinal);
        var text = asset.CodeFingerprint + string.Join("|", inputs.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key + "=" + pair.Value));
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        if (!fullRefresh && Inspect(asset)?.Fingerprint == fingerprint)
        {
            return null;
        }
        var context = new StepContext
        {
            Run = new RunId("20260101T000000Z-000001"), Asset = asset, Attempt = 1, Fingerprint = fingerprint, InputVersions = inputs,
            FullRefresh = fullRefresh, Log = Logged.Add,
        };
        return runner.RunAsync(context, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>A view shows new data without being run: its version is also that of what it reads.</summary>
    private string VersionOf(Asset asset)
    {
        var own = Inspect(asset)?.Version ?? "absent";
        return asset.Config.GetValueOrDefault("materialized") is "view"
            ? own + string.Concat(Project.Graph.Inputs(asset.Id).Select(VersionOf))
            : own;
    }

    private AssetState? Inspect(Asset asset) => _services.GetServices<IStepRunner>().FirstOrDefault(runner => runner.Kind == asset.Kind)
        ?.InspectAsync(asset, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private void Open()
    {
        var services = new ServiceCollection();
        services.AddSingleton(new ProjectRoot(_folder.Path));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<FileLayer, LocalFileLayer>();
        services.AddSingleton<DurableWriter>();
        services.AddSingleton<RunEnvironment>();
        foreach (var module in new EscaleModule[] { new LakeModule(), new EnginesModule(), new ProjectsModule(), new TransformModule() })
        {
            module.AddServices(services);
        }
        _services = services.BuildServiceProvider();
    }
}
