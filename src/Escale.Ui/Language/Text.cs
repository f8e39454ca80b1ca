using System.Globalization;

namespace Escale.Ui;

/// <summary>The languages of the screens.</summary>
public enum Language
{
    /// <summary>English.</summary>
    English,

    /// <summary>French.</summary>
    French,
}

/// <summary>
/// Words of a screen in every language, side by side, so that one cannot be written without the other: a language that is missing does not
/// compile. Rooms keep theirs in a class named <c>Words</c>. Placeholders are <c>{0}</c>, <c>{1}</c>, …
/// </summary>
/// <param name="English">Plain English, sentence case.</param>
/// <param name="French">The same in plain French, not word by word.</param>
public sealed record Text(string English, string French)
{
    /// <summary>The words in French. Their punctuation never begins a line.</summary>
    public string French { get; } = Bound(French);

    /// <summary>The words in a language.</summary>
    public string In(Language language) => language == Language.French ? French : English;

    /// <summary>French words with the spaces before ": ; ? !" and within « » made such that no line ends there.</summary>
    public static string Bound(string french) => french
        .Replace(" :", "\u00a0:", StringComparison.Ordinal).Replace(" ;", "\u00a0;", StringComparison.Ordinal).Replace(" ?", "\u00a0?", StringComparison.Ordinal)
        .Replace(" !", "\u00a0!", StringComparison.Ordinal).Replace(" »", "\u00a0»", StringComparison.Ordinal).Replace("« ", "«\u00a0", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => English;
}

/// <summary>Words that depend on a number: one or many. In French zero and one are singular, in English only one.</summary>
/// <param name="One">The words for one, with <c>{0}</c> where the number stands.</param>
/// <param name="Many">The words for other numbers.</param>
public sealed record Plural(Text One, Text Many)
{
    /// <summary>The words for a count.</summary>
    public Text Of(long count) => new(count is 1 or -1 ? One.English : Many.English, count is >= -1 and <= 1 ? One.French : Many.French);
}

/// <summary>
/// Who reads a page: their language, and how they write numbers and dates. Data is never parsed with it. One per request, from the account,
/// the cookie or the browser's wish.
/// </summary>
public sealed class Reader
{
    private static readonly CultureInfo _english = Make(Language.English);
    private static readonly CultureInfo _french = Make(Language.French);

    /// <summary>A reader of a language.</summary>
    public Reader(Language language)
    {
        Language = language;
        Culture = language == Language.French ? _french : _english;
    }

    /// <summary>The language.</summary>
    public Language Language { get; }

    /// <summary>How numbers and dates are written. Made here and not taken from the system, whose data may be missing or differ.</summary>
    public CultureInfo Culture { get; }

    /// <summary>The code for <c>lang</c> attributes: <c>en</c> or <c>fr</c>.</summary>
    public string Code => Language == Language.French ? "fr" : "en";

    /// <summary>The words in the reader's language.</summary>
    public string this[Text text] => text.In(Language);

    /// <summary>The words in the reader's language with values in their places; numbers are written as the reader does.</summary>
    public string this[Text text, params ReadOnlySpan<object?> values] => string.Format(Culture, text.In(Language), values);

    /// <summary>A count with its noun: <c>1 row</c>, <c>12,345 rows</c>.</summary>
    public string Count(Plural words, long count) => string.Format(Culture, words.Of(count).In(Language), Number(count));

    /// <summary>A whole number with the reader's grouping.</summary>
    public string Number(long value) => value.ToString("#,0", Culture);

    /// <summary>A number with at most so many decimals.</summary>
    public string Number(double value, int decimals = 2) => double.IsFinite(value)
        ? value.ToString("#,0." + new string('#', decimals), Culture)
        : "–";

    /// <summary>A share such as 0.25 as <c>25 %</c> or <c>25%</c>.</summary>
    public string Percent(double share, int decimals = 1) => Number(share * 100, decimals) + (Language == Language.French ? "\u202f%" : "%");

    /// <summary>A size with its unit (decimal): <c>1.2 MB</c>, <c>1,2 Mo</c>.</summary>
    public string Size(long bytes)
    {
        var (value, unit) = Math.Abs(bytes) switch
        {
            >= 1_000_000_000 => (bytes / 1e9, "G"),
            >= 1_000_000 => (bytes / 1e6, "M"),
            >= 1_000 => (bytes / 1e3, "k"),
            _ => (bytes, ""),
        };
        return $"{Number(value, 1)}\u00a0{unit}{(Language == Language.French ? "o" : "B")}";
    }

    /// <summary>A duration for people: <c>850 ms</c>, <c>12.3 s</c>, <c>4 min 5 s</c>, <c>2 h 10 min</c>.</summary>
    public string Duration(TimeSpan time) => time switch
    {
        { TotalMilliseconds: < 1000 } => $"{Number(time.TotalMilliseconds, 0)}\u00a0ms",
        { TotalSeconds: < 60 } => $"{Number(time.TotalSeconds, 1)}\u00a0s",
        { TotalMinutes: < 60 } => $"{(int)time.TotalMinutes}\u00a0min {time.Seconds}\u00a0s",
        _ => $"{(int)time.TotalHours}\u00a0h {time.Minutes}\u00a0min",
    };

    /// <summary>A date and time in UTC, as the reader writes it; pages show it in the reader's own time zone with <c>Moment.razor</c>.</summary>
    public string DateTime(DateTimeOffset moment) => moment.UtcDateTime.ToString(Language == Language.French ? "d MMM yyyy, HH:mm" : "MMM d, yyyy, HH:mm", Culture) + " UTC";

    // The invariant culture with what differs, so that no culture data need be installed.
    private static CultureInfo Make(Language language)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        if (language == Language.French)
        {
            culture.NumberFormat.NumberGroupSeparator = "\u202f";
            culture.NumberFormat.NumberDecimalSeparator = ",";
            culture.DateTimeFormat.MonthNames = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre", ""];
            culture.DateTimeFormat.MonthGenitiveNames = culture.DateTimeFormat.MonthNames;
            culture.DateTimeFormat.AbbreviatedMonthNames = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.", ""];
            culture.DateTimeFormat.AbbreviatedMonthGenitiveNames = culture.DateTimeFormat.AbbreviatedMonthNames;
            culture.DateTimeFormat.DayNames = ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"];
            culture.DateTimeFormat.AbbreviatedDayNames = ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."];
        }
        return CultureInfo.ReadOnly(culture);
    }
}
