using System.Text.Json;
using Escale.Learning;
using Escale.Learning.Preparation;
using Escale.Modeling.Judging;
using Microsoft.AspNetCore.Components;

namespace Escale.Modeling.Endpoints;

/// <summary>A field of a request.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type"><c>number</c>, <c>boolean</c>, <c>category</c>, <c>text</c> or <c>timestamp</c>.</param>
/// <param name="IsRequired">Whether it may not be left out; null is always allowed.</param>
/// <param name="Choices">The categories that were learned; others are taken as unknown.</param>
/// <param name="Least">The least number seen, or null.</param>
/// <param name="Most">The greatest, or null.</param>
public sealed record EndpointField(string Name, string Type, bool IsRequired, IReadOnlyList<string> Choices, double? Least, double? Most)
{
    internal static EndpointField Of(ModelColumn column)
    {
        var type = column.Kind == Learning.Frames.ColumnKind.Boolean && column.Role == ColumnRole.Number ? "boolean" : column.Role.ToString().ToLowerInvariant();
        return new EndpointField(
            column.Name, type, !column.HadMissing, column.Role == ColumnRole.Category ? [.. column.Levels.Take(1000)] : [], double.IsNaN(column.Least) ? null : column.Least, double.IsNaN(column.Most) ? null : column.Most);
    }
}

/// <summary>What the element <c>escale-try</c> is given: the fields of a form, a row to begin with, and where to ask.</summary>
internal static class TryForm
{
    /// <summary>The JSON, in a script that the browser does not run.</summary>
    /// <param name="predict">Where a row is predicted.</param>
    /// <param name="explain">Where a prediction is explained, or null.</param>
    /// <param name="fields">The fields.</param>
    /// <param name="reference">What training rows were like, for a row to begin with; null when it is not known.</param>
    /// <param name="order">The columns, the most important first.</param>
    public static MarkupString Json(string predict, string? explain, IReadOnlyList<EndpointField> fields, Reference? reference, IReadOnlyList<string> order)
    {
        var ordered = fields.OrderBy(field => order.Contains(field.Name) ? order.ToList().IndexOf(field.Name) : int.MaxValue);
        return new MarkupString($"<script type=\"application/json\">{JsonSerializer.Serialize(new { predict, explain, fields = ordered, row = Example(fields, reference) }, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase })}</script>");
    }

    /// <summary>A row like those of training.</summary>
    public static Dictionary<string, object?> Example(IReadOnlyList<EndpointField> fields, Reference? reference) => fields.ToDictionary(field => field.Name, field => Value(field, Text(field, reference)));

    private static string? Text(EndpointField field, Reference? reference) => reference?.Background.TryGetValue(field.Name, out var values) == true && values.Count > 0 ? values[values.Count / 2] : null;

    private static object? Value(EndpointField field, string? text)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        return field.Type switch
        {
            "number" => text is not null && double.TryParse(text, culture, out var number) ? number : text is null && field is { Least: { } least, Most: { } most } ? Math.Round((least + most) / 2, 3) : null,
            "boolean" => text is not null && bool.TryParse(text, out var value) && value,
            "category" => text ?? field.Choices.FirstOrDefault(),
            "timestamp" => text ?? (field.Most is { } days ? new DateTime(2000, 1, 1).AddDays(days).ToString("yyyy-MM-dd'T'HH:mm:ss", culture) : null),
            _ => text,
        };
    }
}
