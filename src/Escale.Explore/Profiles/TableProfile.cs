using Escale.Explore.Profiles.Alerts;
using Escale.Explore.Tables.Statistics;

namespace Escale.Explore.Profiles;

/// <summary>What is in a table or file, at one look.</summary>
/// <param name="Name">The table's or file's name.</param>
/// <param name="Rows">Rows that were counted: all of them, or those of the sample (see <paramref name="Basis"/>).</param>
/// <param name="Bytes">The size of the file or of the table's files; null of a view.</param>
/// <param name="Basis">What the figures were taken from.</param>
public sealed record TableProfile(string Name, long Rows, long? Bytes, ProfileBasis Basis)
{
    /// <summary>Changes with what was looked at: the table's version, or the file.</summary>
    public string Stamp { get; init; } = "";

    /// <summary>Cells without a value.</summary>
    public long Missing => Columns.Sum(column => column.Missing);

    /// <summary>Rows that are there more than once.</summary>
    public RepeatedRows Repeated { get; init; } = new(0, null, IsEstimate: false);

    /// <summary>By column, in the order of the table.</summary>
    public IReadOnlyList<ColumnProfile> Columns { get; init; } = [];

    /// <summary>Columns that go together, the strongest first.</summary>
    public IReadOnlyList<PairProfile> Pairs { get; init; } = [];

    /// <summary>Which columns lack values in the same rows, the most frequent first; only when more than one column lacks values.</summary>
    public IReadOnlyList<MissingPattern> MissingPatterns { get; init; } = [];

    /// <summary>What deserves attention, the gravest first.</summary>
    public IReadOnlyList<Alert> Alerts { get; init; } = [];

    /// <summary>The share of cells without a value.</summary>
    public double MissingShare => Rows == 0 || Columns.Count == 0 ? 0 : (double)Missing / Rows / Columns.Count;
}

/// <summary>What the figures of a profile were taken from.</summary>
/// <param name="IsWhole">Whether rows, missing values, extremes and means are of all rows; if not, of the sample.</param>
/// <param name="SampleRows">Rows that distributions, frequent values, patterns and pairs were taken from; null: all rows.</param>
public sealed record ProfileBasis(bool IsWhole, long? SampleRows)
{
    /// <summary>How different values were counted: <c>exact</c>, <c>estimate</c> (HyperLogLog, some percent off), or <c>sample</c>.</summary>
    public string Distinct => SampleRows is null ? "exact" : IsWhole ? "estimate" : "sample";

    /// <summary>How quantiles were found: <c>exact</c>, <c>estimate</c> (t-digest), or <c>sample</c>.</summary>
    public string Quantiles => Distinct;

    /// <summary>Whether every figure is exact.</summary>
    public bool IsExact => IsWhole && SampleRows is null;
}

/// <summary>Rows that repeat others.</summary>
/// <param name="Exact">Rows equal to an earlier one in every column.</param>
/// <param name="Near">Rows that differ from another only in case, accents, blanks or punctuation; null where not looked for.</param>
/// <param name="IsEstimate">Whether <paramref name="Exact"/> was extrapolated from rows chosen by their hash.</param>
public sealed record RepeatedRows(long Exact, long? Near, bool IsEstimate);

/// <summary>A column of a profile.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">Its type in SQL.</param>
/// <param name="Kind">What its values are to people: <c>number</c>, <c>text</c>, <c>time</c>, <c>boolean</c>, <c>nested</c>, <c>bytes</c>.</param>
/// <param name="Meaning">What the values mean.</param>
/// <param name="Count">Values that are there.</param>
/// <param name="Missing">Values that are missing.</param>
/// <param name="Distinct">How many different values; null for nested ones.</param>
public sealed record ColumnProfile(string Name, string Type, string Kind, Meaning Meaning, long Count, long Missing, long? Distinct)
{
    /// <summary>The least value as text, cut when long.</summary>
    public string? Min { get; init; }

    /// <summary>The most, as text.</summary>
    public string? Max { get; init; }

    /// <summary>Of numbers.</summary>
    public NumberFacts? Numbers { get; init; }

    /// <summary>Of texts.</summary>
    public TextFacts? Texts { get; init; }

    /// <summary>Of dates and times.</summary>
    public TimeFacts? Times { get; init; }

    /// <summary>How numbers and times are spread; null for others, and where all values are equal.</summary>
    public Histogram? Histogram { get; init; }

    /// <summary>The most frequent values, counted in the rows that distributions were taken from.</summary>
    public IReadOnlyList<ValueCount> Top { get; init; } = [];

    /// <summary>How texts are built: letters as a or A, digits as 9.</summary>
    public IReadOnlyList<ValuePattern> Patterns { get; init; } = [];

    /// <summary><c>constant</c>, <c>ascending</c>, <c>descending</c> in the order of the rows, or null.</summary>
    public string? Order { get; init; }

    /// <summary>Whether no value is there twice and none is missing; of large tables as far as an estimate can tell.</summary>
    public bool IsUnique { get; init; }

    /// <summary>Groups of values that are probably one, written differently.</summary>
    public IReadOnlyList<SimilarValues> Similar { get; init; } = [];

    /// <summary>What personal data it holds, or null.</summary>
    public PersonalData? Personal { get; init; }

    /// <summary>The share of rows without a value.</summary>
    public double MissingShare => Count + Missing == 0 ? 0 : (double)Missing / (Count + Missing);
}

/// <summary>What the values of a column mean, and how many fit.</summary>
/// <param name="Name">A name from <see cref="Meanings.MeaningNames"/>.</param>
/// <param name="Share">The share of values that fit, 0 to 1.</param>
/// <param name="Detail">More, such as the currency, the unit or the order of a date's parts; or null.</param>
public sealed record Meaning(string Name, double Share, string? Detail = null);

/// <summary>Facts on numbers. Infinities and what is no number are left out of all but <see cref="Unusable"/>.</summary>
public sealed record NumberFacts(double Mean, double Deviation, double? Skew, long Zeros, long Negatives, long Unusable)
{
    /// <summary>Values below which 1, 5, 25, 50, 75, 95 and 99 % of the values are.</summary>
    public IReadOnlyList<double> Quantiles { get; init; } = [];

    /// <summary>Whether all are whole numbers.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Values beyond three times the middle half's width; null where that width is zero.</summary>
    public OutlierFacts? Outliers { get; init; }
}

/// <summary>Values far from the others (beyond the quartiles by three times the distance between them).</summary>
public sealed record OutlierFacts(double Low, double High, long Below, long Above)
{
    /// <summary>How many.</summary>
    public long Count => Below + Above;
}

/// <summary>Facts on texts; counts are of the rows that distributions were taken from.</summary>
public sealed record TextFacts(long Shortest, long Longest, double MeanLength, long Empty, long Blank, long Padded, long NullWords, long Control, long Garbled);

/// <summary>Facts on dates and times in their order.</summary>
/// <param name="Step">The most usual distance between one and the next, in seconds.</param>
/// <param name="Gaps">The longest stretches without any, the longest first.</param>
public sealed record TimeFacts(double? Step, IReadOnlyList<TimeGap> Gaps);

/// <summary>A stretch without any row.</summary>
public sealed record TimeGap(string From, string To, double Seconds);

/// <summary>Counts in equal steps.</summary>
/// <param name="From">Where the first step begins: a number, or the seconds since 1970 of a time.</param>
/// <param name="To">Where the last ends.</param>
/// <param name="Counts">Values in each.</param>
/// <param name="Below">Values before the first.</param>
/// <param name="Above">Values after the last.</param>
public sealed record Histogram(double From, double To, IReadOnlyList<long> Counts, long Below, long Above);

/// <summary>How many values are built in a way.</summary>
public sealed record ValuePattern(string Mask, double Share, string Example);

/// <summary>Values that are probably one.</summary>
/// <param name="Keep">The most frequent of them.</param>
/// <param name="Others">The others, with their rows.</param>
public sealed record SimilarValues(string Keep, IReadOnlyList<ValueCount> Others);

/// <summary>Personal data in a column.</summary>
/// <param name="Kind">A name from <see cref="Meanings.MeaningNames"/>: email, phone, person, iban, national_id, card, address, birth_date, ip.</param>
/// <param name="Share">The share of values that are.</param>
/// <param name="Because">How it was told: <c>checksum</c>, <c>pattern</c>, or <c>name</c> of the column.</param>
public sealed record PersonalData(string Kind, double Share, string Because);

/// <summary>How much one column says about another.</summary>
/// <param name="A">One column.</param>
/// <param name="B">The other.</param>
/// <param name="Measure"><c>correlation</c> (of numbers), <c>association</c> (Cramér's V, of categories), <c>ratio</c> (a category explains a number), <c>equal</c>.</param>
/// <param name="Value">-1 to 1 for numbers (Pearson), 0 to 1 for others.</param>
/// <param name="Rank">Of numbers: Spearman's correlation of their ranks.</param>
public sealed record PairProfile(string A, string B, string Measure, double Value, double? Rank = null)
{
    /// <summary>How strong, 0 to 1.</summary>
    public double Strength => Math.Max(Math.Abs(Value), Math.Abs(Rank ?? 0));
}

/// <summary>Rows in which the same columns lack values.</summary>
public sealed record MissingPattern(IReadOnlyList<string> Columns, long Rows);
