using System.Text;
using System.Text.RegularExpressions;
using Escale.Engines.DuckDb;

namespace Escale.Explore.Sql;

/// <summary>A table that a query reads, at its place in the text.</summary>
/// <param name="Start">Where the name begins.</param>
/// <param name="Length">How long it is.</param>
/// <param name="Name">The name, <c>schema.table</c>, without quotes.</param>
/// <param name="HasAlias">Whether the query calls it something else.</param>
/// <param name="IsOptional">Whether it stands on a side of an outer join that may have no row: to filter it there would not filter the query.</param>
internal sealed record TableUse(int Start, int Length, string Name, bool HasAlias, bool IsOptional);

/// <summary>Finds the tables that a query reads by its words, so that each can be read through a filter.</summary>
internal static partial class TableUses
{
    /// <summary>The uses, in the order of the text.</summary>
    public static IReadOnlyList<TableUse> Of(string sql)
    {
        var mask = Mask(sql);
        return [.. Read().Matches(mask).Select(match => Use(match, sql, mask))];
    }

    /// <summary>The SQL without texts and comments, but with the names in quotes.</summary>
    private static string Mask(string sql)
    {
        var mask = new StringBuilder(DuckSql.Mask(sql));
        for (var at = 0; at < sql.Length; at++)
        {
            var end = sql[at] switch
            {
                '\'' => sql.IndexOf('\'', at + 1),
                '"' => sql.IndexOf('"', at + 1),
                '-' when sql.AsSpan(at).StartsWith("--") => sql.IndexOf('\n', at),
                '/' when sql.AsSpan(at).StartsWith("/*") => sql.IndexOf("*/", at + 2, StringComparison.Ordinal) + 1,
                _ => at,
            };
            if (end < at)
            {
                break;
            }
            for (var inside = at; sql[at] == '"' && inside <= end; inside++)
            {
                mask[inside] = sql[inside];
            }
            at = end;
        }
        return mask.ToString();
    }

    private static TableUse Use(Match match, string sql, string mask)
    {
        var name = match.Groups["name"];
        var after = Alias().Match(mask, name.Index + name.Length);
        var alias = after.Groups["alias"].Value;
        var join = match.Groups["join"].Value;
        // A full or right join later makes what stands before it optional; rare enough to be left to the eye.
        return new TableUse(
            name.Index, name.Length, sql.Substring(name.Index, name.Length).Replace("\"", "", StringComparison.Ordinal), alias.Length > 0 && !Following().IsMatch(alias),
            join.Contains("left", StringComparison.OrdinalIgnoreCase) || join.Contains("full", StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex(@"(?:\bfrom|(?<join>(?:\b(?:left|right|full|inner|cross|asof|outer)\s+)*)\bjoin|(?<=[\w)]\s*),)\s+(?<name>(?:[A-Za-z_]\w*|""[A-Za-z_]\w*"")\.(?:[A-Za-z_]\w*|""[A-Za-z_]\w*""))(?![\w.(])", RegexOptions.IgnoreCase)]
    private static partial Regex Read();

    [GeneratedRegex(@"\G\s+(?:as\s+)?(?<alias>[A-Za-z_]\w*)", RegexOptions.IgnoreCase)]
    private static partial Regex Alias();

    [GeneratedRegex("^(where|group|order|limit|having|join|left|right|full|inner|cross|asof|natural|positional|semi|anti|on|using|union|except|intersect|qualify|window|offset|tablesample|sample|pivot|unpivot|at|lateral)$", RegexOptions.IgnoreCase)]
    private static partial Regex Following();
}
