using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Escale.Learning.Memory;
using Escale.Learning.Threads;

namespace Escale.Learning.Boosting;

/// <summary>
/// Sums of the packed derivatives by feature and bin, for the rows of a leaf. Narrow features come in the order of their slots, every four with as many
/// places as the first of them has bins; wide ones follow. A child's histogram is counted for the smaller child only; the other is the parent's less that.
/// </summary>
internal sealed unsafe class Histograms : IDisposable
{
    private const int RowsPerPart = 4096;
    private const int PrefetchRows = 16;
    private const int Group = 4;
    private const int FullSize = 256;

    private readonly BinnedMatrix _matrix;
    private readonly WorkerTeam _team;
    private readonly NativeArray<long>[] _scratch;
    private readonly Stack<NativeArray<long>> _free = new();
    private readonly List<NativeArray<long>> _all = [];
    private readonly int[] _wideFeatures;
    private readonly long[] _offsets;
    private readonly NativeArray<int> _groupSizes;
    private readonly NativeArray<long> _wideOffsets;
    private readonly int _fullGroups;
    private readonly Action<int> _countPart;
    private readonly Action<int> _addPart;

    // What the step under way works on.
    private long* _target;
    private int* _rows;
    private int _rowCount;
    private int _parts;
    private long* _packed;
    private long* _parent;
    private int _chunkRows;
    private long _nextRow;

    public Histograms(BinnedMatrix matrix, WorkerTeam team)
    {
        (_matrix, _team) = (matrix, team);
        _wideFeatures = [.. Enumerable.Range(0, matrix.Features.Length).Where(feature => !matrix.IsNarrow(feature))];
        _offsets = new long[matrix.Features.Length];
        _groupSizes = new NativeArray<int>(matrix.NarrowStride / Group);
        _wideOffsets = new NativeArray<long>(_wideFeatures.Length);
        for (var slot = 0; slot < matrix.NarrowStride; slot += Group)
        {
            // Slots are in descending order of their bins: the first of a group needs the most.
            var size = SizeOf(matrix.NarrowFeatures[slot]);
            _groupSizes.Span[slot / Group] = size;
            _fullGroups += size == FullSize ? 1 : 0;
            foreach (var feature in matrix.NarrowFeatures.AsSpan(slot, Math.Min(Group, matrix.NarrowFeatures.Length - slot)))
            {
                _offsets[feature] = Length;
                Length += size;
            }
            Length += size * Math.Max(0, slot + Group - matrix.NarrowFeatures.Length);
        }
        for (var at = 0; at < _wideFeatures.Length; at++)
        {
            _wideOffsets.Span[at] = _offsets[_wideFeatures[at]] = Length;
            Length += SizeOf(_wideFeatures[at]);
        }
        _scratch = [.. Enumerable.Range(0, team.Count - 1).Select(_ => new NativeArray<long>(Length))];
        (_countPart, _addPart) = (CountPart, AddPart);
    }

    /// <summary>Words of one histogram.</summary>
    public long Length { get; }

    /// <summary>Where a feature's bins begin.</summary>
    public long OffsetOf(int feature) => _offsets[feature];

    /// <summary>A histogram to fill; give it back with <see cref="Return"/>.</summary>
    public NativeArray<long> Rent()
    {
        if (_free.TryPop(out var free))
        {
            return free;
        }
        var made = new NativeArray<long>(Length);
        _all.Add(made);
        return made;
    }

    /// <summary>Gives a histogram back.</summary>
    public void Return(NativeArray<long> histogram) => _free.Push(histogram);

    /// <summary>Counts the rows of a leaf.</summary>
    /// <param name="target">Filled.</param>
    /// <param name="rows">The rows, ascending; null for all.</param>
    /// <param name="rowCount">How many.</param>
    /// <param name="packed">Their derivatives.</param>
    /// <param name="parent">A parent's histogram, which becomes that of the other child: this one's is taken away. Null at the root.</param>
    public void Count(NativeArray<long> target, int* rows, int rowCount, PackedGradients packed, NativeArray<long>? parent)
    {
        _parent = parent is null ? null : parent.Pointer;
        _target = target.Pointer;
        _rows = rows;
        _rowCount = rowCount;
        _packed = packed.Pointer;
        _nextRow = 0;
        _parts = Math.Clamp(rowCount / RowsPerPart, 1, _team.Count);
        _chunkRows = Math.Clamp(rowCount / (4 * _parts), 1024, 8192);
        _team.Run(_parts, _countPart);
        _team.Run(_parts, _addPart);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _all.ForEach(histogram => histogram.Dispose());
        Array.ForEach(_scratch, histogram => histogram.Dispose());
        _groupSizes.Dispose();
        _wideOffsets.Dispose();
    }

    // Every worker has a histogram of its own and takes stretch after stretch of rows, so that none waits for a slower one. The sums are whole numbers: who counted which rows leaves no trace.
    private void CountPart(int part)
    {
        var target = part == 0 ? _target : _scratch[part - 1].Pointer;
        new Span<long>(target, checked((int)Length)).Clear();
        while (Interlocked.Add(ref _nextRow, _chunkRows) - _chunkRows is var from && from < _rowCount)
        {
            var to = (int)Math.Min(_rowCount, from + _chunkRows);
            if (_rows is null)
            {
                CountAll(target, (int)from, to);
            }
            else
            {
                CountSome(target, (int)from, to);
            }
        }
    }

    private int SizeOf(int feature) => _matrix.Features[feature].BinCount is > 128 and <= FullSize ? FullSize : (_matrix.Features[feature].BinCount + 3) & ~3;

    private void CountAll(long* target, int from, int to)
    {
        var (stride, shape) = (_matrix.Stride, ShapeOfRow());
        var bins = _matrix.Rows + (long)from * stride;
        for (var row = from; row < to; row++, bins += stride)
        {
            AddRow(target, bins, shape, _packed[row]);
        }
    }

    private void CountSome(long* target, int from, int to)
    {
        var (stride, shape) = (_matrix.Stride, ShapeOfRow());
        var all = _matrix.Rows;
        var rows = _rows;
        var packed = _packed;
        var safe = Math.Clamp(_rowCount - PrefetchRows, from, to);
        var at = from;
        for (; at < safe; at++)
        {
            if (Sse.IsSupported)
            {
                var ahead = rows[at + PrefetchRows];
                Sse.Prefetch0(all + (long)ahead * stride);
                Sse.Prefetch0(packed + ahead);
            }
            AddRow(target, all + (long)rows[at] * stride, shape, packed[rows[at]]);
        }
        for (; at < to; at++)
        {
            AddRow(target, all + (long)rows[at] * stride, shape, packed[rows[at]]);
        }
    }

    private RowShape ShapeOfRow() => new(
        _fullGroups * Group, _groupSizes.Pointer + _fullGroups, _groupSizes.Pointer + _matrix.NarrowStride / Group, _wideOffsets.Pointer, _wideOffsets.Pointer + _wideFeatures.Length);

    // Four features a step: the bins of a row are padded to that, and the padding counts into places that nobody reads.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(long* histogram, byte* bins, in RowShape shape, long packed)
    {
        var target = histogram;
        for (var end = bins + shape.FullBytes; bins < end; target += Group * FullSize, bins += Group)
        {
            var four = *(uint*)bins;
            target[four & 255] += packed;
            target[FullSize + ((four >> 8) & 255)] += packed;
            target[2 * FullSize + ((four >> 16) & 255)] += packed;
            target[3 * FullSize + (four >> 24)] += packed;
        }
        for (var size = shape.Sizes; size < shape.SizesEnd; size++, bins += Group)
        {
            // Groups whose features have few bins.
            var four = *(uint*)bins;
            long step = *size;
            target[four & 255] += packed;
            target[step + ((four >> 8) & 255)] += packed;
            target[2 * step + ((four >> 16) & 255)] += packed;
            target[3 * step + (four >> 24)] += packed;
            target += 4 * step;
        }
        for (var offset = shape.Wide; offset < shape.WideEnd; offset++, bins += sizeof(ushort))
        {
            histogram[*offset + *(ushort*)bins] += packed;
        }
    }

    // Each worker adds up a share of the places and takes them from the parent's.
    private void AddPart(int part)
    {
        var words = Length / Vector256<long>.Count;
        var from = words * part / _parts * Vector256<long>.Count;
        var to = words * (part + 1) / _parts * Vector256<long>.Count;
        for (var other = 0; other < _parts - 1; other++)
        {
            var source = _scratch[other].Pointer;
            for (var at = from; at < to; at += Vector256<long>.Count)
            {
                (Vector256.Load(_target + at) + Vector256.Load(source + at)).Store(_target + at);
            }
        }
        for (var at = from; _parent is not null && at < to; at += Vector256<long>.Count)
        {
            (Vector256.Load(_parent + at) - Vector256.Load(_target + at)).Store(_parent + at);
        }
    }

    // What the bytes of a row are: features of 256 places, groups of four with fewer, wide features.
    private readonly struct RowShape(int fullBytes, int* sizes, int* sizesEnd, long* wide, long* wideEnd)
    {
        public readonly int FullBytes = fullBytes;
        public readonly int* Sizes = sizes;
        public readonly int* SizesEnd = sizesEnd;
        public readonly long* Wide = wide;
        public readonly long* WideEnd = wideEnd;
    }
}
