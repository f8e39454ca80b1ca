using System.Buffers;
using System.Text;

namespace Escale.Collect.Conversion;

/// <summary>Writes CSV by the rules of RFC 4180, in UTF-8.</summary>
internal sealed class CsvFile : IDisposable
{
    private static readonly SearchValues<char> _special = SearchValues.Create(",\"\r\n");
    private readonly StreamWriter _writer;

    public CsvFile(Stream target) => _writer = new StreamWriter(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16) { NewLine = "\r\n" };

    public void Write(IReadOnlyList<string> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (i > 0)
            {
                _writer.Write(',');
            }
            var field = fields[i];
            // A record of one empty field would be an empty line, which is none.
            var isQuoted = field.AsSpan().ContainsAny(_special) || (field.Length > 0 && (field[0] == ' ' || field[^1] == ' ')) || (fields.Count == 1 && field.Length == 0);
            if (!isQuoted)
            {
                _writer.Write(field);
                continue;
            }
            _writer.Write('"');
            _writer.Write(field.Replace("\"", "\"\"", StringComparison.Ordinal));
            _writer.Write('"');
        }
        _writer.WriteLine();
    }

    public void Dispose() => _writer.Dispose();
}
