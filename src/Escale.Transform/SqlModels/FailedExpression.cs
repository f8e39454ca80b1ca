using System.Text;
using System.Text.RegularExpressions;

namespace Escale.Transform.SqlModels;

/// <summary>
/// Finds the expression that failed while rows were read. DuckDB gives a byte of the text that defined it, and not which text: it may be that of
/// another view that the model reads. So what stands there must be what the message speaks of, or nothing is claimed.
/// </summary>
internal static partial class FailedExpression
{
    private const int LongestName = 300;

    /// <summary>Line and column from 1 in the SQL, or null when what stands there is not what failed.</summary>
    /// <param name="sql">The compiled SQL.</param>
    /// <param name="bytes">The place, in bytes of UTF-8 from 0.</param>
    /// <param name="message">DuckDB's message.</param>
    public static (int Line, int Column)? Find(string sql, int bytes, string message)
    {
        if (bytes < 0 || CharsAt(sql, bytes) is not { } at || !IsMeant(sql, at, message))
        {
            return null;
        }
        var before = sql.AsSpan(0, at);
        return (before.Count('\n') + 1, at - before.LastIndexOf('\n'));
    }

    private static int? CharsAt(string sql, int bytes)
    {
        var utf8 = Encoding.UTF8.GetBytes(sql);
        return bytes < utf8.Length ? Encoding.UTF8.GetCharCount(utf8.AsSpan(0, bytes)) : null;
    }

    /// <summary>A cast is at its <c>cast(</c> or <c>::</c>; one that DuckDB added is at the column that it reads.</summary>
    private static bool IsMeant(string sql, int at, string message)
    {
        var column = SourceColumn().Match(message) is { Success: true } match ? match.Groups[1].Value : null;
        var rest = sql.AsSpan(at, Math.Min(LongestName, sql.Length - at)).ToString();
        var before = sql.AsSpan(0, at).TrimEnd();
        if (rest.StartsWith("::", StringComparison.Ordinal))
        {
            return column is null ? before.EndsWith(")") || before.EndsWith("]") || before.EndsWith("'") : Ends(before, column);
        }
        if (CastCall().Match(rest) is { Success: true } cast)
        {
            return column is null || Path().Match(rest, cast.Length).Value is var named && Ends(named, column);
        }
        return column is not null && Ends(Path().Match(rest).Value, column);
    }

    private static bool Ends(ReadOnlySpan<char> text, string column)
    {
        var name = text.TrimEnd('"');
        return name.EndsWith(column, StringComparison.OrdinalIgnoreCase)
            && (name.Length == column.Length || !(char.IsLetterOrDigit(name[^(column.Length + 1)]) || name[^(column.Length + 1)] == '_'));
    }

    [GeneratedRegex(@"when casting from source column (.+?)\s*$", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex SourceColumn();

    [GeneratedRegex(@"^cast\s*\(\s*", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex CastCall();

    [GeneratedRegex(@"\G(?:(?:""[^""]*""|\w+)\s*\.\s*)*(?:""[^""]*""|\w+)", RegexOptions.CultureInvariant)]
    private static partial Regex Path();
}
