using System.Buffers;
using Escale.Engines.DuckDb;
using Escale.Kernel;

namespace Escale.Explore.Sql;

/// <summary>
/// CSV as RFC 4180 has it: a header, commas, CRLF, quotes where needed and doubled inside. NULL is empty, an empty text is <c>""</c>.
/// </summary>
/// <param name="writer">Where to.</param>
/// <param name="spreadsheetSafe">
/// Puts an apostrophe before text that a spreadsheet would take for a formula (leading <c>= + - @</c>, tab or carriage return;
/// security requirement S11). Changes the data: off for data exchange.
/// </param>
internal sealed class CsvRows(TextWriter writer, bool spreadsheetSafe) : RowWriter
{
    private static readonly SearchValues<char> _needQuotes = SearchValues.Create(",\"\r\n");
    private bool[] _isText = [];

    public override void Begin(IReadOnlyList<DuckColumn> columns)
    {
        // Only text can hide a formula; a negative number stays a number.
        _isText = [.. columns.Select(column => column.Type.IsText || column.Type.IsNested || column.Type.Id is DuckTypeId.Enum or DuckTypeId.Blob)];
        for (var column = 0; column < columns.Count; column++)
        {
            Separate(column);
            Text(columns[column].Name, isText: true);
        }
        writer.Write("\r\n");
    }

    public override void Write(ResultChunk chunk, int rowCount)
    {
        for (var row = 0; row < rowCount; row++)
        {
            for (var column = 0; column < chunk.ColumnCount; column++)
            {
                Separate(column);
                var vector = chunk[column];
                if (!vector.IsNull(row))
                {
                    Text(vector.Text(row), _isText[column]);
                }
            }
            writer.Write("\r\n");
        }
    }

    public override void End(long rowCount, bool isCut)
    {
    }

    private void Separate(int column)
    {
        if (column > 0)
        {
            writer.Write(',');
        }
    }

    private void Text(string text, bool isText)
    {
        text = spreadsheetSafe && isText ? Formulas.Shown(text) : text;
        if (text.Length > 0 && !text.AsSpan().ContainsAny(_needQuotes))
        {
            writer.Write(text);
            return;
        }
        writer.Write('"');
        writer.Write(text.Replace("\"", "\"\"", StringComparison.Ordinal));
        writer.Write('"');
    }
}
