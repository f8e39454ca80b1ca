using Escale.Engines.Sandbox;
using Escale.Engines.Tables;
using Escale.Explore.Tables.Reading;
using Escale.Kernel;
using Escale.Projects;

namespace Escale.Explore.Profiles.Running;

/// <summary>Runs profiles: of lake tables in the program's own engine, of files in a sandbox.</summary>
internal sealed class ProfileRunner(ProjectRoot root, Project project, SandboxPool pool) : IAsyncDisposable
{
    private const long MostRows = 200_000;
    private const long WholeRows = 500_000;
    private const long MostCells = 12_000_000;
    private const long LeastRows = 2_000;

    // Half of what a profile may take in all: the rest is the process itself, and what DuckDB takes beside its own count.
    private const long MemoryBytes = 600L << 20;
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(30);

    /// <summary>Profiles a table or view of the lake.</summary>
    /// <param name="session">A session of the lake; no one else uses it meanwhile.</param>
    /// <param name="shape">The table, opened in it.</param>
    /// <param name="full">Whether all rows are read, when there are more than are looked at closely.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="EscaleException"><c>lake.*</c>, <c>engines.duckdb.*</c>.</exception>
    public static async Task<TableProfile> TableAsync(LakeSession session, TableShape shape, bool full, IProgress<ProfileProgress>? progress, CancellationToken cancellationToken)
    {
        if (shape.Snapshot is null)
        {
            session.Mount(shape.Name);
        }
        var scan = shape.Scan(session.Catalog);
        var rows = new LakeRows(session.Connection);
        var count = shape.Snapshot?.RowCount ?? (long)(await rows.QueryAsync($"SELECT count(*) FROM (\n{scan}\n) AS t", cancellationToken))[0][0]!;
        var columns = Math.Max(1, shape.Columns.Count);
        var isSmall = count <= WholeRows && count * columns <= MostCells;
        var wanted = Math.Clamp(MostCells / columns, LeastRows, MostRows);
        var sample = isSmall ? scan : FormattableString.Invariant($"SELECT * FROM (\n{scan}\n) AS t USING SAMPLE {Math.Min(100, 100.0 * wanted / count):0.######} PERCENT ({(count > 20 * wanted ? "system" : "bernoulli")}, 7)");
        var source = new ProfileSource(shape.Name.ToString(), shape.Stamp, scan, sample, count, shape.Snapshot?.SizeBytes);
        var profiler = new Profiler(rows, source, progress);
        try
        {
            var profile = await profiler.SampleAsync(cancellationToken);
            return full ? await profiler.WholeAsync(cancellationToken) : profile;
        }
        finally
        {
            await profiler.ForgetAsync();
        }
    }

    /// <summary>Profiles a file.</summary>
    /// <exception cref="EscaleException"><c>collect.*</c>, <c>engines.*</c>.</exception>
    public async Task<TableProfile> FileAsync(FileTable file, string stamp, bool full, IProgress<ProfileProgress>? progress, CancellationToken cancellationToken)
    {
        await using var session = await pool.RentAsync(Policy(file), cancellationToken);
        var profiler = new Profiler(new SandboxRows(session), new ProfileSource(file.Name, stamp, file.Sql, file.SampleSql, null, file.Bytes), progress);
        var profile = await profiler.SampleAsync(cancellationToken);
        if (!full)
        {
            return profile;
        }
        await file.WholeAsync(cancellationToken);
        return await profiler.WholeAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => pool.DisposeAsync();

    private SandboxPolicy Policy(FileTable file) => new()
    {
        ReadPaths = file.ReadPaths,
        MemoryLimitBytes = Math.Min(MemoryBytes, project.Settings.Engine.MemoryLimitBytes ?? MemoryBytes),
        Threads = project.Settings.Engine.Threads ?? Environment.ProcessorCount,
        SpillFolder = root.SpillFolder,
        Timeout = _patience,
    };
}
