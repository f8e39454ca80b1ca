using System.Globalization;
using System.Text;

namespace Escale.Explore.Tables.Exports;

/// <summary>The parts of a workbook around its rows.</summary>
internal static class XlsxParts
{
    public const int HeadStyle = 1;
    public const int DateStyle = 2;
    public const int TimeStyle = 3;
    public const int QuotedStyle = 4;

    private const string Head = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>""";
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string PackageRelationships = "http://schemas.openxmlformats.org/package/2006/relationships";
    private const string Kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml.";

    public const string Relations = $"""{Head}<Relationships xmlns="{PackageRelationships}"><Relationship Id="rId1" Type="{Relationships}/officeDocument" Target="xl/workbook.xml"/></Relationships>""";

    public const string Styles = $"""
        {Head}<styleSheet xmlns="{Main}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf/><xf fontId="1" applyFont="1" quotePrefix="1"/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/><xf quotePrefix="1"/></cellXfs></styleSheet>
        """;

    public static string Workbook(string title, int sheets) =>
        $"""{Head}<workbook xmlns="{Main}" xmlns:r="{Relationships}"><sheets>{Each(sheets, number => $"<sheet name=\"{SheetName(title, number)}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>")}</sheets></workbook>""";

    public static string WorkbookRelations(int sheets) =>
        $"""{Head}<Relationships xmlns="{PackageRelationships}">{Each(sheets, number => $"<Relationship Id=\"rId{number}\" Type=\"{Relationships}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>")}<Relationship Id="styles" Type="{Relationships}/styles" Target="styles.xml"/></Relationships>""";

    public static string ContentTypes(int sheets) =>
        $"""{Head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{Kinds}sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{Kinds}styles+xml"/>{Each(sheets, number => $"<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"{Kinds}worksheet+xml\"/>")}</Types>""";

    public static string SheetStart(IEnumerable<int> widths)
    {
        var columns = string.Concat(widths.Select((width, at) => string.Create(CultureInfo.InvariantCulture, $"<col min=\"{at + 1}\" max=\"{at + 1}\" width=\"{Math.Clamp(width + 4, 12, 40)}\" customWidth=\"1\"/>")));
        return $"""{Head}<worksheet xmlns="{Main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>{(columns.Length > 0 ? $"<cols>{columns}</cols>" : "")}<sheetData>""";
    }

    /// <summary>Text for XML 1.0; characters that it cannot hold as <c>_xHHHH_</c>, as spreadsheets write them.</summary>
    public static void Escape(TextWriter writer, string text)
    {
        foreach (var letter in text)
        {
            switch (letter)
            {
                case '&': writer.Write("&amp;"); break;
                case '<': writer.Write("&lt;"); break;
                case '>': writer.Write("&gt;"); break;
                case '\r': writer.Write("_x000D_"); break;
                case < ' ' and not ('\t' or '\n'): case '\uFFFE' or '\uFFFF': writer.Write(string.Create(CultureInfo.InvariantCulture, $"_x{(int)letter:X4}_")); break;
                default: writer.Write(letter); break;
            }
        }
    }

    private static string SheetName(string title, int number)
    {
        var name = number == 1 ? title : string.Create(CultureInfo.InvariantCulture, $"{title[..Math.Min(title.Length, 25)]} ({number})");
        return new StringBuilder(name.Length > 31 ? name[..31] : name).Replace("&", "").Replace("<", "").Replace("\"", "").ToString();
    }

    private static string Each(int count, Func<int, string> part) => string.Concat(Enumerable.Range(1, count).Select(part));
}
