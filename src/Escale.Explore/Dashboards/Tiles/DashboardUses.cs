using Escale.Explore.Dashboards.Files;
using Escale.Explore.Questions;
using Escale.Explore.Tables.Lineage;
using Escale.Kernel;

namespace Escale.Explore.Dashboards.Tiles;

/// <summary>Which tables the dashboards read. Thread-safe.</summary>
internal sealed class DashboardUses(DashboardFiles files) : ITableUse
{
    /// <inheritdoc/>
    public IReadOnlyList<TableReader> All() => [.. files.All().Dashboards.Select(Of)];

    private static TableReader Of(Dashboard dashboard)
    {
        var tables = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var questions = dashboard.Tiles.Select(tile => tile.Question).OfType<string>().ToList();
        foreach (var tile in dashboard.Tiles)
        {
            var (read, begun) = QuestionUses.Of(StepsOf(tile), tile.Sql);
            tables.UnionWith(read);
            questions.AddRange(begun);
        }
        return new TableReader("dashboard", dashboard.Id, dashboard.Title, dashboard.Description, tables, [.. questions.Distinct()], null);
    }

    private static IReadOnlyList<Step>? StepsOf(DashboardTile tile)
    {
        try
        {
            return tile.Steps is { } steps ? TileQueries.Read(tile, steps) : null;
        }
        catch (EscaleException)
        {
            return null; // the dashboard says itself what is wrong with it
        }
    }
}
