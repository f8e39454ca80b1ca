using System.Globalization;
using System.Text.RegularExpressions;
using Escale.Collect.Definitions;

namespace Escale.Collect.Sniffing;

/// <summary>
/// Finds out how each column's values are written. What the values themselves do not settle (<c>01/02/2024</c>, <c>1,000</c>) may be settled by the other
/// columns of the file; else both readings are offered and the column stays text.
/// </summary>
internal static partial class ValueSniffer
{
    private const double Most = 0.98;
    private static readonly string[] _nothing = ["NULL", "null", "Null", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "None", "none", "-", "--", "—", "?", "(null)", "\\N", "n.d.", "nd", "ND", "n.c.", "NC", "nc", "."];

    /// <param name="names">The names of the columns.</param>
    /// <param name="rows">Rows of the file.</param>
    public static IReadOnlyList<ColumnReading> Sniff(IReadOnlyList<string> names, IReadOnlyList<string[]> rows)
    {
        var columns = names.Select((name, i) => new Values(name, [.. rows.Select(row => row[i].Trim()).Where(value => value.Length > 0)])).ToList();
        var found = columns.ConvertAll(Read);
        // One convention holds for a file: where one column shows it, the others need not be asked about.
        var marks = found.Where(column => column.Choices.Count == 0 && column.Decimal is not null).Select(column => column.Decimal!.Value).Distinct().ToList();
        var orders = found.Where(column => column.Choices.Count == 0 && column.Format is { } format && NumericDate().IsMatch(format)).Select(column => IsDayFirst(column.Format!)).Distinct().ToList();
        return found.ConvertAll(column => column.Choices.Count < 2 ? column : (marks, orders, column.Choices[0].Format) switch
        {
            ([var mark], _, null) when column.Choices.FirstOrDefault(choice => choice.Decimal == mark) is { } choice => choice with { Confidence = 0.8 },
            (_, [var dayFirst], not null) when column.Choices.FirstOrDefault(choice => IsDayFirst(choice.Format!) == dayFirst) is { } choice => choice with { Confidence = 0.8 },
            _ => column,
        });
    }

    private static bool IsDayFirst(string format) => format.IndexOf("%d", StringComparison.Ordinal) < format.IndexOf("%m", StringComparison.Ordinal);

    private static ColumnReading Read(Values column)
    {
        var text = new ColumnReading { Name = column.Name, Type = SqlTypes.Text, Examples = column.Examples };
        if (column.All.Count == 0)
        {
            return text;
        }
        var nothing = _nothing.Where(column.All.Contains).ToList();
        var filled = nothing.Count == 0 ? column.All : column.All.FindAll(value => !nothing.Contains(value));
        if (filled.Count == 0)
        {
            return text;
        }
        var reading = Booleans(filled) ?? DateSniffer.Read(filled) ?? NumberSniffer.Read(filled);
        if (reading is null)
        {
            return text;
        }
        ColumnReading Named(ColumnReading one) => one with { Name = column.Name, NullValues = nothing, Examples = column.Examples, Choices = [.. one.Choices.Select(Named)] };
        return Named(reading) is var named && named.Choices.Count > 0 ? named with { Type = SqlTypes.Text, NullValues = [], Format = null, Decimal = null, Thousands = null, Unit = null } : named;
    }

    /// <summary>Words for yes and no. One word alone may stand for something else: NO is Norway.</summary>
    private static ColumnReading? Booleans(List<string> filled)
    {
        var words = filled.Distinct(StringComparer.OrdinalIgnoreCase).Take(9).ToList();
        return words.TrueForAll(word => IsYes(word) || IsNo(word)) && (words.Exists(IsYes) && words.Exists(IsNo) || words is [{ Length: >= 4 }]) ? new ColumnReading { Name = "", Type = SqlTypes.Boolean } : null;
    }

    private static bool IsYes(string word) => word.ToLowerInvariant() is "true" or "yes" or "oui" or "vrai";

    private static bool IsNo(string word) => word.ToLowerInvariant() is "false" or "no" or "non" or "faux";

    /// <summary>Whether so many values agree that the others are faults.</summary>
    internal static bool IsMost(int count, int all) => count >= Most * all;

    [GeneratedRegex("%[dm].*%[dm]", RegexOptions.NonBacktracking)]
    private static partial Regex NumericDate();

    private sealed record Values(string Name, List<string> All)
    {
        public IReadOnlyList<string> Examples => [.. All.Distinct(StringComparer.Ordinal).Take(4)];
    }
}

/// <summary>Dates and moments: the order of day and month, the separators, the time behind.</summary>
internal static class DateSniffer
{
    private static readonly string[] _times = ["", " %H:%M:%S", " %H:%M", "T%H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %Hh%M", " à %Hh%M", " à %H:%M"];
    private static readonly (string DayFirst, string MonthFirst)[] _orders = [.. new[] { "/", "-", ".", " " }.SelectMany(separator => new[] { "%Y", "%y" }.Select(year => ($"%d{separator}%m{separator}{year}", $"%m{separator}%d{separator}{year}")))];
    private static readonly string[] _french = [.. new[] { " ", "-", "/" }.SelectMany(separator => new[] { "%Y", "%y" }.Select(year => $"%d{separator}%B{separator}{year}"))];
    private static readonly string[] _sure = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%y", "%Y%m%d"];

    public static ColumnReading? Read(List<string> values)
    {
        if (!values[0].AsSpan().ContainsAnyInRange('0', '9') || values[0].Length is < 6 or > 40)
        {
            return null;
        }
        foreach (var format in _sure.SelectMany(date => _times.Select(time => date + time)).Where(format => format != "%Y%m%d" || values.TrueForAll(value => value.Length == 8)))
        {
            if (Fits(values, format, out var agreement))
            {
                return Make(format is "%Y-%m-%d" || format.StartsWith("%Y-%m-%d", StringComparison.Ordinal) && format[8..] is " %H:%M:%S" or "T%H:%M:%S" ? null : format, format, agreement);
            }
        }
        return InFrench(values) ?? InNumbers(values);
    }

    private static ColumnReading? InFrench(List<string> values)
    {
        if (Loading.FrenchDates.Plain(values[0]) is null && Loading.FrenchDates.Plain(values[^1]) is null)
        {
            return null;
        }
        var plain = values.ConvertAll(value => Loading.FrenchDates.Plain(value) ?? "");
        foreach (var format in _french.SelectMany(date => _times.Select(time => date + time)))
        {
            if (Fits(plain, Loading.FrenchDates.InNumbers(format), out var agreement))
            {
                return Make(format, format, agreement) with { Language = "fr" };
            }
        }
        return null;
    }

    private static ColumnReading? InNumbers(List<string> values)
    {
        foreach (var (dayFirst, monthFirst) in _orders)
        {
            foreach (var time in _times)
            {
                var (days, months) = (Fits(values, dayFirst + time, out var dayShare), Fits(values, monthFirst + time, out var monthShare));
                if (days && months && Math.Abs(dayShare - monthShare) < 1e-9)
                {
                    return Make(dayFirst + time, dayFirst + time, dayShare) with
                    {
                        Confidence = 0.5, Choices = [Make(dayFirst + time, dayFirst + time, dayShare), Make(monthFirst + time, monthFirst + time, monthShare)],
                    };
                }
                if (days || months)
                {
                    var isDay = days && (!months || dayShare > monthShare);
                    return Make(isDay ? dayFirst + time : monthFirst + time, dayFirst + time, isDay ? dayShare : monthShare);
                }
            }
        }
        return null;
    }

    private static ColumnReading Make(string? format, string whole, double agreement) =>
        new() { Name = "", Type = whole.Contains("%H", StringComparison.Ordinal) || whole.Contains("%I", StringComparison.Ordinal) ? SqlTypes.Timestamp : SqlTypes.Date, Format = format, Agreement = agreement, Confidence = Math.Min(0.99, agreement) };

    private static bool Fits(List<string> values, string format, out double agreement)
    {
        agreement = 0;
        if (!One(values[0], format) && !One(values[^1], format))
        {
            return false;
        }
        var count = values.Count(value => One(value, format));
        agreement = count / (double)values.Count;
        return ValueSniffer.IsMost(count, values.Count);
    }

    private static bool One(string value, string format) => Files.Strptime.Matches(value, format) && DateTime.TryParseExact(value, Net(format), CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment) && moment.Year is > 1000 and < 2200;

    private static string Net(string format)
    {
        var net = new System.Text.StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            net.Append(format[i] != '%' ? (format[i] is '/' or ':' or 'T' or ',' or 'h' ? "\\" + format[i] : format[i].ToString()) : format[++i] switch
            {
                'Y' => "yyyy", 'y' => "yy", 'm' => format.Contains("%Y%m%d", StringComparison.Ordinal) ? "MM" : "M", 'd' => format.Contains("%Y%m%d", StringComparison.Ordinal) ? "dd" : "d", 'b' => "MMM", 'B' => "MMMM", 'H' => "H", 'I' => "h", 'M' => "mm", 'S' => "ss", 'p' => "tt", _ => "FFFFFF",
            });
        }
        return net.ToString();
    }
}

/// <summary>Numbers: the mark before the fraction, the separator of groups, units and signs of currencies.</summary>
internal static partial class NumberSniffer
{
    private const string Blanks = " \u00A0\u202F\u2009";

    private static readonly HashSet<string> _currencies = new(StringComparer.OrdinalIgnoreCase)
    {
        "EUR", "USD", "GBP", "CHF", "CAD", "AUD", "JPY", "CNY", "INR", "BRL", "XOF", "XAF", "FCFA", "CFA", "F CFA", "MAD", "TND", "DZD", "EGP", "NGN", "GHS", "KES", "ZAR", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "TRY", "kr", "zł", "Fr", "Fr.", "Rs", "Rs.",
    };

    private static readonly HashSet<string> _units = new(StringComparer.Ordinal)
    {
        "%", "‰", "°", "°C", "°F", "mm", "cm", "m", "km", "nm", "NM", "in", "ft", "mi", "mm²", "cm²", "m²", "m2", "km²", "km2", "ha", "m³", "m3", "l", "L", "dl", "cl", "ml", "mL", "hl", "mg", "g", "kg", "t", "lb", "lbs", "oz", "ms", "s", "sec", "min", "h", "hr", "hrs",
        "ans", "km/h", "kmh", "m/s", "kn", "kt", "kts", "mph", "W", "kW", "MW", "Wh", "kWh", "MWh", "Hz", "kHz", "MHz", "GHz", "Pa", "hPa", "kPa", "bar", "kB", "KB", "MB", "GB", "TB", "TEU", "EVP", "DWT", "GT", "px",
    };

    public static ColumnReading? Read(List<string> values)
    {
        var unit = Unit(values);
        var bare = values.ConvertAll(value => Strip(value, unit)).FindAll(value => value is not null)!;
        if (!ValueSniffer.IsMost(bare.Count, values.Count))
        {
            return null;
        }
        var (commas, points) = (bare.Exists(value => value!.Contains(',', StringComparison.Ordinal)), bare.Exists(value => value!.Contains('.', StringComparison.Ordinal)));
        var readings = Candidates(commas, points).Select(candidate => Try(bare!, values.Count, candidate.Mark, candidate.Group, unit)).OfType<ColumnReading>().ToList();
        if (readings.Count == 0)
        {
            return null;
        }
        var best = readings.MaxBy(reading => reading.Agreement)!;
        var equals = readings.FindAll(reading => Math.Abs(reading.Agreement - best.Agreement) < 1e-9);
        return equals.Count < 2 ? best : equals[0] with { Confidence = 0.5, Choices = equals };
    }

    private static IEnumerable<(char Mark, string Group)> Candidates(bool commas, bool points)
    {
        if (commas && points)
        {
            return [(',', "."), ('.', ",")];
        }
        return commas ? [(',', ""), ('.', ",")] : points ? [('.', ""), (',', ".")] : [('.', "")];
    }

    /// <summary>The reading with this mark and separator, if the values can be read so.</summary>
    private static ColumnReading? Try(List<string> values, int all, char mark, string group, string? unit)
    {
        int good = 0;
        bool grouped = false, fractions = false, blanks = false, codes = false;
        foreach (var value in values)
        {
            var text = value.TrimStart('-', '+');
            var at = text.IndexOf(mark, StringComparison.Ordinal);
            var (whole, fraction) = at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
            var separator = group.Length > 0 && whole.Contains(group[0], StringComparison.Ordinal) ? group[0] : whole.FirstOrDefault(letter => Blanks.Contains(letter, StringComparison.Ordinal) || letter is '\'' or '_');
            var isWhole = separator == default ? Digits().IsMatch(whole) : IsGrouped(whole, separator);
            if (!isWhole || (at >= 0 && !Digits().IsMatch(fraction)))
            {
                continue;
            }
            good++;
            grouped |= separator != default && group.Contains(separator, StringComparison.Ordinal);
            blanks |= separator != default && !group.Contains(separator, StringComparison.Ordinal);
            fractions |= at >= 0;
            // Leading zeros are of codes, and what is longer than a number can hold is one as well.
            codes |= (whole.Length > 1 && whole[0] == '0') || whole.Length > 18 || value.StartsWith('+');
        }
        if (codes || !ValueSniffer.IsMost(good, all))
        {
            return null;
        }
        var blank = blanks ? values.SelectMany(value => value).First(letter => Blanks.Contains(letter, StringComparison.Ordinal) || letter is '\'' or '_').ToString() : null;
        return new ColumnReading
        {
            Name = "", Type = fractions ? SqlTypes.Number : SqlTypes.Integer, Decimal = fractions && mark == ',' ? ',' : fractions && grouped ? '.' : null,
            Thousands = grouped ? group : blank, Unit = unit, Agreement = good / (double)all, Confidence = Math.Min(0.99, good / (double)all),
        };
    }

    private static bool IsGrouped(string whole, char separator)
    {
        var groups = whole.Split(separator);
        return groups[0].Length is >= 1 and <= 3 && groups.Skip(1).All(group => group.Length == 3) && groups.All(group => Digits().IsMatch(group));
    }

    /// <summary>
    /// What stands before or behind nearly all numbers, the same in each. Before them that is a currency: <c>C85</c> is a code. Behind them it is a known unit, or a word of its own.
    /// </summary>
    private static string? Unit(List<string> values)
    {
        var units = values.Select(value => Parts().Match(value)).Where(match => match.Success).Select(match => (Before: match.Groups[1].Value.Trim('-', ' ', '\u00A0', '\u202F'), match.Groups[3].Value, Match: match)).Where(part => part.Before.Length + part.Value.Trim().Length > 0)
            .GroupBy(part => part.Before + part.Value.Trim()).ToList();
        return units.Count == 1 && units[0].Count() >= 0.5 * values.Count && units[0].Key.Length <= 8 && units[0].All(part => (part.Before.Length == 0 || IsCurrency(part.Before)) && (part.Value.Trim().Length == 0 || IsBehind(part.Match)))
            ? units[0].Key : null;
    }

    private static bool IsCurrency(string text) => text.Any(letter => char.GetUnicodeCategory(letter) == UnicodeCategory.CurrencySymbol) || _currencies.Contains(text);

    // A number may take the blank before its unit for one between groups.
    private static bool IsBehind(Match match) =>
        match.Groups[3].Value.Trim() is var text && (IsCurrency(text) || _units.Contains(text) || char.IsWhiteSpace(match.Groups[3].Value[0]) || char.IsWhiteSpace(match.Groups[2].Value[^1]));

    private static string? Strip(string value, string? unit)
    {
        var match = Parts().Match(value);
        if (!match.Success)
        {
            return null;
        }
        var around = (match.Groups[1].Value.Trim() + match.Groups[3].Value.Trim()).Trim();
        return around.Length == 0 || around == unit ? match.Groups[2].Value.Trim() : around == "-" + unit ? "-" + match.Groups[2].Value.Trim() : null;
    }

    [GeneratedRegex(@"^([^\d+\-.,]{0,8}|-[^\d+\-.,]{1,8})([-+]?\d[\d.,' _\u00A0\u202F\u2009]*)([^\d.,]{0,8})$", RegexOptions.CultureInvariant)]
    private static partial Regex Parts();

    [GeneratedRegex("^[0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Digits();
}
