namespace Escale.Collect.Sniffing;

/// <summary>A record as it was read.</summary>
/// <param name="Fields">Its fields.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="LineCount">How many lines it takes.</param>
/// <param name="Text">Its text.</param>
internal sealed record LooseRecord(string[] Fields, long Line, int LineCount, string Text)
{
    /// <summary>What was mended in it, or null.</summary>
    public string? Mended { get; init; }

    /// <summary>Whether even mended it does not look like the others.</summary>
    public bool IsDoubtful { get; init; }

    public bool IsBlank => Text.AsSpan().Trim().IsEmpty;
}

/// <summary>Reads records one after the other; those that are not written as the others are mended if that can be done.</summary>
internal sealed class RecordReader(LineReader lines, TextDialect dialect)
{
    private const int MostLines = 300;
    private const int MostLetters = 1 << 18;
    private const double Doubtful = 2.5;
    private static readonly QuoteSense[] _senses = [QuoteSense.StrayIsText, QuoteSense.OnlyAtEnds, QuoteSense.Border, QuoteSense.Text];
    private readonly Queue<(string Text, string Break)> _ahead = new();
    private readonly List<string> _fields = [];
    private RowAligner? _aligner;
    private int _count;
    private int _usual;
    private long _line = 1;

    /// <summary>From now on records are to have these columns.</summary>
    public void Expect(IReadOnlyList<ColumnShape> columns) => (_aligner, _count) = (new RowAligner(columns, dialect.Delimiter), columns.Count);

    /// <summary>Passes over lines.</summary>
    public void Skip(int count)
    {
        for (var i = 0; i < count && Next() is not null; i++)
        {
            _line++;
        }
    }

    /// <summary>Whether a record that is unlike the others begins a table of its own: those behind it have as many fields as it.</summary>
    public bool IsOtherTable(LooseRecord record)
    {
        const int enough = 3;
        while (_ahead.Count < enough && lines.Read() is { } line)
        {
            _ahead.Enqueue(line);
        }
        LooseSplit.Split(record.Text, dialect, QuoteSense.StrayIsText, _fields);
        var count = _fields.Count;
        return count > 1 && count != _count && _ahead.Count >= 2 && _ahead.Take(enough).All(line => LooseSplit.Split(line.Text, dialect, QuoteSense.StrayIsText, _fields) == SplitState.Whole && _fields.Count == count);
    }

    /// <summary>The next record, or null.</summary>
    public LooseRecord? Read()
    {
        if (Next() is not { } first)
        {
            return null;
        }
        var state = LooseSplit.Split(first.Text, dialect, QuoteSense.Strict, _fields);
        if (state == SplitState.Whole && (_count == 0 || _fields.Count == _count))
        {
            return Take([.. _fields], first.Text, 1, null);
        }
        var (joined, count) = state == SplitState.Open ? Join(first) : (null, 0);
        if (joined is not null && LooseSplit.Split(joined, dialect, QuoteSense.Strict, _fields) == SplitState.Whole && (_count == 0 || _fields.Count == _count))
        {
            return Take([.. _fields], joined, count, null);
        }
        return _aligner is null || first.Text.AsSpan().Trim().IsEmpty ? Plain(first.Text) : Mend(first.Text, joined, count);
    }

    private LooseRecord Plain(string text)
    {
        // Of two ways to take the quotes, the one that agrees with the record before.
        if (LooseSplit.Split(text, dialect, QuoteSense.OnlyAtEnds, _fields) != SplitState.Whole || _fields.Count != _usual)
        {
            LooseSplit.Split(text, dialect, QuoteSense.StrayIsText, _fields);
        }
        return Take([.. _fields], text, 1, null);
    }

    private LooseRecord Mend(string text, string? joined, int count)
    {
        (double Cost, string[] Row, string Text, int Lines, string What)? best = null;
        void Consider(string record, int lineCount, TextDialect written, QuoteSense sense, double penalty, string what)
        {
            LooseSplit.Split(record, written, sense, _fields);
            if (written != dialect && _fields.Count < 2)
            {
                return;
            }
            var aligner = written == dialect ? _aligner! : _aligner!.With(written.Delimiter);
            if (aligner.Align(_fields) is { } aligned && (best is null || aligned.Cost + penalty < best.Value.Cost))
            {
                best = (aligned.Cost + penalty, aligned.Row, record, lineCount, _fields.Count == _count ? what : _fields.Count > _count ? "too many fields" : "too few fields");
            }
        }
        Consider(text, 1, dialect, QuoteSense.Strict, 0.3, "a quote");
        foreach (var sense in _senses)
        {
            Consider(text, 1, dialect, sense, 0.1, "a quote");
        }
        if (joined is not null)
        {
            Consider(joined, count, dialect, QuoteSense.Strict, 0.2, "a quote");
        }
        LooseSplit.Split(text, dialect, QuoteSense.StrayIsText, _fields);
        if (_fields.Count != _count)
        {
            foreach (var other in DialectSniffer.Delimiters.Where(other => other != dialect.Delimiter))
            {
                Consider(text, 1, new TextDialect(other, dialect.Quote, dialect.Escape), QuoteSense.Strict, 0.4, "another delimiter");
            }
        }
        LooseSplit.Split(text, dialect, QuoteSense.Strict, _fields);
        return best is { } found
            ? Take(found.Row, found.Text, found.Lines, found.Row.AsSpan().SequenceEqual(_fields.ToArray()) ? null : found.What) with { IsDoubtful = found.Cost > Doubtful }
            : Take(Cut(text), text, 1, "not like the others") with { IsDoubtful = true };
    }

    /// <summary>Fields as they come; what is too much stays in the last.</summary>
    private string[] Cut(string text)
    {
        LooseSplit.Split(text, dialect, QuoteSense.StrayIsText, _fields);
        var row = new string[_count];
        for (var i = 0; i < _count; i++)
        {
            row[i] = i >= _fields.Count ? "" : i == _count - 1 ? string.Join(dialect.Delimiter, _fields.Skip(i)) : _fields[i];
        }
        return row;
    }

    private LooseRecord Take(string[] fields, string text, int lineCount, string? mended)
    {
        var record = new LooseRecord(fields, _line, lineCount, text) { Mended = mended };
        for (var i = 1; i < lineCount; i++)
        {
            _ahead.Dequeue();
        }
        _line += lineCount;
        _usual = fields.Length;
        return record;
    }

    private (string Text, string Break)? Next() => _ahead.TryDequeue(out var line) ? line : lines.Read();

    /// <summary>The record with the lines that an open quote takes in; null when it closes nowhere near.</summary>
    private (string? Text, int Lines) Join((string Text, string Break) first)
    {
        var text = new System.Text.StringBuilder(first.Text);
        var lineBreak = first.Break;
        // The lines ahead are looked at and stay there.
        var seen = _ahead.ToList();
        for (var i = 0; i < MostLines && text.Length < MostLetters; i++)
        {
            if (i == seen.Count)
            {
                if (lines.Read() is not { } more)
                {
                    return (null, 0);
                }
                _ahead.Enqueue(more);
                seen.Add(more);
            }
            text.Append(lineBreak).Append(seen[i].Text);
            lineBreak = seen[i].Break;
            if (!seen[i].Text.Contains(dialect.Quote!.Value, StringComparison.Ordinal))
            {
                continue;
            }
            var state = LooseSplit.Split(text.ToString(), dialect, QuoteSense.Strict, _fields);
            if (state != SplitState.Open)
            {
                return state == SplitState.Whole ? (text.ToString(), i + 2) : (null, 0);
            }
        }
        return (null, 0);
    }
}
