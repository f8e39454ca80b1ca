using System.Text;
using Escale.Collect.Files;

namespace Escale.Collect.Sniffing;

/// <summary>
/// Writes a text file that the engine cannot read as it is (damaged records, a delimiter of several letters, several rows of header) as one that it can.
/// Each record begins at the line at which it began, so that places of faults stay true.
/// </summary>
internal sealed class TextRewriter : IDisposable
{
    private readonly StreamWriter _writer;
    private readonly TextReading _reading;
    private readonly bool _keepsLines;
    private long _line = 1;

    private TextRewriter(string target, TextReading reading)
    {
        _reading = reading;
        // Of one column an empty line is a row.
        _keepsLines = reading.Layout.Columns.Count > 1;
        _writer = new StreamWriter(new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.Read, 1), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16) { NewLine = "\n" };
    }

    /// <summary>Writes the file and gives how it is to be read now; types are found as for any other.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reading">How it is written.</param>
    /// <param name="target">The new file.</param>
    /// <param name="notes">Told what was met.</param>
    /// <param name="skipFooter">Lines at the end that are no rows; null: they are found out.</param>
    /// <param name="reject">Takes the records that could not be mended; null: they are written as they are best guessed.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public static CsvOptions Write(string path, TextReading reading, string target, ScanNotes notes, int? skipFooter, Action<LooseRecord>? reject, CancellationToken cancellationToken)
    {
        using var rewriter = new TextRewriter(target, reading);
        var skip = rewriter.Header();
        long? last = skipFooter > 0 ? CountLines(path) - skipFooter : null;
        foreach (var row in TableScan.Rows(path, reading, notes, skipFooter))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (row.Line > last)
            {
                break;
            }
            if (row.IsDoubtful && reject is not null)
            {
                reject(row);
                continue;
            }
            rewriter.Row(row);
        }
        return new CsvOptions { Delimiter = ',', Quote = '"', Escape = '"', Header = reading.Layout.HeaderRows > 0, SkipRows = skip };
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>Writes the header on its last line; returns how many lines stand before it.</summary>
    private int Header()
    {
        var layout = _reading.Layout;
        var before = _keepsLines ? layout.SkipRows + Math.Max(0, layout.HeaderRows - 1) : 0;
        for (var i = 0; i < before; i++)
        {
            Line();
        }
        if (layout.HeaderRows > 0)
        {
            Fields(layout.Header);
        }
        return before;
    }

    private void Row(LooseRecord row)
    {
        while (_keepsLines && _line < row.Line)
        {
            Line();
        }
        Fields(row.Fields);
    }

    private void Line()
    {
        _writer.WriteLine();
        _line++;
    }

    private void Fields(IReadOnlyList<string> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            _writer.Write(i == 0 ? "" : ",");
            var field = fields[i];
            if (field.Length == 0)
            {
                continue;
            }
            if (!field.AsSpan().ContainsAny(",\"\r\n"))
            {
                _writer.Write(field);
                continue;
            }
            _writer.Write('"');
            _writer.Write(field.Replace("\"", "\"\"", StringComparison.Ordinal));
            _writer.Write('"');
            _line += field.AsSpan().Count('\n');
        }
        Line();
    }

    private static long CountLines(string path)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[1 << 18];
        long lines = 0;
        var last = (byte)'\n';
        for (var got = file.Read(buffer); got > 0; got = file.Read(buffer))
        {
            lines += buffer.AsSpan(0, got).Count((byte)'\n');
            last = buffer[got - 1];
        }
        return last == '\n' ? lines : lines + 1;
    }
}
