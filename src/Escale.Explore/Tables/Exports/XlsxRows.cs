using System.Globalization;
using System.IO.Compression;
using System.Text;
using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Explore.Sql;

namespace Escale.Explore.Tables.Exports;

/// <summary>
/// A workbook (Office Open XML, ECMA-376) as a stream: nothing but the row at hand is in memory. Text is text, never a formula (security requirement
/// S11), also when someone edits the cell: what looks like a formula has the quote prefix of spreadsheets. Past the rows that a sheet holds the
/// next sheet goes on.
/// </summary>
internal sealed class XlsxRows(Stream stream, string title) : RowWriter
{
    private const int RowsOfSheet = 1_048_576;
    private const int MostCharacters = 32_767;

    private readonly ZipArchive _archive = new(stream, ZipArchiveMode.Create, leaveOpen: true);
    private IReadOnlyList<DuckColumn> _columns = [];
    private StreamWriter? _sheet;
    private int _sheets;
    private int _row;

    public override void Begin(IReadOnlyList<DuckColumn> columns)
    {
        _columns = columns;
        Part("_rels/.rels", XlsxParts.Relations);
        Part("xl/styles.xml", XlsxParts.Styles);
        OpenSheet();
    }

    public override void Write(ResultChunk chunk, int rowCount)
    {
        for (var row = 0; row < rowCount; row++)
        {
            if (_row == RowsOfSheet)
            {
                CloseSheet();
                OpenSheet();
            }
            _row++;
            _sheet!.Write("<row>");
            for (var column = 0; column < chunk.ColumnCount; column++)
            {
                Cell(chunk[column], row);
            }
            _sheet.Write("</row>");
        }
        _sheet!.Flush();
    }

    public override void End(long rowCount, bool isCut)
    {
        CloseSheet();
        Part("xl/workbook.xml", XlsxParts.Workbook(title, _sheets));
        Part("xl/_rels/workbook.xml.rels", XlsxParts.WorkbookRelations(_sheets));
        Part("[Content_Types].xml", XlsxParts.ContentTypes(_sheets));
        _archive.Dispose();
    }

    private void OpenSheet()
    {
        _sheets++;
        _sheet = Writer(string.Create(CultureInfo.InvariantCulture, $"xl/worksheets/sheet{_sheets}.xml"));
        _sheet.Write(XlsxParts.SheetStart(_columns.Select(column => column.Name.Length)));
        _sheet.Write("<row>");
        foreach (var column in _columns)
        {
            Text(column.Name, XlsxParts.HeadStyle);
        }
        _sheet.Write("</row>");
        _row = 1;
    }

    private void CloseSheet()
    {
        _sheet!.Write("</sheetData></worksheet>");
        _sheet.Dispose();
    }

    private void Cell(ColumnVector vector, int row)
    {
        if (vector.IsNull(row))
        {
            _sheet!.Write("<c/>");
            return;
        }
        switch (vector.Type.Id)
        {
            case DuckTypeId.Boolean:
                _sheet!.Write(vector.Values<bool>()[row] ? "<c t=\"b\"><v>1</v></c>" : "<c t=\"b\"><v>0</v></c>");
                break;
            case DuckTypeId.Date or DuckTypeId.Timestamp or DuckTypeId.TimestampTz or DuckTypeId.TimestampS or DuckTypeId.TimestampMs or DuckTypeId.TimestampNs:
                Moment(vector, row);
                break;
            default:
                var text = vector.Text(row);
                // A spreadsheet keeps 15 digits of a number: longer ones stay whole as text.
                if (vector.Type.IsNumber && text.Count(char.IsAsciiDigit) <= 15 && !text.Contains('n', StringComparison.OrdinalIgnoreCase))
                {
                    _sheet!.Write("<c><v>");
                    _sheet.Write(text);
                    _sheet.Write("</v></c>");
                }
                else
                {
                    Text(text, Formulas.IsFormula(text) ? XlsxParts.QuotedStyle : 0);
                }
                break;
        }
    }

    private void Moment(ColumnVector vector, int row)
    {
        var moment = vector.Value(row) switch
        {
            DateOnly date => date.ToDateTime(default),
            DateTime time => time,
            DateTimeOffset instant => instant.UtcDateTime,
            _ => default,
        };
        if (moment < new DateTime(1900, 3, 1, 0, 0, 0, DateTimeKind.Unspecified))
        {
            Text(vector.Text(row), 0); // before the calendar of spreadsheets
            return;
        }
        var style = vector.Type.Id == DuckTypeId.Date ? XlsxParts.DateStyle : XlsxParts.TimeStyle;
        _sheet!.Write(string.Create(CultureInfo.InvariantCulture, $"<c s=\"{style}\"><v>{moment.ToOADate()}</v></c>"));
    }

    private void Text(string text, int style)
    {
        _sheet!.Write(style == 0 ? "<c t=\"inlineStr\"><is><t xml:space=\"preserve\">" : string.Create(CultureInfo.InvariantCulture, $"<c t=\"inlineStr\" s=\"{style}\"><is><t xml:space=\"preserve\">"));
        XlsxParts.Escape(_sheet, text.Length > MostCharacters ? text[..(MostCharacters - 1)] + "…" : text);
        _sheet.Write("</t></is></c>");
    }

    private void Part(string name, string xml)
    {
        using var writer = Writer(name);
        writer.Write(xml);
    }

    private StreamWriter Writer(string name) => new(_archive.CreateEntry(name, CompressionLevel.Fastest).Open(), new UTF8Encoding(false), 32 << 10);
}
