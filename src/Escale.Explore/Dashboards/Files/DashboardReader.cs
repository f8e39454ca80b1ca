using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Projects.Yaml;

namespace Escale.Explore.Dashboards.Files;

/// <summary>Reads <c>dashboards/*.yml</c>; what is wrong is said with its line.</summary>
internal static partial class DashboardReader
{
    private const int MostTiles = 100;

    /// <summary>A dashboard.</summary>
    /// <exception cref="EscaleException"><c>explore.dashboard-invalid</c>, <c>projects.*</c>.</exception>
    public static Dashboard Read(string id, string text, string file, string tag)
    {
        var root = YamlFile.Parse(text, file).AsMap("a dashboard");
        var reader = root.Reader("a dashboard");
        var title = reader.Text("title");
        var description = reader.Text("description", "");
        if (reader.Integer("columns") is { } columns and not (12 or 24))
        {
            throw reader.Node("columns")!.Error("explore.dashboard-invalid", $"A dashboard has 12 or 24 columns, not {columns}.", "Write 12 or 24.");
        }
        _ = reader.Duration("refresh");
        var width = reader.Integer("columns") ?? 24;
        var filters = reader.Maps("filters", "a filter").Select(Filter).ToList();
        var tiles = reader.Maps("tiles", "a tile").Select(tile => Tile(tile, (int)width)).ToList();
        reader.Done();
        Unique(root, filters.Select(filter => filter.Id), "filter");
        Unique(root, tiles.Select(tile => tile.Id), "tile");
        return tiles.Count > MostTiles
            ? throw root.Error("explore.dashboard-invalid", $"The dashboard has {tiles.Count} tiles; {MostTiles} are the most.", "Make two of it.")
            : new Dashboard(id, title, description, filters, tiles, (Dictionary<string, object?>)root.ToValue(), tag);
    }

    private static DashboardFilter Filter(YamlReader reader)
    {
        var id = Id(reader, "a filter");
        var columns = reader.Texts("column");
        if (columns.Count == 0)
        {
            throw reader.Map.Error("projects.missing-key", "A filter needs 'column'.", "Add 'column:' with the name of a column, or a list of names.");
        }
        var from = reader.TextOrNull("from");
        if (from is not null && from.Split('.').Length != 3)
        {
            throw reader.Node("from")!.Error("explore.dashboard-invalid", $"'{from}' is no column of a table.", "Write schema.table.column.");
        }
        var filter = new DashboardFilter(id, reader.Text("title", id), reader.Choice("type", FilterKind.List), columns, from, reader.TextOrNull("default"), reader.TextMap("map"));
        reader.Done();
        return filter;
    }

    private static DashboardTile Tile(YamlReader reader, int width)
    {
        var id = Id(reader, "a tile");
        var (question, sql, text) = (reader.TextOrNull("question"), reader.TextOrNull("sql"), reader.TextOrNull("text"));
        var steps = reader.Node("steps")?.AsList("steps").ToValue();
        if (new object?[] { question, sql, steps, text }.Count(one => one is not null) != 1)
        {
            throw reader.Map.Error("explore.dashboard-invalid", $"The tile {id} needs exactly one of question, sql, steps and text.", "Keep one of them.");
        }
        var at = reader.Need("at").AsMap("the place of a tile").Reader("the place of a tile");
        var x = at.Integer("x", 0, width - 1) ?? 0;
        _ = at.Integer("y", 0, 10_000);
        if (at.Integer("w", 1, width) is not { } w || at.Integer("h", 1, 200) is null || x + w > width)
        {
            throw at.Map.Error("explore.dashboard-invalid", $"The tile {id} does not fit into {width} columns.", $"Write at: {{x: 0, y: 0, w: {width / 2}, h: 6}} with x + w at most {width}.");
        }
        at.Done();
        var title = reader.Text("title", "");
        _ = reader.TextOrNull("description");
        _ = reader.MapOrNull("chart", "a chart")?.Allow(
            "type", "title", "x", "y", "series", "size", "latitude", "longitude", "stack", "lines", "unit", "decimals", "bins", "goal", "labels", "formats");
        reader.Done();
        return new DashboardTile(id, title, question, sql, steps, text);
    }

    private static string Id(YamlReader reader, string what)
    {
        var id = reader.Text("id");
        return Name().IsMatch(id) ? id : throw reader.Node("id")!.Error("explore.dashboard-invalid", $"'{id}' cannot be the id of {what}.", "Use letters, digits, - and _; 40 at most.");
    }

    private static void Unique(YamlMap root, IEnumerable<string> ids, string what)
    {
        if (ids.GroupBy(id => id, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw root.Error("explore.dashboard-invalid", $"Two of the dashboard's {what}s have the id {twice.Key}.", "Give each its own.");
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,40}$")]
    private static partial Regex Name();
}
