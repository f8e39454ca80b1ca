namespace Escale.Learning.Tests.Boosting;

/// <summary>Tables to boost on, made from a seed.</summary>
internal static class BoostingTables
{
    /// <summary>Two classes by two numbers (one with missing values), a category of 300 levels (some missing) and a number that says nothing.</summary>
    public static (FeatureMatrix Features, Target Target) Mixed(int rows, int seed)
    {
        var random = new Random(seed);
        var columns = Enumerable.Range(0, 4).Select(_ => new float[rows]).ToArray();
        var classes = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            var level = random.Next(-1, 300);
            columns[0][row] = (float)random.NextDouble();
            columns[1][row] = row % 11 == 0 ? float.NaN : (float)random.NextDouble();
            columns[2][row] = level < 0 ? float.NaN : level;
            columns[3][row] = (float)Math.Round(random.NextDouble() * 5);
            var score = 4 * columns[0][row] - 2 + (float.IsNaN(columns[1][row]) ? 1 : columns[1][row]) - (level % 3 == 0 ? 1.5 : 0);
            classes[row] = random.NextDouble() < 1 / (1 + Math.Exp(score)) ? 1 : 0;
        }
        var levels = Enumerable.Range(0, 300).Select(level => "l" + level).ToList();
        var features = new FeatureMatrix(
            [new Feature("a"), new Feature("b"), new Feature("c", levels), new Feature("d")], [.. columns.Select(column => (ReadOnlyMemory<float>)column)], rows);
        return (features, Target.OfClasses(classes, ["no", "yes"]));
    }

    /// <summary>One category.</summary>
    public static FeatureMatrix Category(float[] codes, int levels) =>
        new([new Feature("c", [.. Enumerable.Range(0, levels).Select(level => "l" + level)])], [codes], codes.Length);
}
