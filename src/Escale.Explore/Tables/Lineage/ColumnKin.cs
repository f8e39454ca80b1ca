using System.Collections.Concurrent;
using Escale.Kernel;
using Escale.Projects.Graph;
using Escale.Projects.Lineage;

namespace Escale.Explore.Tables.Lineage;

/// <summary>
/// Which columns of different tables hold the same values: those that transformations hand on as they are, renamed or cast at most, from the same
/// column. Names of tables are <c>schema.table</c>; case does not count. Thread-safe.
/// </summary>
internal sealed class ColumnKin
{
    /// <summary>Nobody is kin.</summary>
    public static readonly ColumnKin None = new(AssetGraph.Build([]), null);

    private readonly ProjectLineage? _lineage;
    private readonly Dictionary<string, Asset> _makers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _tables = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _roots = new(StringComparer.OrdinalIgnoreCase);

    public ColumnKin(AssetGraph graph, ProjectLineage? lineage)
    {
        _lineage = lineage;
        foreach (var asset in graph.Assets.Where(asset => asset is { Table: not null, Kind: not "warehouse" }))
        {
            var table = asset.Table!.ToString();
            _tables[asset.Id] = table;
            if (!_makers.TryGetValue(table, out var other) || !other.Runnable)
            {
                _makers[table] = asset;
            }
        }
    }

    /// <summary>Where a column's values enter the project; equal for columns that hold the same values.</summary>
    public string RootOf(string table, string column) => _roots.GetOrAdd($"{table}.{column}", _ =>
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (seen.Add($"{table}.{column}") && _makers.TryGetValue(table, out var maker) && Copied(maker.Id, column) is { } from)
        {
            (table, column) = (_tables.GetValueOrDefault(from.Asset, from.Asset), from.Column);
        }
        return $"{table}.{column}".ToUpperInvariant();
    });

    /// <summary>The column among some of a table that has a root: the only one, or of several the one of a name; else null, since any could be meant.</summary>
    public string? ColumnOf(string table, IEnumerable<string> columns, string root, string name)
    {
        var kin = columns.Where(column => RootOf(table, column) == root).ToList();
        return kin.Count == 1 ? kin[0] : kin.FirstOrDefault(column => string.Equals(column, name, StringComparison.OrdinalIgnoreCase));
    }

    private AssetColumnRef? Copied(string asset, string column) =>
        _lineage?[asset].FirstOrDefault(one => string.Equals(one.Name, column, StringComparison.OrdinalIgnoreCase)) is { IsCopy: true, From: [var only] } ? only : null;
}
