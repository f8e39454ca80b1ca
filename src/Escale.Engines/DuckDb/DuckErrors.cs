using System.Collections.Frozen;
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

    /// <summary>Whether the text is that of a query that was interrupted.</summary>
    public static bool IsInterrupt(string message) => message.StartsWith("INTERRUPT Error", StringComparison.Ordinal);

    /// <summary>The error of a statement.</summary>
    /// <param name="message">DuckDB's text.</param>
    /// <param name="sql">The whole script, to find the column when DuckDB shortened a long line.</param>
    public static EscaleException From(string message, string? sql = null)
    {
        var kind = Kind(message);
        return new EscaleException($"engines.duckdb.{kind}", message.Trim(), Remedy(kind), sql is null ? null : FindPlace(message, sql));
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
        return new EscaleException($"engines.duckdb.{kind}", message.Trim(), Remedy(kind));
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
