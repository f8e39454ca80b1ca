using System.Globalization;
using Escale.Learning.Calibration;
using Escale.Learning.Metrics;

namespace Escale.Learning.Automatic;

/// <summary>Makes the result of what came through: the ensemble, its honest score, its calibration, and the leaderboard.</summary>
internal sealed class AutoMlOutcome(AutoMlTable table, AutoMlSettings settings, Metric metric, PreparedFolds folds, AutoMlRun run, Budget budget, CancellationToken cancellation)
{
    public const string EnsembleName = "ensemble";

    private const int MostRowsForIntervals = 20_000;
    private const int IntervalRows = 12;
    private const double MostWork = 3e8;
    private const int FewRows = 2500;
    private const int FewMembers = 4;

    // The best single model's loss is the least of many and flatters it; the ensemble's is not.
    private const double EnsembleTolerance = 0.03;

    public AutoMlResult Result()
    {
        var complete = run.Complete;
        var members = run.Members();
        var entries = complete.Select(contender => Leaderboard.Entry(contender, metric)).ToList();
        var best = complete[0];
        double[] weights = [1];
        Contender[] chosen = [best];
        var bestName = best.Candidate.Name;
        if (members.Count > 1)
        {
            var all = Choose(members, folds.Target, [.. members.Select(member => member.Outputs)], folds.Weights);
            chosen = [.. members.Where((_, at) => all[at] > 0)];
            weights = [.. all.Where(weight => weight > 0)];
            var loss = NestedLoss(members);
            if (chosen.Length > 1 && loss > best.Loss * (1 + EnsembleTolerance))
            {
                (chosen, weights) = ([best], [1]);
            }
            else if (chosen.Length > 1)
            {
                bestName = EnsembleName;
                entries.Add(new LeaderboardEntry(
                    EnsembleName, ModelFamily.Ensemble, Leaderboard.ScoreOf(metric, loss), null, loss, false, chosen.Sum(member => member.FitSeconds), chosen.Sum(member => member.PredictSeconds),
                    string.Join(", ", chosen.Select((member, at) => string.Create(CultureInfo.InvariantCulture, $"{weights[at]:0.##} {member.Candidate.Name}")))));
            }
        }
        var outputs = GreedyEnsemble.Mean([.. chosen.Select(member => member.Outputs)], weights);
        var calibrator = Calibrate(outputs);
        var ordered = WithIntervals([.. entries.OrderBy(entry => entry.Loss)], complete, outputs);
        new Refitting(settings, folds, budget, cancellation).Run(chosen, weights);
        var model = ModelOf(chosen, weights, calibrator, outputs);
        return new AutoMlResult(
            model, bestName, ordered, table.Target.Task, metric, table.Leaks, Warnings(), run.Failures, budget.TrialsDone, budget.Elapsed)
        {
            OutOfFold = Unseen(chosen, weights, calibrator, outputs),
            Find = name => name == EnsembleName ? model : complete.FirstOrDefault(contender => contender.Candidate.Name == name) is { } found ? ModelOf([found], [1], null, found.Outputs) : null,
        };
    }

    // What ranks classes only cannot be made better by weights finer than this many steps; large tables afford fewer. On few rows the choice itself is noisy, and the mean of several steadier.
    private double[] Choose(IReadOnlyList<Contender> members, Target target, List<double[]> outputs, double[] weights)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(settings.Stop, budget.EndToken);
        var steps = (int)Math.Clamp(MostWork / Math.Max(1.0, (double)outputs[0].Length * outputs.Count * 12), 8, 40);
        double Loss(double[] mean) => metric.Loss(target, mean, weights);
        return target.RowCount < FewRows && outputs.Count > FewMembers
            ? GreedyEnsemble.ChooseFromParts(outputs, Loss, settings.Seed, stop.Token)
            : GreedyEnsemble.Choose(outputs, Loss, steps, stop.Token);
    }

    /// <summary>The ensemble's loss on rows that its weights were not chosen on: chosen on every second fold, judged on the others, and the other way round.</summary>
    private double NestedLoss(IReadOnlyList<Contender> members)
    {
        if (folds.Count < 2)
        {
            var own = Choose(members, folds.Target, [.. members.Select(member => member.Outputs)], folds.Weights);
            return metric.Loss(folds.Target, GreedyEnsemble.Mean([.. members.Select(member => member.Outputs)], own), folds.Weights);
        }
        var (width, mean) = (folds.Target.OutputCount, new double[folds.Target.RowCount * folds.Target.OutputCount]);
        for (var half = 0; half < 2; half++)
        {
            var (chosenOn, judgedOn) = (RowsOf(fold => fold % 2 != half), RowsOf(fold => fold % 2 == half));
            var weights = Choose(
                members, folds.Target.Rows(chosenOn), [.. members.Select(member => Gather(member.Outputs, chosenOn, width))], folds.Weights.Length == 0 ? [] : [.. chosenOn.Select(row => folds.Weights[row])]);
            var judged = GreedyEnsemble.Mean([.. members.Select(member => Gather(member.Outputs, judgedOn, width))], weights);
            for (var at = 0; at < judgedOn.Length; at++)
            {
                judged.AsSpan(at * width, width).CopyTo(mean.AsSpan(judgedOn[at] * width, width));
            }
        }
        return metric.Loss(folds.Target, mean, folds.Weights);
    }

    private int[] RowsOf(Func<int, bool> isWanted) => [.. Enumerable.Range(0, folds.Count).Where(isWanted).SelectMany(fold => Enumerable.Range(folds.Offsets[fold], folds.Splits[fold].Test.Length))];

    private static double[] Gather(double[] outputs, int[] rows, int width)
    {
        var gathered = new double[rows.Length * width];
        for (var at = 0; at < rows.Length; at++)
        {
            outputs.AsSpan(rows[at] * width, width).CopyTo(gathered.AsSpan(at * width, width));
        }
        return gathered;
    }

    private Calibrator? Calibrate(double[] outputs) =>
        table.Target.Task == LearningTask.Regression ? null : CalibrationChoice.Choose(folds.Target, outputs, folds.Weights, settings.Seed).Best;

    private OutOfFold Unseen(Contender[] members, double[] weights, Calibrator? calibrator, double[] outputs)
    {
        var calibrated = outputs.ToArray();
        calibrator?.ApplyAll(calibrated);
        int[] RowsOfFold(int fold) => [.. folds.Splits[fold].Test.Select(row => table.Known[row])];
        return new OutOfFold(
            [.. Enumerable.Range(0, folds.Count).SelectMany(RowsOfFold)], folds.Target, calibrated, folds.Weights,
            [.. Enumerable.Range(0, folds.Count).Select(fold => new FoldModel(ModelOf(members.Select((member, at) => member.MemberOf(fold, weights[at])), members, calibrator, outputs), RowsOfFold(fold)))]);
    }

    private Model ModelOf(Contender[] members, double[] weights, Calibrator? calibrator, double[] outputs) =>
        ModelOf(members.SelectMany((member, at) => member.Members(weights[at])), members, calibrator, outputs);

    private Model ModelOf(IEnumerable<ModelMember> fitted, Contender[] members, Calibrator? calibrator, double[] outputs)
    {
        // Those that share an encoder stand together, so that it works once for all of them.
        ModelMember[] parts = [.. fitted.GroupBy(member => member.Preparation).SelectMany(group => group)];
        return new Model(table.TargetName, table.Target, parts, new ModelInfo
        {
            Estimator = string.Join(", ", members.Select(member => member.Candidate.Name)),
            TrainedRows = table.Target.RowCount,
            RowsWithoutTarget = table.RowsWithoutTarget,
            DataFingerprint = table.Fingerprint,
            Seed = settings.Seed,
            Metrics = new Dictionary<string, double> { [metric.Name] = metric.Score(folds.Target, outputs, folds.Weights) },
        }, calibrator);
    }

    private List<LeaderboardEntry> WithIntervals(List<LeaderboardEntry> entries, IReadOnlyList<Contender> complete, double[] ensemble)
    {
        if (folds.Target.RowCount > MostRowsForIntervals)
        {
            return entries;
        }
        for (var at = 0; at < Math.Min(IntervalRows, entries.Count); at++)
        {
            var outputs = entries[at].Family == ModelFamily.Ensemble ? ensemble : complete.First(contender => contender.Candidate.Name == entries[at].Name).Outputs;
            var interval = metric.Interval(folds.Target, outputs, folds.Weights, new IntervalOptions { Resamples = 200, Seed = settings.Seed, Threads = settings.Threads });
            entries[at] = entries[at] with { Interval = interval };
        }
        return entries;
    }

    private List<string> Warnings()
    {
        var warnings = new List<string>();
        if (table.RowsWithoutTarget > 0)
        {
            warnings.Add($"{table.RowsWithoutTarget} rows without a target were left out.");
        }
        if (table.Target.RowCount < 200)
        {
            warnings.Add($"There are {table.Target.RowCount} rows only: scores are uncertain.");
        }
        foreach (var leak in table.Leaks)
        {
            warnings.Add(string.Create(CultureInfo.InvariantCulture, $"Column '{leak.Feature}' alone explains {leak.Share:P1} of the target: {(leak.IsDropped ? "it was left out" : "make sure that it is known before the target")}."));
        }
        return warnings;
    }
}
