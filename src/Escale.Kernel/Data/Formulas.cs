using System.Globalization;

namespace Escale.Kernel;

/// <summary>What a spreadsheet would run instead of showing it (security requirement S11).</summary>
public static class Formulas
{
    /// <summary>Whether a spreadsheet takes a text for a formula: a leading <c>= + - @</c>, tab or carriage return.</summary>
    public static bool IsFormula(string text) => text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r';

    /// <summary>A text that is shown: an apostrophe before what would be a formula.</summary>
    public static string Shown(string text) => IsFormula(text) ? "'" + text : text;

    /// <summary>The same in DuckDB's SQL; a number that is kept as text stays one.</summary>
    /// <param name="column">The column, quoted.</param>
    public static string ShownSql(string column) =>
        string.Create(CultureInfo.InvariantCulture, $@"CASE WHEN regexp_matches({column}, '^[=+\-@\t\r]') AND try_cast({column} AS DOUBLE) IS NULL THEN '''' || {column} ELSE {column} END");
}
