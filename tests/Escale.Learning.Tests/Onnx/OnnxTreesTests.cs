using Escale.Learning.Onnx;
using Escale.Learning.Trees;

namespace Escale.Learning.Tests.Onnx;

public sealed class OnnxTreesTests
{
    [Theory]
    [InlineData(1, nameof(ScoreLink.Identity), false)]
    [InlineData(1, nameof(ScoreLink.Logistic), false)]
    [InlineData(1, nameof(ScoreLink.Exponential), false)]
    [InlineData(3, nameof(ScoreLink.Softmax), false)]
    [InlineData(4, nameof(ScoreLink.Identity), true)]
    [InlineData(1, nameof(ScoreLink.Identity), true)]
    public void Random_trees_give_the_same_outputs(int scores, string link, bool valuesForEveryScore)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var random = new RandomTrees(seed);
            int[] levelCounts = [0, 3, 0, 70, 1, 700, 0, 12];
            var ensemble = random.Ensemble(levelCounts, treeCount: 1 + seed * 3, maxDepth: seed % 7, scores, Enum.Parse<ScoreLink>(link), valuesForEveryScore);
            AssertSame(ensemble, random.Rows(levelCounts, 150));
        }
    }

    [Fact]
    public void Without_a_tree_every_row_gets_the_start()
    {
        var random = new RandomTrees(1);
        AssertSame(random.Ensemble([0, 0], 0, 0, 3, ScoreLink.Softmax, false), random.Rows([0, 0], 5));
    }

    [Fact]
    public void What_remains_when_trees_take_away_a_large_start_is_whole()
    {
        var random = new RandomTrees(2);
        var trees = random.Ensemble([0], 5, 3, 1, ScoreLink.Identity, false);
        Array.ForEach(trees.Trees, tree => Array.ForEach(Enumerable.Range(0, tree.NodeCount).ToArray(), node => tree.Value[node] -= 2e8));
        var ensemble = new TreeEnsemble { Trees = trees.Trees, ScoreOf = trees.ScoreOf, Start = [1e9], FeatureCount = 1 };
        AssertSame(ensemble, random.Rows([0], 50));
    }

    [Fact]
    public void Sums_keep_the_digits_of_doubles_where_asked()
    {
        var random = new RandomTrees(4);
        var ensemble = random.Ensemble([0, 30], 60, 5, 3, ScoreLink.Identity, true);
        var rows = random.Rows([0, 30], 200);
        var (single, both) = (Run(ensemble, rows), Run(ensemble, rows, keepsDoubles: true));
        var (worstSingle, worstBoth) = (0.0, 0.0);
        for (var at = 0; at < both.Count; at++)
        {
            var expected = Score(ensemble, rows, at / 3)[at % 3];
            worstSingle = Math.Max(worstSingle, Math.Abs(expected - single[at]));
            worstBoth = Math.Max(worstBoth, Math.Abs(expected - both[at]));
        }
        Assert.InRange(worstBoth, 0, 1e-12);
        Assert.InRange(worstSingle, 1e-9, 1e-6);
    }

    [Fact]
    public void One_row_and_many_rows_give_the_same()
    {
        var random = new RandomTrees(3);
        var ensemble = random.Ensemble([0, 40], 90, 4, 2, ScoreLink.Softmax, false);
        var rows = random.Rows([0, 40], 1500);
        AssertSame(ensemble, rows);
        AssertSame(ensemble, rows[..2]);
    }

    [Fact]
    public void Wide_sets_of_levels_do_not_cost_a_node_for_each_level()
    {
        var set = new ulong[16];
        Array.Fill(set, 0xFFFF_0000_FFFF_0000UL);
        var tree = new Tree
        {
            Feature = [0, 0, 0],
            Threshold = [0, 0, 0],
            Left = [1, -1, -1],
            Right = [2, -1, -1],
            IsMissingLeft = [true, false, false],
            LeftLevels = [set, null, null],
            Value = [0, 1, 2],
            Cover = [2, 1, 1],
            Gain = [1, 0, 0],
        };
        var ensemble = new TreeEnsemble { Trees = [tree], ScoreOf = [0], Start = [0], FeatureCount = 1 };
        AssertSame(ensemble, [.. Enumerable.Range(0, 1100).Select(level => (float)level), float.NaN]);
        Assert.InRange(Export(ensemble).Length, 1, 8_000);
    }

    private static void AssertSame(TreeEnsemble ensemble, float[] rows)
    {
        var outputs = Run(ensemble, rows);
        for (var row = 0; row < rows.Length / ensemble.FeatureCount; row++)
        {
            var expected = Score(ensemble, rows, row);
            for (var at = 0; at < expected.Length; at++)
            {
                Assert.Equal(expected[at], outputs[row * expected.Length + at], 1e-6 * Math.Max(1, Math.Abs(expected[at])));
            }
        }
    }

    private static double[] Score(TreeEnsemble ensemble, float[] rows, int row)
    {
        var (scores, outputs) = (new double[ensemble.ScoreCount], new double[ensemble.OutputCount]);
        ensemble.Score(rows.AsSpan(row * ensemble.FeatureCount, ensemble.FeatureCount), scores);
        ensemble.Apply(scores, outputs);
        return outputs;
    }

    private static IReadOnlyList<double> Run(TreeEnsemble ensemble, float[] rows, bool keepsDoubles = false)
    {
        Assert.SkipUnless(OnnxRuntime.IsThere, "ONNX Runtime's package has no library for this platform.");
        using var session = new OnnxSession(Export(ensemble, keepsDoubles));
        var tensor = new OnnxTensorData(rows, rows.Length / ensemble.FeatureCount, ensemble.FeatureCount);
        return session.Run(new Dictionary<string, OnnxTensorData> { ["features"] = tensor }, "outputs")[0].Doubles;
    }

    private static byte[] Export(TreeEnsemble ensemble, bool keepsDoubles = false)
    {
        var graph = new OnnxGraph { KeepsDoubles = keepsDoubles };
        graph.Output("outputs", OnnxTrees.Add(graph, ensemble, graph.Input("features", OnnxType.Single, ensemble.FeatureCount)), ensemble.OutputCount);
        using var stream = new MemoryStream();
        graph.Save(stream, "trees", "", []);
        return stream.ToArray();
    }
}
