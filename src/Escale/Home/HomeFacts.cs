using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Orchestrate.Records;
using Escale.Projects;

namespace Escale.Home;

/// <summary>A table on the first page.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">How many rows it holds.</param>
/// <param name="ChangedAt">When its data changed last.</param>
public sealed record HomeTable(TableName Name, long Rows, DateTimeOffset ChangedAt);

/// <summary>What the first page says of the project.</summary>
/// <param name="TableCount">Tables of the lake, quarantine not counted.</param>
/// <param name="RowCount">Their rows.</param>
/// <param name="SizeBytes">Their size on disk.</param>
/// <param name="Newest">Those that changed last.</param>
/// <param name="Quarantine">Tables of quarantine that hold rows.</param>
/// <param name="Damaged">Tables that cannot be read, with the reason.</param>
public sealed record LakeFacts(int TableCount, long RowCount, long SizeBytes, IReadOnlyList<HomeTable> Newest, IReadOnlyList<HomeTable> Quarantine, IReadOnlyList<(TableName Name, EscaleException Error)> Damaged);

/// <summary>Everything that the first page shows.</summary>
public sealed record HomeFacts(LakeFacts Lake, RunEntry? LastRun, IReadOnlyList<StepEntry> Broken, IReadOnlyList<StepEntry> Warned, EscaleException? ProjectError, bool IsEmpty);

/// <summary>Gathers them. The lake is read at most every two seconds, whoever asks. Thread-safe.</summary>
internal sealed class HomeReader(LakeEngine lake, LiveProject project, RunHistory runs, TimeProvider clock)
{
    private const int ShownTables = 8;
    private const int MostTroubles = 100;
    private static readonly TimeSpan _age = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private (long At, LakeFacts Facts)? _read;

    public async Task<HomeFacts> ReadAsync(CancellationToken cancellationToken)
    {
        var facts = Lake();
        var state = project.Now();
        var last = (await runs.ListAsync(1, cancellationToken)).FirstOrDefault();
        IReadOnlyList<StepEntry> steps = last is null ? [] : await runs.TroubledAsync(last.Id, MostTroubles, cancellationToken);
        return new HomeFacts(
            facts, last, [.. steps.Where(step => step.Status == "failed")], [.. steps.Where(step => step.Warning is not null && step.Quarantined == 0)], state.Error,
            facts.TableCount == 0 && state.Graph.Assets.Count == 0 && state.Error is null);
    }

    private LakeFacts Lake()
    {
        lock (_gate)
        {
            if (_read is { } read && clock.GetElapsedTime(read.At) < _age)
            {
                return read.Facts;
            }
            var facts = ReadLake();
            _read = (clock.GetTimestamp(), facts);
            return facts;
        }
    }

    private LakeFacts ReadLake()
    {
        var (tables, quarantine, damaged, size) = (new List<HomeTable>(), new List<HomeTable>(), new List<(TableName, EscaleException)>(), 0L);
        foreach (var name in lake.Catalog.Tables())
        {
            try
            {
                var snapshot = lake.Catalog.Table(name).Read();
                var table = new HomeTable(name, snapshot.RowCount ?? 0, snapshot.LastDataCommit.Timestamp);
                if (name.Schema == "quarantine")
                {
                    quarantine.Add(table);
                    continue;
                }
                tables.Add(table);
                size += snapshot.SizeBytes;
            }
            catch (EscaleException error)
            {
                damaged.Add((name, error));
            }
        }
        return new LakeFacts(tables.Count, tables.Sum(table => table.Rows), size, [.. tables.OrderByDescending(table => table.ChangedAt).Take(ShownTables)], [.. quarantine.Where(table => table.Rows > 0)], damaged);
    }
}
