using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Projects.Dbt;
using Escale.Projects.Graph;

namespace Escale.Projects.Lineage;

/// <summary>A column of an asset.</summary>
/// <param name="Asset">The asset's id.</param>
/// <param name="Column">The column's name.</param>
public sealed record AssetColumnRef(string Asset, string Column);

/// <summary>A column of a model and the columns of other assets that its values are computed from.</summary>
/// <param name="Name">The column; empty for an expression without an alias whose name is not known.</param>
/// <param name="From">The columns that enter it directly, sorted.</param>
/// <param name="IsComplete">False when there may be others.</param>
/// <param name="IsCopy">Whether its values are those of the one column that it comes from, renamed or cast at most.</param>
public sealed record AssetColumnLineage(string Name, IReadOnlyList<AssetColumnRef> From, bool IsComplete, bool IsCopy = false);

/// <summary>Where the columns of all models come from, one step at a time. Immutable.</summary>
public sealed class ProjectLineage
{
    private readonly Dictionary<string, IReadOnlyList<AssetColumnLineage>> _columns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _known = new(StringComparer.Ordinal);

    private ProjectLineage()
    {
    }

    /// <summary>The columns of a model with their origins; empty for assets that no SQL makes and for what cannot be read.</summary>
    public IReadOnlyList<AssetColumnLineage> this[string id] => _columns.GetValueOrDefault(id, []);

    /// <summary>Every asset that has any, by id.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<AssetColumnLineage>> All => _columns;

    /// <summary>Reads the lineage of every model of the graph, what is read before what reads it.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="connection">Any connection: only its parser is used.</param>
    /// <param name="sqlOf">The compiled SQL of a model, ephemeral models inside; null when there is none.</param>
    /// <param name="columnsOf">All columns that the table of an asset has now, or null when it does not stand. Where it does not, a model's own SQL says.</param>
    /// <param name="ct">Stops it.</param>
    public static ProjectLineage Read(
        AssetGraph graph, DuckConnection connection, Func<Asset, string?> sqlOf, Func<Asset, IReadOnlyList<string>?> columnsOf, CancellationToken ct = default)
    {
        var lineage = new ProjectLineage();
        var byTable = graph.Assets.Where(asset => asset is { Table: not null, Kind: not "warehouse" })
            .ToLookup(asset => asset.Table!.ToString(), StringComparer.OrdinalIgnoreCase);
        foreach (var asset in graph.Assets.Where(asset => !asset.IsCheck))
        {
            ct.ThrowIfCancellationRequested();
            var stands = columnsOf(asset) ?? (asset.Definition is Seed seed ? Header(seed) : null);
            if (asset.Definition is SqlModel && sqlOf(asset) is { } sql)
            {
                lineage.Add(asset, QueryLineage.Read(connection, sql, (schema, table) => lineage.Known(byTable[$"{schema}.{table}"]), ct), stands, byTable);
            }
            else if (stands is not null)
            {
                lineage._known[asset.Id] = stands;
            }
        }
        return lineage;
    }

    private IReadOnlyList<string>? Known(IEnumerable<Asset> assets) =>
        assets.FirstOrDefault() is { } asset && _known.TryGetValue(asset.Id, out var columns) ? columns : null;

    private void Add(Asset asset, QueryLineage query, IReadOnlyList<string>? stands, ILookup<string, Asset> byTable)
    {
        // Expressions without an alias get their name from the table that was made of them.
        var named = query.IsComplete && stands?.Count == query.Columns.Count
            ? query.Columns.Select((column, at) => column.Name.Length == 0 ? column with { Name = stands[at] } : column).ToList()
            : query.Columns;
        _columns[asset.Id] =
        [
            .. named.Select(column => new AssetColumnLineage(
                column.Name,
                [.. column.Origins.SelectMany(origin => byTable[$"{origin.Schema}.{origin.Table}"].Take(1).Select(read => new AssetColumnRef(read.Id, origin.Column))).Distinct()],
                column.IsComplete && column.Origins.All(origin => byTable.Contains($"{origin.Schema}.{origin.Table}")),
                column.IsCopy)),
        ];
        if (stands is not null)
        {
            _known[asset.Id] = stands;
        }
        else if (query.IsComplete && named.All(column => column.Name.Length > 0))
        {
            _known[asset.Id] = [.. named.Select(column => column.Name)];
        }
    }

    /// <summary>The names in the first line of a seed.</summary>
    private static List<string>? Header(Seed seed)
    {
        using var reader = new StreamReader(seed.FilePath);
        return reader.ReadLine()?.Split(seed.Delimiter).Select(name => name.Trim().Trim('"')).ToList();
    }
}
