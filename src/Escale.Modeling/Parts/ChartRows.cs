using System.Text.Json;
using System.Text.Json.Serialization;

namespace Escale.Modeling.Parts;

/// <summary>Rows and settings of a chart, as the element <c>escale-chart</c> reads them.</summary>
/// <param name="Type">Its type: <c>line</c>, <c>row</c>, <c>scatter</c>, ….</param>
/// <param name="Title">What it shows.</param>
/// <param name="X">The column along the axis.</param>
/// <param name="Y">The columns that are measured.</param>
public sealed record ChartRows(string Type, string Title, string X, params IReadOnlyList<string> Y)
{
    private static readonly JsonSerializerOptions _json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly List<object?[]> _rows = [];

    /// <summary>A column that splits into series, or null.</summary>
    public string? Series { get; init; }

    /// <summary>What the numbers count, or null.</summary>
    public string? Unit { get; init; }

    /// <summary>Whether the values along the axis are texts.</summary>
    public bool IsByText { get; init; }

    /// <summary>Whether there is nothing to draw.</summary>
    public bool IsEmpty => _rows.Count == 0;

    /// <summary>Adds a row: the value along the axis, the measures, the series if any. What is no number is left out of the drawing.</summary>
    public ChartRows Add(params object?[] row)
    {
        _rows.Add([.. row.Select(value => value is double number ? double.IsFinite(number) ? Math.Round(number, 9) : null : value)]);
        return this;
    }

    /// <summary>As the element reads it.</summary>
    public string ToJson()
    {
        var columns = new List<object> { Column(X, IsByText ? "text" : "number") };
        columns.AddRange(Y.Select(name => Column(name, "number")));
        if (Series is not null)
        {
            columns.Add(Column(Series, "text"));
        }
        return JsonSerializer.Serialize(new { data = new { columns, rows = _rows }, settings = new { type = Type, title = Title, x = X, y = Y, series = Series, unit = Unit } }, _json);
    }

    private static object Column(string name, string kind) => new { name, type = kind == "text" ? "VARCHAR" : "DOUBLE", kind };
}
