namespace Escale.Learning.Trees;

/// <summary>Importances by impurity (Breiman et al., 1984; Friedman, 2001).</summary>
internal static class TreeImportances
{
    public static double[] Of(TreeEnsemble ensemble)
    {
        // Trees that are averaged count alike; those that are added count by what they gained.
        var isMean = ensemble.ScoreOf.Contains(-1);
        var all = new double[ensemble.FeatureCount];
        var one = new double[ensemble.FeatureCount];
        foreach (var tree in ensemble.Trees)
        {
            Array.Clear(one);
            for (var node = 0; node < tree.NodeCount; node++)
            {
                if (tree.Left[node] >= 0)
                {
                    one[tree.Feature[node]] += tree.Gain[node];
                }
            }
            AddShares(one, isMean, all);
        }
        var shares = new double[all.Length];
        AddShares(all, isShare: true, shares);
        return shares;
    }

    private static void AddShares(double[] from, bool isShare, double[] to)
    {
        var total = isShare ? from.Sum() : 1;
        for (var feature = 0; feature < from.Length && total > 0; feature++)
        {
            to[feature] += from[feature] / total;
        }
    }
}
