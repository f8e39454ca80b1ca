namespace Escale.Collect.Loading;

/// <summary>Quoting for the SQL that is put together here.</summary>
internal static class Sql
{
    /// <summary>A name: <c>"a ""b"""</c>.</summary>
    public static string Name(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>A text: <c>'it''s'</c>.</summary>
    public static string Text(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>A list of texts.</summary>
    public static string Texts(IEnumerable<string> texts) => "[" + string.Join(", ", texts.Select(Text)) + "]";
}
