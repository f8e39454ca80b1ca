using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Projects.Compile;
using Escale.Projects.Graph;
using Escale.Projects.Lineage;

namespace Escale.Explore.Tables.Lineage;

/// <summary>An asset in the graph around a table.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>source</c>, <c>seed</c>, <c>model</c>, <c>warehouse</c>, …</param>
/// <param name="Name">The table's name, or the asset's.</param>
/// <param name="Href">The page of its table; null when it has none in the lake.</param>
/// <param name="Level">How far it is from the table: negative before it, positive after it.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record LineageNode(string Id, string Kind, string Name, string? Href, int Level, IReadOnlyList<string> Columns);

/// <summary>One asset is read by another.</summary>
/// <param name="From">What is read.</param>
/// <param name="To">What reads it.</param>
internal sealed record LineageEdge(string From, string To);

/// <summary>A column enters the values of another.</summary>
internal sealed record ColumnEdge(string From, string FromColumn, string To, string ToColumn);

/// <summary>Where a table comes from and where it goes, to the column.</summary>
internal sealed record TableLineage(string Center, IReadOnlyList<LineageNode> Nodes, IReadOnlyList<LineageEdge> Edges, IReadOnlyList<ColumnEdge> ColumnEdges);

/// <summary>Reads the lineage around a table. The origins of columns are read once for each state of the project's files. Thread-safe.</summary>
internal sealed class LineageReader(LiveProject live, SqlCompiler compiler, LakeCatalog lake, SharedDatabase database, IEnumerable<ITableUse> uses)
{
    private readonly Lock _gate = new();
    private (long Stamp, ProjectLineage Lineage, ColumnKin Kin)? _known;

    /// <summary>The graph around an asset; null when nothing in the project makes the table.</summary>
    public TableLineage? Read(TableName name, CancellationToken cancellationToken)
    {
        var state = live.Now();
        if (MakerOf(state.Graph, name) is not { } center)
        {
            return null;
        }
        var (columns, _) = Known(state, cancellationToken);
        var levels = Levels(state.Graph, center);
        var assets = levels.Keys.ToDictionary(id => id, id => state.Graph[id], StringComparer.Ordinal);
        var nodes = assets.Values.OrderBy(asset => levels[asset.Id]).ThenBy(asset => asset.Id, StringComparer.Ordinal)
            .Select(asset => new LineageNode(asset.Id, asset.Kind, NameOf(asset), HrefOf(asset), levels[asset.Id], NamesOf(asset, columns))).ToList();
        var edges = assets.Values.SelectMany(asset => asset.Reads.Where(assets.ContainsKey).Select(read => new LineageEdge(read, asset.Id))).ToList();
        var columnEdges = assets.Values.SelectMany(asset => columns[asset.Id].SelectMany(column => column.From.Where(from => assets.ContainsKey(from.Asset))
            .Select(from => new ColumnEdge(from.Asset, from.Column, asset.Id, column.Name)))).Concat(assets.Values.Where(asset => asset.Kind == "warehouse").SelectMany(asset => Published(asset, state.Graph, columns))).ToList();
        var after = assets.Values.Where(asset => asset is { Table: not null, Kind: not "warehouse" } && levels[asset.Id] >= 0)
            .GroupBy(asset => asset.Table!.ToString(), StringComparer.OrdinalIgnoreCase).ToDictionary(group => group.Key, group => group.First(), StringComparer.OrdinalIgnoreCase);
        using var parser = database.Connect();
        var readers = new LineageReaders(uses, parser, after, levels, asset => NamesOf(asset, columns), cancellationToken);
        return new TableLineage(center.Id, [.. nodes, .. readers.Nodes], [.. edges, .. readers.Edges], [.. columnEdges, .. readers.ColumnEdges]);
    }

    /// <summary>Which columns of different tables hold the same values.</summary>
    public ColumnKin Kin(CancellationToken cancellationToken) => Known(live.Now(), cancellationToken).Kin;

    /// <summary>A connection for its parser.</summary>
    public DuckConnection Parser() => database.Connect();

    /// <summary>What makes a table of the lake: of several (a declared source beside its maker) the one that runs.</summary>
    public static Asset? MakerOf(AssetGraph graph, TableName name) =>
        graph.Assets.Where(asset => asset.Table == name && asset.Kind != "warehouse").OrderByDescending(asset => asset.Runnable).FirstOrDefault();

    private IEnumerable<ColumnEdge> Published(Asset warehouse, AssetGraph graph, ProjectLineage columns)
    {
        // A published table has the columns of the model that it publishes; it reads others only for its keys.
        var model = warehouse.Reads.Select(id => graph.Find(id)).FirstOrDefault(read => read is not null && read.Path == warehouse.Path);
        return model is null ? [] : NamesOf(model, columns).Select(column => new ColumnEdge(model.Id, column, warehouse.Id, column));
    }

    private static Dictionary<string, int> Levels(AssetGraph graph, Asset center)
    {
        var levels = new Dictionary<string, int>(StringComparer.Ordinal) { [center.Id] = 0 };
        // In the graph's order what is read comes first: so walked, each asset is one step beyond the farthest of what it reads.
        foreach (var asset in graph.Downstream(center.Id).Where(asset => !asset.IsCheck))
        {
            levels[asset.Id] = asset.Reads.Where(id => levels.TryGetValue(id, out var level) && level >= 0).Select(id => levels[id]).DefaultIfEmpty(0).Max() + 1;
        }
        var before = graph.Upstream(center.Id).Where(asset => !asset.IsCheck).Reverse().ToList();
        var readers = before.Append(center).SelectMany(asset => asset.Reads.Select(read => (Read: read, Reader: asset.Id))).ToLookup(pair => pair.Read, pair => pair.Reader);
        foreach (var asset in before)
        {
            levels[asset.Id] = readers[asset.Id].Where(levels.ContainsKey).Select(id => levels[id]).DefaultIfEmpty(0).Min() - 1;
        }
        return levels;
    }

    private (ProjectLineage Lineage, ColumnKin Kin) Known(ProjectState state, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_known is { } known && known.Stamp == state.Stamp)
            {
                return (known.Lineage, known.Kin);
            }
            using var connection = database.Connect();
            var lineage = ProjectLineage.Read(state.Graph, connection, asset => SqlOf(asset, cancellationToken), StoredColumns, cancellationToken);
            var kin = new ColumnKin(state.Graph, lineage);
            _known = (state.Stamp, lineage, kin);
            return (lineage, kin);
        }
    }

    private string? SqlOf(Asset asset, CancellationToken cancellationToken)
    {
        try
        {
            return compiler.Compile(asset, cancellationToken: cancellationToken).Sql;
        }
        catch (EscaleException)
        {
            return null; // asks for what is not there yet: its edges are known all the same, its columns are not
        }
    }

    private IReadOnlyList<string>? StoredColumns(Asset asset)
    {
        try
        {
            return asset is { Table: { } table, Kind: not "warehouse" } && lake.Table(table).TryRead() is { } snapshot ? [.. snapshot.Schema.Columns.Select(column => column.Name)] : null;
        }
        catch (EscaleException)
        {
            return null;
        }
    }

    private IReadOnlyList<string> NamesOf(Asset asset, ProjectLineage lineage) =>
        StoredColumns(asset) ?? (lineage[asset.Id] is { Count: > 0 } traced ? [.. traced.Select(column => column.Name).Where(name => name.Length > 0)] : [.. asset.Columns.Select(column => column.Name)]);

    private string? HrefOf(Asset asset) =>
        asset is { Table: { } table, Kind: not "warehouse" } && (lake.View(table) is not null || lake.Exists(table)) ? $"/tables/{table}" : null;

    private static string NameOf(Asset asset) => asset.Kind == "warehouse" ? asset.Name : asset.Table?.ToString() ?? asset.Name;
}
