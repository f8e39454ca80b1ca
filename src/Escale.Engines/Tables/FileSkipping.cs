using System.Globalization;
using System.Text.Json;
using Escale.Lake;

namespace Escale.Engines.Tables;

/// <summary>Rows wanted have a value of this column between these two, both included.</summary>
/// <param name="Column">The column.</param>
/// <param name="Min">
/// The smallest value wanted: <c>long</c>, <c>double</c>, <c>decimal</c>, <c>string</c>, <c>DateOnly</c>, <c>DateTimeOffset</c>; null: no bound.
/// </param>
/// <param name="Max">The largest value wanted; null: no bound.</param>
public sealed record ColumnBound(string Column, object? Min, object? Max);

/// <summary>Chooses the files that can hold rows within bounds, by the statistics and partition values of the log.</summary>
public static class FileSkipping
{
    /// <summary>The files that may hold a row within all bounds. A file of which nothing is known is kept.</summary>
    public static IReadOnlyList<DataFile> Select(Snapshot snapshot, IReadOnlyList<ColumnBound> bounds) =>
        [.. snapshot.Files.Where(file => bounds.All(bound => MayHold(snapshot, file, bound)))];

    private static bool MayHold(Snapshot snapshot, DataFile file, ColumnBound bound)
    {
        if (snapshot.Schema.Find(bound.Column) is not { } column)
        {
            return true;
        }
        if (snapshot.PartitionColumns.Contains(column.Name, StringComparer.OrdinalIgnoreCase))
        {
            // A comparison is never true of null.
            return TableSelect.ValueOf(file, column.Name) is { } value && MayHold(value, value, column.Type, bound);
        }
        var statistics = file.Statistics;
        if (statistics.RowCount is { } rows && statistics.NullCount.TryGetValue(column.Name, out var nulls) && nulls == rows)
        {
            return false;
        }
        return !statistics.Min.TryGetValue(column.Name, out var min) || !statistics.Max.TryGetValue(column.Name, out var max)
            || MayHold(Text(min), Text(max), column.Type, bound);
    }

    private static bool MayHold(string min, string max, DeltaType type, ColumnBound bound) =>
        !(bound.Max is not null && Compare(min, bound.Max, type) > 0) && !(bound.Min is not null && Compare(max, bound.Min, type) < 0);

    // Null when the two cannot be compared: then nothing is concluded.
    private static int? Compare(string stored, object wanted, DeltaType type)
    {
        switch (type)
        {
            case PrimitiveType { Name: "string" }:
                return wanted is string text ? CompareUtf8(stored, text) : null;
            case PrimitiveType { Name: "date" }:
                return wanted is DateOnly date && DateOnly.TryParse(stored, CultureInfo.InvariantCulture, out var day) ? day.CompareTo(date) : null;
            case PrimitiveType { Name: "timestamp" }:
                return wanted is DateTimeOffset moment
                    && DateTimeOffset.TryParse(stored, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.CompareTo(moment) : null;
            case PrimitiveType { Name: "byte" or "short" or "integer" or "long" } or DecimalType:
                return decimal.TryParse(stored, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Number(wanted) is { } other
                    ? number.CompareTo(other) : null;
            case PrimitiveType { Name: "float" or "double" }:
                return double.TryParse(stored, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && wanted is double or long or decimal
                    ? real.CompareTo(Convert.ToDouble(wanted, CultureInfo.InvariantCulture)) : null;
            default:
                return null;
        }
    }

    private static decimal? Number(object value) => value switch { long number => number, decimal number => number, int number => number, _ => null };

    // DuckDB orders text by its bytes; UTF-16 code units order differently beyond the basic plane.
    private static int CompareUtf8(string left, string right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            if (left[i] != right[i])
            {
                var (a, b) = (char.IsSurrogate(left[i]), char.IsSurrogate(right[i]));
                return a == b ? left[i].CompareTo(right[i]) : a ? 1 : -1;
            }
        }
        return left.Length.CompareTo(right.Length);
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
