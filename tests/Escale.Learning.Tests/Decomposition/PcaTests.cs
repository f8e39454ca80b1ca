using Escale.Learning.Decomposition;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Decomposition;

public sealed class PcaTests
{
    private static readonly Fixture _fixture = Fixture.Read("pca");

    private static FeatureMatrix TableOf(Fixture of) => FeatureMatrix.OfNumbers([.. of["columns"].Items.Select(column => column.Floats)]);

    [Theory]
    [InlineData("tall", PcaSolver.Exact, 1e-9)]
    [InlineData("wide", PcaSolver.Exact, 1e-9)]
    [InlineData("tall", PcaSolver.Randomized, 1e-6)]
    [InlineData("wide", PcaSolver.Randomized, 1e-6)]
    public void Components_are_those_of_scikit_learn(string name, PcaSolver solver, double within)
    {
        var of = _fixture[name];
        var expected = of["components"].Items.Select(row => row.Doubles).ToArray();
        var (table, pca) = (TableOf(of), new Pca { Components = expected.Length, Solver = solver });
        var model = pca.Fit(table);
        var white = (pca with { Whiten = true }).Fit(table).Transform(table);
        var scores = model.Transform(table, threads: 2);
        for (var component = 0; component < expected.Length; component++)
        {
            for (var feature = 0; feature < table.FeatureCount; feature++)
            {
                Assert.Equal(expected[component][feature], model.Loadings(component)[feature], within);
            }
            Assert.Equal(1, model.ExplainedVariance[component] / of["variance"].Doubles[component], within);
            Assert.Equal(of["share"].Doubles[component], model.ExplainedShare[component], within);
            foreach (var (row, wanted) in of["scores"].Items.Index())
            {
                Assert.Equal(wanted.Doubles[component], scores[component][row], 1e-5 * Math.Max(1, Math.Abs(wanted.Doubles[component])));
                Assert.Equal(of["white"].Items.ElementAt(row).Doubles[component], white[component][row], 1e-5);
            }
        }
    }

    [Fact]
    public void One_row_gives_the_bits_of_many_without_allocating_and_so_does_a_saved_model()
    {
        var table = TableOf(_fixture["tall"]);
        var model = new Pca { Components = 3, Whiten = true }.Fit(table);
        var loaded = PcaModel.Load(SavedPart.Of("pca", model.Save));
        var many = model.Transform(table, threads: 3);
        var (row, components) = (new float[table.FeatureCount], new float[3]);
        for (var at = 0; at < table.RowCount; at++)
        {
            table.CopyRow(at, row);
            loaded.TransformRow(row, components);
            Assert.Equal([many[0][at], many[1][at], many[2][at]], components);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        loaded.TransformRow(row, components);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void The_features_come_back_from_all_components()
    {
        foreach (var name in new[] { "tall", "wide" })
        {
            var table = TableOf(_fixture[name]);
            foreach (var isWhitened in new[] { false, true })
            {
                var model = new Pca { Whiten = isWhitened }.Fit(table);
                var back = model.InverseTransform(model.Transform(table));
                for (var feature = 0; feature < table.FeatureCount; feature++)
                {
                    Assert.Equal(table.Features[feature].Name, back.Features[feature].Name);
                    for (var row = 0; row < table.RowCount; row++)
                    {
                        Assert.Equal(table[feature][row], back[feature][row], 1e-4 * Math.Max(1, Math.Abs(table[feature][row])));
                    }
                }
            }
        }
    }

    [Fact]
    public void As_many_components_are_kept_as_explain_the_share_asked_for()
    {
        var table = TableOf(_fixture["wide"]);
        var all = new Pca().Fit(table).ExplainedShare;
        var kept = new Pca { ExplainedShare = 0.7 }.Fit(table).ComponentCount;
        Assert.True(all.Take(kept).Sum() >= 0.7);
        Assert.True(all.Take(kept - 1).Sum() < 0.7);
        Assert.Equal(11, all.Count); // twelve rows about their mean span eleven directions
        Assert.Equal(1, all.Sum(), 1e-12);
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        var random = new Random(1);
        var table = FeatureMatrix.OfNumbers([.. Enumerable.Range(0, 23).Select(_ => Enumerable.Range(0, 5001).Select(_ => random.NextSingle()).ToArray())]);
        foreach (var pca in new[] { new Pca { Components = 4 }, new Pca { Components = 4, Solver = PcaSolver.Randomized } })
        {
            var (one, three) = (pca.Fit(table, new() { Threads = 1 }), pca.Fit(table, new() { Threads = 3 }));
            Assert.Equal(one.ExplainedVariance, three.ExplainedVariance);
            Assert.Equal(one.Loadings(3), three.Loadings(3));
            Assert.Equal(one.Transform(table, 1)[3], three.Transform(table, 3)[3]);
        }
    }

    [Fact]
    public void Eigenvectors_of_a_larger_matrix_are_right_angled_and_take_it_apart()
    {
        const int Count = 120;
        var random = new Random(5);
        var matrix = new double[Count * Count];
        for (var at = 0; at < matrix.Length; at++)
        {
            var (i, j) = (at / Count, at % Count);
            matrix[at] = i >= j ? random.NextDouble() - 0.5 : 0;
        }
        for (var at = 0; at < matrix.Length; at++)
        {
            matrix[at] = matrix[Math.Max(at / Count, at % Count) * Count + Math.Min(at / Count, at % Count)];
        }
        var (values, vectors) = SymmetricEigen.Of(matrix.AsSpan().ToArray(), Count, default);
        Assert.Equal(values.OrderDescending(), values);
        for (var at = 0; at < Count; at++)
        {
            var product = Enumerable.Range(0, Count).Select(i => Enumerable.Range(0, Count).Sum(j => matrix[i * Count + j] * vectors[at][j])).ToArray();
            Assert.All(product.Index(), item => Assert.Equal(values[at] * vectors[at][item.Index], item.Item, 1e-12));
            for (var other = 0; other <= at; other++)
            {
                Assert.Equal(at == other ? 1 : 0, vectors[at].Zip(vectors[other], (a, b) => a * b).Sum(), 1e-13);
            }
        }
    }

    [Fact]
    public void The_order_of_rows_and_a_constant_column_change_no_component()
    {
        var table = TableOf(_fixture["tall"]);
        var order = Enumerable.Range(0, table.RowCount).ToArray();
        new Random(2).Shuffle(order);
        var more = FeatureMatrix.OfNumbers([.. Enumerable.Range(0, table.FeatureCount).Select(feature => table.Rows(order)[feature].ToArray()), [.. order.Select(_ => 7f)]]);
        var (one, two) = (new Pca { Components = 4 }.Fit(table), new Pca { Components = 4 }.Fit(more));
        for (var component = 0; component < 4; component++)
        {
            Assert.Equal(one.ExplainedVariance[component], two.ExplainedVariance[component], 1e-9 * one.TotalVariance);
            Assert.All(one.Loadings(component).ToArray().Append(0).Index(), item => Assert.Equal(item.Item, two.Loadings(component)[item.Index == table.FeatureCount ? ^1 : item.Index], 1e-8));
        }
    }

    [Fact]
    public void Too_many_features_for_exact_components_are_said()
    {
        var wide = new FeatureMatrix(
            [.. Enumerable.Range(0, 16_400).Select(at => new Feature("x" + at))], [.. Enumerable.Repeat((ReadOnlyMemory<float>)new float[16_400], 16_400)], 16_400);
        Assert.Equal("learning.too-many-features", Assert.Throws<LearningException>(() => new Pca { Solver = PcaSolver.Exact }.Fit(wide)).Code);
    }

    [Fact]
    public void Constant_features_and_wrong_input_have_a_defined_outcome()
    {
        var model = new Pca { Whiten = true }.Fit(FeatureMatrix.OfNumbers([3, 3, 3], [1, 2, 3], [2, 4, 6]));
        Assert.Equal([1, 0, 0], model.ExplainedShare.Select(share => Math.Round(share, 12)));
        Assert.All(Enumerable.Range(0, 3), at => Assert.DoesNotContain(model.Transform(FeatureMatrix.OfNumbers([3, 4], [1, 5], [2, 1]))[at].ToArray(), value => !float.IsFinite(value)));
        Assert.Equal([0, 0], new Pca().Fit(FeatureMatrix.OfNumbers([1, 1], [2, 2])).ExplainedShare);
        var missing = Assert.Throws<LearningException>(() => new Pca().Fit(FeatureMatrix.OfNumbers([1, float.NaN])));
        Assert.Equal(("learning.feature-not-finite", "x0"), (missing.Code, missing.Column));
        Assert.Equal("learning.too-few-rows", Assert.Throws<LearningException>(() => new Pca().Fit(FeatureMatrix.OfNumbers([1]))).Code);
        Assert.Equal("learning.bad-setting", Assert.Throws<LearningException>(() => new Pca { Components = 0 }.Fit(FeatureMatrix.OfNumbers([1, 2]))).Code);
        Assert.Equal("learning.no-features", Assert.Throws<LearningException>(() => new Pca().Fit(new FeatureMatrix([], [], 3))).Code);
    }
}
