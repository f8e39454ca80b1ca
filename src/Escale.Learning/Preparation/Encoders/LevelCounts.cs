using Escale.Learning.Frames;

namespace Escale.Learning.Preparation.Encoders;

/// <summary>The levels that training rows have, sorted by their names, with how many rows have each and the code of each row (−1 missing).</summary>
internal sealed record LevelCounts(string[] Levels, int[] Counts, int[] Codes, int MissingCount)
{
    public static LevelCounts Of(Column column)
    {
        var present = column is CategoryColumn categories ? Present(categories) : Enumerable.Range(0, column.RowCount).Select(column.TextAt).OfType<string>();
        string[] levels = [.. present.Distinct(StringComparer.Ordinal)];
        Array.Sort(levels, StringComparer.Ordinal);
        var codeOf = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var level in levels)
        {
            codeOf.Add(level, codeOf.Count);
        }
        var (codes, counts, missing) = (CellReading.Codes(column, codeOf), new int[levels.Length], 0);
        foreach (var code in codes)
        {
            if (code < 0)
            {
                missing++;
                continue;
            }
            counts[code]++;
        }
        return new LevelCounts(levels, counts, codes, missing);
    }

    /// <summary>The most frequent level; the first by name of several.</summary>
    public int MostFrequent => Counts.Length == 0 ? -1 : Array.IndexOf(Counts, Counts.Max());

    private static IEnumerable<string> Present(CategoryColumn column)
    {
        var (isPresent, codes) = (new bool[column.Levels.Count], new int[column.RowCount]);
        column.CopyTo(codes);
        foreach (var code in codes)
        {
            if (code >= 0)
            {
                isPresent[code] = true;
            }
        }
        return column.Levels.Where((_, level) => isPresent[level]);
    }
}
