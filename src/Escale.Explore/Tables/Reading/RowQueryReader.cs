using System.Globalization;
using System.Text.Json;
using Escale.Kernel;
using Microsoft.AspNetCore.Http;

namespace Escale.Explore.Tables.Reading;

/// <summary>
/// Reads what a request's address asks for: <c>columns=a,b</c>, <c>sort=-a,b</c>, <c>offset</c>, <c>limit</c>, and filters as
/// <c>column=op.value</c> or, for any column's name and any value, <c>filter=[{"column":"a","op":"eq","value":1}]</c>.
/// </summary>
internal static class RowQueryReader
{
    private const int MostFilters = 50;
    private const int MostValues = 1000;

    /// <summary>The parameters that are no filters.</summary>
    private static readonly HashSet<string> _reserved = new(StringComparer.Ordinal) { "columns", "sort", "offset", "limit", "version", "format", "filter", "full", "spreadsheet", "from", "to", "tab" };

    /// <summary>The query.</summary>
    /// <exception cref="EscaleException"><c>explore.unknown-column</c>, <c>explore.bad-filter</c>, <c>explore.bad-parameter</c>.</exception>
    public static RowQuery Read(IQueryCollection query, IReadOnlyList<TableColumn> columns)
    {
        var filters = query["filter"].Where(text => !string.IsNullOrEmpty(text)).SelectMany(text => FromJson(text!, columns)).ToList();
        foreach (var (name, values) in query.Where(pair => !_reserved.Contains(pair.Key)))
        {
            filters.AddRange(values.Select(value => FromText(Find(columns, name), value ?? "")));
        }
        if (filters.Count > MostFilters || filters.Sum(filter => filter.Values.Count) > MostValues)
        {
            throw BadFilter("There are too many conditions.");
        }
        return new RowQuery
        {
            Columns = [.. List(query["columns"]).Select(name => Find(columns, name)).Distinct()],
            Filters = filters,
            Sorts = [.. List(query["sort"]).Select(name => name[0] == '-' ? new RowSort(Find(columns, name[1..]), true) : new RowSort(Find(columns, name), false))],
            Offset = Number(query, "offset") ?? 0,
            Limit = Number(query, "limit"),
        };
    }

    private static IEnumerable<string> List(IEnumerable<string?> texts) =>
        texts.SelectMany(text => (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static string Find(IReadOnlyList<TableColumn> columns, string name) =>
        columns.FirstOrDefault(column => column.Name == name)?.Name
        ?? columns.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Name
        ?? throw new EscaleException("explore.unknown-column", $"The table has no column '{name}'.",
            Projects.Nearest.Remedy(name, columns.Select(column => column.Name), "Its columns are listed under /api/v1/tables/{name}/about."));

    private static long? Number(IQueryCollection query, string name)
    {
        if (query[name].ToString() is not { Length: > 0 } text)
        {
            return null;
        }
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new EscaleException("explore.bad-parameter", $"'{name}' is a whole number from 0, not '{text}'.", "Correct the parameter.");
    }

    private static RowFilter FromText(string column, string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var op = (dot < 0 ? text : text[..dot]).ToLowerInvariant();
        var rest = dot < 0 ? "" : text[(dot + 1)..];
        return Checked(column, op, RowFilter.Ops.GetValueOrDefault(op) switch
        {
            0 => [],
            1 => [rest],
            _ => [.. rest.TrimStart('(').TrimEnd(')').Split(',')],
        });
    }

    private static IEnumerable<RowFilter> FromJson(string text, IReadOnlyList<TableColumn> columns)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4 });
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(one => FromJson(one, columns))]
                : [FromJson(document.RootElement, columns)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw BadFilter("The filter is not JSON of the form [{\"column\": …, \"op\": …, \"value\": …}].", error);
        }
    }

    private static RowFilter FromJson(JsonElement one, IReadOnlyList<TableColumn> columns)
    {
        var values = one.TryGetProperty("value", out var value)
            ? value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(Text).ToList() : [Text(value)]
            : [];
        return Checked(Find(columns, one.GetProperty("column").GetString() ?? ""), one.GetProperty("op").GetString() ?? "", values);
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static RowFilter Checked(string column, string op, IReadOnlyList<string> values)
    {
        if (!RowFilter.Ops.TryGetValue(op, out var wanted))
        {
            throw BadFilter($"There is no condition '{op}' (column {column}).");
        }
        if (wanted >= 0 && values.Count != wanted)
        {
            throw BadFilter($"The condition '{op}' on {column} takes {(wanted == 0 ? "no value" : "one value")}.");
        }
        return values.Any(value => value.Contains('\0', StringComparison.Ordinal)) ? throw BadFilter("A value holds a zero character.") : new RowFilter(column, op, values);
    }

    private static EscaleException BadFilter(string message, Exception? inner = null) =>
        new("explore.bad-filter", message, $"Write column=op.value, such as year=gte.2024; the conditions are {string.Join(", ", RowFilter.Ops.Keys)}.", inner: inner);
}
