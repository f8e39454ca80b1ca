using System.Globalization;

namespace Escale.Explore.Profiles.Facts;

/// <summary>The usual distance between dates or times, and the longest stretches without any.</summary>
internal static class TimeReader
{
    private const int AtMost = 20;
    private const double Unusual = 5;

    /// <summary>By column; only of rows that are all there.</summary>
    public static async Task<Dictionary<string, TimeFacts>> ReadAsync(ProfileRows rows, string from, IReadOnlyList<ColumnSql> columns, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, TimeFacts>(StringComparer.Ordinal);
        foreach (var column in columns.Where(column => column.IsTime).Take(AtMost))
        {
            var answer = await rows.QueryAsync($"""
                WITH d AS (SELECT DISTINCT {column.Finite} AS x FROM {from} AS t WHERE {column.Name} IS NOT NULL),
                  g AS (SELECT x, lead(x) OVER (ORDER BY x) AS y FROM d WHERE x IS NOT NULL)
                SELECT x, y, (SELECT median(y - x) FROM g), (SELECT count(*) FROM g) FROM g WHERE y IS NOT NULL ORDER BY y - x DESC, x LIMIT 3
                """, cancellationToken);
            if (answer.Count > 0 && answer[0][2] is double step)
            {
                // Few dates have no usual distance.
                var isEnough = (long)answer[0][3]! >= 20;
                found[column.Column.Name] = new TimeFacts(step,
                [
                    .. answer.Where(row => isEnough && (double)row[1]! - (double)row[0]! > Unusual * step).Select(row => new TimeGap(Moment((double)row[0]!, column), Moment((double)row[1]!, column), (double)row[1]! - (double)row[0]!)),
                ]);
            }
        }
        return found;
    }

    /// <summary>A time from its seconds.</summary>
    public static string Moment(double seconds, ColumnSql column) => Moment(seconds, column.Column.Type == "DATE");

    /// <summary>A time from its seconds, with or without the time of day.</summary>
    public static string Moment(double seconds, bool isDate) => seconds is < -62_135_596_800 or > 253_402_300_799
        ? seconds.ToString("0", CultureInfo.InvariantCulture)
        : DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)).UtcDateTime.ToString(isDate ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
