using System.Globalization;
using System.Runtime.InteropServices;

namespace Escale.Learning.Frames;

/// <summary>Numbers: double, single, integer or boolean (1 is true). Whole numbers beyond 2⁵³ lose their last digits when read as numbers.</summary>
public abstract class NumberColumn : Column
{
    private protected NumberColumn(string name, ColumnKind kind, int storedCount, RowView? view)
        : base(name, kind, storedCount, view)
    {
    }

    /// <summary>The number of a row; NaN when missing.</summary>
    public abstract double Number(int row);

    /// <summary>Writes all numbers, NaN for the missing; <paramref name="numbers"/> is <see cref="Column.RowCount"/> long. Faster than row by row.</summary>
    public abstract void CopyTo(Span<double> numbers);

    /// <summary>The values themselves, not copied: double, float, long or bool by <see cref="Column.Kind"/>. False for another type and for a view on some rows.</summary>
    public abstract bool TryGetValues<T>(out ReadOnlyMemory<T> values)
        where T : unmanaged;
}

/// <summary>Numbers stored as <typeparamref name="T"/>.</summary>
internal sealed class NumberColumn<T> : NumberColumn
    where T : unmanaged
{
    private readonly ReadOnlyMemory<T> _values;
    private readonly ReadOnlyMemory<bool> _isMissing;

    public NumberColumn(string name, ColumnKind kind, ReadOnlyMemory<T> values, ReadOnlyMemory<bool> isMissing, RowView? view)
        : base(name, kind, values.Length, view)
    {
        (_values, _isMissing) = (values, isMissing);
        CheckMask(values.Length, isMissing.Length);
    }

    public override bool IsMissing(int row) => double.IsNaN(Number(row));

    public override double Number(int row)
    {
        var at = At(row);
        return _isMissing.Length > 0 && _isMissing.Span[at] ? double.NaN : AsDouble(_values.Span[at]);
    }

    public override void CopyTo(Span<double> numbers)
    {
        var values = _values.Span;
        var isMissing = _isMissing.Span;
        numbers = numbers[..RowCount];
        if (View is null)
        {
            for (var row = 0; row < numbers.Length; row++)
            {
                numbers[row] = isMissing.Length > 0 && isMissing[row] ? double.NaN : AsDouble(values[row]);
            }
            return;
        }
        var rows = View.Rows.Span;
        for (var row = 0; row < numbers.Length; row++)
        {
            var at = rows[row];
            numbers[row] = isMissing.Length > 0 && isMissing[at] ? double.NaN : AsDouble(values[at]);
        }
    }

    public override bool TryGetValues<TValue>(out ReadOnlyMemory<TValue> values)
    {
        if (View is null && _values is ReadOnlyMemory<TValue> same)
        {
            values = same;
            return true;
        }
        values = default;
        return false;
    }

    public override object? ValueAt(int row) => IsMissing(row) ? null : _values.Span[At(row)];

    public override string? TextAt(int row) => IsMissing(row) ? null : Text(_values.Span[At(row)]);

    public override Column Named(string name) => new NumberColumn<T>(name, Kind, _values, _isMissing, View);

    internal override Column Viewed(RowView view) => new NumberColumn<T>(Name, Kind, _values, _isMissing, view);

    private protected override int CountMissing()
    {
        if (View is not null)
        {
            return base.CountMissing();
        }
        if (Kind is ColumnKind.Integer or ColumnKind.Boolean)
        {
            return _isMissing.Span.Count(true);
        }
        var count = 0;
        foreach (var value in _values.Span)
        {
            count += double.IsNaN(AsDouble(value)) ? 1 : 0;
        }
        return count;
    }

    private static string Text(T value) => typeof(T) == typeof(bool)
        ? (bool)(object)value ? "true" : "false"
        : string.Create(CultureInfo.InvariantCulture, $"{value}");

    // The comparisons are settled when the method is compiled for T; nothing is boxed.
    private static double AsDouble(T value) =>
        typeof(T) == typeof(double) ? (double)(object)value
        : typeof(T) == typeof(float) ? (double)(float)(object)value
        : typeof(T) == typeof(long) ? (double)(long)(object)value // The cast matters: of float and long the common type is float.
        : MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value))[0];
}
