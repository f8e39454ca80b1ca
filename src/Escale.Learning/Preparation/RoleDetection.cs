using System.Globalization;
using Escale.Learning.Frames;

namespace Escale.Learning.Preparation;

/// <summary>Finds the role of a column by its values.</summary>
internal static class RoleDetection
{
    private const int MinRowsOfKey = 20;
    private const double MomentShare = 0.99;
    private const double KeyShare = 0.98;

    /// <summary>So many values would have met by chance, had they been measured; none did.</summary>
    private const double MinExpectedMeetings = 10;

    public static (ColumnRole Role, string Reason) Of(Column column)
    {
        var present = column.RowCount - column.MissingCount;
        if (present == 0)
        {
            return (ColumnRole.Constant, "it is empty");
        }
        return column switch
        {
            NumberColumn numbers => OfNumbers(numbers, present),
            TimestampColumn moments => IsConstant(moments, moments.Moment)
                ? (ColumnRole.Constant, "it has one value only") : (ColumnRole.Timestamp, "it holds moments"),
            _ => OfTexts(column, present),
        };
    }

    private static (ColumnRole Role, string Reason) OfNumbers(NumberColumn column, int present)
    {
        if (IsConstant(column, row => column.Number(row)))
        {
            return (ColumnRole.Constant, "it has one value only");
        }
        return column.Kind != ColumnKind.Boolean && present >= MinRowsOfKey && IsKey(column, present)
            ? (ColumnRole.Identifier, "its whole numbers are all different and close together")
            : (ColumnRole.Number, "it holds numbers");
    }

    private static bool IsConstant<T>(Column column, Func<int, T> valueOf)
    {
        if (column.MissingCount > 0)
        {
            return false;
        }
        var first = valueOf(0);
        for (var row = 1; row < column.RowCount; row++)
        {
            if (!EqualityComparer<T>.Default.Equals(first, valueOf(row)))
            {
                return false;
            }
        }
        return true;
    }

    private static bool IsKey(NumberColumn column, int present)
    {
        var (seen, least, most) = (new HashSet<double>(), double.PositiveInfinity, double.NegativeInfinity);
        for (var row = 0; row < column.RowCount; row++)
        {
            var number = column.Number(row);
            if (double.IsNaN(number))
            {
                continue;
            }
            if (!double.IsInteger(number) || !seen.Add(number))
            {
                return false;
            }
            (least, most) = (Math.Min(least, number), Math.Max(most, number));
        }
        var looksNamed = LooksLikeKey(column.Name);
        var isHash = most - least > 1L << 52;
        var areYears = present < 200 && least >= 1800 && most <= 2200;
        return looksNamed || isHash || (!areYears && (double)present * (present - 1) / (2 * (most - least + 1)) >= MinExpectedMeetings);
    }

    private static bool LooksLikeKey(string name)
    {
        var end = name.EndsWith("Id", StringComparison.Ordinal) || name.EndsWith("ID", StringComparison.Ordinal);
        var lower = name.ToLowerInvariant();
        return end || lower is "id" or "key" or "index" or "uuid" or "guid" or "rowid" or "row_number"
            || lower.EndsWith("_id", StringComparison.Ordinal) || lower.EndsWith(".id", StringComparison.Ordinal) || lower.EndsWith(" id", StringComparison.Ordinal);
    }

    private static (ColumnRole Role, string Reason) OfTexts(Column column, int present)
    {
        var profile = TextProfile.Of(column);
        if (profile.DistinctCount == 1 && column.MissingCount == 0)
        {
            return (ColumnRole.Constant, "it has one value only");
        }
        if (profile.MomentCount >= MomentShare * present)
        {
            return (ColumnRole.Timestamp, "its texts are dates");
        }
        if (column.Kind == ColumnKind.Text && profile.NumberCount == present)
        {
            return (ColumnRole.Number, "its texts are numbers");
        }
        var (distinctShare, words) = ((double)profile.DistinctCount / present, (double)profile.WordCount / present);
        if (present >= MinRowsOfKey && distinctShare >= KeyShare)
        {
            return words >= 1.5 ? (ColumnRole.Text, "its texts have several words and hardly any comes twice") : (ColumnRole.Identifier, "hardly any of its texts comes twice");
        }
        var isText = (words >= 3 && distinctShare >= 0.2 && profile.DistinctCount > MinRowsOfKey) || (words >= 8 && profile.DistinctCount > 100);
        return isText
            ? (ColumnRole.Text, string.Create(CultureInfo.InvariantCulture, $"its texts have {words:0.#} words on average"))
            : (ColumnRole.Category, string.Create(CultureInfo.InvariantCulture, $"it has {profile.DistinctCount} different values"));
    }

    /// <summary>What the texts of a column are like; counts are of rows, but for the distinct.</summary>
    private sealed record TextProfile(int DistinctCount, long WordCount, int MomentCount, int NumberCount)
    {
        public static TextProfile Of(Column column)
        {
            var rowsOf = RowsOf(column);
            var (words, moments, numbers) = (0L, 0, 0);
            foreach (var (text, rows) in rowsOf)
            {
                words += (long)rows * Words(text);
                moments += CellText.IsMoment(text, out _) ? rows : 0;
                numbers += CellText.IsNumber(text, out _) ? rows : 0;
            }
            return new TextProfile(rowsOf.Count, words, moments, numbers);
        }

        private static List<KeyValuePair<string, int>> RowsOf(Column column)
        {
            if (column is CategoryColumn categories)
            {
                var (codes, counts) = (new int[column.RowCount], new int[categories.Levels.Count]);
                categories.CopyTo(codes);
                foreach (var code in codes)
                {
                    if (code >= 0)
                    {
                        counts[code]++;
                    }
                }
                return [.. categories.Levels.Select((level, at) => KeyValuePair.Create(level, counts[at])).Where(level => level.Value > 0)];
            }
            var rowsOf = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var row = 0; row < column.RowCount; row++)
            {
                if (column.TextAt(row) is { } text)
                {
                    rowsOf[text] = rowsOf.GetValueOrDefault(text) + 1;
                }
            }
            return [.. rowsOf];
        }

        private static int Words(string text)
        {
            var (words, wasSpace) = (0, true);
            foreach (var character in text)
            {
                var isSpace = char.IsWhiteSpace(character);
                words += wasSpace && !isSpace ? 1 : 0;
                wasSpace = isSpace;
            }
            return words;
        }
    }
}
