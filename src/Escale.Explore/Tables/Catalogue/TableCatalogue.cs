using System.Collections.Concurrent;
using Escale.Engines.Tables;
using Escale.Explore.Tables.Reading;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Projects.Dbt;
using Escale.Projects.Graph;

namespace Escale.Explore.Tables.Catalogue;

/// <summary>
/// What tables there are and what is known of them: the lake as it stands, the project's descriptions, the newest results of the tests. No rows
/// are read. The list is at most a second old; what is said of a table is kept while neither it nor the project changes. Thread-safe.
/// </summary>
internal sealed class TableCatalogue(LakeCatalog lake, LiveProject live, IEnumerable<IStepHistory> histories, TimeProvider clock)
{
    private static readonly TimeSpan _keepResults = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _keepList = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TableName, Said> _said = new();
    private volatile Listed? _listed;
    private volatile Knowledge? _known;

    private IReadOnlyDictionary<string, PastStep> _results = new Dictionary<string, PastStep>();
    private long _resultsAt;
    private bool _hasResults;

    /// <summary>All tables and views, by schema and name.</summary>
    public async Task<IReadOnlyList<TableEntry>> AllAsync(CancellationToken cancellationToken)
    {
        var known = await KnowledgeAsync(cancellationToken);
        if (_listed is { } listed && ReferenceEquals(listed.Known, known) && clock.GetElapsedTime(listed.At) < _keepList)
        {
            return listed.Entries;
        }
        var entries = All(known);
        _listed = new Listed(entries, known, clock.GetTimestamp());
        return entries;
    }

    private List<TableEntry> All(Knowledge known)
    {
        var views = lake.Views();
        var names = views.Select(view => view.Name).ToHashSet();
        return
        [
            .. lake.Folders().Where(name => !names.Contains(name)).AsParallel().Select(name => Describe(name, known)).OfType<TableEntry>().AsSequential()
                .Concat(views.Select(view => Describe(view, known)))
                .OrderBy(entry => SchemaOrder(entry.Table.Schema)).ThenBy(entry => entry.Table.ToString(), StringComparer.Ordinal),
        ];
    }

    /// <summary>One of them.</summary>
    /// <exception cref="EscaleException"><c>lake.table-not-found</c>.</exception>
    public async Task<TableEntry> OneAsync(TableName name, CancellationToken cancellationToken)
    {
        var known = await KnowledgeAsync(cancellationToken);
        return lake.View(name) is { } view ? Describe(view, known)
            : Describe(name, known) ?? throw new EscaleException("lake.table-not-found", $"There is no table {name} in the lake.", Nearest.Remedy(
                name.ToString(), lake.Tables().Concat(lake.Views().Select(one => one.Name)).Select(one => one.ToString()), "See the list of tables."), new Place(null, Table: name.ToString()));
    }

    /// <summary>Bronze before silver before gold: the order of the data. The others by name, after them.</summary>
    internal static string SchemaOrder(string schema) => schema switch { "gold" => "0", "silver" => "1", "bronze" => "2", "quarantine" => "4" + schema, _ => "3" + schema };

    private async Task<Knowledge> KnowledgeAsync(CancellationToken cancellationToken)
    {
        var graph = live.Now().Graph;
        var results = await ResultsAsync(cancellationToken);
        if (_known is { } last && ReferenceEquals(last.Graph, graph) && ReferenceEquals(last.Results, results))
        {
            return last;
        }
        var makers = new Dictionary<TableName, Asset>();
        var tests = new Dictionary<string, List<Asset>>(StringComparer.Ordinal);
        foreach (var asset in graph.Assets)
        {
            if (asset is { Table: { } table, Kind: not "warehouse" } && (!makers.TryGetValue(table, out var other) || !other.Runnable))
            {
                makers[table] = asset;
            }
            if (asset.Definition is DataTest)
            {
                foreach (var tested in asset.Definition is DataTest { TestedId: { } one } ? [one] : asset.Reads)
                {
                    (tests.TryGetValue(tested, out var list) ? list : tests[tested] = []).Add(asset);
                }
            }
        }
        return _known = new Knowledge(graph, makers, tests, results);
    }

    private async Task<IReadOnlyDictionary<string, PastStep>> ResultsAsync(CancellationToken cancellationToken)
    {
        if (_hasResults && clock.GetElapsedTime(Volatile.Read(ref _resultsAt)) < _keepResults)
        {
            return _results;
        }
        var results = new Dictionary<string, PastStep>(StringComparer.Ordinal);
        foreach (var history in histories)
        {
            foreach (var step in await history.NewestAsync(cancellationToken))
            {
                results[step.AssetId] = step;
            }
        }
        // The same results are the same object, so that what was made of them stays.
        _results = results.Count == _results.Count && results.All(entry => _results.TryGetValue(entry.Key, out var old) && old == entry.Value) ? _results : results;
        Volatile.Write(ref _resultsAt, clock.GetTimestamp());
        _hasResults = true;
        return _results;
    }

    private TableEntry? Describe(TableName name, Knowledge known)
    {
        try
        {
            if (lake.Table(name).TryRead() is not { } snapshot)
            {
                return null;
            }
            if (_said.TryGetValue(name, out var said) && ReferenceEquals(said.Snapshot, snapshot) && ReferenceEquals(said.Known, known))
            {
                return said.Entry;
            }
            var entry = About(name, known) with
            {
                Kind = "table",
                Columns = Columns(snapshot, known.Makers.GetValueOrDefault(name)),
                RowCount = snapshot.RowCount,
                SizeBytes = snapshot.SizeBytes,
                Version = snapshot.Version,
                ChangedAt = snapshot.LastDataCommit.Timestamp,
            };
            _said[name] = new Said(snapshot, known, entry);
            return entry;
        }
        catch (EscaleException error)
        {
            return About(name, known) with { Error = error.Message };
        }
    }

    private static TableEntry Describe(LakeView view, Knowledge known)
    {
        var entry = About(view.Name, known) with { Kind = "view" };
        return entry with { Columns = [.. (entry.Asset?.Columns ?? []).Select(column => new EntryColumn(column.Name, column.DataType, "text", column.Description))] };
    }

    private static TableEntry About(TableName name, Knowledge known)
    {
        var asset = known.Makers.GetValueOrDefault(name);
        var tests = asset is null ? [] : known.Tests.GetValueOrDefault(asset.Id, []).Select(test => TestOf(test, known.Results.GetValueOrDefault(test.Id))).ToList();
        return new TableEntry
        {
            Table = name,
            Kind = "table",
            Asset = asset,
            Description = asset?.Description ?? "",
            Tags = asset?.Tags ?? [],
            Owner = OwnerOf(asset),
            CheckedAt = asset is null ? null : known.Results.GetValueOrDefault(asset.Id)?.At,
            Tests = tests,
            Quality = new TestSummary(
                tests.Count(test => test.State == "passed"), tests.Count(test => test.State == "warned"), tests.Count(test => test.State == "failed"), tests.Count(test => test.State == "unknown")),
        };
    }

    private static List<EntryColumn> Columns(Snapshot snapshot, Asset? asset)
    {
        var described = (asset?.Columns ?? []).ToLookup(column => column.Name, column => column.Description, StringComparer.OrdinalIgnoreCase);
        return [.. snapshot.Schema.Columns.Select(column =>
        {
            var shown = TableColumn.Of(column.Name, TableTypes.ToSql(column.Type));
            return new EntryColumn(shown.Name, shown.Type, shown.Kind, described[column.Name].FirstOrDefault() ?? column.Comment ?? "");
        })];
    }

    private static TableTest TestOf(Asset asset, PastStep? past)
    {
        var test = (DataTest)asset.Definition!;
        var state = past switch { null => "unknown", { Status: "failed" } => "failed", { IsWarning: true } => "warned", _ => "passed" };
        return new TableTest(asset.Id, test.TestName ?? asset.Name, test.ColumnName, state, past?.RowCount, past?.Message, past?.At);
    }

    private static string? OwnerOf(Asset? asset) =>
        asset?.Config.GetValueOrDefault("meta") is IReadOnlyDictionary<string, object?> meta && meta.GetValueOrDefault("owner") is { } owner ? owner.ToString()
        : asset?.Config.GetValueOrDefault("owner")?.ToString();

    private sealed record Listed(IReadOnlyList<TableEntry> Entries, Knowledge Known, long At);

    private sealed record Said(Snapshot Snapshot, Knowledge Known, TableEntry Entry);

    private sealed record Knowledge(AssetGraph Graph, Dictionary<TableName, Asset> Makers, Dictionary<string, List<Asset>> Tests, IReadOnlyDictionary<string, PastStep> Results);
}
