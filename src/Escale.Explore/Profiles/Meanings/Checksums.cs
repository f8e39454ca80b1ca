using System.Globalization;

namespace Escale.Explore.Profiles.Meanings;

/// <summary>Numbers that carry a check of themselves: a value that passes is hardly anything else.</summary>
internal static class Checksums
{
    private const string SpanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE";

    /// <summary>An international bank account number: two letters, two check digits, remainder 1 of 97.</summary>
    public static bool IsIban(string value)
    {
        var plain = Plain(value).ToUpperInvariant();
        if (plain.Length is < 15 or > 34 || !plain[..2].All(char.IsAsciiLetterUpper) || !plain[2..4].All(char.IsAsciiDigit) || !plain.All(char.IsAsciiLetterOrDigit))
        {
            return false;
        }
        var rest = 0;
        foreach (var letter in plain[4..] + plain[..4])
        {
            rest = char.IsAsciiDigit(letter) ? ((rest * 10) + letter - '0') % 97 : ((rest * 100) + letter - 'A' + 10) % 97;
        }
        return rest == 1;
    }

    /// <summary>A payment card: 13 to 19 digits that begin as cards do, and Luhn's check.</summary>
    public static bool IsCard(string value)
    {
        var digits = Plain(value);
        if (digits.Length is < 13 or > 19 || !digits.All(char.IsAsciiDigit) || digits[0] is not ('2' or '3' or '4' or '5' or '6'))
        {
            return false;
        }
        var sum = 0;
        for (var at = 0; at < digits.Length; at++)
        {
            var digit = digits[^(at + 1)] - '0';
            sum += at % 2 == 0 ? digit : digit > 4 ? (digit * 2) - 9 : digit * 2;
        }
        return sum % 10 == 0 && digits.Distinct().Count() > 2;
    }

    /// <summary>A national number with its check: France (NIR), Belgium, Spain (DNI and NIE), Italy (codice fiscale).</summary>
    public static string? NationalId(string value)
    {
        var plain = Plain(value).ToUpperInvariant();
        return IsFrench(plain) ? "FR" : IsBelgian(plain) ? "BE" : IsSpanish(plain) ? "ES" : IsItalian(plain) ? "IT" : null;
    }

    private static bool IsFrench(string plain)
    {
        if (plain.Length != 15 || plain[0] is not ('1' or '2') || !plain[^2..].All(char.IsAsciiDigit))
        {
            return false;
        }
        // Corsica's departments are 2A and 2B.
        var number = plain[..13].Replace("2A", "19", StringComparison.Ordinal).Replace("2B", "18", StringComparison.Ordinal);
        return number.All(char.IsAsciiDigit) && long.Parse(plain[^2..], CultureInfo.InvariantCulture) == 97 - (long.Parse(number, CultureInfo.InvariantCulture) % 97)
            && int.Parse(number[3..5], CultureInfo.InvariantCulture) is (>= 1 and <= 12) or (>= 20 and <= 42) or (>= 50 and <= 99);
    }

    private static bool IsBelgian(string plain)
    {
        if (plain.Length != 11 || !plain.All(char.IsAsciiDigit) || int.Parse(plain[2..4], CultureInfo.InvariantCulture) > 12 || int.Parse(plain[4..6], CultureInfo.InvariantCulture) > 31)
        {
            return false;
        }
        var (number, check) = (long.Parse(plain[..9], CultureInfo.InvariantCulture), long.Parse(plain[9..], CultureInfo.InvariantCulture));
        return check == 97 - (number % 97) || check == 97 - ((2_000_000_000 + number) % 97);
    }

    private static bool IsSpanish(string plain)
    {
        if (plain.Length != 9 || !char.IsAsciiLetterUpper(plain[8]) || !plain[1..8].All(char.IsAsciiDigit))
        {
            return false;
        }
        var first = plain[0] switch { 'X' => "0", 'Y' => "1", 'Z' => "2", >= '0' and <= '9' and var digit => digit.ToString(), _ => "" };
        return first.Length == 1 && SpanishLetters[(int)(long.Parse(first + plain[1..8], CultureInfo.InvariantCulture) % 23)] == plain[8];
    }

    private static bool IsItalian(string plain)
    {
        const string Shape = "LLLLLLDDLDDLDDDL";
        ReadOnlySpan<int> odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
        if (plain.Length != 16 || !plain.Zip(Shape).All(pair => pair.Second == 'L' ? char.IsAsciiLetterUpper(pair.First) : char.IsAsciiDigit(pair.First)))
        {
            return false;
        }
        var sum = 0;
        for (var at = 0; at < 15; at++)
        {
            var place = char.IsAsciiDigit(plain[at]) ? plain[at] - '0' : plain[at] - 'A';
            sum += at % 2 == 0 ? odd[place] : place;
        }
        return plain[15] - 'A' == sum % 26;
    }

    private static string Plain(string value) => value.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal).Replace("\u00a0", "", StringComparison.Ordinal);
}
