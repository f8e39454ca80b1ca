using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Escale.Collect.Files;

namespace Escale.Collect.Loading;

/// <summary>
/// Reads every field of a delimited file that is to be read as a number, date or boolean, and finds those that the engine would accept but
/// bend: it rounds <c>1.7</c> to a BIGINT, drops leading zeros, and reads <c>12e4</c> as 120000. Runs beside the copy and shares the cores with
/// it, so it must be cheap: 32 bytes at a time are compared with what can end a field, and a field of digits is judged with one comparison.
/// </summary>
internal sealed class CsvScan
{
    private const int BlockBytes = 1 << 18;
    private const int MaxRecordBytes = 16 << 20;

    // Vectors are loaded wherever a field begins, so something must stand behind the last one.
    private const int SlackBytes = 64;

    private readonly CsvValues _values;
    private readonly int _columnCount;
    private readonly int _maxBroken;
    private readonly byte _delimiter;
    private readonly byte _quote;
    private readonly byte _escape;
    private readonly List<(int Column, int Start, int Length)> _pending = [];
    private byte[] _buffer = new byte[BlockBytes + SlackBytes];
    private int _skip;
    private int _broken;
    private bool _header;

    private CsvScan(CsvDialect dialect, CsvValues values, int columnCount, int maxBroken)
    {
        (_values, _columnCount, _maxBroken, _skip, _header) = (values, columnCount, maxBroken, dialect.SkipRows, dialect.HasHeader);
        _delimiter = (byte)dialect.Delimiter;
        // Without a quote the delimiter is compared twice.
        _quote = (byte)(dialect.Quote ?? dialect.Delimiter);
        _escape = (byte)(dialect.Escape ?? dialect.Quote ?? dialect.Delimiter);
    }

    /// <summary>The columns (by index) whose texts do not all fit, with the type that does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dialect">How it is written.</param>
    /// <param name="types">The type that each column is to be read as.</param>
    /// <param name="cancellationToken">Stops the scan.</param>
    /// <param name="maxBroken">How many records may have too few or too many fields.</param>
    /// <exception cref="TooManyBroken">There are more.</exception>
    public static IReadOnlyDictionary<int, string> Run(string path, CsvDialect dialect, IReadOnlyList<string> types, CancellationToken cancellationToken, int maxBroken = int.MaxValue)
    {
        var values = new CsvValues(dialect, types);
        if (values.LastChecked < 0)
        {
            return values.Doubts;
        }
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.SequentialScan);
        if (dialect.Comment is not null || !new CsvScan(dialect, values, types.Count, maxBroken).Blocks(file, cancellationToken))
        {
            file.Position = 0;
            Carefully(file, dialect, values, types.Count, cancellationToken);
        }
        return values.Doubts;
    }

    /// <summary>Record by record: for files with comments, with lines that end in CR alone, or with records of many megabytes.</summary>
    private static void Carefully(FileStream file, CsvDialect dialect, CsvValues values, int columnCount, CancellationToken cancellationToken)
    {
        var header = dialect.HasHeader;
        long count = 0;
        foreach (var (span, bytes) in CsvRecords.Read(file, dialect.Quote))
        {
            if ((++count & 0xFFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
            if (span.Line <= dialect.SkipRows || bytes.Length == 0 || (dialect.Comment is { } mark && bytes.Span[0] == mark))
            {
                continue;
            }
            if (header)
            {
                header = false;
                continue;
            }
            var fields = CsvRecords.Fields(bytes.Span, dialect.Delimiter, dialect.Quote, dialect.Escape);
            for (var i = 0; i <= values.LastChecked && fields.Count == columnCount; i++)
            {
                values.Check(i, System.Text.Encoding.UTF8.GetBytes(fields[i]));
            }
        }
    }

    /// <summary>Block by block; false when a record or its line break is not of the usual kind.</summary>
    private bool Blocks(FileStream file, CancellationToken cancellationToken)
    {
        var filled = 0;
        for (var isFirst = true; ; isFirst = false)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (filled == _buffer.Length - SlackBytes)
            {
                if (filled >= MaxRecordBytes)
                {
                    return false;
                }
                Array.Resize(ref _buffer, filled * 2 + SlackBytes);
            }
            var got = file.Read(_buffer, filled, _buffer.Length - SlackBytes - filled);
            filled += got;
            var block = _buffer.AsSpan(0, filled);
            if (isFirst && block.Contains((byte)'\r') && !block.Contains((byte)'\n'))
            {
                return false;
            }
            if (got == 0)
            {
                _buffer[filled] = (byte)'\n';
                return Scan(filled + 1) == filled + 1;
            }
            var taken = Scan(filled);
            _buffer.AsSpan(taken, filled - taken).CopyTo(_buffer);
            filled -= taken;
        }
    }

    /// <summary>Checks the whole records in the buffer; returns where the first that is not whole begins.</summary>
    private int Scan(int end)
    {
        var at = SkipLines(end);
        if (_skip > 0)
        {
            return at;
        }
        var (record, field, column, close, isBroken) = (at, at, 0, -1, false);
        ref var start = ref MemoryMarshal.GetArrayDataReference(_buffer);
        var (delimiters, quotes, breaks) = (Vector256.Create(_delimiter), Vector256.Create(_quote), Vector256.Create((byte)'\n'));
        _pending.Clear();
        while (at < end)
        {
            var bytes = Vector256.LoadUnsafe(ref start, (nuint)at);
            var marks = (Vector256.Equals(bytes, delimiters) | Vector256.Equals(bytes, quotes) | Vector256.Equals(bytes, breaks)).ExtractMostSignificantBits();
            var next = at + Vector256<byte>.Count;
            for (; marks != 0; marks &= marks - 1)
            {
                var here = at + BitOperations.TrailingZeroCount(marks);
                if (here >= end)
                {
                    return record;
                }
                var mark = Unsafe.Add(ref start, here);
                if (mark == _quote && _quote != _delimiter)
                {
                    if (here != field)
                    {
                        continue;
                    }
                    close = ClosingQuote(here + 1, end);
                    if (close < 0)
                    {
                        return record;
                    }
                    next = close + 1;
                    break;
                }
                isBroken |= !Field(column++, field, here, close);
                (field, close) = (here + 1, -1);
                if (mark == '\n')
                {
                    Record(record, here, isBroken ? 0 : column);
                    (record, column, isBroken) = (field, 0, false);
                }
            }
            at = next;
        }
        return record;
    }

    private int SkipLines(int end)
    {
        var at = 0;
        for (; _skip > 0; _skip--)
        {
            var length = _buffer.AsSpan(at, end - at).IndexOf((byte)'\n');
            if (length < 0)
            {
                break;
            }
            at += length + 1;
        }
        return at;
    }

    /// <summary>Where a quoted field ends, or -1 when that, or whether it does, is not in the buffer.</summary>
    private int ClosingQuote(int at, int end)
    {
        while (true)
        {
            var found = _buffer.AsSpan(at, end - at).IndexOfAny(_quote, _escape);
            at += found;
            if (found < 0 || at + 1 >= end)
            {
                return -1;
            }
            if (_buffer[at] == _escape && (_buffer[at + 1] == _quote || _escape != _quote))
            {
                at += 2;
            }
            else if (_buffer[at] == _quote)
            {
                return at;
            }
        }
    }

    /// <summary>Looks at one field; false when something stands between its closing quote and its end.</summary>
    private bool Field(int column, int start, int end, int close)
    {
        var rest = end;
        if (end > start && _buffer[end] == '\n' && _buffer[end - 1] == '\r')
        {
            rest--;
        }
        if (close >= 0)
        {
            if (close + 1 != rest)
            {
                return false;
            }
            (start, rest) = (start + 1, close);
        }
        if (column <= _values.LastChecked && !_values.Fits(column, ref _buffer[start], rest - start))
        {
            _pending.Add((column, start, rest - start));
        }
        return true;
    }

    /// <summary>A record with too few or too many fields is rejected as a whole: what it holds says nothing of the columns' types.</summary>
    private void Record(int start, int end, int fieldCount)
    {
        if (_header)
        {
            _header = end == start || (end == start + 1 && _buffer[start] == '\r');
        }
        else if (fieldCount == _columnCount)
        {
            foreach (var (column, field, length) in _pending)
            {
                _values.Doubt(column, _buffer.AsSpan(field, length));
            }
        }
        else if (end > start + 1 && ++_broken > _maxBroken)
        {
            throw new TooManyBroken();
        }
        _pending.Clear();
    }
}
