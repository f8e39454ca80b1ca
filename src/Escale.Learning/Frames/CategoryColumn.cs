namespace Escale.Learning.Frames;

/// <summary>Categories: for each row the index of a level, and the names of the levels.</summary>
public sealed class CategoryColumn : Column
{
    private readonly ReadOnlyMemory<int> _codes;

    private CategoryColumn(string name, ReadOnlyMemory<int> codes, IReadOnlyList<string> levels, RowView? view)
        : base(name, ColumnKind.Category, codes.Length, view) => (_codes, Levels) = (codes, levels);

    /// <summary>Names of the levels; a view on some rows keeps all of them.</summary>
    public IReadOnlyList<string> Levels { get; }

    /// <summary>The index of a row's level; −1 when missing.</summary>
    public int Level(int row) => _codes.Span[At(row)];

    /// <summary>Writes the indices of all rows; <paramref name="levels"/> is <see cref="Column.RowCount"/> long. Faster than row by row.</summary>
    public void CopyTo(Span<int> levels)
    {
        var codes = _codes.Span;
        if (View is null)
        {
            codes.CopyTo(levels);
            return;
        }
        var rows = View.Rows.Span;
        for (var row = 0; row < rows.Length; row++)
        {
            levels[row] = codes[rows[row]];
        }
    }

    /// <inheritdoc/>
    public override bool IsMissing(int row) => Level(row) < 0;

    /// <inheritdoc/>
    public override object? ValueAt(int row) => TextAt(row);

    /// <inheritdoc/>
    public override string? TextAt(int row) => Level(row) is >= 0 and var level ? Levels[level] : null;

    /// <inheritdoc/>
    public override Column Named(string name) => new CategoryColumn(name, _codes, Levels, View);

    internal static CategoryColumn Checked(string name, ReadOnlyMemory<int> codes, IReadOnlyList<string> levels)
    {
        foreach (var code in codes.Span)
        {
            if (code < -1 || code >= levels.Count)
            {
                throw new ArgumentOutOfRangeException(nameof(codes), $"Column '{name}' has the level {code}, but only {levels.Count} levels are named.");
            }
        }
        if (levels.Distinct(StringComparer.Ordinal).Count() != levels.Count)
        {
            throw new ArgumentException($"Column '{name}' names a level twice.", nameof(levels));
        }
        return new CategoryColumn(name, codes, levels, null);
    }

    internal static CategoryColumn Of(string name, IEnumerable<string?> values)
    {
        var (indices, levels, codes) = (new Dictionary<string, int>(StringComparer.Ordinal), new List<string>(), new List<int>());
        foreach (var value in values)
        {
            if (value is null)
            {
                codes.Add(-1);
                continue;
            }
            if (!indices.TryGetValue(value, out var level))
            {
                indices.Add(value, level = levels.Count);
                levels.Add(value);
            }
            codes.Add(level);
        }
        return new CategoryColumn(name, codes.ToArray(), levels.ToArray(), null);
    }

    internal override Column Viewed(RowView view) => new CategoryColumn(Name, _codes, Levels, view);
}

/// <summary>Texts.</summary>
public sealed class TextColumn : Column
{
    private readonly ReadOnlyMemory<string?> _values;

    internal TextColumn(string name, ReadOnlyMemory<string?> values, RowView? view)
        : base(name, ColumnKind.Text, values.Length, view) => _values = values;

    /// <summary>The text of a row; null when missing.</summary>
    public string? Text(int row) => _values.Span[At(row)];

    /// <inheritdoc/>
    public override bool IsMissing(int row) => Text(row) is null;

    /// <inheritdoc/>
    public override object? ValueAt(int row) => Text(row);

    /// <inheritdoc/>
    public override string? TextAt(int row) => Text(row);

    /// <inheritdoc/>
    public override Column Named(string name) => new TextColumn(name, _values, View);

    internal override Column Viewed(RowView view) => new TextColumn(Name, _values, view);
}

/// <summary>Moments, as the clock showed them; no zone is applied.</summary>
public sealed class TimestampColumn : Column
{
    private readonly ReadOnlyMemory<DateTime> _values;
    private readonly ReadOnlyMemory<bool> _isMissing;

    internal TimestampColumn(string name, ReadOnlyMemory<DateTime> values, ReadOnlyMemory<bool> isMissing, RowView? view)
        : base(name, ColumnKind.Timestamp, values.Length, view)
    {
        (_values, _isMissing) = (values, isMissing);
        CheckMask(values.Length, isMissing.Length);
    }

    /// <summary>The moment of a row; null when missing.</summary>
    public DateTime? Moment(int row) => IsMissing(row) ? null : _values.Span[At(row)];

    /// <inheritdoc/>
    public override bool IsMissing(int row) => _isMissing.Length > 0 && _isMissing.Span[At(row)];

    /// <inheritdoc/>
    public override object? ValueAt(int row) => Moment(row);

    /// <inheritdoc/>
    public override string? TextAt(int row) => Moment(row)?.ToString("s", System.Globalization.CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override Column Named(string name) => new TimestampColumn(name, _values, _isMissing, View);

    internal override Column Viewed(RowView view) => new TimestampColumn(Name, _values, _isMissing, view);
}
