using System.Text;
using System.Text.Unicode;

namespace Escale.Collect.Sniffing;

/// <summary>The lines of a text file, decoded one by one: a line that is no UTF-8 in a file that is otherwise is read as Windows-1252. Not thread-safe.</summary>
internal sealed class LineReader : IDisposable
{
    private static readonly Encoding _fallback = Files.TextEncodings.Find("windows-1252")!;
    private readonly Stream _file;
    private readonly Encoding _encoding;
    private readonly byte _break;
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _filled;
    private bool _hasEnded;

    /// <param name="file">The file, behind its byte-order mark.</param>
    /// <param name="encoding">An encoding in which the bytes of ASCII are themselves.</param>
    /// <param name="lineBreak">The byte that ends a line: LF, or CR where there is no LF.</param>
    public LineReader(Stream file, Encoding encoding, char lineBreak) => (_file, _encoding, _break) = (file, encoding, (byte)lineBreak);

    /// <summary>Lines read as Windows-1252 although the file is UTF-8.</summary>
    public long MixedLines { get; private set; }

    /// <summary>Zero bytes left out.</summary>
    public long ZeroBytes { get; private set; }

    /// <summary>The next line with its line break (empty at the end of the file), or null.</summary>
    public (string Text, string Break)? Read()
    {
        var scanned = _start;
        while (true)
        {
            var found = Array.IndexOf(_buffer, _break, scanned, _filled - scanned);
            if (found >= 0)
            {
                var end = found > _start && _break == '\n' && _buffer[found - 1] == '\r' ? found - 1 : found;
                var line = (Decode(_buffer.AsSpan(_start, end - _start)), Encoding.ASCII.GetString(_buffer, end, found + 1 - end));
                _start = found + 1;
                return line;
            }
            if (_hasEnded)
            {
                if (_start == _filled)
                {
                    return null;
                }
                var rest = _buffer.AsSpan(_start, _filled - _start);
                _start = _filled;
                return (Decode(rest is [.. var most, (byte)'\r'] ? most : rest), "");
            }
            scanned = _filled - _start;
            Refill();
        }
    }

    public void Dispose() => _file.Dispose();

    private void Refill()
    {
        Buffer.BlockCopy(_buffer, _start, _buffer, 0, _filled - _start);
        (_filled, _start) = (_filled - _start, 0);
        if (_filled == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        var got = _file.Read(_buffer, _filled, _buffer.Length - _filled);
        _filled += got;
        _hasEnded = got == 0;
    }

    private string Decode(ReadOnlySpan<byte> line)
    {
        var isMixed = _encoding is UTF8Encoding && !Utf8.IsValid(line);
        MixedLines += isMixed ? 1 : 0;
        var text = (isMixed ? _fallback : _encoding).GetString(line);
        if (!text.Contains('\0', StringComparison.Ordinal))
        {
            return text;
        }
        ZeroBytes += text.AsSpan().Count('\0');
        return text.Replace("\0", "", StringComparison.Ordinal);
    }
}
