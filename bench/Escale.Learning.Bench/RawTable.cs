using System.Runtime.InteropServices;

namespace Escale.Learning.Bench;

/// <summary>A table of numbers by column, read from raw little-endian files (row after row, single precision) or made here.</summary>
internal sealed class RawTable(float[][] columns, float[] targets)
{
    public int RowCount => targets.Length;

    public static RawTable Of(HiggsLike data) => new(data.Columns, data.Targets);

    public static RawTable Read(string folder, string name, int columnCount)
    {
        var targets = new float[new FileInfo(Path.Combine(folder, name + "_y.f32")).Length / sizeof(float)];
        using (var file = File.OpenRead(Path.Combine(folder, name + "_y.f32")))
        {
            file.ReadExactly(MemoryMarshal.AsBytes(targets.AsSpan()));
        }
        var columns = new float[columnCount][];
        for (var column = 0; column < columnCount; column++)
        {
            columns[column] = GC.AllocateUninitializedArray<float>(targets.Length);
        }
        using var rows = File.OpenRead(Path.Combine(folder, name + "_X.f32"));
        var block = new float[1024 * columnCount];
        for (var from = 0; from < targets.Length; from += 1024)
        {
            var count = Math.Min(1024, targets.Length - from);
            rows.ReadExactly(MemoryMarshal.AsBytes(block.AsSpan(0, count * columnCount)));
            for (var at = 0; at < count * columnCount; at++)
            {
                columns[at % columnCount][from + at / columnCount] = block[at];
            }
        }
        return new RawTable(columns, targets);
    }

    public (FeatureMatrix Features, float[] Targets) Part(int from, int count, int categoriesFrom = int.MaxValue) => (
        new FeatureMatrix(
            [.. columns.Select((column, at) => new Feature("x" + at, at < categoriesFrom ? null : [.. Enumerable.Range(0, (int)column.Max() + 1).Select(level => "c" + level)]))],
            [.. columns.Select(column => (ReadOnlyMemory<float>)column.AsMemory(from, count))], count),
        targets.AsSpan(from, count).ToArray());

    public static double Auc(double[] scores, float[] targets)
    {
        var classes = targets.ToArray();
        Array.Sort(scores, classes);
        double ranks = 0, positives = 0;
        for (var at = 0; at < classes.Length; at++)
        {
            ranks += classes[at] > 0 ? at + 1 : 0;
            positives += classes[at] > 0 ? 1 : 0;
        }
        return (ranks - positives * (positives + 1) / 2) / (positives * (classes.Length - positives));
    }
}
