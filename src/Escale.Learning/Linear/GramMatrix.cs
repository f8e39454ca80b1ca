using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Escale.Learning.Threads;

namespace Escale.Learning.Linear;

/// <summary>Σ w·(x − c)·(x' − c') for each pair of columns. Tiles of two by four columns, each summed over all rows by one thread: the same bits for any number of threads.</summary>
internal static class GramMatrix
{
    private const int High = 2;
    private const int Wide = 4;

    /// <summary>Fills <paramref name="gram"/>, columns × columns, both halves.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="weights">One for each row, or null when all are 1.</param>
    /// <param name="about">What is taken away from each column.</param>
    /// <param name="gram">Written.</param>
    /// <param name="team">Who works.</param>
    /// <param name="token">Stops it.</param>
    public static void Add(FeatureMatrix features, double[]? weights, double[] about, double[] gram, WorkerTeam team, CancellationToken token)
    {
        var count = features.FeatureCount;
        var tiles = new List<(int Row, int Column)>();
        for (var row = 0; row < count; row += High)
        {
            for (var column = 0; column <= row + High - 1 && column < count; column += Wide)
            {
                tiles.Add((row, column));
            }
        }
        team.Run(tiles.Count, at =>
        {
            if (!token.IsCancellationRequested) // thrown below: a part that throws comes out as an aggregate
            {
                Fill(features, weights, about, gram, tiles[at].Row, tiles[at].Column);
            }
        });
        token.ThrowIfCancellationRequested();
    }

    private static void Fill(FeatureMatrix features, double[]? weights, double[] about, double[] gram, int row, int column)
    {
        var count = features.FeatureCount;
        Span<int> at = stackalloc int[High + Wide];
        for (var part = 0; part < at.Length; part++)
        {
            at[part] = Math.Min(count - 1, part < High ? row + part : column + part - High); // past the end: a column again, its sums unused
        }
        Span<double> sums = stackalloc double[High * Wide];
        Tile(features, weights, about, at, sums);
        for (var part = 0; part < sums.Length; part++)
        {
            var (i, j) = (row + part / Wide, column + part % Wide);
            if (i < count && j <= i)
            {
                gram[i * count + j] = gram[j * count + i] = sums[part];
            }
        }
    }

    private static void Tile(FeatureMatrix features, double[]? weights, double[] about, ReadOnlySpan<int> at, Span<double> sums)
    {
        ref var a = ref MemoryMarshal.GetReference(features[at[0]]);
        ref var b = ref MemoryMarshal.GetReference(features[at[1]]);
        ref var c = ref MemoryMarshal.GetReference(features[at[2]]);
        ref var d = ref MemoryMarshal.GetReference(features[at[3]]);
        ref var e = ref MemoryMarshal.GetReference(features[at[4]]);
        ref var f = ref MemoryMarshal.GetReference(features[at[5]]);
        var (ma, mb, mc) = (Vector256.Create(about[at[0]]), Vector256.Create(about[at[1]]), Vector256.Create(about[at[2]]));
        var (md, me, mf) = (Vector256.Create(about[at[3]]), Vector256.Create(about[at[4]]), Vector256.Create(about[at[5]]));
        Vector256<double> ac = default, ad = default, ae = default, af = default, bc = default, bd = default, be = default, bf = default;
        nuint row = 0;
        for (var rows = (nuint)features.RowCount & ~(nuint)3; row < rows; row += 4)
        {
            var (one, two) = (Widen(ref a, row) - ma, Widen(ref b, row) - mb);
            if (weights is not null)
            {
                var weight = Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(weights), row);
                (one, two) = (one * weight, two * weight);
            }
            var other = Widen(ref c, row) - mc;
            (ac, bc) = (ac + one * other, bc + two * other);
            other = Widen(ref d, row) - md;
            (ad, bd) = (ad + one * other, bd + two * other);
            other = Widen(ref e, row) - me;
            (ae, be) = (ae + one * other, be + two * other);
            other = Widen(ref f, row) - mf;
            (af, bf) = (af + one * other, bf + two * other);
        }
        (sums[0], sums[1], sums[2], sums[3]) = (Columns.Sum(ac), Columns.Sum(ad), Columns.Sum(ae), Columns.Sum(af));
        (sums[4], sums[5], sums[6], sums[7]) = (Columns.Sum(bc), Columns.Sum(bd), Columns.Sum(be), Columns.Sum(bf));
        AddRest(features, weights, about, at, sums, (int)row);
    }

    private static void AddRest(FeatureMatrix features, double[]? weights, double[] about, ReadOnlySpan<int> at, Span<double> sums, int row)
    {
        for (; row < features.RowCount; row++)
        {
            for (var part = 0; part < sums.Length; part++)
            {
                var (i, j) = (at[part / Wide], at[High + part % Wide]);
                var one = features[i][row] - about[i];
                sums[part] += (weights is null ? one : one * weights[row]) * (features[j][row] - about[j]);
            }
        }
    }

    private static Vector256<double> Widen(ref float from, nuint at)
    {
        var four = Vector128.LoadUnsafe(ref from, at);
        return Avx.IsSupported ? Avx.ConvertToVector256Double(four) : Vector256.Create(Vector128.WidenLower(four), Vector128.WidenUpper(four));
    }
}
