using Escale.Learning.Threads;

namespace Escale.Learning.Trees.Growing;

/// <summary>All features as ranks: made once, read by every tree of a forest.</summary>
internal sealed class RankedTable : IDisposable
{
    private RankedTable(RankedColumn[] columns, int rowCount) => (Columns, RowCount) = (columns, rowCount);

    public RankedColumn[] Columns { get; }

    public int RowCount { get; }

    /// <summary>The most entries a histogram of one feature needs, the missing value included.</summary>
    public int MostBins => 1 + Columns.Select(column => column.Count).DefaultIfEmpty(0).Max();

    /// <summary>Ranks the features.</summary>
    /// <param name="features">The features.</param>
    /// <param name="maxCodes">Ranks for each number at most.</param>
    /// <param name="team">Who works; by feature.</param>
    public static RankedTable Make(FeatureMatrix features, int maxCodes, WorkerTeam team)
    {
        var columns = new RankedColumn[features.FeatureCount];
        team.Run(columns.Length, at => columns[at] = RankedColumn.Make(features.Features[at], features[at], maxCodes));
        return new RankedTable(columns, features.RowCount);
    }

    public void Dispose()
    {
        foreach (var column in Columns)
        {
            column.Dispose();
        }
    }
}
