using System.Diagnostics;
using Escale.Learning.Bench;
using Escale.Learning.Boosting;
using Escale.Learning.Threads;
using Escale.Learning.Trees;

var threads = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : Environment.ProcessorCount;
const int Train = 1_000_000;
var data = new HiggsLike(1_200_000, 20240601);
for (var run = 0; run < 2; run++)
{
    var watch = Stopwatch.StartNew();
    using var team = new WorkerTeam(threads);
    var columns = data.Columns.Select(column => BoostingColumn.OfNumbers(column.AsMemory(0, Train))).ToList();
    var bins = FeatureBinning.Choose(columns, 255, 200_000, team);
    using var matrix = BinnedMatrix.Make(columns, bins, team);
    var binned = watch.Elapsed.TotalSeconds;
    using var boosting = new BoostingRun(matrix, new LogisticObjective(), data.Targets.AsMemory(0, Train), default, new GrowthSettings(), team);
    var trees = new List<Tree>();
    for (var round = 0; round < 100; round++)
    {
        trees.Add(boosting.Step(round, 0.1));
    }
    var trained = watch.Elapsed.TotalSeconds;
    var scores = new double[data.Targets.Length - Train];
    var values = new float[HiggsLike.Features];
    for (var row = 0; row < scores.Length; row++)
    {
        for (var feature = 0; feature < values.Length; feature++)
        {
            values[feature] = data.Columns[feature][Train + row];
        }
        scores[row] = boosting.Start + trees.Sum(tree => tree.Value[tree.LeafOf(values)]);
    }
    Console.WriteLine(FormattableString.Invariant(
        $"threads {threads}: binning {binned:F2} s, training {trained - binned:F2} s, total {trained:F2} s, AUC {Auc(scores, data.Targets.AsSpan(Train)):F4}, checksum {boosting.Scores[12345]:R}, peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB"));
}

static double Auc(double[] scores, ReadOnlySpan<float> targets)
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
