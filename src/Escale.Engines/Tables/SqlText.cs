using System.Globalization;

namespace Escale.Engines.Tables;

/// <summary>Names, text and file lists as SQL. Everything else is bound as a parameter; these are places where SQL takes none.</summary>
internal static class SqlText
{
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Name));

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A list of files for <c>read_parquet</c>, their names taken literally.</summary>
    public static string Files(IEnumerable<string> locations) => $"[{string.Join(", ", locations.Select(location => Text(Literal(location))))}]";

    /// <summary>A SELECT from outside as a subquery: a trailing comment must not swallow the parenthesis, a trailing semicolon must go.</summary>
    public static string Subquery(string select) => $"({select.TrimEnd().TrimEnd(';')}\n)";

    private static string Literal(string path) => path.AsSpan().IndexOfAny("[*?") < 0 ? path
        : path.Replace("[", "[[]", StringComparison.Ordinal).Replace("*", "[*]", StringComparison.Ordinal).Replace("?", "[?]", StringComparison.Ordinal);
}
