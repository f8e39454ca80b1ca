using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Escale.Collect.Files;

namespace Escale.Collect.Web;

/// <summary>Reads an HTML table as a grid: cells that span rows or columns count in each, header rows become names.</summary>
internal static class HtmlTables
{
    private const int MaxSpan = 1000;
    private const int MaxColumns = 2000;

    /// <summary>The column names and the rows.</summary>
    public static (IReadOnlyList<string> Names, IReadOnlyList<string?[]> Rows) Read(IHtmlTableElement table)
    {
        var rows = Rows(table).ToList();
        var grid = Grid(rows);
        var width = grid.Count == 0 ? 0 : grid.Max(row => row.Count);
        var headers = 0;
        while (headers < rows.Count && IsHeader(rows[headers]))
        {
            headers++;
        }
        var names = Enumerable.Range(0, width).Select(column => string.Join(" ", grid.Take(headers)
            .Select(row => column < row.Count ? row[column] ?? "" : "").Where(text => text.Length > 0).Distinct())).ToList();
        var data = grid.Skip(headers).Where(row => row.Exists(cell => !string.IsNullOrEmpty(cell))).Select(row =>
        {
            var cells = new string?[width];
            row.CopyTo(cells);
            return cells;
        });
        return (ColumnNames.Clean(names), [.. data]);
    }

    /// <summary>Text as a reader of the page sees it.</summary>
    public static string TextOf(INode node) => string.Join(' ', node.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static IEnumerable<IHtmlTableRowElement> Rows(IHtmlTableElement table) =>
        (table.Head?.Rows ?? Enumerable.Empty<IHtmlTableRowElement>())
        .Concat(table.Children.OfType<IHtmlTableRowElement>())
        .Concat(table.Bodies.SelectMany(body => body.Rows));

    private static bool IsHeader(IHtmlTableRowElement row) =>
        row.ParentElement?.LocalName == "thead" || (row.Cells.Length > 0 && row.Cells.All(cell => cell.LocalName == "th"));

    private static List<List<string?>> Grid(List<IHtmlTableRowElement> rows)
    {
        var grid = rows.ConvertAll(_ => new List<string?>());
        var taken = rows.ConvertAll(_ => new HashSet<int>());
        for (var r = 0; r < rows.Count; r++)
        {
            var column = 0;
            foreach (var cell in rows[r].Cells)
            {
                while (taken[r].Contains(column))
                {
                    column++;
                }
                var (width, height) = (Math.Clamp(cell.ColumnSpan, 1, MaxSpan), cell.RowSpan == 0 ? rows.Count - r : Math.Clamp(cell.RowSpan, 1, MaxSpan));
                var text = TextOf(cell);
                for (var y = r; y < Math.Min(rows.Count, r + height); y++)
                {
                    for (var x = column; x < Math.Min(MaxColumns, column + width); x++)
                    {
                        Put(grid[y], x, text);
                        taken[y].Add(x);
                    }
                }
                column += width;
            }
        }
        return grid;
    }

    private static void Put(List<string?> row, int column, string text)
    {
        while (row.Count <= column)
        {
            row.Add(null);
        }
        row[column] = text;
    }
}
