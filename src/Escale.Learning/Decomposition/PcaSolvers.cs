using Escale.Learning.Linear;
using Escale.Learning.Threads;

namespace Escale.Learning.Decomposition;

/// <summary>A table whose columns have mean 0: products with it, without copying it.</summary>
internal sealed class CentredTable
{
    private const int BlockRows = 4096;

    private readonly FeatureMatrix _features;
    private readonly WorkerTeam _team;

    public CentredTable(FeatureMatrix features, WorkerTeam team, CancellationToken token)
    {
        (_features, _team, Token) = (features, team, token);
        Means = new double[features.FeatureCount];
        var variances = new double[features.FeatureCount];
        team.Run(features.FeatureCount, at =>
        {
            var (values, sum, squares) = (features.Column(at), 0.0, 0.0);
            foreach (var value in values.Span)
            {
                sum += value;
            }
            Means[at] = sum / features.RowCount;
            foreach (var value in values.Span)
            {
                squares += (value - Means[at]) * (value - Means[at]);
            }
            variances[at] = squares / (features.RowCount - 1);
        });
        TotalVariance = variances.Sum();
    }

    public double[] Means { get; }

    public double TotalVariance { get; }

    public CancellationToken Token { get; }

    public int RowCount => _features.RowCount;

    public int FeatureCount => _features.FeatureCount;

    /// <summary>Sums of products of each two features.</summary>
    public double[] FeatureProducts()
    {
        var gram = new double[checked(FeatureCount * FeatureCount)];
        GramMatrix.Add(_features, null, Means, gram, _team, Token);
        return gram;
    }

    /// <summary>Sums of products of each two rows.</summary>
    public double[] RowProducts()
    {
        var gram = new double[checked(RowCount * RowCount)];
        var rows = new double[RowCount][];
        _team.Run(RowCount, row =>
        {
            rows[row] = new double[FeatureCount];
            for (var at = 0; at < FeatureCount; at++)
            {
                rows[row][at] = _features[at][row] - Means[at];
            }
        });
        _team.Run(RowCount, row =>
        {
            for (var other = 0; other <= row && !Token.IsCancellationRequested; other++)
            {
                gram[row * RowCount + other] = gram[other * RowCount + row] = Columns.Dot(rows[row], rows[other]);
            }
        });
        Token.ThrowIfCancellationRequested();
        return gram;
    }

    /// <summary>Table × vector, for each vector of one number a feature: one number a row.</summary>
    public double[][] TimesEach(double[][] vectors)
    {
        var products = new double[vectors.Length][];
        _team.Run(vectors.Length, at =>
        {
            products[at] = new double[RowCount];
            for (var start = 0; start < RowCount && !Token.IsCancellationRequested; start += BlockRows)
            {
                var block = products[at].AsSpan(start, Math.Min(BlockRows, RowCount - start));
                for (var feature = 0; feature < FeatureCount; feature++)
                {
                    PcaModel.AddCentred(_features[feature].Slice(start, block.Length), Means[feature], vectors[at][feature], block);
                }
            }
        });
        Token.ThrowIfCancellationRequested();
        return products;
    }

    /// <summary>Transposed table × vector, for each vector of one number a row: one number a feature.</summary>
    public double[][] TransposedTimesEach(double[][] vectors)
    {
        var products = vectors.Select(_ => new double[FeatureCount]).ToArray();
        var sums = vectors.Select(vector => Metrics.MetricInput.Sum(vector)).ToArray();
        _team.Run(FeatureCount, feature =>
        {
            for (var at = 0; at < vectors.Length && !Token.IsCancellationRequested; at++)
            {
                products[at][feature] = Columns.Dot(_features[feature], vectors[at]) - Means[feature] * sums[at];
            }
        });
        Token.ThrowIfCancellationRequested();
        return products;
    }
}

internal static class ExactPca
{
    public static (double[] Variances, double[][] Directions) ByFeatures(CentredTable table)
    {
        var (values, vectors) = SymmetricEigen.Of(table.FeatureProducts(), table.FeatureCount, table.Token);
        return ([.. values.Select(value => Math.Max(0, value) / (table.RowCount - 1))], vectors);
    }

    /// <summary>For more features than rows. Directions without variance are left out: nothing tells where they point.</summary>
    public static (double[] Variances, double[][] Directions) ByRows(CentredTable table)
    {
        var (values, vectors) = SymmetricEigen.Of(table.RowProducts(), table.RowCount, table.Token);
        var rank = Math.Max(1, values.Count(value => value > values[0] * table.RowCount * 1e-14));
        var directions = table.TransposedTimesEach(vectors[..rank]);
        Orthonormal.Make(directions);
        return ([.. values[..rank].Select(value => Math.Max(0, value) / (table.RowCount - 1))], directions);
    }
}

internal static class RandomizedPca
{
    private const int Oversampling = 10;

    public static (double[] Variances, double[][] Directions) Find(CentredTable table, int components, int seed)
    {
        var smaller = Math.Min(table.RowCount, table.FeatureCount);
        var width = Math.Min(components + Oversampling, smaller);
        var random = new Random(seed);
        var directions = new double[width][];
        for (var at = 0; at < width; at++)
        {
            directions[at] = [.. Enumerable.Range(0, table.FeatureCount).Select(_ =>
                Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
        }
        // As many rounds as scikit-learn takes: more when few of many components are wanted.
        for (var round = components < 0.1 * smaller ? 7 : 4; round >= 0; round--)
        {
            var scores = table.TimesEach(directions);
            Orthonormal.Make(scores);
            directions = table.TransposedTimesEach(scores);
            if (round > 0)
            {
                Orthonormal.Make(directions);
            }
        }
        return Rotated(directions, components, table);
    }

    /// <summary>The singular vectors within the space that the projections span.</summary>
    private static (double[] Variances, double[][] Directions) Rotated(double[][] projected, int components, CentredTable table)
    {
        var width = projected.Length;
        var gram = new double[width * width];
        for (var at = 0; at < gram.Length; at++)
        {
            gram[at] = Columns.Dot(projected[at / width], projected[at % width]);
        }
        var (values, vectors) = SymmetricEigen.Of(gram, width, table.Token);
        var directions = new double[components][];
        for (var component = 0; component < components; component++)
        {
            directions[component] = new double[table.FeatureCount];
            for (var at = 0; at < width; at++)
            {
                for (var feature = 0; feature < table.FeatureCount; feature++)
                {
                    directions[component][feature] += vectors[component][at] * projected[at][feature];
                }
            }
        }
        Orthonormal.Make(directions);
        return ([.. values[..components].Select(value => Math.Max(0, value) / (table.RowCount - 1))], directions);
    }
}

internal static class Orthonormal
{
    /// <summary>
    /// Makes vectors of length 1 at right angles to those before, twice, so that rounding does not spoil it (W. Kahan: twice is enough). One that lies in the span of those before
    /// is replaced by the first axis that does not.
    /// </summary>
    public static void Make(double[][] vectors)
    {
        var axis = 0;
        for (var at = 0; at < vectors.Length; at++)
        {
            var before = Math.Sqrt(Columns.Dot(vectors[at], vectors[at]));
            var length = Clear(vectors, at);
            while (!(length > 1e-10 * before) && axis < vectors[at].Length)
            {
                Array.Clear(vectors[at]);
                (vectors[at][axis++], before) = (1, 1);
                length = Clear(vectors, at);
            }
            for (var k = 0; k < vectors[at].Length; k++)
            {
                vectors[at][k] /= length;
            }
        }
    }

    private static double Clear(double[][] vectors, int at)
    {
        var own = vectors[at];
        for (var pass = 0; pass < 2; pass++)
        {
            for (var other = 0; other < at; other++)
            {
                var share = Columns.Dot(vectors[other], own);
                for (var k = 0; k < own.Length; k++)
                {
                    own[k] -= share * vectors[other][k];
                }
            }
        }
        return Math.Sqrt(Columns.Dot(own, own));
    }
}
