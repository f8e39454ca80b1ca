using System.Globalization;
using Escale.Engines.DuckDb;

namespace Escale.Engines.Tables;

/// <summary>Lists of names and files, and subqueries, as SQL.</summary>
internal static class SqlText
{
    public static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(DuckSql.Name));

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A list of files for <c>read_parquet</c>, their names taken literally.</summary>
    public static string Files(IEnumerable<string> locations) => DuckSql.Literals(locations.Select(Literal));

    /// <summary>A SELECT from outside as a subquery: a trailing comment must not swallow the parenthesis, a trailing semicolon must go.</summary>
    public static string Subquery(string select) => $"({select.TrimEnd().TrimEnd(';')}\n)";

    private static string Literal(string path) => path.AsSpan().IndexOfAny("[*?") < 0 ? path
        : path.Replace("[", "[[]", StringComparison.Ordinal).Replace("*", "[*]", StringComparison.Ordinal).Replace("?", "[?]", StringComparison.Ordinal);
}
