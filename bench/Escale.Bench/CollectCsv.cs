using System.Globalization;
using Escale.Collect;
using Escale.Collect.Files;
using Escale.Collect.Loading;
using Escale.Engines;
using Escale.Engines.DuckDb;
using Escale.Engines.Sandbox;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Escale.Bench;

/// <summary>
/// A CSV through the whole of Collect, from the start of its <c>source</c> step to the committed table: sniffing, contract, sandbox, checking
/// every value, rejects, fsync, checksum, commit. The peer is DuckDB's own <c>COPY (FROM read_csv) TO parquet</c> with the same threads, memory,
/// compression and row groups, which ends when the bytes are in the page cache.
/// </summary>
internal static class CollectCsv
{
    private static readonly TableName _table = new("bronze", "big");

    public static void Run(int runs)
    {
        var folder = Directory.CreateTempSubdirectory("escale-bench-").FullName;
        try
        {
            var csv = Path.Combine(folder, "big.csv");
            LakeIngest.Write(csv, LakeIngest.SizeBytes);
            Write(folder, "escale.yml", "name: bench\n");
            Write(folder, "sources/big.yml", "source: big\ntype: files\ntables: [{ name: big, path: big.csv, write_disposition: replace }]\n");
            MeasureAsync(folder, csv, runs).GetAwaiter().GetResult();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(string folder, string csv, int runs)
    {
        await using var services = Services(folder);
        var settings = services.GetRequiredService<DuckSettings>();
        using var database = DuckDatabase.Open(settings);
        using var connection = database.Connect();
        var peer = Path.Combine(folder, "peer.parquet");
        await services.GetRequiredService<SandboxPool>().WarmUpAsync();
        Pair.Measure(
            string.Create(CultureInfo.InvariantCulture, $"CSV of {new FileInfo(csv).Length / 1e6:0} MB through Collect"), runs,
            () => Copy(connection, csv, peer), () => Step(services).GetAwaiter().GetResult());
        using var session = services.GetRequiredService<LakeEngine>().OpenSession();
        session.Mount(_table);
        var (expected, found) = (connection.Scalar<long>($"SELECT count(*) FROM read_parquet({DuckSql.Literal(peer)})"), session.Connection.Scalar<long>("SELECT count(*) FROM bronze.big"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"rows: peer {expected:N0}, ours {found:N0}"));
        if (expected != found)
        {
            throw new InvalidOperationException("The tables differ.");
        }
        Parts(services, csv, runs);
    }

    /// <summary>What Collect does besides the copy, each alone: seconds of the processor, since some of it runs beside the copy.</summary>
    private static void Parts(IServiceProvider services, string csv, int runs)
    {
        CsvDialect? dialect = null;
        var sniff = Best(runs, () =>
        {
            using var stream = File.OpenRead(csv);
            var (sample, isWhole) = CsvSniffer.ReadSample(stream);
            dialect = CsvSniffer.Sniff(sample, isWhole, new CsvOptions(), [], ',');
        });
        List<string> types = [.. dialect!.Columns.Select(column => column.Type)];
        var scan = Best(runs, () => CsvScan.Run(csv, dialect, types, CancellationToken.None));
        var catalog = services.GetRequiredService<LakeEngine>().Catalog;
        var file = catalog.Table(_table).Read().Files[0];
        var checksum = Best(runs, () => catalog.Store.Checksum($"{catalog.Table(_table).Folder}/{file.Path}", CancellationToken.None));
        var pool = services.GetRequiredService<SandboxPool>();
        var rent = Best(runs, () =>
        {
            pool.WarmUpAsync().GetAwaiter().GetResult();
            pool.RentAsync(new SandboxPolicy { ReadPaths = [csv] }).GetAwaiter().GetResult().DisposeAsync().AsTask().GetAwaiter().GetResult();
        });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"of it, each alone (best of {runs}): sniffing {sniff:0.00} s, checking every value {scan:0.00} s (beside the copy), checksum {checksum:0.00} s (beside the fsync of {file.SizeBytes / 1e6:0} MB), a sandbox from the pool {rent:0.00} s"));
    }

    private static double Best(int runs, Action action) => Enumerable.Range(0, runs).Min(_ => Pair.Time(action));

    private static void Copy(DuckConnection connection, string csv, string target)
    {
        File.Delete(target);
        connection.Execute($"COPY (FROM read_csv({DuckSql.Literal(csv)})) TO {DuckSql.Literal(target)} (FORMAT parquet, COMPRESSION zstd)");
    }

    private static async Task Step(IServiceProvider services)
    {
        var asset = services.GetServices<IAssetLoader>().Where(loader => loader.Order == 0).SelectMany(loader => loader.Read(services.GetRequiredService<ProjectRoot>())([])).Single();
        var context = new StepContext
        {
            Run = RunId.New(TimeProvider.System, SeededRandom.Unpredictable()), Asset = asset, Attempt = 1, Fingerprint = asset.CodeFingerprint, FullRefresh = true,
        };
        await services.GetServices<IStepRunner>().Single(runner => runner.Kind == "source").RunAsync(context, CancellationToken.None);
    }

    private static ServiceProvider Services(string folder)
    {
        var services = new ServiceCollection();
        services.AddSingleton(new ProjectRoot(folder));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<FileLayer, LocalFileLayer>();
        services.AddSingleton<DurableWriter>();
        services.AddSingleton<RunEnvironment>();
        EscaleModule[] modules = [new LakeModule(), new EnginesModule(), new ProjectsModule(), new CollectModule()];
        foreach (var module in modules)
        {
            module.AddServices(services);
        }
        services.Replace(ServiceDescriptor.Singleton(new SandboxPool(new SandboxOptions { Command = [Environment.ProcessPath!, "sandbox-child"] })));
        return services.BuildServiceProvider();
    }

    private static void Write(string folder, string path, string text)
    {
        var full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
