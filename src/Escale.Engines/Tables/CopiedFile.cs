using Escale.Engines.DuckDb;

namespace Escale.Engines.Tables;

/// <summary>A file that a COPY with RETURN_STATS wrote.</summary>
/// <param name="Location">Its path.</param>
/// <param name="RowCount">Its rows.</param>
/// <param name="SizeBytes">Its size.</param>
public sealed record CopiedFile(string Location, long RowCount, long SizeBytes)
{
    /// <summary>By column path (quoted names joined by dots): <c>min</c>, <c>max</c>, <c>null_count</c>, <c>has_nan</c>, … as text.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ColumnStatistics { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>The partition that the file is of, as DuckDB's text; null for null.</summary>
    public IReadOnlyDictionary<string, string?> PartitionKeys { get; init; } = new Dictionary<string, string?>();

    /// <summary>Reads the rows that a COPY with RETURN_STATS gives.</summary>
    public static IReadOnlyList<CopiedFile> Read(DuckResult result)
    {
        var files = new List<CopiedFile>();
        while (result.TryRead(out var chunk))
        {
            files.AddRange(Read(chunk));
        }
        return files;
    }

    /// <summary>Reads one chunk of such rows.</summary>
    public static IReadOnlyList<CopiedFile> Read(ResultChunk chunk)
    {
        var files = new List<CopiedFile>(chunk.RowCount);
        for (var row = 0; row < chunk.RowCount; row++)
        {
            files.Add(new CopiedFile(chunk[0].Text(row), (long)chunk[1].Values<ulong>()[row], (long)chunk[2].Values<ulong>()[row])
            {
                ColumnStatistics = Statistics(chunk[4], row),
                PartitionKeys = chunk[5].IsNull(row) ? new Dictionary<string, string?>() : Pairs(chunk[5], row),
            });
        }
        return files;
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Statistics(ColumnVector maps, int row)
    {
        var columns = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        var (start, length) = maps.Range(row);
        for (var index = start; index < start + length; index++)
        {
            columns[maps.Keys.Text(index)] = Pairs(maps.MapValues, index).Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!);
        }
        return columns;
    }

    private static Dictionary<string, string?> Pairs(ColumnVector maps, int row)
    {
        var pairs = new Dictionary<string, string?>(StringComparer.Ordinal);
        var (start, length) = maps.Range(row);
        for (var index = start; index < start + length; index++)
        {
            pairs[maps.Keys.Text(index)] = maps.MapValues.IsNull(index) ? null : maps.MapValues.Text(index);
        }
        return pairs;
    }
}
