using Escale.Learning.Boosting;
using Escale.Learning.Preparation;
using Escale.Learning.Selection;
using Split = Escale.Learning.Selection.Split;

namespace Escale.Learning.Automatic;

/// <summary>Chooses how rows are set aside: as many folds as the time allows several strong models on.</summary>
internal static class FoldPlan
{
    private const int ProbeTrees = 10;
    private const int UsualTrees = 200;
    private const double ModelsAtLeast = 2.5;
    private const int ModelsForRepeats = 40;
    private const int MostFolds = 8;
    private const int ProbeRows = 50_000;

    // With so few, which rows are together in a fold changes scores more than most settings do.
    private const int FewRows = 1200;

    // So many rows judge models well enough.
    private const int JudgedRows = 2000;

    /// <summary>Makes folds.</summary>
    /// <returns>The folds, and how many of them will do if models turn out to take long.</returns>
    public static (IReadOnlyList<Split> Splits, int LeastFolds) Make(AutoMlTable table, AutoMlSettings settings, Budget budget)
    {
        var splits = Splits(table, settings, budget);
        var mayDrop = settings.Splitter is null && table.Keys is { Groups: null, Times: null } && budget.HasTimeLimit;
        return (splits, mayDrop ? Math.Min(splits.Count, (JudgedRows + splits[0].Test.Length - 1) / splits[0].Test.Length) : splits.Count);
    }

    private static IReadOnlyList<Split> Splits(AutoMlTable table, AutoMlSettings settings, Budget budget)
    {
        var keys = table.Keys;
        if (settings.Splitter is { } wished)
        {
            return wished.Split(table.Target, settings.Seed, keys);
        }
        var folds = Affordable(table, settings, budget);
        Splitter splitter = keys.Times is not null ? new TimeOrdered { Folds = Math.Min(folds, 5) }
            : keys.Groups is { } groups ? new GroupKFold { Folds = Math.Min(folds, groups.Distinct().Count()) }
            : folds == 1 ? new Holdout()
            : folds > MostFolds ? new Repeated(new StratifiedKFold { Folds = MostFolds }, folds / MostFolds)
            : new StratifiedKFold { Folds = folds };
        return splitter.Split(table.Target, settings.Seed, keys);
    }

    private static int Affordable(AutoMlTable table, AutoMlSettings settings, Budget budget)
    {
        var rows = table.Target.RowCount;
        var most = Math.Max(2, Math.Min(rows, rows < 3000 ? MostFolds : 5));
        if (!budget.HasTimeLimit)
        {
            return most;
        }
        var seconds = SecondsOfBoosting(table, settings);
        if (rows < FewRows && most == MostFolds && budget.Left.TotalSeconds > seconds * 2 * MostFolds * ModelsForRepeats)
        {
            return 2 * MostFolds;
        }
        var affordable = (int)(budget.Left.TotalSeconds / (seconds * ModelsAtLeast));
        return affordable >= most ? most : affordable >= 5 ? 5 : affordable >= 3 ? affordable : table.Keys is { Groups: null, Times: null } && affordable < 2 ? 1 : 3;
    }

    // A few trees on the rows themselves: nothing tells the time better on this machine.
    private static double SecondsOfBoosting(AutoMlTable table, AutoMlSettings settings)
    {
        var rows = table.Target.RowCount;
        var chosen = Enumerable.Range(0, Math.Min(rows, ProbeRows)).Select(at => (int)((long)at * rows / Math.Min(rows, ProbeRows))).ToArray();
        var options = new FitOptions { Seed = settings.Seed, Threads = settings.Threads };
        var target = table.Target.Rows(chosen);
        var (_, features) = Preparation.Preparation.FitTransform(table.Frame.Rows(chosen), table.Roles, target, FeatureStyle.Native, PreparationSettings.Default, options);
        new GradientBoosting { Trees = 1 }.Fit(features, target, default, options); // so that compiling is not counted
        var least = double.PositiveInfinity;
        for (var run = 0; run < 2; run++)
        {
            var started = settings.Clock.GetTimestamp();
            new GradientBoosting { Trees = ProbeTrees }.Fit(features, target, default, options);
            least = Math.Min(least, settings.Clock.GetElapsedTime(started).TotalSeconds);
        }
        return least * UsualTrees / ProbeTrees * rows / chosen.Length;
    }
}
