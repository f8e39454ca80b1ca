using Escale.Collect.Sniffing;

namespace Escale.Collect.OpenFiles;

/// <summary>Keeps rows from all over a file, however many come: each second one is let go when there are too many, and from then on fewer are taken.</summary>
internal sealed class RowSpread(int most)
{
    private readonly List<LooseRecord> _rows = [];
    private long _stride = 1;
    private long _count;

    /// <summary>What was kept.</summary>
    public IReadOnlyList<LooseRecord> Rows => _rows;

    /// <summary>Lets all of them go.</summary>
    public void Clear() => _rows.Clear();

    /// <summary>Takes a row, or not.</summary>
    public void Add(LooseRecord row)
    {
        if (_count++ % _stride != 0)
        {
            return;
        }
        _rows.Add(row);
        if (_rows.Count < most)
        {
            return;
        }
        for (var at = 0; at < _rows.Count / 2; at++)
        {
            _rows[at] = _rows[2 * at];
        }
        _rows.RemoveRange(_rows.Count / 2, _rows.Count - (_rows.Count / 2));
        _stride *= 2;
    }
}
