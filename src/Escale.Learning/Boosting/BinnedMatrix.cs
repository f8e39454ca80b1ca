using Escale.Learning.Memory;
using Escale.Learning.Threads;

namespace Escale.Learning.Boosting;

/// <summary>
/// The training rows as bins, which lie twice: by row, for histograms of all features in one pass, and by column, for parting the rows of a leaf. Features of at most
/// 256 bins take a byte, categories with more take two.
/// </summary>
internal sealed unsafe class BinnedMatrix : IDisposable
{
    private const int NarrowBins = 256;
    private const int BlockRows = 1 << 14;
    private const int SmallBlockRows = 1 << 10;

    private readonly NativeArray<byte> _byRow;
    private readonly NativeArray<byte>?[] _narrow;
    private readonly NativeArray<ushort>?[] _wide;

    private BinnedMatrix(FeatureBins[] features, int rowCount)
    {
        Features = features;
        RowCount = rowCount;
        // Features with many bins first, so that four neighbours have about as many and their histograms waste no room.
        NarrowFeatures = [.. Enumerable.Range(0, features.Length).Where(IsNarrow).OrderByDescending(feature => features[feature].BinCount)];
        NarrowStride = (NarrowFeatures.Length + 3) & ~3;
        Stride = (NarrowStride + sizeof(ushort) * (features.Length - NarrowFeatures.Length) + 3) & ~3;
        _byRow = new NativeArray<byte>((long)rowCount * Stride + 64);
        _narrow = new NativeArray<byte>?[features.Length];
        _wide = new NativeArray<ushort>?[features.Length];
        for (var feature = 0; feature < features.Length; feature++)
        {
            if (IsNarrow(feature))
            {
                _narrow[feature] = new NativeArray<byte>(rowCount);
            }
            else
            {
                _wide[feature] = new NativeArray<ushort>(rowCount);
            }
        }
    }

    /// <summary>The features, in the order of the columns given.</summary>
    public FeatureBins[] Features { get; }

    /// <summary>Rows.</summary>
    public int RowCount { get; }

    /// <summary>The features that lie by row, in the order in which they do.</summary>
    public int[] NarrowFeatures { get; }

    /// <summary>Bytes of a row's narrow features: a multiple of four, padded with bin 0 of features that do not exist.</summary>
    public int NarrowStride { get; }

    /// <summary>Bytes of a row: the narrow features, then the wide ones, two bytes each in their order; a multiple of four.</summary>
    public int Stride { get; }

    /// <summary>The bins, row after row.</summary>
    public byte* Rows => _byRow.Pointer;

    /// <summary>Whether a feature has at most 256 bins.</summary>
    public bool IsNarrow(int feature) => Features[feature].BinCount <= NarrowBins;

    /// <summary>A narrow feature, value after value.</summary>
    public byte* Narrow(int feature) => _narrow[feature]!.Pointer;

    /// <summary>A wide feature, value after value.</summary>
    public ushort* Wide(int feature) => _wide[feature]!.Pointer;

    /// <summary>The bin of one value.</summary>
    public int Bin(int feature, int row) => _narrow[feature] is { } narrow ? narrow.Pointer[row] : _wide[feature]!.Pointer[row];

    /// <summary>Bins the columns, several at once.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="features">How each is binned.</param>
    /// <param name="team">Who works.</param>
    public static BinnedMatrix Make(FeatureMatrix columns, FeatureBins[] features, WorkerTeam team)
    {
        var matrix = new BinnedMatrix(features, columns.RowCount);
        // Blocks of rows, so that what a worker writes by row is its own cache lines, and small ones in them, so that these stay in the cache.
        team.Run((columns.RowCount + BlockRows - 1) / BlockRows, block =>
        {
            var end = Math.Min(columns.RowCount, (block + 1) * BlockRows);
            for (var from = block * BlockRows; from < end; from += SmallBlockRows)
            {
                matrix.Fill(columns, from, Math.Min(SmallBlockRows, end - from));
            }
        });
        return matrix;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _byRow.Dispose();
        Array.ForEach(_narrow, column => column?.Dispose());
        Array.ForEach(_wide, column => column?.Dispose());
    }

    private void Fill(FeatureMatrix columns, int from, int count)
    {
        for (var slot = 0; slot < NarrowFeatures.Length; slot++)
        {
            var narrow = Narrow(NarrowFeatures[slot]) + from;
            Features[NarrowFeatures[slot]].BinAll(columns[NarrowFeatures[slot]].Slice(from, count), new Span<byte>(narrow, count));
            var byRow = Rows + (long)from * Stride + slot;
            for (var row = 0; row < count; row++, byRow += Stride)
            {
                *byRow = narrow[row];
            }
        }
        var wideRow = Rows + (long)from * Stride + NarrowStride;
        for (var feature = 0; feature < Features.Length; feature++)
        {
            if (!IsNarrow(feature))
            {
                var values = columns[feature].Slice(from, count);
                var wide = Wide(feature) + from;
                for (var row = 0; row < count; row++)
                {
                    *(ushort*)(wideRow + (long)row * Stride) = wide[row] = (ushort)Features[feature].BinOfLevel(values[row]);
                }
                wideRow += sizeof(ushort);
            }
        }
    }
}
