using Escale.Learning.Boosting;
using Escale.Learning.Threads;
using Escale.Learning.Trees;

namespace Escale.Learning.Tests.Boosting;

public sealed class BoostingCoreTests
{
    private static readonly GrowthSettings _small = new() { MinLeafRows = 5 };

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        var (columns, targets) = Table(30_000, seed: 1);
        var one = Train(columns, targets, new LogisticObjective(), threads: 1, rounds: 8);
        foreach (var threads in new[] { 2, 3, 7 })
        {
            var many = Train(columns, targets, new LogisticObjective(), threads, rounds: 8);
            Assert.Equal(one.Scores, many.Scores);
            Assert.Equal(one.Trees[^1].Threshold, many.Trees[^1].Threshold);
        }
    }

    [Fact]
    public void Following_the_tree_comes_to_the_scores_of_training()
    {
        var (columns, targets) = Table(5_000, seed: 2);
        var trained = Train(columns, targets, new LogisticObjective(), threads: 2, rounds: 20);
        var values = new float[columns.Count];
        for (var row = 0; row < targets.Length; row++)
        {
            for (var column = 0; column < values.Length; column++)
            {
                values[column] = columns[column].IsCategorical ? (columns[column].Level(row) is >= 0 and var level ? level : float.NaN) : (float)columns[column].Number(row);
            }
            Assert.Equal(trained.Scores[row], trained.Start + trained.Trees.Sum(tree => tree.Value[tree.LeafOf(values)]), 9);
        }
    }

    [Fact]
    public void The_first_split_is_the_best_of_all_when_each_is_tried()
    {
        var random = new Random(3);
        for (var repeat = 0; repeat < 20; repeat++)
        {
            var x = Enumerable.Range(0, 200).Select(_ => Math.Round(random.NextDouble() * 30)).ToArray();
            var y = x.Select(value => (float)((value > 11 ? 2 : -1) + random.NextDouble())).ToArray();
            var trained = Train([BoostingColumn.OfNumbers(x)], y, new SquaredObjective(), 1, 1, _small with { MaxLeaves = 2 });
            var mean = y.Average();
            var best = x.Distinct().Order().SkipLast(1).MaxBy(threshold =>
            {
                var left = y.Where((_, row) => x[row] <= threshold).ToList();
                var right = y.Where((_, row) => x[row] > threshold).ToList();
                return left.Count < 5 || right.Count < 5 ? double.NegativeInfinity
                    : Math.Pow(left.Sum(value => value - mean), 2) / left.Count + Math.Pow(right.Sum(value => value - mean), 2) / right.Count;
            });
            Assert.Equal(x.Where(value => value <= best), x.Where(value => value <= trained.Trees[0].Threshold[0]));
        }
    }

    [Fact]
    public void The_missing_value_goes_where_it_fits()
    {
        var x = Enumerable.Range(0, 900).Select(row => row % 3 == 0 ? double.NaN : row % 3).ToArray();
        var y = x.Select(value => double.IsNaN(value) || value == 2 ? 5f : 1f).ToArray();
        var tree = Train([BoostingColumn.OfNumbers(x)], y, new SquaredObjective(), 1, 1, _small with { MaxLeaves = 2 }, learningRate: 1).Trees[0];
        Assert.False(tree.IsMissingLeft[0]);
        Assert.Equal(tree.Value[tree.LeafOf([2])], tree.Value[tree.LeafOf([float.NaN])]);
        Assert.Equal(4, tree.Value[tree.LeafOf([float.NaN])] - tree.Value[tree.LeafOf([1])], 5);
    }

    [Fact]
    public void Levels_are_parted_by_their_targets_also_above_255()
    {
        var random = new Random(4);
        const int Levels = 1000;
        var codes = Enumerable.Range(0, 60_000).Select(_ => random.Next(Levels)).ToArray();
        var isHigh = Enumerable.Range(0, Levels).Select(level => level * 7919 % 2 == 0).ToArray();
        var y = codes.Select(code => isHigh[code] ? 3f : 0f).ToArray();
        var tree = Train([BoostingColumn.OfLevels(codes, Levels)], y, new SquaredObjective(), 2, 1, _small with { MaxLeaves = 2, CategorySmoothing = 1 }, learningRate: 1).Trees[0];
        Assert.All(Enumerable.Range(0, Levels), level => Assert.Equal(isHigh[level] ? 1.5 : -1.5, tree.Value[tree.LeafOf([level])], 1));
    }

    private static (IReadOnlyList<BoostingColumn> Columns, float[] Targets) Table(int rows, int seed)
    {
        var random = new Random(seed);
        var (a, b, c, d) = (new double[rows], new float[rows], new int[rows], new double[rows]);
        var targets = new float[rows];
        for (var row = 0; row < rows; row++)
        {
            a[row] = random.NextDouble();
            b[row] = row % 11 == 0 ? float.NaN : (float)random.NextDouble();
            c[row] = random.Next(-1, 300);
            d[row] = Math.Round(random.NextDouble() * 5);
            targets[row] = random.NextDouble() < 1 / (1 + Math.Exp(4 * a[row] - 2 + (float.IsNaN(b[row]) ? 1 : b[row]) - (c[row] % 3 == 0 ? 1.5 : 0))) ? 1 : 0;
        }
        return ([BoostingColumn.OfNumbers(a), BoostingColumn.OfNumbers(b), BoostingColumn.OfLevels(c, 300), BoostingColumn.OfNumbers(d)], targets);
    }

    private static (double Start, double[] Scores, List<Tree> Trees) Train(
        IReadOnlyList<BoostingColumn> columns, float[] targets, Objective objective, int threads, int rounds, GrowthSettings? growth = null, double learningRate = 0.1)
    {
        using var team = new WorkerTeam(threads);
        using var matrix = BinnedMatrix.Make(columns, FeatureBinning.Choose(columns, 255, 200_000, team), team);
        using var run = new BoostingRun(matrix, objective, targets, default, growth ?? new GrowthSettings(), team);
        var trees = Enumerable.Range(0, rounds).Select(round => run.Step(round, learningRate)).ToList();
        return (run.Start, run.Scores.ToArray(), trees);
    }
}
