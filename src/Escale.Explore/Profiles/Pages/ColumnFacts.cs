using Escale.Ui;

namespace Escale.Explore.Profiles.Pages;

/// <summary>The facts on a column, as they are shown when it is opened.</summary>
internal static class ColumnFacts
{
    private static readonly string[] _names = ["identifier", "year", "postcode", "phone", "national_id"];

    /// <summary>The facts with their labels.</summary>
    public static IEnumerable<(Text Label, string Value)> Of(ColumnProfile column, TableProfile profile, Reader to)
    {
        yield return (Words.MissingLabel, column.Missing == 0 ? to[Words.None] : $"{to.Number(column.Missing)} ({to.Percent(column.MissingShare)})");
        if (column.Distinct is { } distinct)
        {
            yield return (Words.Different, (profile.Basis.Distinct == "estimate" ? "≈ " : "") + to.Number(distinct) + (column.IsUnique ? $" ({to[Words.Unique]})" : ""));
        }
        if (column.Meaning.Share < 1)
        {
            yield return (Words.MeaningOf(column.Meaning.Name), to[Words.Fits, to.Percent(column.Meaning.Share)]);
        }
        if (column.Min is { } least && column.Max is { } most && column.Kind != "text")
        {
            yield return (Words.Least, least);
            yield return (Words.Most, most);
        }
        foreach (var fact in Numbers(column, to).Concat(Texts(column, to)))
        {
            yield return fact;
        }
        if (column.Order is { } order)
        {
            yield return (Words.Order, to[order switch { "ascending" => Words.Ascending, "descending" => Words.Descending, _ => Words.Constant }]);
        }
        if (column.Times is { Step: { } step and > 0 })
        {
            yield return (Words.UsualStep, step >= 86_400 ? to.Count(Words.DayCount, (long)Math.Round(step / 86_400)) : to.Duration(TimeSpan.FromSeconds(step)));
        }
    }

    private static IEnumerable<(Text Label, string Value)> Numbers(ColumnProfile column, Reader to)
    {
        if (column.Numbers is not { } numbers || _names.Contains(column.Meaning.Name))
        {
            yield break;
        }
        yield return (Words.Mean, to.Number(numbers.Mean, 3));
        yield return (Words.Deviation, to.Number(numbers.Deviation, 3));
        if (numbers.Quantiles.Count == 7)
        {
            yield return (Words.Median, to.Number(numbers.Quantiles[3], 3));
            yield return (Words.Half, $"{to.Number(numbers.Quantiles[2], 2)} – {to.Number(numbers.Quantiles[4], 2)}");
            yield return (Words.Ninety, $"{to.Number(numbers.Quantiles[1], 2)} – {to.Number(numbers.Quantiles[5], 2)}");
        }
        if (numbers.Skew is { } skew)
        {
            yield return (Words.Skew, to.Number(skew, 2));
        }
        if (numbers.Zeros > 0)
        {
            yield return (Words.Zeros, to.Number(numbers.Zeros));
        }
        if (numbers.Negatives > 0)
        {
            yield return (Words.Negatives, to.Number(numbers.Negatives));
        }
        if (numbers.Outliers is { Count: > 0 } far)
        {
            yield return (Words.Outliers, to.Number(far.Count));
        }
    }

    private static IEnumerable<(Text Label, string Value)> Texts(ColumnProfile column, Reader to)
    {
        if (column.Texts is { Longest: > 0 } texts)
        {
            yield return (Words.Lengths, to[Words.LengthsOf, to.Number(texts.Shortest), to.Number(texts.Longest), to.Number(texts.MeanLength, 1)]);
        }
    }
}
