using Escale.Learning.Frames;
using Escale.Learning.Persistence;

namespace Escale.Learning.Preparation.Encoders;

/// <summary>A number as one feature, and where asked for a second that says whether it is missing.</summary>
internal sealed class NumberEncoder : ColumnEncoder
{
    public const string KindName = "number";

    private NumberEncoder(int input, IReadOnlyList<Feature> features, NumberStep step)
        : base(input, features) => Step = step;

    public NumberStep Step { get; }

    public bool HasIndicator => Features.Count == 2;

    public override string Kind => KindName;

    /// <summary>Fits it; null when the column says nothing.</summary>
    public static NumberEncoder? Fit(Column column, int input, FitContext context)
    {
        if (context.Style == FeatureStyle.Native)
        {
            return FitNative(column, input);
        }
        var numbers = CellReading.Numbers(column);
        if (NumberStep.Fit(numbers, context.Settings) is not { } step)
        {
            return null;
        }
        var hasMissing = numbers.Any(double.IsNaN);
        var isConstant = step.Least == step.Most && !numbers.Any(double.IsInfinity);
        if (isConstant && !hasMissing)
        {
            return null;
        }
        List<Feature> features = [new(column.Name, null, column.Name)];
        if (hasMissing && context.Settings.AddMissingIndicators)
        {
            features.Add(new Feature($"{column.Name} is missing", null, column.Name));
        }
        return new NumberEncoder(input, features, step);
    }

    public override ReadOnlyMemory<float>[] Encode(Column column)
    {
        if (!HasIndicator && Step.IsPlain && column is NumberColumn same && same.TryGetValues<float>(out var values) && !HasInfinity(values.Span))
        {
            return [values];
        }
        var (numbers, columns) = (CellReading.Numbers(column), NewColumns(column.RowCount));
        var encoded = columns[0];
        for (var row = 0; row < encoded.Length; row++)
        {
            encoded[row] = Step.Apply(numbers[row]);
        }
        if (HasIndicator)
        {
            for (var row = 0; row < encoded.Length; row++)
            {
                columns[1][row] = double.IsNaN(numbers[row]) ? 1 : 0;
            }
        }
        return Done(columns);
    }

    public override void EncodeRow(in CellValue cell, Span<float> features)
    {
        features[0] = Step.Apply(cell.Number);
        if (features.Length == 2)
        {
            features[1] = double.IsNaN(cell.Number) ? 1 : 0;
        }
    }

    public static NumberEncoder Load(SavedNode node, int input, IReadOnlyList<Feature> features)
    {
        CheckCount(features, features.Count == 2 ? 2 : 1);
        return new NumberEncoder(input, features, NumberStep.Load(node.Array<double>("step", 5)));
    }

    protected override void SaveOwn(SavedNode node) => node.SetArray<double>("step", Step.Saved());

    /// <summary>
    /// Numbers far from 0 and close together (times in seconds, say) would fall together in single precision: they are counted from the least one.
    /// </summary>
    private static NumberEncoder? FitNative(Column column, int input)
    {
        const double ExactInSingle = 1 << 24;
        if (column.MissingCount == column.RowCount)
        {
            return null;
        }
        var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var number in column.Kind == ColumnKind.Single ? [] : CellReading.Numbers(column))
        {
            if (double.IsFinite(number))
            {
                (least, most) = (Math.Min(least, number), Math.Max(most, number));
            }
        }
        var farthest = Math.Max(Math.Abs(least), Math.Abs(most));
        var isFar = most > least && farthest is >= ExactInSingle and <= 1e300 && most - least < farthest / 2;
        return isFar
            ? new NumberEncoder(input, [new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{column.Name} − {least}"), null, column.Name)], NumberStep.Plain with { Center = least })
            : new NumberEncoder(input, [new(column.Name, null, column.Name)], NumberStep.Plain);
    }

    private static bool HasInfinity(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (float.IsInfinity(value))
            {
                return true;
            }
        }
        return false;
    }
}
