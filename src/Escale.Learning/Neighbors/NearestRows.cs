namespace Escale.Learning.Neighbors;

/// <summary>The nearest rows found so far, in order; of rows equally far, the one with the lower number comes first.</summary>
internal ref struct NearestRows(Span<double> distances, Span<int> rows, int count = 0)
{
    private readonly Span<double> _distances = distances;
    private readonly Span<int> _rows = rows;

    public int Count { get; private set; } = count;

    public readonly ReadOnlySpan<int> Rows => _rows[..Count];

    public readonly ReadOnlySpan<double> Distances => _distances[..Count];

    /// <summary>What a row may be away at most to be among them.</summary>
    public readonly double Worst => Count < _rows.Length ? double.PositiveInfinity : _distances[Count - 1];

    public void Add(double distance, int row)
    {
        if (Count == _rows.Length)
        {
            if (distance > _distances[Count - 1] || (distance == _distances[Count - 1] && row > _rows[Count - 1]))
            {
                return;
            }
            Count--;
        }
        var at = Count++;
        for (; at > 0 && (_distances[at - 1] > distance || (_distances[at - 1] == distance && _rows[at - 1] > row)); at--)
        {
            (_distances[at], _rows[at]) = (_distances[at - 1], _rows[at - 1]);
        }
        (_distances[at], _rows[at]) = (distance, row);
    }
}
