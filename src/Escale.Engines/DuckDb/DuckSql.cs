using System.Text;

namespace Escale.Engines.DuckDb;

/// <summary>Writing names and texts into SQL where no parameter can stand, and finding the statements of a script.</summary>
public static class DuckSql
{
    /// <summary>A name in quotes: <c>a "b"</c> is <c>"a ""b"""</c>.</summary>
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A text in quotes: <c>it's</c> is <c>'it''s'</c>. A zero character, which SQL text cannot hold, is refused.</summary>
    /// <exception cref="ArgumentException">The text holds a zero character.</exception>
    public static string Literal(string text) => text.Contains('\0', StringComparison.Ordinal)
        ? throw new ArgumentException("SQL text cannot hold a zero character.", nameof(text))
        : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A list of texts: <c>['a', 'b']</c>.</summary>
    public static string Literals(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Literal))}]";

    /// <summary>
    /// The statements of a script, each with everything before it blanked out, so that lines and columns stay true. Knows quotes, comments
    /// and dollar quotes; does not judge the SQL.
    /// </summary>
    public static IReadOnlyList<string> Split(string sql)
    {
        var statements = new List<string>();
        var (start, hasText) = (0, false);
        for (var at = 0; at < sql.Length;)
        {
            if (sql[at] == ';')
            {
                Add(at);
                start = ++at;
                hasText = false;
                continue;
            }
            var end = SkipToken(sql, at, out var isBlank);
            hasText |= !isBlank;
            at = end;
        }
        Add(sql.Length);
        return statements;

        void Add(int end)
        {
            if (hasText)
            {
                statements.Add(Blank(sql.AsSpan(0, start)) + sql[start..end]);
            }
        }
    }

    /// <summary>
    /// The script with everything that is quoted, and every comment, as spaces: what is left is keywords, plain names, numbers and signs, each
    /// where it stood.
    /// </summary>
    /// <param name="sql">The script.</param>
    /// <param name="cover">What stands in place of the rest; with anything but a space, line ends in it are covered too.</param>
    public static string Mask(string sql, char cover = ' ')
    {
        var mask = new StringBuilder(sql);
        for (var at = 0; at < sql.Length;)
        {
            var end = SkipToken(sql, at, out _);
            for (var inside = at; end > at + 1 && inside < end; inside++)
            {
                mask[inside] = sql[inside] == '\n' && cover == ' ' ? '\n' : cover;
            }
            at = end;
        }
        return mask.ToString();
    }

    private static string Blank(ReadOnlySpan<char> before)
    {
        var line = before.LastIndexOf('\n') + 1;
        return new StringBuilder().Append('\n', before.Count('\n')).Append(' ', before.Length - line).ToString();
    }

    /// <summary>The end of what starts at a position: a quoted text, a comment, or one character.</summary>
    private static int SkipToken(string sql, int at, out bool isBlank)
    {
        isBlank = char.IsWhiteSpace(sql[at]);
        switch (sql[at])
        {
            case '\'':
                var hasEscapes = at > 0 && sql[at - 1] is 'e' or 'E' && (at == 1 || !char.IsLetterOrDigit(sql[at - 2]));
                return SkipQuoted(sql, at, '\'', hasEscapes);
            case '"':
                return SkipQuoted(sql, at, '"', hasEscapes: false);
            case '-' when Follows(sql, at, "--"):
                isBlank = true;
                var newline = sql.IndexOf('\n', at);
                return newline < 0 ? sql.Length : newline + 1;
            case '/' when Follows(sql, at, "/*"):
                isBlank = true;
                return SkipComment(sql, at);
            case '$' when at == 0 || !(char.IsLetterOrDigit(sql[at - 1]) || sql[at - 1] == '_'):
                return SkipDollars(sql, at);
            default:
                return at + 1;
        }
    }

    private static bool Follows(string sql, int at, string text) => string.CompareOrdinal(sql, at, text, 0, text.Length) == 0;

    private static int SkipQuoted(string sql, int at, char quote, bool hasEscapes)
    {
        for (at++; at < sql.Length; at++)
        {
            if (hasEscapes && sql[at] == '\\')
            {
                at++;
            }
            else if (sql[at] == quote)
            {
                return at + 1; // A doubled quote starts another quoted text at once: the same end.
            }
        }
        return sql.Length;
    }

    private static int SkipComment(string sql, int at)
    {
        var depth = 0;
        while (at < sql.Length)
        {
            depth += Follows(sql, at, "/*") ? 1 : Follows(sql, at, "*/") ? -1 : 0;
            at += Follows(sql, at, "/*") || Follows(sql, at, "*/") ? 2 : 1;
            if (depth == 0)
            {
                return at;
            }
        }
        return sql.Length;
    }

    private static int SkipDollars(string sql, int at)
    {
        var end = at + 1;
        while (end < sql.Length && (char.IsLetterOrDigit(sql[end]) || sql[end] == '_'))
        {
            end++;
        }
        if (end >= sql.Length || sql[end] != '$' || (end > at + 1 && char.IsDigit(sql[at + 1])))
        {
            return at + 1; // A parameter such as $1 or $name.
        }
        var tag = sql[at..(end + 1)];
        var close = sql.IndexOf(tag, end + 1, StringComparison.Ordinal);
        return close < 0 ? sql.Length : close + tag.Length;
    }
}
