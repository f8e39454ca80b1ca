using System.Text.Json;
using System.Text.Json.Serialization;

namespace Escale.Kernel;

/// <summary>What a verb writes: results to standard output, everything else to standard error. Text for people, JSON for scripts.</summary>
public sealed class CliOutput(TextWriter results, TextWriter messages, bool json)
{
    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private static readonly JsonSerializerOptions _lineOptions = new(_options) { WriteIndented = false };

    /// <summary>Whether <c>--json</c> was given.</summary>
    public bool IsJson => json;

    /// <summary>Whether a person is looking at standard error (live displays go there).</summary>
    public bool IsTerminal { get; } = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");

    /// <summary>Standard output.</summary>
    public TextWriter Results => results;

    /// <summary>Standard error.</summary>
    public TextWriter Messages => messages;

    /// <summary>A line of the result.</summary>
    public void Line(string text = "") => results.WriteLine(text);

    /// <summary>A line about the work, for people only.</summary>
    public void Message(string text) => messages.WriteLine(text);

    /// <summary>The result as one JSON document: snake_case names, enums by name.</summary>
    public void WriteJson<T>(T value) => results.WriteLine(JsonSerializer.Serialize(value, _options));

    /// <summary>One line of NDJSON, in the same form.</summary>
    public void WriteJsonLine<T>(T value) => results.WriteLine(JsonSerializer.Serialize(value, _lineOptions));

    /// <summary>A table: left-aligned text, columns as wide as their content; numbers are right-aligned.</summary>
    /// <param name="headers">One per column; a leading <c>&gt;</c> right-aligns the column.</param>
    /// <param name="rows">Cells as text.</param>
    public void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        List<IReadOnlyList<string>> all = [[.. headers.Select(header => header.TrimStart('>'))], .. rows];
        var widths = new int[headers.Count];
        foreach (var row in all)
        {
            for (var column = 0; column < widths.Length; column++)
            {
                widths[column] = Math.Max(widths[column], row[column].Length);
            }
        }
        foreach (var row in all)
        {
            var cells = row.Select((cell, column) => headers[column].StartsWith('>') ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            results.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
