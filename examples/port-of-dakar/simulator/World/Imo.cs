namespace PortOfDakar.World;

/// <summary>IMO ship numbers: six digits and a check digit, the last digit of the sum of each digit times 7, 6, 5, 4, 3, 2.</summary>
internal static class Imo
{
    public static int FromSixDigits(int six) => (six * 10) + CheckDigit(six);

    public static bool IsValid(int number) => number is >= 1_000_000 and <= 9_999_999 && CheckDigit(number / 10) == number % 10;

    /// <summary>A number that somebody typed wrongly: the check digit is off by one to nine.</summary>
    public static int Mistype(int number, Dice dice) => (number / 10 * 10) + (((number % 10) + 1 + dice.Below(9)) % 10);

    private static int CheckDigit(int six)
    {
        var sum = 0;
        for (var weight = 2; weight <= 7; weight++)
        {
            sum += six % 10 * weight;
            six /= 10;
        }

        return sum % 10;
    }
}
