using System.Text;

namespace Escale.Collect.Sniffing;

/// <summary>A dialect with what speaks for it.</summary>
/// <param name="Dialect">The dialect.</param>
/// <param name="Agreement">The share of records with the same number of fields.</param>
/// <param name="Score">What it was chosen by.</param>
/// <param name="RunnerUp">The score of the next best.</param>
internal sealed record DialectFinding(TextDialect Dialect, double Agreement, double Score, double RunnerUp)
{
    /// <summary>0 to 1.</summary>
    public double Confidence => Score <= 0 ? 0.5 : Math.Clamp(0.5 + 0.5 * (Score - RunnerUp) / Score, 0.5, 1) * Math.Clamp(0.5 + Agreement / 2, 0, 1);
}

/// <summary>
/// Finds the delimiter and the quote by trying: with the right ones most records have the same number of fields, and the fields look like values
/// (numbers, dates, words) and not like pieces of them.
/// </summary>
internal static class DialectSniffer
{
    private const int MostRecords = 400;

    // Colons and blanks stand in times, addresses and prose far more often than between fields.
    private const double Unusual = 0.6;

    /// <summary>What can stand between fields, the usual ones first.</summary>
    public static readonly string[] Delimiters = [",", ";", "\t", "|", ", ", "; ", "||", "::", ":", "^", "~", "\u001F", "\u0001", " "];

    public static DialectFinding Sniff(string sample, char lineBreak, string? given = null)
    {
        var best = new DialectFinding(new TextDialect(given ?? ",", '"', '"'), 1, 0, 0);
        double runnerUp = 0;
        foreach (var quote in Quotes(sample))
        {
            foreach (var delimiter in given is { } only ? [only] : Delimiters)
            {
                if (!sample.Contains(delimiter, StringComparison.Ordinal))
                {
                    continue;
                }
                var dialect = new TextDialect(delimiter, quote, quote);
                var (score, agreement) = Score(Records(sample, dialect, lineBreak));
                // What is more special must only be as good.
                var bonus = delimiter.Length > 1 ? 1.02 : delimiter is ":" or " " ? Unusual : 1;
                if (score * bonus > best.Score + 1e-9)
                {
                    runnerUp = best.Score;
                    best = new DialectFinding(dialect, agreement, score * bonus, 0);
                }
                else if (delimiter.Trim() != best.Dialect.Delimiter.Trim())
                {
                    runnerUp = Math.Max(runnerUp, score * bonus);
                }
            }
        }
        return best with { RunnerUp = runnerUp, Dialect = WithEscape(best.Dialect, sample, lineBreak) };
    }

    private static IEnumerable<char> Quotes(string sample)
    {
        var (doubles, singles) = (Around(sample, '"'), Around(sample, '\''));
        return singles > 2 * doubles && singles > 3 ? ['\'', '"'] : ['"'];
    }

    /// <summary>How often a quote stands beside something that can be a delimiter, or at the border of a line.</summary>
    private static int Around(string sample, char quote)
    {
        var count = 0;
        for (var at = sample.IndexOf(quote, StringComparison.Ordinal); at >= 0; at = sample.IndexOf(quote, at + 1))
        {
            var (before, after) = (at == 0 ? '\n' : sample[at - 1], at + 1 == sample.Length ? '\n' : sample[at + 1]);
            count += IsBorder(before) != IsBorder(after) ? 1 : 0;
        }
        return count;
    }

    private static bool IsBorder(char letter) => letter is ',' or ';' or '\t' or '|' or '\n' or '\r' or '^' or '~';

    private static TextDialect WithEscape(TextDialect dialect, string sample, char lineBreak)
    {
        if (!sample.Contains("\\" + dialect.Quote, StringComparison.Ordinal))
        {
            return dialect;
        }
        int Whole(TextDialect candidate) => Lines(sample, lineBreak).Count(line => line.Contains("\\" + dialect.Quote, StringComparison.Ordinal) && LooseSplit.Split(line, candidate, QuoteSense.Strict, []) == SplitState.Whole);
        var slashed = dialect with { Escape = '\\' };
        return Whole(slashed) > Whole(dialect) ? slashed : dialect;
    }

    private static IEnumerable<string> Lines(string sample, char lineBreak) => sample.Split(lineBreak).Take(MostRecords).Select(line => line.TrimEnd('\r'));

    /// <summary>The records of a sample, those over several lines put together; the last, which the sample's end may cut, is left out.</summary>
    public static List<string[]> Records(string sample, TextDialect dialect, char lineBreak)
    {
        using var lines = new LineReader(new MemoryStream(Encoding.UTF8.GetBytes(sample)), Encoding.UTF8, lineBreak);
        var reader = new RecordReader(lines, dialect);
        var records = new List<string[]>();
        while (records.Count < MostRecords && reader.Read() is { } record)
        {
            if (!record.IsBlank)
            {
                records.Add(record.Fields);
            }
        }
        return records;
    }

    private static (double Score, double Agreement) Score(List<string[]> records)
    {
        if (records.Count == 0)
        {
            return (0, 0);
        }
        var count = FieldCount(records);
        var agreement = records.Count(record => record.Length == count) / (double)records.Count;
        if (agreement < 0.6)
        {
            agreement = Math.Max(Neighbours(records), count == records[0].Length ? 0.8 * records.Count(record => record.Length >= count) / records.Count : 0);
        }
        if (count < 2)
        {
            return (0, agreement);
        }
        double looks = 0;
        long cells = 0;
        foreach (var cell in records.SelectMany(record => record))
        {
            looks += Look(cell);
            cells++;
        }
        return (agreement * agreement * (looks / cells) * (1 - 1.0 / (count + 1)), agreement);
    }

    /// <summary>
    /// The number of columns: that of most records. Where two tables follow each other it is that of the first; where records differ much and none has
    /// fewer fields than the first, that of the first, which is then a header over texts that hold the delimiter.
    /// </summary>
    public static int FieldCount(List<string[]> records)
    {
        var usual = records.GroupBy(record => record.Length).MaxBy(group => (group.Count(), group.Key))!;
        if (usual.Count() >= 0.75 * records.Count)
        {
            return usual.Key;
        }
        if (Neighbours(records) >= 0.9)
        {
            return records.Zip(records.Skip(1)).First(pair => pair.First.Length == pair.Second.Length && (pair.First.Length > 1 || usual.Key == 1)).First.Length;
        }
        var first = records[0].Length;
        var isLoose = first > 2 && usual.Count() < 0.6 * records.Count && records.Count(record => record.Length >= first) >= 0.95 * records.Count;
        return isLoose ? first : usual.Key;
    }

    /// <summary>The share of records that have as many fields, and more than one, as the one before.</summary>
    private static double Neighbours(List<string[]> records) =>
        records.Count < 3 ? 0 : records.Zip(records.Skip(1)).Count(pair => pair.First.Length == pair.Second.Length && pair.First.Length > 1) / (records.Count - 1.0);

    /// <summary>How much a text looks like one value, 0 to 1.</summary>
    private static double Look(string cell)
    {
        var text = cell.Trim();
        if (text.Length == 0)
        {
            return 0.4;
        }
        if (text.Contains('"', StringComparison.Ordinal) && (text[0] == '"') != (text[^1] == '"'))
        {
            return 0.05;
        }
        if (text.Length > 24 || ColumnShape.Of(text) is not { } shape)
        {
            return text.Contains("://", StringComparison.Ordinal) && !text.Contains(' ', StringComparison.Ordinal) ? 1 : 0.55;
        }
        if (shape.Contains('9', StringComparison.Ordinal))
        {
            // Half a number or date is one as well: what is cut at its separators shows in the number of fields.
            return shape.Contains(' ', StringComparison.Ordinal) && shape.Contains('a', StringComparison.Ordinal) ? 0.6 : 1;
        }
        return shape is "a" ? 0.9 : shape.Contains(' ', StringComparison.Ordinal) ? 0.7 : char.IsPunctuation(shape[^1]) && shape.Length > 1 ? 0.4 : 0.7;
    }
}
