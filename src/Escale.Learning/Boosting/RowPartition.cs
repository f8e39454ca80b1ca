using System.Numerics;
using Escale.Learning.Memory;
using Escale.Learning.Threads;

namespace Escale.Learning.Boosting;

/// <summary>The rows of the tree being grown, leaf beside leaf, ascending in each. Parting a leaf keeps that order, so that memory is read forwards.</summary>
internal sealed unsafe class RowPartition : IDisposable
{
    private const int RowsPerPart = 8192;

    private readonly BinnedMatrix _matrix;
    private readonly WorkerTeam _team;
    private readonly NativeArray<int> _rows;
    private readonly NativeArray<int> _left;
    private readonly NativeArray<int> _right;
    private readonly NativeArray<byte> _goesLeft = new(1 << 16);
    private readonly int[] _lefts;
    private readonly int[] _leftsBefore;
    private readonly Action<int> _partPart;
    private readonly Action<int> _copyPart;
    private int _begin;
    private int _count;
    private int _parts;
    private Split _split;

    public RowPartition(BinnedMatrix matrix, WorkerTeam team)
    {
        (_matrix, _team) = (matrix, team);
        _rows = new NativeArray<int>(matrix.RowCount);
        _left = new NativeArray<int>(matrix.RowCount);
        _right = new NativeArray<int>(matrix.RowCount);
        _lefts = new int[Math.Max(1, matrix.RowCount / RowsPerPart)];
        _leftsBefore = new int[_lefts.Length + 1];
        (_partPart, _copyPart) = (PartPart, CopyPart);
    }

    /// <summary>The rows of all leaves.</summary>
    public int* Rows => _rows.Pointer;

    /// <summary>Puts rows into one leaf.</summary>
    /// <param name="rows">The rows, ascending; empty for all.</param>
    /// <returns>How many.</returns>
    public int Reset(ReadOnlySpan<int> rows)
    {
        if (!rows.IsEmpty)
        {
            rows.CopyTo(_rows.Span);
            return rows.Length;
        }
        const int Block = 1 << 16;
        _team.Run((_matrix.RowCount + Block - 1) / Block, block =>
        {
            var all = _rows.Pointer;
            for (var row = block * Block; row < Math.Min(_matrix.RowCount, (block + 1) * Block); row++)
            {
                all[row] = row;
            }
        });
        return _matrix.RowCount;
    }

    /// <summary>Parts the rows of a leaf: those that go left first.</summary>
    /// <returns>How many went left.</returns>
    public int Part(int begin, int count, in Split split)
    {
        (_begin, _count, _split) = (begin, count, split);
        // More parts than workers, so that none waits for a slower one.
        _parts = _team.Count == 1 ? 1 : Math.Max(1, count / RowsPerPart);
        var of = _matrix.Features[split.Feature];
        for (var bin = 0; bin < of.BinCount; bin++)
        {
            _goesLeft.Pointer[bin] = split.GoesLeft(bin, of.MissingBin) ? (byte)1 : (byte)0;
        }
        _team.Run(_parts, _partPart);
        for (var part = 0; part < _parts; part++)
        {
            _leftsBefore[part + 1] = _leftsBefore[part] + _lefts[part];
        }
        _team.Run(_parts, _copyPart);
        return _leftsBefore[_parts];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _left.Dispose();
        _right.Dispose();
        _goesLeft.Dispose();
    }

    private (int From, int To) Share(int part) =>
        (_begin + (int)((long)_count * part / _parts), _begin + (int)((long)_count * (part + 1) / _parts));

    private void PartPart(int part) => _lefts[part] = _matrix.IsNarrow(_split.Feature) ? PartPart(part, _matrix.Narrow(_split.Feature)) : PartPart(part, _matrix.Wide(_split.Feature));

    // Which way a bin goes is looked up, both sides are written and one is moved on: no branch to mispredict.
    private int PartPart<TBin>(int part, TBin* bins)
        where TBin : unmanaged, IBinaryInteger<TBin>
    {
        var (from, to) = Share(part);
        var left = _left.Pointer + from;
        var right = _right.Pointer + from;
        var rows = _rows.Pointer;
        var goesLeft = _goesLeft.Pointer;
        long lefts = 0;
        long rights = 0;
        for (var at = from; at < to; at++)
        {
            var row = rows[at];
            long goes = goesLeft[int.CreateTruncating(bins[row])];
            left[lefts] = row;
            right[rights] = row;
            lefts += goes;
            rights += 1 - goes;
        }
        return (int)lefts;
    }

    private void CopyPart(int part)
    {
        var (from, to) = Share(part);
        var (before, all) = (_leftsBefore[part], _leftsBefore[_parts]);
        var lefts = _lefts[part];
        new ReadOnlySpan<int>(_left.Pointer + from, lefts).CopyTo(new Span<int>(_rows.Pointer + _begin + before, lefts));
        var rights = to - from - lefts;
        new ReadOnlySpan<int>(_right.Pointer + from, rights).CopyTo(new Span<int>(_rows.Pointer + _begin + all + (from - _begin - before), rights));
    }
}
