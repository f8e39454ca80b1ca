namespace Escale.Explore.Profiles.Facts;

/// <summary>Rows that are the same but for case, accents, blanks and punctuation; and rows in which the same columns lack values.</summary>
internal static class NearRows
{
    private const int MostColumns = 60;
    private const long MostCells = 8_000_000;
    private const int MostMissing = 40;
    private const int MostPatterns = 10;

    /// <summary>How many rows differ from another only in how their texts are written; null where there is no text or too much of it.</summary>
    public static async Task<long?> CountAsync(ProfileRows rows, string from, IReadOnlyList<ColumnSql> columns, long rowCount, CancellationToken cancellationToken)
    {
        var texts = columns.Count(column => column.IsText);
        if (texts == 0 || columns.Count > MostColumns || rowCount * texts > MostCells)
        {
            return null;
        }
        var plain = string.Join(", ", columns.Select(column => column.IsText ? $"regexp_replace(strip_accents(lower(trim({column.Name}))), '[\\s[:punct:]]+', ' ', 'g')" : column.Name));
        return Spreads.Counted((await rows.QueryAsync($"SELECT count(DISTINCT {BasicFacts.RowHash(columns)}) - count(DISTINCT hash({plain})) FROM {from} AS t", cancellationToken))[0][0]);
    }

    /// <summary>The most frequent sets of columns that lack values together.</summary>
    public static async Task<IReadOnlyList<MissingPattern>> MissingAsync(ProfileRows rows, string from, IReadOnlyList<ColumnSql> columns, BasicFacts facts, CancellationToken cancellationToken)
    {
        var lacking = columns.Where(column => facts.Count(column, "count") < facts.Rows).OrderBy(column => facts.Count(column, "count")).Take(MostMissing).OrderBy(columns.ToList().IndexOf).ToList();
        if (lacking.Count < 2)
        {
            return [];
        }
        var bits = string.Join(" || ", lacking.Select(column => $"CASE WHEN {column.Name} IS NULL THEN '1' ELSE '0' END"));
        var answer = await rows.QueryAsync($"SELECT {bits} AS bits, count(*) AS n FROM {from} AS t GROUP BY 1 ORDER BY n DESC, bits LIMIT {MostPatterns}", cancellationToken);
        return [.. answer.Select(row => new MissingPattern([.. lacking.Where((_, at) => ((string)row[0]!)[at] == '1').Select(column => column.Column.Name)], (long)row[1]!))];
    }
}
