using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Kernel;

namespace Escale.Engines.DuckDb;

/// <summary>
/// Turns DuckDB's error text into a typed error: the code from its class (<c>Binder Error:</c> is <c>engines.duckdb.binder</c>), the message
/// as DuckDB words it, the place from the line and caret that it prints.
/// </summary>
internal static partial class DuckErrors
{
    private static readonly FrozenSet<string> _classes = FrozenSet.ToFrozenSet(
    [
        "binder", "catalog", "constraint", "conversion", "dependency", "fatal", "http", "internal", "interrupt", "invalid-configuration",
        "invalid-input", "io", "missing-extension", "not-implemented", "out-of-memory", "out-of-range", "parameter-not-allowed",
        "parser", "permission", "sequence", "serialization", "syntax", "transaction", "mismatch-type", "data-corruption",
    ]);

    // As the operating system words it, in whatever language the user speaks: programs of ours run without one.
    private const string NoSpace = "No space left on device";

    /// <summary>How an error begins where <c>errors_as_json</c> is set.</summary>
    private const string ReportStart = "{\"exception_type\":\"";

    /// <summary>Whether the text is that of a query that was interrupted.</summary>
    public static bool IsInterrupt(string message) =>
        message.StartsWith("INTERRUPT Error", StringComparison.Ordinal) || message.StartsWith(ReportStart + "INTERRUPT\"", StringComparison.Ordinal);

    /// <summary>The error of a statement.</summary>
    /// <param name="message">DuckDB's text.</param>
    /// <param name="sql">The whole script, to find the column when DuckDB shortened a long line.</param>
    public static EscaleException From(string message, string? sql = null)
    {
        var report = message.StartsWith(ReportStart, StringComparison.Ordinal) ? Report(message) : null;
        message = report?.Message ?? message;
        var kind = Kind(message);
        return Of(kind, message, sql is null ? null : FindPlace(message, sql), report);
    }

    /// <summary>An error whose class DuckDB gives as a number (<c>duckdb_error_type</c>), not in its text.</summary>
    public static EscaleException From(int type, string message)
    {
        var kind = Kind(message);
        kind = kind != "error" ? kind : type switch
        {
            1 => "out-of-range",
            2 => "conversion",
            10 => "transaction",
            13 => "catalog",
            18 => "constraint",
            28 => "io",
            32 => "invalid-input",
            33 => "out-of-memory",
            34 => "permission",
            _ => kind,
        };
        return Of(kind, message);
    }

    private static EscaleException Of(string kind, string message, Place? place = null, DuckReport? report = null) => kind == "io" && message.Contains(NoSpace, StringComparison.Ordinal)
        ? DiskFull.Error(message[(message.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
        : new EscaleException($"engines.duckdb.{kind}", message.Trim(), Remedy(kind), place, report);

    private static DuckReport? Report(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var type = document.RootElement.GetProperty("exception_type").GetString();
            var message = document.RootElement.GetProperty("exception_message").GetString();
            var position = document.RootElement.TryGetProperty("position", out var text) && int.TryParse(text.GetString(), out var offset) ? offset : (int?)null;
            return new DuckReport($"{type} Error: {message}", position);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Kind(string message)
    {
        var match = ErrorClass().Match(message);
        var kind = match.Success ? match.Groups[1].Value.ToLowerInvariant().Replace(' ', '-') : "";
        return _classes.Contains(kind) ? kind : "error";
    }

    private static string? Remedy(string kind) => kind switch
    {
        "out-of-memory" => "Raise engine.memory_limit in escale.yml, or let the query read less at once.",
        "permission" => "Queries here may read only what they were given; ask for the table by its name.",
        "missing-extension" => "Extensions are not loaded; use what DuckDB has built in.",
        _ => null,
    };

    private static Place? FindPlace(string message, string sql)
    {
        var match = CaretLine().Match(message);
        if (!match.Success)
        {
            return null;
        }
        var line = int.Parse(match.Groups["line"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        var shown = match.Groups["text"].Value;
        var caret = match.Groups["indent"].Length - match.Groups["head"].Length;
        var lines = sql.Split('\n');
        if (line < 1 || line > lines.Length || caret < 0)
        {
            return new Place(null, line);
        }
        // A long line is shown from its middle, between dots.
        var cut = shown.StartsWith("...", StringComparison.Ordinal) && !lines[line - 1].StartsWith("...", StringComparison.Ordinal) ? 3 : 0;
        var start = 0;
        if (cut > 0)
        {
            var part = shown[cut..];
            part = part.EndsWith("...", StringComparison.Ordinal) ? part[..^3] : part;
            start = Math.Max(0, lines[line - 1].IndexOf(part, StringComparison.Ordinal));
        }
        return new Place(null, line, start + caret - cut + 1);
    }

    [GeneratedRegex(@"^([A-Za-z][A-Za-z ]*?) Error: ")]
    private static partial Regex ErrorClass();

    [GeneratedRegex(@"^(?<head>LINE (?<line>\d+): )(?<text>.*)\n(?<indent> *)\^", RegexOptions.Multiline)]
    private static partial Regex CaretLine();
}

/// <summary>
/// What DuckDB itself reports of an error, as the inner exception of the <see cref="EscaleException"/>, where the connection was told to
/// (<see cref="DuckConnection.ReportPositions"/>).
/// </summary>
/// <param name="message">DuckDB's message, without the line that it prints.</param>
/// <param name="position">
/// The byte where the failing expression begins, from 0, in the text of the statement that defined it: for an expression of a view that is the
/// CREATE VIEW, not the query. Null when DuckDB does not say.
/// </param>
public sealed class DuckReport(string message, int? position) : Exception(message)
{
    /// <summary>See the constructor.</summary>
    public int? PositionBytes { get; } = position;
}
