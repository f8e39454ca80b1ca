using Escale.Learning.Memory;
using Escale.Learning.Threads;

namespace Escale.Learning.Boosting;

/// <summary>
/// The training rows as bins. Features of at most 256 bins lie twice: by row, for histograms of all features in one pass, and by column,
/// for parting the rows of a leaf. Categories with more bins lie by column only, two bytes a value.
/// </summary>
internal sealed unsafe class BinnedMatrix : IDisposable
{
    private const int NarrowBins = 256;

    private readonly NativeArray<byte> _byRow;
    private readonly NativeArray<byte>?[] _narrow;
    private readonly NativeArray<ushort>?[] _wide;

    private BinnedMatrix(FeatureBins[] features, int rowCount)
    {
        Features = features;
        RowCount = rowCount;
        Slot = new int[features.Length];
        var (narrow, wide) = (0, 0);
        for (var feature = 0; feature < features.Length; feature++)
        {
            Slot[feature] = features[feature].BinCount <= NarrowBins ? narrow++ : wide++;
        }
        NarrowCount = narrow;
        Stride = (narrow + 3) & ~3;
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

    /// <summary>How many features lie by row.</summary>
    public int NarrowCount { get; }

    /// <summary>Bytes of a row: a multiple of four, padded with bin 0 of features that do not exist.</summary>
    public int Stride { get; }

    /// <summary>A feature's place among the narrow ones or among the wide ones.</summary>
    public int[] Slot { get; }

    /// <summary>The narrow features, row after row.</summary>
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
        const int Block = 1 << 14;
        var rowCount = columns.RowCount;
        var matrix = new BinnedMatrix(features, rowCount);
        // Blocks of rows, so that what a worker writes by row is its own cache lines.
        team.Run((rowCount + Block - 1) / Block, block =>
        {
            var (from, to) = (block * Block, Math.Min(rowCount, (block + 1) * Block));
            for (var feature = 0; feature < features.Length; feature++)
            {
                matrix.Fill(columns[feature], feature, from, to);
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

    private void Fill(ReadOnlySpan<float> column, int feature, int from, int to)
    {
        var bins = Features[feature];
        if (!IsNarrow(feature))
        {
            var wide = Wide(feature);
            for (var row = from; row < to; row++)
            {
                wide[row] = (ushort)bins.BinOfLevel(column[row]);
            }
            return;
        }
        var narrow = Narrow(feature);
        var byRow = Rows + Slot[feature];
        var stride = (long)Stride;
        for (var row = from; row < to; row++)
        {
            var bin = (byte)(bins.IsCategorical ? bins.BinOfLevel(column[row]) : bins.BinOf(column[row]));
            narrow[row] = bin;
            byRow[row * stride] = bin;
        }
    }
}
