using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Projects.Lineage;

namespace Escale.Explore.Tables.Lineage;

/// <summary>The questions and dashboards at the end of a lineage graph: those that read a table that stands in it, to the column for questions.</summary>
internal sealed class LineageReaders
{
    private readonly List<LineageNode> _nodes = [];
    private readonly List<LineageEdge> _edges = [];
    private readonly List<ColumnEdge> _columnEdges = [];
    private readonly Dictionary<string, int> _levels;
    private readonly IReadOnlyDictionary<string, Asset> _tables;
    private readonly Dictionary<string, TableReader> _questions;

    /// <param name="uses">The kinds of readers.</param>
    /// <param name="parser">Any connection, for its parser.</param>
    /// <param name="tables">The tables of the graph that may be read: the center and what is after it.</param>
    /// <param name="levels">The levels of the assets.</param>
    /// <param name="columnsOf">The columns of an asset.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public LineageReaders(
        IEnumerable<ITableUse> uses, DuckConnection parser, IReadOnlyDictionary<string, Asset> tables, IReadOnlyDictionary<string, int> levels,
        Func<Asset, IReadOnlyList<string>> columnsOf, CancellationToken cancellationToken)
    {
        (_tables, _levels) = (tables, new Dictionary<string, int>(levels, StringComparer.Ordinal));
        var all = uses.SelectMany(use => use.All()).ToList();
        _questions = all.Where(reader => reader.Kind == "question").ToDictionary(reader => reader.Id, StringComparer.Ordinal);
        foreach (var reader in all.Where(reader => TableReaders.Reach(reader, _questions, []).Overlaps(_tables.Keys)).OrderBy(reader => reader.Kind == "dashboard").ThenBy(reader => reader.Title, StringComparer.OrdinalIgnoreCase))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var columns = ColumnsOf(reader, parser, columnsOf, cancellationToken);
            _nodes.Add(new LineageNode(IdOf(reader), reader.Kind, reader.Title, reader.Href, LevelOf(reader, []), [.. columns.Select(column => column.Name).Where(name => name.Length > 0)]));
            _edges.AddRange(reader.Tables.Where(_tables.ContainsKey).Select(table => new LineageEdge(_tables[table].Id, IdOf(reader))));
            _edges.AddRange(reader.Questions.Where(id => _questions.TryGetValue(id, out var question) && TableReaders.Reach(question, _questions, []).Overlaps(_tables.Keys)).Select(id => new LineageEdge(IdOf(_questions[id]), IdOf(reader))));
            _columnEdges.AddRange(columns.SelectMany(column => column.Origins.Where(origin => _tables.ContainsKey($"{origin.Schema}.{origin.Table}"))
                .Select(origin => new ColumnEdge(_tables[$"{origin.Schema}.{origin.Table}"].Id, origin.Column, IdOf(reader), column.Name))));
        }
    }

    public IReadOnlyList<LineageNode> Nodes => _nodes;

    public IReadOnlyList<LineageEdge> Edges => _edges;

    public IReadOnlyList<ColumnEdge> ColumnEdges => _columnEdges;

    private static string IdOf(TableReader reader) => $"{reader.Kind}:{reader.Id}";

    // One step beyond the farthest of what it reads.
    private int LevelOf(TableReader reader, HashSet<string> seen)
    {
        if (_levels.TryGetValue(IdOf(reader), out var known) || !seen.Add(IdOf(reader)))
        {
            return known;
        }
        var read = reader.Tables.Where(_tables.ContainsKey).Select(table => _levels[_tables[table].Id])
            .Concat(reader.Questions.Where(_questions.ContainsKey).Select(id => LevelOf(_questions[id], seen)));
        return _levels[IdOf(reader)] = read.DefaultIfEmpty(0).Max() + 1;
    }

    private IReadOnlyList<LineageColumn> ColumnsOf(TableReader reader, DuckConnection parser, Func<Asset, IReadOnlyList<string>> columnsOf, CancellationToken cancellationToken)
    {
        try
        {
            return reader.Sql is { } sql
                ? QueryLineage.Read(parser, sql(), (schema, table) => _tables.TryGetValue($"{schema}.{table}", out var asset) ? columnsOf(asset) : null, cancellationToken).Columns
                : [];
        }
        catch (EscaleException)
        {
            return []; // a question that cannot be asked says so itself
        }
    }
}
