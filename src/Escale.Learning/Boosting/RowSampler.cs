namespace Escale.Learning.Boosting;

/// <summary>Draws the rows that each round learns from; from a seed, so that they are the same for any number of threads.</summary>
internal sealed unsafe class RowSampler
{
    private readonly GradientBoosting _settings;
    private readonly int _rowCount;
    private readonly int[] _chosen;
    private readonly int[] _others;
    private readonly float[] _sizes;
    private int _round;

    public RowSampler(GradientBoosting settings, int rowCount)
    {
        (_settings, _rowCount) = (settings, rowCount);
        var isSampling = settings.RowShare < 1 || settings.GossTopShare > 0;
        (_chosen, _others) = isSampling ? (new int[rowCount], new int[rowCount]) : ([], []);
        _sizes = settings.GossTopShare > 0 ? new float[rowCount] : [];
    }

    /// <summary>Whether rows are drawn at all.</summary>
    public bool IsSampling => _chosen.Length > 0;

    /// <summary>The rows to learn from, ascending; empty for all.</summary>
    public ReadOnlySpan<int> Chosen => _chosen.AsSpan(0, ChosenCount);

    /// <summary>The other rows, ascending.</summary>
    public ReadOnlySpan<int> Others => _others.AsSpan(0, OtherCount);

    /// <summary>How many rows are not learned from.</summary>
    public int OtherCount { get; private set; }

    private int ChosenCount { get; set; }

    /// <summary>Draws for a round.</summary>
    /// <param name="seed">Of the round.</param>
    /// <param name="packed">Derivatives by score; those of rows drawn for others, too, are multiplied.</param>
    public void Draw(ulong seed, PackedGradients[] packed)
    {
        (ChosenCount, OtherCount) = (0, 0);
        if (_settings.GossTopShare > 0)
        {
            // The first rounds see all rows, as in LightGBM: derivatives say little before.
            if (_round++ >= (int)(1 / _settings.LearningRate))
            {
                DrawByDerivative(seed, packed);
            }
            return;
        }
        if (_settings.RowShare < 1)
        {
            var most = Threshold(_settings.RowShare);
            for (var row = 0; row < _rowCount; row++)
            {
                Put(row, Draw(seed, row) < most);
            }
        }
        KeepOneAtLeast();
    }

    private static uint Draw(ulong seed, int row) => (uint)(FeatureChoice.Mix(seed, (ulong)row) >> 32);

    private static ulong Threshold(double share) => (ulong)(Math.Clamp(share, 0, 1) * 4294967296.0);

    private void Put(int row, bool isChosen)
    {
        if (isChosen)
        {
            _chosen[ChosenCount++] = row;
        }
        else
        {
            _others[OtherCount++] = row;
        }
    }

    private void KeepOneAtLeast()
    {
        if (ChosenCount == 0)
        {
            OtherCount = 0; // Nothing drawn of a tiny table: all of it.
        }
    }

    private void DrawByDerivative(ulong seed, PackedGradients[] packed)
    {
        var counts = new int[1 << 16];
        for (var row = 0; row < _rowCount; row++)
        {
            var size = 0.0;
            foreach (var of in packed)
            {
                size += Math.Abs(of.Gradient(of.Pointer[row]));
            }
            _sizes[row] = (float)size;
            counts[Place(_sizes[row])]++;
        }
        var (wanted, place) = ((int)Math.Round(_rowCount * _settings.GossTopShare), counts.Length - 1);
        for (; place > 0 && counts[place] <= wanted; place--)
        {
            wanted -= counts[place];
        }
        // Sizes of one place are as good as equal: as many of them as are wanted, by chance.
        var ofPlace = Threshold((double)wanted / Math.Max(1, counts[place]));
        var top = Math.Round(_rowCount * _settings.GossTopShare);
        var ofOthers = Threshold(_settings.GossOtherShare * _rowCount / (_rowCount - top));
        var factor = (_rowCount - top) / (_settings.GossOtherShare * _rowCount);
        for (var row = 0; row < _rowCount; row++)
        {
            var at = Place(_sizes[row]);
            var isTop = at > place || (at == place && Draw(seed ^ 1, row) < ofPlace);
            var isDrawn = !isTop && Draw(seed, row) < ofOthers;
            Put(row, isTop || isDrawn);
            for (var score = 0; isDrawn && score < packed.Length; score++)
            {
                packed[score].Amplify(row, factor);
            }
        }
        KeepOneAtLeast();
    }

    // Positive numbers are in the order of their bits.
    private static int Place(float size) => (int)(BitConverter.SingleToUInt32Bits(size) >> 16);
}
