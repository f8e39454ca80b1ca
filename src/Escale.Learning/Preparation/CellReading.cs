using Escale.Learning.Frames;

namespace Escale.Learning.Preparation;

/// <summary>One raw value, in the shape that its role asks for; the other fields are then of no meaning.</summary>
/// <param name="Number">The number; NaN is missing.</param>
/// <param name="Text">The level or the text; null is missing.</param>
/// <param name="Ticks">The moment; <see cref="CellReading.NoMoment"/> is missing.</param>
internal readonly record struct CellValue(double Number, string? Text, long Ticks)
{
    public static readonly CellValue Missing = new(double.NaN, null, CellReading.NoMoment);
}

/// <summary>Reads columns of any kind in the shape that their role asks for.</summary>
internal static class CellReading
{
    public const long NoMoment = long.MinValue;

    /// <summary>Numbers; texts are parsed.</summary>
    /// <exception cref="LearningException">A text is no number (<c>learning.not-a-number</c>).</exception>
    public static double[] Numbers(Column column)
    {
        var numbers = new double[column.RowCount];
        switch (column)
        {
            case NumberColumn same:
                same.CopyTo(numbers);
                break;
            case CategoryColumn categories:
                var ofLevel = categories.Levels.Select(level => IsNumber(level, out var number) ? number : (double?)null).ToArray();
                for (var row = 0; row < numbers.Length; row++)
                {
                    numbers[row] = categories.Level(row) is >= 0 and var level ? ofLevel[level] ?? throw NoNumber(column, row) : double.NaN;
                }
                break;
            default:
                for (var row = 0; row < numbers.Length; row++)
                {
                    numbers[row] = column.TextAt(row) is not { } text ? double.NaN : IsNumber(text, out var number) ? number : throw NoNumber(column, row);
                }
                break;
        }
        return numbers;
    }

    /// <summary>Codes of levels, −1 for missing, −2 for a level that <paramref name="codeOf"/> does not know.</summary>
    public static int[] Codes(Column column, Dictionary<string, int> codeOf)
    {
        var codes = new int[column.RowCount];
        if (column is CategoryColumn categories)
        {
            var ofLevel = categories.Levels.Select(level => codeOf.TryGetValue(level, out var code) ? code : -2).ToArray();
            categories.CopyTo(codes);
            for (var row = 0; row < codes.Length; row++)
            {
                codes[row] = codes[row] < 0 ? -1 : ofLevel[codes[row]];
            }
            return codes;
        }
        for (var row = 0; row < codes.Length; row++)
        {
            codes[row] = column.TextAt(row) is not { } text ? -1 : codeOf.TryGetValue(text, out var code) ? code : -2;
        }
        return codes;
    }

    /// <summary>Moments in ticks; a text that is no date is missing.</summary>
    /// <exception cref="LearningException">The column holds numbers (<c>learning.not-a-moment</c>).</exception>
    public static long[] Moments(Column column)
    {
        var ticks = new long[column.RowCount];
        for (var row = 0; row < ticks.Length; row++)
        {
            ticks[row] = column switch
            {
                TimestampColumn moments => moments.Moment(row)?.Ticks ?? NoMoment,
                NumberColumn => column.IsMissing(row) ? NoMoment : throw NoMomentIn(column.Name),
                _ => column.TextAt(row) is { } text && CellText.IsMoment(text, out var moment) ? moment.Ticks : NoMoment,
            };
        }
        return ticks;
    }

    /// <summary>Whether a text is a number, or true or false, which are 1 and 0.</summary>
    public static bool IsNumber(string text, out double number)
    {
        if (CellText.IsNumber(text, out number))
        {
            return true;
        }
        var isTruth = CellText.IsBoolean(text, out var truth);
        number = truth ? 1 : 0;
        return isTruth;
    }

    public static LearningException NoMomentIn(string column) => new(
        "learning.not-a-moment", $"Column '{column}' was learned from as dates, but holds numbers.", "Give dates, or texts such as 2026-01-31.", column);

    public static LearningException NoNumberIn(string column, string? text, string where) => new(
        "learning.not-a-number", $"Column '{column}' was learned from as numbers, but holds '{text}'{where}.", "Give a number, or leave the value out.", column);

    private static LearningException NoNumber(Column column, int row) => NoNumberIn(column.Name, column.TextAt(row), $" in row {row + 1}");
}
