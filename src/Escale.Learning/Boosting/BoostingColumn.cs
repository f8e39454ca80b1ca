namespace Escale.Learning.Boosting;

/// <summary>One column as boosting reads it: numbers in double or single precision (NaN is missing), or levels of a category (−1 is missing).</summary>
internal sealed class BoostingColumn
{
    private readonly ReadOnlyMemory<double> _doubles;
    private readonly ReadOnlyMemory<float> _floats;
    private readonly ReadOnlyMemory<int> _levels;

    private BoostingColumn(ReadOnlyMemory<double> doubles, ReadOnlyMemory<float> floats, ReadOnlyMemory<int> levels, int levelCount)
    {
        (_doubles, _floats, _levels, LevelCount) = (doubles, floats, levels, levelCount);
        Length = Math.Max(Math.Max(doubles.Length, floats.Length), levels.Length);
    }

    /// <summary>Rows.</summary>
    public int Length { get; }

    /// <summary>Levels of a category; 0 for a number.</summary>
    public int LevelCount { get; }

    /// <summary>Whether it is a category.</summary>
    public bool IsCategorical => LevelCount > 0;

    /// <summary>A column of numbers, not copied.</summary>
    public static BoostingColumn OfNumbers(ReadOnlyMemory<double> values) => new(values, default, default, 0);

    /// <summary>A column of numbers, not copied.</summary>
    public static BoostingColumn OfNumbers(ReadOnlyMemory<float> values) => new(default, values, default, 0);

    /// <summary>A category, not copied.</summary>
    public static BoostingColumn OfLevels(ReadOnlyMemory<int> levels, int levelCount) => new(default, default, levels, Math.Max(1, levelCount));

    /// <summary>A number.</summary>
    public double Number(int row) => _floats.Length > 0 ? _floats.Span[row] : _doubles.Span[row];

    /// <summary>A level, or −1.</summary>
    public int Level(int row) => _levels.Span[row];
}
