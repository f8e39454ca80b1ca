using System.Globalization;
using System.Text;
using Escale.Engines.DuckDb;

namespace Escale.Explore.Sql;

/// <summary>
/// A table for people: names, types, rows, and how many. Numbers to the right; cells that would not fit are cut with an ellipsis.
/// Holds the rows in memory, since the widths depend on all of them: use it with a limit.
/// </summary>
/// <param name="writer">Where to.</param>
/// <param name="widestCell">The widest cell, in characters.</param>
internal sealed class PrettyRows(TextWriter writer, int widestCell) : RowWriter
{
    private const string Null = "NULL";
    private readonly List<string[]> _rows = [];
    private IReadOnlyList<DuckColumn> _columns = [];

    public override void Begin(IReadOnlyList<DuckColumn> columns) => _columns = columns;

    public override void Write(ResultChunk chunk, int rowCount)
    {
        for (var row = 0; row < rowCount; row++)
        {
            var cells = new string[chunk.ColumnCount];
            for (var column = 0; column < cells.Length; column++)
            {
                cells[column] = chunk[column].IsNull(row) ? Null : Cell(chunk[column].Text(row));
            }
            _rows.Add(cells);
        }
    }

    public override void End(long rowCount, bool isCut)
    {
        var names = _columns.Select(column => Cell(column.Name)).ToArray();
        var types = _columns.Select(column => Cell(column.Type.ToString().ToLowerInvariant())).ToArray();
        var widths = names.Select((name, column) =>
            Math.Max(Math.Max(Width(name), Width(types[column])), _rows.Select(row => Width(row[column])).DefaultIfEmpty(0).Max())).ToArray();
        Line(names, widths, alignNumbers: true);
        Line(types, widths, alignNumbers: true);
        writer.WriteLine(string.Join("─┼─", widths.Select(width => new string('─', width))));
        foreach (var row in _rows)
        {
            Line(row, widths, alignNumbers: true);
        }
        var count = rowCount.ToString("#,0", CultureInfo.InvariantCulture);
        writer.WriteLine(isCut ? $"first {count} rows; there are more: --limit 0 shows all" : rowCount == 1 ? "1 row" : $"{count} rows");
    }

    private void Line(string[] cells, int[] widths, bool alignNumbers)
    {
        var text = new StringBuilder();
        for (var column = 0; column < cells.Length; column++)
        {
            var padding = new string(' ', widths[column] - Width(cells[column]));
            text.Append(column > 0 ? " │ " : "");
            _ = alignNumbers && _columns[column].Type.IsNumber ? text.Append(padding).Append(cells[column]) : text.Append(cells[column]).Append(padding);
        }
        writer.WriteLine(text.ToString().TrimEnd());
    }

    private string Cell(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // Control characters would move the cursor, or speak to the terminal.
            _ = Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format
                ? visible.Append(rune.Value switch { '\n' => "⏎", '\t' => "→", _ => "·" })
                : visible.Append(rune.ToString());
        }
        var shown = visible.ToString();
        if (Width(shown) <= widestCell)
        {
            return shown;
        }
        var elements = StringInfo.GetTextElementEnumerator(shown);
        var cut = new StringBuilder();
        var width = 0;
        while (elements.MoveNext() && width + Width(elements.GetTextElement()) < widestCell)
        {
            cut.Append(elements.GetTextElement());
            width += Width(elements.GetTextElement());
        }
        return cut.Append('…').ToString();
    }

    /// <summary>Columns on a terminal: East Asian wide characters and emoji take two, combining marks none.</summary>
    private static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? 0 : IsWide(rune.Value) ? 2 : 1;
        }
        return width;
    }

    private static bool IsWide(int code) => code is >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3
        or >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE6F or >= 0xFF00 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6
        or >= 0x1F300 and <= 0x1FAFF or >= 0x20000 and <= 0x3FFFD;
}
