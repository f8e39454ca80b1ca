using System.Globalization;
using System.Text.Json;

namespace Escale.Orchestrate.Pipelines.Pages;

/// <summary>Charts of times, as the element <c>escale-chart</c> reads them. '&lt;' is written as \u003c in it.</summary>
internal static class ChartText
{
    /// <summary>Amounts over time, from zero.</summary>
    public static string Over(string title, string x, string y, string unit, IEnumerable<(DateTimeOffset At, double Value)> points) => Text(
        "area", title, unit, [Column(x, "time"), Column(y, "number")], points.Select(point => new object[] { At(point.At), Math.Round(point.Value, 3) }), x, [y], null);

    /// <summary>Bars of parts that lie on each other, by moments.</summary>
    public static string Parts(string title, string x, string part, string y, string unit, IEnumerable<(DateTimeOffset At, string Part, double Value)> parts) => Text(
        "bar", title, unit, [Column(x, "time"), Column(part, "text"), Column(y, "number")], parts.Select(entry => new object[] { At(entry.At), entry.Part, Math.Round(entry.Value, 3) }), x, [y], part);

    private static string Text(string type, string title, string unit, IReadOnlyList<object> columns, IEnumerable<object[]> rows, string x, string[] y, string? series) => JsonSerializer.Serialize(new
    {
        data = new { columns, rows }, settings = new { type, title, x, y, series, unit, stack = series is null ? "none" : "stack" },
    });

    private static string At(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static object Column(string name, string kind) => new { name, type = kind switch { "number" => "DOUBLE", "time" => "TIMESTAMP WITH TIME ZONE", _ => "VARCHAR" }, kind };
}
