using Escale.Explore.Profiles;
using Escale.Learning;

namespace Escale.Explore.Recipes.Suggestions;

/// <summary>
/// What the tree that suggests steps looks at: a row of signs for each column of a profile, and one for the table as a whole. A number that does not apply (the skewness of a
/// text) is missing. The names are those of the columns of <c>labels.csv</c>.
/// </summary>
/// <param name="Kind">What the values are: number, text, time, boolean, nested, bytes; <c>table</c> for the table itself.</param>
/// <param name="Meaning">What they mean, as profiles say it; <c>table</c> for the table itself.</param>
/// <param name="Values">The numbers, in the order of <see cref="Numbers"/>; NaN where one does not apply.</param>
internal sealed record Signs(string Kind, string Meaning, IReadOnlyList<double> Values)
{
    /// <summary>The signs that are words.</summary>
    public static readonly string[] Words = ["kind", "meaning"];

    /// <summary>The signs that are numbers.</summary>
    public static readonly string[] Numbers =
    [
        "fit", "missing", "values", "distinct", "top", "padded", "blank", "null_words", "certain", "control", "garbled", "alike", "unclear", "as_number", "as_date", "as_boolean", "skew", "off_middle", "far", "unusable",
        "negative", "length", "personal", "same", "related", "repeated", "near", "odd_names",
    ];

    private static readonly string[] _kinds = ["number", "text", "time", "boolean", "nested", "bytes", "table"];

    private static readonly string[] _meanings =
    [
        "empty", "number", "category", "boolean", "text", "date", "time", "year", "identifier", "money", "percent", "quantity", "email", "url", "phone", "iban", "national_id", "card", "person", "address",
        "birth_date", "ip", "uuid", "country", "postcode", "latitude", "longitude", "coordinates", "nested", "bytes", "table",
    ];

    /// <summary>The signs as features of a learner.</summary>
    public static IReadOnlyList<Feature> Features { get; } = [new(Words[0], _kinds), new(Words[1], _meanings), .. Numbers.Select(name => new Feature(name))];

    /// <summary>A number by its name.</summary>
    public double this[string name] => Values[Array.IndexOf(Numbers, name)];

    /// <summary>The same with some numbers changed.</summary>
    public Signs With(params ReadOnlySpan<(string Name, double Value)> changes)
    {
        double[] values = [.. Values];
        foreach (var (name, value) in changes)
        {
            values[Array.IndexOf(Numbers, name)] = value;
        }
        return this with { Values = values };
    }

    /// <summary>The signs as a learner takes them.</summary>
    public float[] AsRow() => [LevelOf(_kinds, Kind), LevelOf(_meanings, Meaning), .. Values.Select(value => (float)value)];

    /// <summary>The signs of a column.</summary>
    public static Signs Of(ColumnProfile column, TableProfile profile)
    {
        var looked = (double)Math.Max(1, profile.Basis.SampleRows ?? profile.Rows);
        var (texts, numbers, count) = (column.Texts, column.Numbers, Math.Max(1, column.Count));
        var values = new double[Numbers.Length];
        Array.Fill(values, double.NaN);
        var signs = new Signs(column.Kind, column.Meaning.Name, values).With(
            ("fit", column.Meaning.Share), ("missing", column.MissingShare), ("values", column.Distinct ?? double.NaN), ("distinct", column.Distinct is { } distinct ? (double)distinct / count : double.NaN),
            ("top", column.Top is [{ } first, ..] ? first.Count / looked : 0), ("personal", column.Personal is null ? 0 : 1), ("same", profile.Pairs.Any(pair => pair.Measure == "equal" && pair.B == column.Name) ? 1 : 0),
            ("related", profile.Pairs.Where(pair => pair.Measure != "equal" && (pair.A == column.Name || pair.B == column.Name)).Select(pair => pair.Strength).DefaultIfEmpty(0).Max()));
        if (texts is not null)
        {
            signs = signs.With(
                ("padded", (texts.Padded - texts.Blank) / looked), ("blank", (texts.Blank + texts.Empty) / looked), ("null_words", texts.NullWords / looked), ("certain", NullWords.AreCertain(column) ? 1 : 0), ("control", texts.Control / looked),
                ("garbled", texts.Garbled / looked), ("alike", column.Similar.Sum(group => group.Others.Sum(other => other.Count)) / looked), ("unclear", column.Meaning.Detail is "either" or "mixed" ? 1 : 0), ("length", texts.MeanLength),
                ("as_number", column.Meaning.Name is "number" or "money" or "percent" or "quantity" ? 1 : 0), ("as_date", column.Meaning.Name is "date" or "birth_date" ? 1 : 0), ("as_boolean", column.Meaning.Name == "boolean" ? 1 : 0));
        }
        return numbers is null ? signs : signs.With(
            ("skew", Math.Abs(numbers.Skew ?? 0)), ("off_middle", numbers.Quantiles.Count == 7 && numbers.Deviation > 0 ? Math.Abs(numbers.Mean - numbers.Quantiles[3]) / numbers.Deviation : 0),
            ("far", (numbers.Outliers?.Count ?? 0) / looked), ("unusable", (double)numbers.Unusable / count), ("negative", (double)numbers.Negatives / count));
    }

    /// <summary>The signs of the table as a whole.</summary>
    public static Signs Of(TableProfile profile)
    {
        var values = new double[Numbers.Length];
        Array.Fill(values, double.NaN);
        var odd = profile.Alerts.FirstOrDefault(alert => alert.Code == "unclear_names");
        return new Signs("table", "table", values).With(
            ("missing", profile.MissingShare), ("repeated", (double)profile.Repeated.Exact / Math.Max(1, profile.Rows)), ("near", (profile.Repeated.Near ?? 0) / (double)Math.Max(1, profile.Basis.SampleRows ?? profile.Rows)),
            ("odd_names", odd?.Columns.Count ?? 0));
    }

    private static float LevelOf(string[] levels, string level) => Array.IndexOf(levels, level) is >= 0 and var at ? at : float.NaN;
}
