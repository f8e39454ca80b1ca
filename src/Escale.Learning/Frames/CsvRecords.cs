namespace Escale.Learning.Frames;

/// <summary>
/// The records of a delimited text, one after the other (RFC 4180): cells may be quoted, quoted cells may hold separators, line ends and doubled
/// quotes; lines end in LF, CR LF or CR. A cell is only valid until the next record is read.
/// </summary>
internal sealed class CsvRecords(TextReader reader, char separator) : IDisposable
{
    private const char ByteOrderMark = '\uFEFF';

    private readonly char[] _buffer = new char[1 << 16];
    private readonly List<int> _ends = [];
    private char[] _chars = new char[256];
    private int _length;
    private int _at;
    private int _filled;
    private int _line = 1;

    /// <summary>The line on which the current record begins, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Cells of the current record.</summary>
    public int Count => _ends.Count;

    /// <summary>A cell of the current record, its quotes taken off.</summary>
    public ReadOnlySpan<char> this[int cell] => _chars.AsSpan(cell == 0 ? 0 : _ends[cell - 1], _ends[cell] - (cell == 0 ? 0 : _ends[cell - 1]));

    /// <summary>Whether the record is an empty line.</summary>
    public bool IsBlank => Count == 1 && _ends[0] == 0;

    public void Dispose() => reader.Dispose();

    /// <summary>Reads the next record; false at the end.</summary>
    public bool Read()
    {
        (_length, Line) = (0, _line);
        _ends.Clear();
        if (Peek() < 0)
        {
            return false;
        }
        while (true)
        {
            if (Peek() == '"')
            {
                ReadQuoted();
            }
            ReadPlain();
            _ends.Add(_length);
            var next = Peek();
            if (next != separator)
            {
                SkipLineEnd(next);
                return true;
            }
            _at++;
        }
    }

    private void ReadPlain()
    {
        while (Peek() >= 0)
        {
            var rest = _buffer.AsSpan(_at, _filled - _at);
            var end = rest.IndexOfAny(separator, '\n', '\r');
            Append(end < 0 ? rest : rest[..end]);
            _at += end < 0 ? rest.Length : end;
            if (end >= 0)
            {
                return;
            }
        }
    }

    private void ReadQuoted()
    {
        var opened = _line;
        _at++;
        while (true)
        {
            var next = Peek();
            if (next < 0)
            {
                throw new LearningException("learning.csv-quote", $"A quote opened on line {opened} is never closed.", "Close it, or double the quotes inside of a quoted cell.");
            }
            _at++;
            if (next == '"')
            {
                if (Peek() != '"')
                {
                    return;
                }
                _at++;
            }
            _line += next == '\n' ? 1 : 0;
            Append([(char)next]);
        }
    }

    private void SkipLineEnd(int next)
    {
        if (next < 0)
        {
            return;
        }
        _at++;
        if (next == '\r' && Peek() == '\n')
        {
            _at++;
        }
        _line++;
    }

    private void Append(ReadOnlySpan<char> values)
    {
        if (_length + values.Length > _chars.Length)
        {
            Array.Resize(ref _chars, Math.Max(_chars.Length * 2, _length + values.Length));
        }
        values.CopyTo(_chars.AsSpan(_length));
        _length += values.Length;
    }

    private int Peek()
    {
        if (_at == _filled)
        {
            var isFirst = _filled == 0;
            (_at, _filled) = (0, reader.Read(_buffer, 0, _buffer.Length));
            _at = isFirst && _filled > 0 && _buffer[0] == ByteOrderMark ? 1 : 0;
            return _at < _filled ? _buffer[_at] : _at == 0 ? -1 : Peek();
        }
        return _at < _filled ? _buffer[_at] : -1;
    }
}
