using Escale.Engines.DuckDb;

namespace Escale.Collect.Loading;

/// <summary>Texts and options for the SQL that is put together here; names are quoted by <see cref="DuckSql.Name"/>.</summary>
internal static class Sql
{
    /// <summary>A text: <c>'it''s'</c>.</summary>
    public static string Text(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>
    /// The option that tells read_json how long its longest record is. It takes twice as much memory for each thread, and gives each thread that much
    /// of the file, so it is what the file needs and not what any file might.
    /// </summary>
    public static string ObjectSize(long longestBytes) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"maximum_object_size = {Math.Max(2L << 20, longestBytes + 1)}");

    /// <summary>A list of texts.</summary>
    public static string Texts(IEnumerable<string> texts) => "[" + string.Join(", ", texts.Select(Text)) + "]";
}
