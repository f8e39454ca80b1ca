namespace Escale.Learning.Clustering;

/// <summary>
/// Lloyd's iterations. For each row an upper bound of the distance to its centre and a lower one of that to any other are kept and moved with the centres; as long as they do not cross,
/// no distance is needed.
/// </summary>
internal sealed class HamerlyIterations
{
    /// <summary>What rounding may have made bounds too tight by.</summary>
    private const double Slack = 1 + 1e-10;

    private readonly KMeansRun _run;
    private readonly DenseRows _rows;
    private readonly double[] _centres;
    private readonly int _count;
    private readonly int[] _labels;
    private readonly double[] _upper;
    private readonly double[] _lower;
    private readonly double[] _halfGaps;
    private readonly double[] _moves;
    private readonly double[][] _sums;
    private readonly double[][] _weights;
    private readonly bool[] _hasChanged;

    public HamerlyIterations(KMeansRun run, double[] centres)
    {
        (_run, _rows, _centres, _count) = (run, run.Rows, centres, centres.Length / run.Rows.Stride);
        (_labels, _upper, _lower) = (new int[_rows.Count], new double[_rows.Count], new double[_rows.Count]);
        (_halfGaps, _moves, _hasChanged) = (new double[_count], new double[_count], new bool[run.BlockCount]);
        _sums = [.. Enumerable.Range(0, run.BlockCount).Select(_ => new double[centres.Length])];
        _weights = [.. Enumerable.Range(0, run.BlockCount).Select(_ => new double[_count])];
        Array.Fill(_labels, -1);
    }

    /// <summary>Iterates until no row changes its cluster or the centres hardly move.</summary>
    /// <returns>How many iterations.</returns>
    public int Run()
    {
        for (var iteration = 1; ; iteration++)
        {
            MeasureGaps();
            _run.ForBlocks(Assign);
            if (!_hasChanged.Contains(true))
            {
                return iteration;
            }
            var moved = MoveCentres();
            if (moved <= _run.ToleranceSquared || iteration == _run.MaxIterations)
            {
                return iteration;
            }
        }
    }

    private Span<double> Centre(int at) => _centres.AsSpan(at * _rows.Stride, _rows.Stride);

    private void MeasureGaps()
    {
        Array.Fill(_halfGaps, double.PositiveInfinity);
        for (var at = 0; at < _count; at++)
        {
            for (var other = 0; other < at; other++)
            {
                var sum = 0.0;
                for (var k = 0; k < _rows.Stride; k++)
                {
                    var away = Centre(at)[k] - Centre(other)[k];
                    sum += away * away;
                }
                var half = Math.Sqrt(sum) / 2;
                (_halfGaps[at], _halfGaps[other]) = (Math.Min(_halfGaps[at], half), Math.Min(_halfGaps[other], half));
            }
        }
    }

    private void Assign(int block, int from, int until)
    {
        var (sums, weights, hasChanged) = (_sums[block], _weights[block], false);
        Array.Clear(sums);
        Array.Clear(weights);
        for (var row = from; row < until; row++)
        {
            hasChanged |= AssignRow(row);
            var label = _labels[row];
            DenseRows.Add(_rows.Row(row), _run.Weights[row], sums.AsSpan(label * _rows.Stride, _rows.Stride));
            weights[label] += _run.Weights[row];
        }
        _hasChanged[block] = hasChanged;
    }

    private bool AssignRow(int row)
    {
        var before = _labels[row];
        if (before >= 0)
        {
            var bound = Math.Max(_halfGaps[before], _lower[row]);
            if (_upper[row] * Slack < bound)
            {
                return false;
            }
            _upper[row] = Math.Sqrt(DenseRows.SquaredDistance(_rows.Row(row), Centre(before)));
            if (_upper[row] * Slack < bound)
            {
                return false;
            }
        }
        var (best, least, second) = (0, double.PositiveInfinity, double.PositiveInfinity);
        for (var at = 0; at < _count; at++)
        {
            var distance = DenseRows.SquaredDistance(_rows.Row(row), Centre(at));
            if (distance < least)
            {
                (best, least, second) = (at, distance, least);
            }
            else if (distance < second)
            {
                second = distance;
            }
        }
        (_labels[row], _upper[row], _lower[row]) = (best, Math.Sqrt(least), Math.Sqrt(second));
        return best != before;
    }

    /// <summary>Puts each centre to the mean of its rows and the bounds after it.</summary>
    /// <returns>The sum of the squared moves.</returns>
    private double MoveCentres()
    {
        var (sums, weights) = (new double[_centres.Length], new double[_count]);
        for (var block = 0; block < _sums.Length; block++)
        {
            for (var at = 0; at < sums.Length; at++)
            {
                sums[at] += _sums[block][at];
            }
            for (var at = 0; at < _count; at++)
            {
                weights[at] += _weights[block][at];
            }
        }
        FillEmpty(sums, weights);
        var moved = 0.0;
        for (var at = 0; at < _count; at++)
        {
            var square = 0.0;
            for (var k = 0; k < _rows.Stride && weights[at] > 0; k++)
            {
                var (to, from) = (sums[at * _rows.Stride + k] / weights[at], Centre(at)[k]);
                square += (to - from) * (to - from);
                Centre(at)[k] = to;
            }
            _moves[at] = Math.Sqrt(square);
            moved += square;
        }
        MoveBounds();
        return moved;
    }

    private void MoveBounds()
    {
        var (farthest, second) = (0, 0.0);
        for (var at = 1; at < _count; at++)
        {
            (farthest, second) = _moves[at] > _moves[farthest] ? (at, Math.Max(second, _moves[farthest])) : (farthest, Math.Max(second, _moves[at]));
        }
        _run.ForBlocks((_, from, until) =>
        {
            for (var row = from; row < until; row++)
            {
                _upper[row] += _moves[_labels[row]];
                _lower[row] -= _labels[row] == farthest ? second : _moves[farthest];
            }
        });
    }

    /// <summary>A centre without rows goes to the row that is farthest from its own centre, which gives it up; as scikit-learn does.</summary>
    private void FillEmpty(double[] sums, double[] weights)
    {
        if (Array.IndexOf(weights, 0.0) < 0)
        {
            return;
        }
        var distances = new double[_rows.Count];
        _run.ForBlocks((_, from, until) =>
        {
            for (var row = from; row < until; row++)
            {
                distances[row] = _run.Weights[row] > 0 ? DenseRows.SquaredDistance(_rows.Row(row), Centre(_labels[row])) : 0;
            }
        });
        for (var at = 0; at < _count; at++)
        {
            if (weights[at] > 0)
            {
                continue;
            }
            var row = Array.IndexOf(distances, distances.Max());
            var old = _labels[row];
            if (distances[row] <= 0 || weights[old] <= _run.Weights[row])
            {
                continue;
            }
            DenseRows.Add(_rows.Row(row), -_run.Weights[row], sums.AsSpan(old * _rows.Stride, _rows.Stride));
            DenseRows.Add(_rows.Row(row), _run.Weights[row], sums.AsSpan(at * _rows.Stride, _rows.Stride));
            (weights[old], weights[at], distances[row], _labels[row]) = (weights[old] - _run.Weights[row], _run.Weights[row], 0, at);
            (_upper[row], _lower[row]) = (double.PositiveInfinity, double.NegativeInfinity); // its bounds were of the old centre
        }
    }
}
