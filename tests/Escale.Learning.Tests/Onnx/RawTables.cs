using Escale.Learning.Frames;

namespace Escale.Learning.Tests.Onnx;

/// <summary>Raw tables of every kind of column, with missing values, made from a seed; rows to predict hold what training did not.</summary>
internal sealed class RawTables(int seed)
{
    public const string Target = "target";

    private static readonly string[] _colours = ["red", "green", "blue", "blau, grün", "Ω \"quoted\""];
    private readonly Random _random = new(seed);

    /// <summary>A table.</summary>
    /// <param name="task">What its target asks for.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="isNew">Whether it holds what training rows do not: unknown levels, other ranges, infinite numbers.</param>
    /// <param name="missing">The share of missing values in half of the columns.</param>
    public Frame Make(LearningTask task, int rows, bool isNew = false, double missing = 0.1)
    {
        var amount = Numbers(rows, () => Math.Round(_random.NextDouble() * (isNew ? 3000 : 1000) - 50, 2), missing);
        var ratio = Numbers(rows, () => isNew && _random.Next(40) == 0 ? (_random.Next(2) == 0 ? double.PositiveInfinity : double.NegativeInfinity) : _random.NextDouble(), 0);
        var colour = Texts(rows, () => isNew && _random.Next(6) == 0 ? "unheard of" : _colours[_random.Next(_colours.Length)], missing);
        var city = Texts(rows, () => "city " + (int)(Math.Pow(_random.NextDouble(), 2) * (isNew ? 120 : 90)), missing);
        var flag = Masked(rows, missing);
        var when = Masked(rows, missing);
        var moments = Enumerable.Range(0, rows).Select(_ => Moment(isNew)).ToArray();
        return new Frame(
        [
            Column.OfNumbers("amount", amount),
            Column.OfNumbers("ratio of it", ratio),
            Column.OfNumbers("single", (ReadOnlyMemory<float>)Enumerable.Range(0, rows).Select(_ => (float)_random.NextDouble() * 7).ToArray()),
            Column.OfIntegers("far away", Enumerable.Range(0, rows).Select(_ => 1_700_000_000_000 + _random.Next(1_000_000)).ToArray(), Masked(rows, missing / 2)),
            Column.OfIntegers("count", Enumerable.Range(0, rows).Select(_ => (long)_random.Next(9)).ToArray()),
            Column.OfBooleans("flag", Enumerable.Range(0, rows).Select(_ => _random.Next(3) == 0).ToArray(), flag),
            Column.OfCategories("colour", colour),
            Column.OfTexts("city", city),
            Column.OfTimestamps("when", moments, when),
            TargetColumn(task, Enumerable.Range(0, rows).Select(row => Score(amount[row], ratio[row], colour[row], city[row], moments[row])).ToArray()),
        ]);
    }

    private double Score(double amount, double ratio, string? colour, string? city, DateTime moment) =>
        (double.IsNaN(amount) ? 1 : amount / 300) + (double.IsFinite(ratio) ? Math.Sin(6 * ratio) : 0) + (colour is null ? 0.5 : colour.Length * 0.3)
        + (city is null ? 0 : (city[^1] - 48) * 0.2) + moment.Month * 0.1 + (moment.DayOfWeek == DayOfWeek.Sunday ? 1 : 0) + _random.NextDouble();

    private static Column TargetColumn(LearningTask task, double[] scores)
    {
        var sorted = scores.Order().ToArray();
        var (low, high) = (sorted[sorted.Length / 3], sorted[sorted.Length * 2 / 3]);
        return task switch
        {
            LearningTask.Regression => Column.OfNumbers(Target, scores.Select(score => 1000 + 250 * score).ToArray()),
            LearningTask.Binary => Column.OfCategories(Target, scores.Select(score => score > high ? "yes" : "no")),
            _ => Column.OfCategories(Target, scores.Select(score => score < low ? "low" : score < high ? "middle" : "high")),
        };
    }

    private DateTime Moment(bool isNew)
    {
        var from = new DateTime(isNew ? 1583 : 1990, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);
        return from.AddMicroseconds(Math.Floor(_random.NextDouble() * (isNew ? 800 : 40) * 365.2425 * 86_400e6));
    }

    private double[] Numbers(int rows, Func<double> next, double missing) => [.. Enumerable.Range(0, rows).Select(_ => _random.NextDouble() < missing ? double.NaN : next())];

    private string?[] Texts(int rows, Func<string> next, double missing) => [.. Enumerable.Range(0, rows).Select(_ => _random.NextDouble() < missing ? null : next())];

    private bool[] Masked(int rows, double missing) => [.. Enumerable.Range(0, rows).Select(_ => _random.NextDouble() < missing)];
}
