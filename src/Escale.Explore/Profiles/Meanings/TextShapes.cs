using System.Text.RegularExpressions;

namespace Escale.Explore.Profiles.Meanings;

/// <summary>What single texts can be. Patterns never look back (security requirement S12).</summary>
internal static partial class TextShapes
{
    private const RegexOptions Safe = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>Words for yes and no.</summary>
    public static bool IsBoolean(string value) => value.ToLowerInvariant() is "yes" or "no" or "y" or "n" or "true" or "false" or "t" or "f" or "oui" or "non" or "o" or "vrai" or "faux" or "1" or "0" or "on" or "off";

    /// <summary>An address of electronic mail.</summary>
    public static bool IsEmail(string value) => Email().IsMatch(value);

    /// <summary>A web address.</summary>
    public static bool IsUrl(string value) => Url().IsMatch(value);

    /// <summary>A telephone number: international, or as people of a country write it.</summary>
    public static bool IsPhone(string value)
    {
        var digits = value.Count(char.IsAsciiDigit);
        return digits is >= 8 and <= 15 && Phone().IsMatch(value) && (value.StartsWith('+') || value.StartsWith('0') || value.Any(letter => letter is ' ' or '-' or '.' or '(') || digits is 9 or 10);
    }

    /// <summary>A network address.</summary>
    public static bool IsIp(string value) => System.Net.IPAddress.TryParse(value, out _) && (value.Count(letter => letter == '.') == 3 || value.Contains(':', StringComparison.Ordinal));

    /// <summary>A date, and which part comes first: ymd, dmy, mdy, dmy or mdy (both fit), or a month in words; null: none.</summary>
    public static string? DateOrder(string value)
    {
        if (DateYmd().IsMatch(value))
        {
            return "ymd";
        }
        if (DateWords().IsMatch(value))
        {
            return "words";
        }
        var match = DateDmy().Match(value);
        if (!match.Success)
        {
            return null;
        }
        var (first, second) = (int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), int.Parse(match.Groups[2].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));
        return first is 0 or > 31 || second is 0 or > 31 || (first > 12 && second > 12) ? null : first > 12 ? "dmy" : second > 12 ? "mdy" : "either";
    }

    /// <summary>A number as people write it, with its decimal and grouping signs; null: none.</summary>
    public static NumberShape? NumberOf(string value)
    {
        var match = NumberText().Match(value);
        if (!match.Success)
        {
            return null;
        }
        var (digits, unit) = (match.Groups["n"].Value, (match.Groups["pre"].Value + match.Groups["post"].Value).Trim());
        var (comma, dot) = (digits.LastIndexOf(','), digits.LastIndexOf('.'));
        var hasBlank = digits.Any(letter => letter is ' ' or '\u00a0' or '\u202f' or '\'');
        if (comma >= 0 && dot >= 0)
        {
            return new NumberShape(comma > dot ? ',' : '.', comma > dot ? '.' : ',', unit);
        }
        var sign = comma >= 0 ? ',' : dot >= 0 ? '.' : '\0';
        if (sign == '\0')
        {
            return new NumberShape(null, hasBlank ? ' ' : null, unit);
        }
        var isGrouping = digits.Count(letter => letter == sign) > 1;
        var isEither = !isGrouping && !hasBlank && digits.Length - Math.Max(comma, dot) - 1 == 3 && Math.Max(comma, dot) is >= 1 and <= 3 && digits[0] != '0';
        return isGrouping ? new NumberShape(null, sign, unit) : new NumberShape(sign, hasBlank ? ' ' : null, unit) { IsEither = isEither };
    }

    /// <summary>A place on earth as two numbers.</summary>
    public static bool IsCoordinates(string value) => CoordinatePair().IsMatch(value);

    /// <summary>A code of letters and digits.</summary>
    public static bool IsCode(string value) => Code().IsMatch(value) && value.Any(char.IsAsciiDigit);

    /// <summary>Words that begin with capitals, as names of people do.</summary>
    public static bool IsNameLike(string value) => NameLike().IsMatch(value);

    /// <summary>An UUID.</summary>
    public static bool IsUuid(string value) => Guid.TryParseExact(value, "D", out _);

    [GeneratedRegex(@"^[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}$", Safe)]
    private static partial Regex Email();

    [GeneratedRegex(@"^(https?://|ftp://|www\.)[^\s]{3,}$", Safe | RegexOptions.IgnoreCase)]
    private static partial Regex Url();

    [GeneratedRegex(@"^\+?[0-9(][0-9 ().\-/\u00a0]{6,22}[0-9]$", Safe)]
    private static partial Regex Phone();

    [GeneratedRegex(@"^\d{4}[-/.](0?[1-9]|1[0-2])[-/.](0?[1-9]|[12]\d|3[01])([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}:?\d{2}))?)?$", Safe)]
    private static partial Regex DateYmd();

    [GeneratedRegex(@"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})([T ,]+\d{1,2}[:h]\d{2}(:\d{2})?( ?[AaPp][Mm])?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex DateDmy();

    [GeneratedRegex(@"^(\d{1,2}(st|nd|rd|th|er)?[ -])?(jan|feb|fév|fev|mar|apr|avr|may|mai|jun|juin|jul|juil|aug|aoû|aou|sep|oct|nov|dec|déc)[a-zéû]*\.?[ -](\d{1,2}(st|nd|rd|th)?,? )?\d{2,4}$", Safe | RegexOptions.IgnoreCase)]
    private static partial Regex DateWords();

    [GeneratedRegex(@"^(?<pre>[-+(]?(?:[$€£¥₹]|EUR|USD|GBP|CHF|CAD|XOF|XAF|MAD|JPY|FCFA|CFA)? ?)[-+]?(?<n>\d+(?:[ \u00a0\u202f',.]\d+)*)(?<post>\)?[ \u00a0]?(?:[$€£¥₹%‰]|°C|°F|°|[A-Za-zµ]{1,5}[²³23]?(?:/[A-Za-z]{1,4}[²³23]?)?)?)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex NumberText();

    [GeneratedRegex(@"^[(\[]?[-+]?([0-8]?\d|90)\.\d+°?[NS]?\s*[,; ]\s*[-+]?(1[0-7]\d|180|\d{1,2})\.\d+°?[EWO]?[)\]]?$", Safe)]
    private static partial Regex CoordinatePair();

    [GeneratedRegex(@"^[A-Za-z0-9]+([-_/.][A-Za-z0-9]+)*$", Safe)]
    private static partial Regex Code();

    [GeneratedRegex(@"^(M\.|Mr\.?|Mrs\.?|Ms\.?|Mme|Mlle|Dr\.?|Miss|Master)?\s*\p{Lu}[\p{L}'’-]+([ ,.]+(de |du |van |von |el |al )?\p{Lu}[\p{L}.'’-]*)*.*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 200)]
    private static partial Regex NameLike();
}

/// <summary>How a number is written.</summary>
/// <param name="Decimal">The decimal sign, when one is there.</param>
/// <param name="Thousands">The sign between groups, when one is there.</param>
/// <param name="Unit">A currency or unit, or nothing.</param>
internal sealed record NumberShape(char? Decimal, char? Thousands, string Unit)
{
    /// <summary>Whether the sign may as well be the other one: <c>1,000</c>.</summary>
    public bool IsEither { get; init; }

    /// <summary>Whether a database reads it as it is.</summary>
    public bool IsPlain => Decimal is null or '.' && Thousands is null && Unit.Length == 0 && !IsEither;
}
