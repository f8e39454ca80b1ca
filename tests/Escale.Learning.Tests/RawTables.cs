using Escale.Learning.Frames;

namespace Escale.Learning.Tests;

/// <summary>Raw tables with every kind of column, and values missing in each.</summary>
internal static class RawTables
{
    private static readonly string[] _words = ["good", "bad", "late", "fast", "broken", "happy", "never", "again", "delivery", "price", "box", "colour"];

    /// <summary>Whether somebody bought, by age, job, city, note and day; a fifth of the labels are chance.</summary>
    public static Frame Mixed(int rows, int seed)
    {
        var random = new Random(seed);
        var (age, income, city, job, note) = (new double[rows], new float[rows], new string?[rows], new string?[rows], new string?[rows]);
        var (visits, isMember, day, bought, keys, shop) = (new long[rows], new bool[rows], new DateTime[rows], new string?[rows], new string?[rows], new string?[rows]);
        var isDayMissing = new bool[rows];
        for (var row = 0; row < rows; row++)
        {
            age[row] = random.Next(10) == 0 ? double.NaN : random.Next(18, 90);
            income[row] = random.Next(20) == 0 ? float.NaN : (float)(random.NextDouble() * 5e4);
            city[row] = random.Next(15) == 0 ? null : $"city {Math.Min(random.Next(60), random.Next(60))}";
            job[row] = random.Next(12) == 0 ? null : new[] { "nurse", "cook", "clerk" }[random.Next(3)];
            note[row] = random.Next(10) == 0 ? null : string.Join(' ', Enumerable.Range(0, 4 + random.Next(4)).Select(_ => _words[random.Next(_words.Length)]));
            visits[row] = random.Next(30);
            isMember[row] = random.Next(2) == 0;
            day[row] = new DateTime(2024, 1, 1).AddDays(random.Next(700)).AddMinutes(random.Next(1440));
            isDayMissing[row] = random.Next(25) == 0;
            keys[row] = $"k{row:x8}";
            shop[row] = "north";
            var score = (age[row] > 50 ? 1 : -1) + (job[row] == "cook" ? 1.5 : 0) + (note[row]?.Contains("happy") == true ? 1 : 0) + (city[row] is { } name && name.Length % 2 == 0 ? 1 : -1)
                + (isMember[row] ? 0.5 : 0) + (day[row].DayOfWeek == DayOfWeek.Sunday ? 1 : 0);
            bought[row] = random.Next(5) == 0 ? (random.Next(2) == 0 ? "yes" : "no") : score > 0.5 ? "yes" : "no";
        }
        return new Frame(
            Column.OfTexts("key", keys), Column.OfNumbers("age", age), Column.OfNumbers("income", income), Column.OfCategories("city", city), Column.OfCategories("job", job),
            Column.OfTexts("note", note), Column.OfIntegers("visits", visits), Column.OfBooleans("member", isMember), Column.OfTimestamps("day", day, isDayMissing),
            Column.OfCategories("shop", shop), Column.OfCategories("bought", bought));
    }
}
