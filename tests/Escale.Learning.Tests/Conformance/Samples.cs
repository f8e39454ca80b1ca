namespace Escale.Learning.Tests.Conformance;

/// <summary>Small tables with something to learn, made from a seed.</summary>
internal static class Samples
{
    public static readonly string[] Levels = ["red", "green", "blue"];

    /// <summary>Six features: two that matter much, one a category for those who take categories (else a number), one with two values, two of noise.</summary>
    public static (FeatureMatrix Features, Target Target) Table(LearningTask task, FeatureStyle style, int rows = 300, int seed = 1, bool isAmount = false)
    {
        var random = new Random(seed);
        var columns = Enumerable.Range(0, 6).Select(_ => new float[rows]).ToArray();
        var scores = new double[rows];
        for (var row = 0; row < rows; row++)
        {
            columns[0][row] = (float)Normal(random);
            columns[1][row] = (float)Math.Round(Normal(random) * 2, 1);
            columns[2][row] = random.Next(Levels.Length);
            columns[3][row] = random.Next(2);
            columns[4][row] = (float)Normal(random);
            columns[5][row] = (float)Math.Round(Normal(random));
            scores[row] = 2 * columns[0][row] - columns[1][row] + (columns[2][row] == 1 ? 1 : 0) + columns[3][row] * columns[0][row] * 0.5 + Normal(random) * 0.5;
        }
        return (Matrix(columns, style), Of(task, isAmount ? [.. scores.Select(score => Math.Exp(1 + score / 2))] : scores));
    }

    public static FeatureMatrix Matrix(float[][] columns, FeatureStyle style) => new(
        [.. columns.Select((_, at) => new Feature("x" + at, style == FeatureStyle.Native && at == 2 ? Levels : null))],
        [.. columns.Select(column => (ReadOnlyMemory<float>)column)], columns.Length == 0 ? 0 : columns[0].Length);

    /// <summary>The same labels in another order: nothing is left to learn.</summary>
    public static Target Shuffled(Target target, int seed)
    {
        var rows = Enumerable.Range(0, target.RowCount).ToArray();
        new Random(seed).Shuffle(rows);
        return target.Rows(rows);
    }

    /// <summary>The probability that a positive row is ranked above a negative one.</summary>
    public static double Auc(Target target, double[] outputs, int positive = 1)
    {
        var count = target.ClassCount;
        var ranked = Enumerable.Range(0, target.RowCount).Select(row => (Score: outputs[row * count + positive], IsPositive: target.ClassOf(row) == positive)).ToList();
        var positives = ranked.Where(row => row.IsPositive).Select(row => row.Score).ToList();
        var negatives = ranked.Where(row => !row.IsPositive).Select(row => row.Score).ToList();
        return positives.Sum(one => negatives.Sum(other => one > other ? 1.0 : one == other ? 0.5 : 0)) / positives.Count / negatives.Count;
    }

    public static double R2(Target target, double[] outputs)
    {
        var mean = target.Values.ToArray().Average();
        return 1 - target.Values.ToArray().Select((value, row) => Math.Pow(value - outputs[row], 2)).Sum() / target.Values.ToArray().Sum(value => Math.Pow(value - mean, 2));
    }

    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static Target Of(LearningTask task, double[] scores) => task switch
    {
        LearningTask.Regression => Target.OfNumbers(scores),
        LearningTask.Binary => Target.OfClasses([.. scores.Select(score => score > 0.3 ? 1 : 0)], ["no", "yes"]),
        _ => Target.OfClasses([.. scores.Select(score => score < -1 ? 0 : score < 1 ? 1 : 2)], ["low", "middle", "high"]),
    };
}
