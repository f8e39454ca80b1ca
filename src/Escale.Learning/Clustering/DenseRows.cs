using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Escale.Learning.Linear;

namespace Escale.Learning.Clustering;

/// <summary>
/// Rows side by side, each filled up with zeros to a multiple of four numbers: what distances are taken of. Differences and squares are in double precision, in an order that depends
/// on the number of features only.
/// </summary>
internal sealed class DenseRows
{
    private readonly float[] _values;

    private DenseRows(float[] values, int count, int width) => (_values, Count, Width, Stride) = (values, count, width, StrideOf(width));

    public int Count { get; }

    /// <summary>Features.</summary>
    public int Width { get; }

    /// <summary>Numbers from one row to the next.</summary>
    public int Stride { get; }

    public static int StrideOf(int width) => (width + 3) / 4 * 4;

    /// <summary>Copies a table.</summary>
    /// <exception cref="LearningException">A value is missing or infinite, or there is no row or no feature.</exception>
    public static DenseRows Of(FeatureMatrix features)
    {
        if (features.FeatureCount == 0)
        {
            throw new LearningException("learning.no-features", "There is no feature to tell rows apart by.", "Give at least one column of numbers.");
        }
        if (features.RowCount == 0)
        {
            throw new LearningException("learning.no-rows", "There is no row to put into clusters.", "Give a table with rows.");
        }
        features.ThrowIfNotFinite();
        var stride = StrideOf(features.FeatureCount);
        if ((long)features.RowCount * stride > Array.MaxLength)
        {
            throw new LearningException(
                "learning.too-many-features", $"{features.RowCount} rows of {features.FeatureCount} features are more than two thousand million values.", "Keep fewer features, or cluster a sample of the rows.");
        }
        var values = new float[features.RowCount * stride];
        for (var feature = 0; feature < features.FeatureCount; feature++)
        {
            var at = feature;
            foreach (var value in features[feature])
            {
                values[at] = value;
                at += stride;
            }
        }
        return new DenseRows(values, features.RowCount, features.FeatureCount);
    }

    /// <summary>Rows of a saved array, without the zeros at the end of each.</summary>
    public static DenseRows Of(ReadOnlySpan<float> packed, int width)
    {
        var rows = new DenseRows(new float[checked(packed.Length / width * StrideOf(width))], packed.Length / width, width);
        for (var row = 0; row < rows.Count; row++)
        {
            packed.Slice(row * width, width).CopyTo(rows._values.AsSpan(row * rows.Stride));
        }
        return rows;
    }

    /// <summary>Some rows, copied.</summary>
    public DenseRows Chosen(ReadOnlySpan<int> rows)
    {
        var chosen = new DenseRows(new float[checked(rows.Length * Stride)], rows.Length, Width);
        for (var at = 0; at < rows.Length; at++)
        {
            Row(rows[at]).CopyTo(chosen._values.AsSpan(at * Stride));
        }
        return chosen;
    }

    /// <summary>All values without the zeros at the end of each row.</summary>
    public float[] Packed()
    {
        var packed = new float[Count * Width];
        for (var row = 0; row < Count; row++)
        {
            Row(row)[..Width].CopyTo(packed.AsSpan(row * Width));
        }
        return packed;
    }

    /// <summary>A row, zeros at its end included.</summary>
    public ReadOnlySpan<float> Row(int row) => _values.AsSpan(row * Stride, Stride);

    public double SquaredDistance(int row, int other) => SquaredDistance(Row(row), Row(other));

    /// <summary>Of two rows filled up to a multiple of four.</summary>
    public static double SquaredDistance(ReadOnlySpan<float> one, ReadOnlySpan<float> two)
    {
        ref var first = ref MemoryMarshal.GetReference(one);
        ref var second = ref MemoryMarshal.GetReference(two);
        var sum = Vector256<double>.Zero;
        for (var at = 0; at < one.Length; at += 4)
        {
            var away = Widen(ref first, at) - Widen(ref second, at);
            sum += away * away;
        }
        return Columns.Sum(sum);
    }

    /// <summary>Of a row and a centre, both filled up to a multiple of four.</summary>
    public static double SquaredDistance(ReadOnlySpan<float> row, ReadOnlySpan<double> centre)
    {
        ref var first = ref MemoryMarshal.GetReference(row);
        ref var second = ref MemoryMarshal.GetReference(centre);
        var sum = Vector256<double>.Zero;
        for (var at = 0; at < row.Length; at += 4)
        {
            var away = Widen(ref first, at) - Vector256.LoadUnsafe(ref second, (nuint)at);
            sum += away * away;
        }
        return Columns.Sum(sum);
    }

    /// <summary>sums += weight · row.</summary>
    public static void Add(ReadOnlySpan<float> row, double weight, Span<double> sums)
    {
        ref var from = ref MemoryMarshal.GetReference(row);
        ref var to = ref MemoryMarshal.GetReference(sums);
        var weights = Vector256.Create(weight);
        for (var at = 0; at < row.Length; at += 4)
        {
            (Vector256.LoadUnsafe(ref to, (nuint)at) + weights * Widen(ref from, at)).StoreUnsafe(ref to, (nuint)at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Widen(ref float from, int at) => Vector256.WidenLower(Vector128.LoadUnsafe(ref from, (nuint)at).ToVector256Unsafe());
}
