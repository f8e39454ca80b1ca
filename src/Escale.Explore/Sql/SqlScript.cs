using System.Text;
using System.Text.RegularExpressions;
using Escale.Engines.DuckDb;

namespace Escale.Explore.Sql;

/// <summary>One statement of a user's script.</summary>
/// <param name="Text">The statement with blanks before it, so that lines and columns are those of the script; parameters are written <c>$name</c>.</param>
/// <param name="Parameters">The names of its parameters.</param>
/// <param name="IsRead">Whether it only reads, so that its result may be kept and its session used again.</param>
/// <param name="IsVolatile">Whether it answers differently each time: the clock, random numbers, samples.</param>
internal sealed partial record SqlStatement(string Text, IReadOnlyList<string> Parameters, bool IsRead, bool IsVolatile)
{
    /// <summary>The statements of a script. <c>:name</c> is a parameter, as <c>$name</c> is.</summary>
    public static IReadOnlyList<SqlStatement> Parse(string script) => [.. DuckSql.Split(WithDollars(script)).Select(Read)];

    /// <summary>The text without blanks that mean nothing: equal for what is asked in the same words.</summary>
    public string Normal()
    {
        var mask = DuckSql.Mask(Text, '\u0001');
        var normal = new StringBuilder(Text.Length);
        var wasBlank = false;
        for (var at = 0; at < Text.Length; at++)
        {
            var isBlank = char.IsWhiteSpace(mask[at]);
            if (!isBlank)
            {
                normal.Append(Text[at]);
            }
            else if (normal.Length > 0 && !wasBlank)
            {
                normal.Append(' ');
            }
            wasBlank = isBlank;
        }
        return normal.ToString().TrimEnd();
    }

    /// <summary>The statement that explains this one; how many characters it moved on its first line.</summary>
    public (string Text, int Line, int Shift) Explained(bool analyze)
    {
        var start = Text.Length - Text.TrimStart().Length;
        var word = analyze ? "EXPLAIN ANALYZE " : "EXPLAIN ";
        return (Text[..start] + word + Text[start..], Text.AsSpan(0, start).Count('\n') + 1, word.Length);
    }

    private static SqlStatement Read(string text)
    {
        var mask = DuckSql.Mask(text);
        var first = FirstWord().Match(mask).Value.ToUpperInvariant();
        var isRead = first is "SELECT" or "FROM" or "WITH" or "VALUES" or "TABLE" or "DESCRIBE" or "SUMMARIZE" or "SHOW" or "EXPLAIN" or "" && !Changing().IsMatch(mask);
        return new SqlStatement(text, [.. Parameter().Matches(mask).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal)], isRead, Volatile().IsMatch(mask));
    }

    private static string WithDollars(string script)
    {
        var mask = DuckSql.Mask(script);
        var text = new StringBuilder(script);
        foreach (Match match in Colon().Matches(mask))
        {
            // A cast (a::text), a slice (list[a:b]) and a field of a structure ({'a':b}) have their colon beside something else.
            if (match.Index == 0 || char.IsWhiteSpace(script[match.Index - 1]) || "(,=<>+-*/%|!".Contains(script[match.Index - 1], StringComparison.Ordinal))
            {
                text[match.Index] = '$';
            }
        }
        return text.ToString();
    }

    [GeneratedRegex(@"[A-Za-z_]+")]
    private static partial Regex FirstWord();

    [GeneratedRegex(@"\b(insert|update|delete|merge|create|drop|alter|copy|pivot|pivot_wider|set|call|pragma|install|load|attach|detach|export|import|execute|prepare)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Changing();

    [GeneratedRegex(@"\b(now|today|current_timestamp|current_date|current_time|localtime|localtimestamp|get_current_time|get_current_timestamp|transaction_timestamp|random|uuid|uuidv4|uuidv7|gen_random_uuid|setseed|nextval|currval|txid_current|age|sample|tablesample)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Volatile();

    [GeneratedRegex(@"\$([A-Za-z_][A-Za-z0-9_]*|[0-9]+)")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"(?<!:):(?=[A-Za-z_])")]
    private static partial Regex Colon();
}
