namespace Escale.Learning.Trees.Growing;

/// <summary>
/// Orders the levels of a category by the first principal component of their classes' shares, weighted by rows: for three classes or more no single order holds
/// the best parting, and this one comes close (Coppersmith, Hong and Hosking, 1999). The component is found by power iteration from a fixed start.
/// </summary>
internal sealed unsafe class LevelOrder(int classes)
{
    private const int MaxSteps = 30;

    private double[] _shares = [];
    private double[] _weights = [];
    private double[] _keys = [];
    private readonly double[] _mean = new double[classes];
    private readonly double[] _axis = new double[classes];
    private readonly double[] _next = new double[classes];

    /// <summary>Sorts groups of rows.</summary>
    /// <param name="order">The groups; sorted.</param>
    /// <param name="begins">Where each group begins among the sorted rows; the next one's begin is its end.</param>
    /// <param name="sorted">The rows, group beside group.</param>
    /// <param name="pairs">Weight and class of each row.</param>
    public void Sort(Span<int> order, int[] begins, int* sorted, ClassedRow* pairs)
    {
        if (_weights.Length < order.Length)
        {
            (_shares, _weights, _keys) = (new double[order.Length * classes], new double[order.Length], new double[order.Length]);
        }
        var total = 0.0;
        Array.Clear(_mean);
        for (var group = 0; group < order.Length; group++)
        {
            var shares = _shares.AsSpan(group * classes, classes);
            shares.Clear();
            for (var at = begins[group]; at < begins[group + 1]; at++)
            {
                var pair = pairs[sorted[at]];
                shares[pair.Class] += pair.Weight;
            }
            var weight = 0.0;
            for (var of = 0; of < classes; of++)
            {
                weight += shares[of];
                _mean[of] += shares[of];
            }
            for (var of = 0; of < classes; of++)
            {
                shares[of] /= weight;
            }
            (_weights[group], total) = (weight, total + weight);
        }
        for (var of = 0; of < classes; of++)
        {
            _mean[of] /= total;
        }
        FindAxis(order.Length);
        for (var group = 0; group < order.Length; group++)
        {
            (order[group], _keys[group]) = (group, Along(group));
        }
        _keys.AsSpan(0, order.Length).Sort(order);
    }

    private void FindAxis(int groups)
    {
        // The start is the deviation of the group that lies farthest out: never orthogonal to everything.
        var (farthest, most) = (0, -1.0);
        for (var group = 0; group < groups; group++)
        {
            var distance = 0.0;
            for (var of = 0; of < classes; of++)
            {
                var deviation = _shares[group * classes + of] - _mean[of];
                distance += deviation * deviation;
            }
            if (distance * _weights[group] > most)
            {
                (farthest, most) = (group, distance * _weights[group]);
            }
        }
        for (var of = 0; of < classes; of++)
        {
            _axis[of] = _shares[farthest * classes + of] - _mean[of];
        }
        for (var step = 0; step < MaxSteps && Turn(groups) > 1e-9; step++)
        {
        }
    }

    // One step of power iteration; how far the axis moved.
    private double Turn(int groups)
    {
        Array.Clear(_next);
        for (var group = 0; group < groups; group++)
        {
            var along = Along(group) * _weights[group];
            for (var of = 0; of < classes; of++)
            {
                _next[of] += along * (_shares[group * classes + of] - _mean[of]);
            }
        }
        var length = 0.0;
        foreach (var part in _next)
        {
            length += part * part;
        }
        length = Math.Sqrt(length);
        if (length == 0)
        {
            return 0;
        }
        var moved = 0.0;
        for (var of = 0; of < classes; of++)
        {
            var part = _next[of] / length;
            moved += Math.Abs(part - _axis[of]);
            _axis[of] = part;
        }
        return moved;
    }

    private double Along(int group)
    {
        var along = 0.0;
        for (var of = 0; of < classes; of++)
        {
            along += (_shares[group * classes + of] - _mean[of]) * _axis[of];
        }
        return along;
    }
}
