using Escale.Collect.Definitions;
using Escale.Collect.Http;
using Escale.Engines;
using Escale.Engines.Sandbox;
using Escale.Engines.Tables;
using Escale.Lake;
using Escale.Projects;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Escale.Collect.Tests;

/// <summary>A project in a folder of its own, with the rooms that collecting needs, run step by step as the program would.</summary>
internal sealed class CollectHost : IAsyncDisposable
{
    // One pool for all tests: its warm processes are what a long-lived program has.
    private static readonly SandboxPool _sandboxes = new(new SandboxOptions { Command = [Path.Combine(AppContext.BaseDirectory, "Escale.Collect.Child")], WarmCount = 2 });

    private readonly TempFolder? _own;
    private readonly ServiceProvider _services;
    private int _runs;

    public CollectHost(string? folder = null, Action<IServiceCollection>? more = null)
    {
        _own = folder is null ? new TempFolder() : null;
        Folder = folder ?? _own!.Path;
        var services = new ServiceCollection();
        services.AddSingleton(new ProjectRoot(Folder));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<FileLayer, LocalFileLayer>();
        services.AddSingleton<DurableWriter>();
        services.AddSingleton<RunEnvironment>();
        EscaleModule[] modules = [new LakeModule(), new EnginesModule(), new ProjectsModule(), new CollectModule()];
        foreach (var module in modules)
        {
            module.AddServices(services);
        }
        services.Replace(ServiceDescriptor.Singleton(_sandboxes));
        services.Replace(ServiceDescriptor.Singleton(provider => new GuardedHttp(
            provider.GetRequiredService<AddressGuard>(), provider.GetRequiredService<RunEnvironment>(), TimeProvider.System,
            new HttpPatience { Retries = 3, FirstDelay = TimeSpan.FromMilliseconds(5), MaxDelay = TimeSpan.FromMilliseconds(50) })));
        more?.Invoke(services);
        _services = services.BuildServiceProvider();
        if (!File.Exists(Path.Combine(Folder, "escale.yml")))
        {
            Write("escale.yml", "name: harbour\n");
        }
    }

    public string Folder { get; }

    public IServiceProvider Services => _services;

    public LakeCatalog Lake => _services.GetRequiredService<LakeEngine>().Catalog;

    public RunEnvironment Environment => _services.GetRequiredService<RunEnvironment>();

    public void Write(string path, string text)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    public void Write(string path, byte[] bytes)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
    }

    public IReadOnlyList<Asset> Assets() =>
        [.. _services.GetServices<IAssetLoader>().Where(loader => loader.Order == 0).SelectMany(loader => loader.Read(_services.GetRequiredService<ProjectRoot>())([]))];

    public async Task<StepResult> RunAsync(string table, bool fullRefresh = false)
    {
        var asset = Assets().Single(asset => asset.Name == table);
        var context = new StepContext
        {
            Run = new RunId($"20260101T000000Z-{++_runs:x6}"), Asset = asset, Attempt = 1, Fingerprint = asset.CodeFingerprint, FullRefresh = fullRefresh,
        };
        return await _services.GetServices<IStepRunner>().Single(runner => runner.Kind == "source").RunAsync(context, TestContext.Current.CancellationToken);
    }

    /// <summary>Rows of a query over all lake tables, as text with '|' between values and NULL for nothing.</summary>
    public IReadOnlyList<string> Query(string sql)
    {
        using var session = _services.GetRequiredService<LakeEngine>().OpenSession();
        session.MountAll();
        using var result = session.Connection.Query(sql);
        return [.. result.Rows().Select(row => string.Join("|", row.Select(Show)))];
    }

    public IReadOnlyList<string> Types(TableName table) => [.. Lake.Table(table).Read().Schema.Columns.Select(column => $"{column.Name} {column.Type}")];

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _own?.Dispose();
    }

    private static string Show(object? value) => value switch
    {
        null => "NULL",
        DateTimeOffset moment => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", System.Globalization.CultureInfo.InvariantCulture),
        DateTime moment => moment.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", System.Globalization.CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
