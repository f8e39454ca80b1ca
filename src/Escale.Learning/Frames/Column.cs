namespace Escale.Learning.Frames;

/// <summary>What a column holds.</summary>
public enum ColumnKind
{
    /// <summary>Numbers in double precision; NaN is missing.</summary>
    Double,

    /// <summary>Numbers in single precision; NaN is missing.</summary>
    Single,

    /// <summary>Whole numbers of 64 bits.</summary>
    Integer,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>One of a list of named levels.</summary>
    Category,

    /// <summary>Texts.</summary>
    Text,

    /// <summary>Moments, as the clock showed them.</summary>
    Timestamp,
}

/// <summary>
/// One named column of a <see cref="Frame"/>. Immutable; what it is made of is not copied and must not change afterwards. Any value may be missing.
/// A column may be a view on some rows of another: it then shares its values.
/// </summary>
public abstract class Column
{
    private int _missing = -1;

    private protected Column(string name, ColumnKind kind, int storedCount, RowView? view)
    {
        ArgumentNullException.ThrowIfNull(name);
        (Name, Kind, View, RowCount) = (name, kind, view, view?.Count ?? storedCount);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it holds.</summary>
    public ColumnKind Kind { get; }

    /// <summary>Rows.</summary>
    public int RowCount { get; }

    /// <summary>How many rows are missing; counted when first asked for.</summary>
    public int MissingCount
    {
        get
        {
            _missing = _missing < 0 ? CountMissing() : _missing;
            return _missing;
        }
    }

    /// <summary>The rows of what is stored that the column shows; null for all.</summary>
    internal RowView? View { get; }

    /// <summary>Numbers; NaN is missing.</summary>
    public static NumberColumn OfNumbers(string name, ReadOnlyMemory<double> values) => new NumberColumn<double>(name, ColumnKind.Double, values, default, null);

    /// <summary>Numbers in single precision; NaN is missing.</summary>
    public static NumberColumn OfNumbers(string name, ReadOnlyMemory<float> values) => new NumberColumn<float>(name, ColumnKind.Single, values, default, null);

    /// <summary>Whole numbers.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="values">One for each row.</param>
    /// <param name="isMissing">Which rows are missing; empty for none.</param>
    public static NumberColumn OfIntegers(string name, ReadOnlyMemory<long> values, ReadOnlyMemory<bool> isMissing = default) =>
        new NumberColumn<long>(name, ColumnKind.Integer, values, isMissing, null);

    /// <summary>True or false.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="values">One for each row.</param>
    /// <param name="isMissing">Which rows are missing; empty for none.</param>
    public static NumberColumn OfBooleans(string name, ReadOnlyMemory<bool> values, ReadOnlyMemory<bool> isMissing = default) =>
        new NumberColumn<bool>(name, ColumnKind.Boolean, values, isMissing, null);

    /// <summary>Categories by the index of their level; −1 is missing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is neither −1 nor that of a level.</exception>
    public static CategoryColumn OfLevels(string name, ReadOnlyMemory<int> codes, IReadOnlyList<string> levels) => CategoryColumn.Checked(name, codes, levels);

    /// <summary>Categories by their texts; null is missing. Levels stand in the order in which they first appear.</summary>
    public static CategoryColumn OfCategories(string name, IEnumerable<string?> values) => CategoryColumn.Of(name, values);

    /// <summary>Texts; null is missing.</summary>
    public static TextColumn OfTexts(string name, ReadOnlyMemory<string?> values) => new(name, values, null);

    /// <summary>Moments.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="values">One for each row.</param>
    /// <param name="isMissing">Which rows are missing; empty for none.</param>
    public static TimestampColumn OfTimestamps(string name, ReadOnlyMemory<DateTime> values, ReadOnlyMemory<bool> isMissing = default) => new(name, values, isMissing, null);

    /// <summary>Numbers, copied; NaN is missing.</summary>
    public static NumberColumn CopyOf(string name, ReadOnlySpan<double> values) => OfNumbers(name, values.ToArray());

    /// <summary>Numbers in single precision, copied; NaN is missing.</summary>
    public static NumberColumn CopyOf(string name, ReadOnlySpan<float> values) => OfNumbers(name, values.ToArray());

    /// <summary>Whole numbers, copied.</summary>
    public static NumberColumn CopyOf(string name, ReadOnlySpan<long> values, ReadOnlySpan<bool> isMissing = default) => OfIntegers(name, values.ToArray(), isMissing.ToArray());

    /// <summary>Whether a row has no value.</summary>
    public abstract bool IsMissing(int row);

    /// <summary>The value of a row as double, float, long, bool, string or DateTime; null when missing. Allocates: for display, not for loops.</summary>
    public abstract object? ValueAt(int row);

    /// <summary>The value of a row as people and files write it, in the invariant culture; null when missing.</summary>
    public virtual string? TextAt(int row) => IsMissing(row) ? null : Convert.ToString(ValueAt(row), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The same values under another name; nothing is copied.</summary>
    public abstract Column Named(string name);

    /// <summary>The same stored values, other rows of them.</summary>
    internal abstract Column Viewed(RowView view);

    private protected virtual int CountMissing()
    {
        var count = 0;
        for (var row = 0; row < RowCount; row++)
        {
            count += IsMissing(row) ? 1 : 0;
        }
        return count;
    }

    private protected int At(int row) => View is null ? row : View.Rows.Span[row];

    private protected void CheckMask(int stored, int mask)
    {
        if (mask != 0 && mask != stored)
        {
            throw new ArgumentException($"Column '{Name}' has {stored} values, but says of {mask} whether they are missing.");
        }
    }
}

/// <summary>Some rows of stored values.</summary>
internal sealed class RowView(ReadOnlyMemory<int> rows)
{
    public ReadOnlyMemory<int> Rows { get; } = rows;

    public int Count => Rows.Length;

    /// <summary>Rows of these rows.</summary>
    public RowView Choose(ReadOnlySpan<int> rows)
    {
        var from = Rows.Span;
        var chosen = new int[rows.Length];
        for (var at = 0; at < chosen.Length; at++)
        {
            chosen[at] = from[rows[at]];
        }
        return new RowView(chosen);
    }
}
