using Escale.Learning;
using Escale.Learning.Automatic;
using Escale.Learning.Calibration;
using Escale.Learning.Explanations;
using Escale.Learning.Frames;
using Escale.Learning.Metrics;
using Escale.Modeling.Training;

namespace Escale.Modeling.Tracking;

/// <summary><c>judgement.json</c>: how good a model is on rows that it had not seen, in numbers.</summary>
/// <param name="Task">What is predicted.</param>
/// <param name="Target">The column.</param>
/// <param name="Classes">Names of the classes; of two the second is the positive one.</param>
/// <param name="Metric">What was judged by.</param>
/// <param name="IsHigherBetter">Whether a higher score is better.</param>
/// <param name="Metrics">All metrics of such a task.</param>
/// <param name="Rows">Rows judged.</param>
/// <param name="Confusion">Rows of a class (first index) that are taken for another; empty for regression.</param>
/// <param name="PerClass">Precision, recall and F1 of each class.</param>
/// <param name="Threshold">From which probability on to decide for the positive of two classes: by the costs of errors, or the best F1.</param>
/// <param name="MeanCost">What decisions at that threshold cost per row; null without costs.</param>
/// <param name="Split">How rows were set aside.</param>
/// <param name="Findings">What to know about the data.</param>
public sealed record Judgement(
    LearningTask Task, string Target, IReadOnlyList<string> Classes, string Metric, bool IsHigherBetter, IReadOnlyDictionary<string, double> Metrics, int Rows, IReadOnlyList<IReadOnlyList<double>> Confusion,
    IReadOnlyList<ClassReport> PerClass, double? Threshold, double? MeanCost, SplitReport Split, IReadOnlyList<Finding> Findings);

/// <summary><c>curves.json</c>: what can be drawn of the predictions of unseen rows.</summary>
/// <param name="Ranking">For each class (of two, the positive one) what every threshold gives: ROC, precision over recall, gain.</param>
/// <param name="Calibration">Whether of the rows given 0.3 three in ten come true, for the same classes.</param>
/// <param name="Residuals">For regression: truth, prediction, and the row's place in the table; a sample of many.</param>
public sealed record Curves(IReadOnlyList<ClassCurve> Ranking, IReadOnlyList<ClassCalibration> Calibration, IReadOnlyList<Residual> Residuals);

/// <summary>The ranking curve of a class.</summary>
/// <param name="Class">Its name.</param>
/// <param name="Area">Area under the ROC curve.</param>
/// <param name="AveragePrecision">Area under precision over recall.</param>
/// <param name="Points">From the highest threshold to the lowest.</param>
public sealed record ClassCurve(string Class, double Area, double AveragePrecision, IReadOnlyList<ThresholdPoint> Points);

/// <summary>The calibration of a class.</summary>
/// <param name="Class">Its name.</param>
/// <param name="ExpectedError">Mean difference between what was said and what came.</param>
/// <param name="Bins">From low to high.</param>
public sealed record ClassCalibration(string Class, double ExpectedError, IReadOnlyList<ReliabilityBin> Bins);

/// <summary>A row's truth and prediction.</summary>
/// <param name="Row">Its place in the table, from 0.</param>
/// <param name="Truth">The truth.</param>
/// <param name="Predicted">What was said.</param>
public sealed record Residual(int Row, double Truth, double Predicted);

/// <summary><c>explanations.json</c>: what the model goes by.</summary>
/// <param name="Importance">By how much the score gets worse when a column is shuffled, on rows that were not learned from; the most important first.</param>
/// <param name="PartialDependence">What is predicted when a column is set to a value, for the most important columns.</param>
public sealed record ModelExplanations(IReadOnlyList<ColumnImportance> Importance, IReadOnlyList<ColumnDependence> PartialDependence);

/// <summary>How much a column matters.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Mean">By how much the score gets worse without it.</param>
/// <param name="Deviation">How much that varies.</param>
public sealed record ColumnImportance(string Column, double Mean, double Deviation);

/// <summary>What is predicted along a column.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Grid">The values.</param>
/// <param name="Means">For each output (of two classes, the positive one) the mean prediction at each value.</param>
public sealed record ColumnDependence(string Column, IReadOnlyList<GridPoint> Grid, IReadOnlyList<IReadOnlyList<double>> Means);

/// <summary>Judges and explains what was trained, by what each model said of rows that it had not learned from.</summary>
internal static class JudgementWork
{
    private const int MostPoints = 200;
    private const int MostCurves = 20;
    private const int MostResiduals = 2000;
    private const int ImportanceRows = 1000;
    private const int Repeats = 3;
    private const int MostDependences = 6;
    private const int DependenceRows = 200;

    /// <summary>The numbers.</summary>
    public static Judgement Judge(TrainingSpec spec, CheckedData data, AutoMlResult result, SplitReport split, IReadOnlyList<Finding> findings)
    {
        var unseen = result.OutOfFold;
        var target = unseen.Target;
        var (outputs, weights) = (unseen.Outputs.Span.ToArray(), unseen.Weights.Span.ToArray());
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var metric in Metric.All.Where(metric => metric.Supports(target.Task) && !(metric == Metric.Rmsle && HasNegative(target)) && !(metric == Metric.Mape && target.Values.Contains(0))))
        {
            if (metric.TryScore(target, outputs, weights, out var score))
            {
                metrics[metric.Name] = score;
            }
        }
        var confusion = target.Task == LearningTask.Regression ? null : ConfusionMatrix.Of(target, outputs, weights);
        var (threshold, cost) = Threshold(spec, target, outputs, weights);
        return new Judgement(
            target.Task, spec.Target, target.Classes, result.Metric.Name, result.Metric.IsHigherBetter, metrics, target.RowCount,
            confusion is null ? [] : [.. Enumerable.Range(0, target.ClassCount).Select(truth => (IReadOnlyList<double>)[.. Enumerable.Range(0, target.ClassCount).Select(predicted => confusion[truth, predicted])])],
            confusion?.Report() ?? [], threshold, cost, split, findings);
    }

    /// <summary>What can be drawn.</summary>
    public static Curves Draw(OutOfFold unseen)
    {
        var (target, outputs) = (unseen.Target, unseen.Outputs);
        if (target.Task == LearningTask.Regression)
        {
            var step = Math.Max(1, target.RowCount / MostResiduals);
            return new Curves([], [], [.. Enumerable.Range(0, target.RowCount).Where(row => row % step == 0).Select(row => new Residual(unseen.Rows[row], target.Values[row], outputs.Span[row]))]);
        }
        var classes = target.Task == LearningTask.Binary ? [1] : Enumerable.Range(0, Math.Min(MostCurves, target.ClassCount)).Where(one => Occurs(target, one)).ToArray();
        return new Curves(
            [.. classes.Select(one => RankingCurve.Of(target, outputs.Span, one, unseen.Weights.Span, MostPoints) is var curve ? new ClassCurve(target.Classes[one], curve.Area, curve.AveragePrecision, curve.Points) : null!)],
            [.. classes.Select(one => ReliabilityCurve.Of(target, outputs.Span, one, unseen.Weights.Span) is var curve ? new ClassCalibration(target.Classes[one], curve.ExpectedError, curve.Bins) : null!)], []);
    }

    /// <summary>What it goes by.</summary>
    public static ModelExplanations Explain(Frame frame, AutoMlResult result, FitOptions options)
    {
        var importance = Importance(frame, result, options);
        var rows = frame.Only(result.Best.Schema.Columns.Select(column => column.Name));
        var outputs = result.Task switch { LearningTask.Regression => [0], LearningTask.Binary => [1], _ => Enumerable.Range(0, Math.Min(MostCurves, result.Best.OutputCount)).ToArray() };
        var dependences = new List<ColumnDependence>();
        foreach (var column in importance.Take(MostDependences).Select(one => one.Column).Where(column => result.Best.Schema.Columns[result.Best.Schema.IndexOf(column)].Role != Learning.Preparation.ColumnRole.Text))
        {
            if (rows[column].MissingCount < rows.RowCount)
            {
                var curve = PartialDependence.Of(result.Best, rows, column, rowCount: DependenceRows, options: options);
                dependences.Add(new ColumnDependence(column, curve.Grid, [.. outputs.Select(output => (IReadOnlyList<double>)[.. Enumerable.Range(0, curve.Grid.Count).Select(point => curve.Mean(point, output))])]));
            }
        }
        return new ModelExplanations(importance, dependences);
    }

    // Each fold's model on the rows that it had not seen; the mean over the folds.
    private static List<ColumnImportance> Importance(Frame frame, AutoMlResult result, FitOptions options)
    {
        var sums = new Dictionary<string, (double Mean, double Variance, int Folds)>(StringComparer.Ordinal);
        var perFold = Math.Max(50, ImportanceRows / result.OutOfFold.Folds.Count);
        foreach (var fold in result.OutOfFold.Folds.Take(ImportanceRows / 50))
        {
            var step = Math.Max(1, fold.Rows.Count / perFold);
            var rows = frame.Rows(fold.Rows.Where((_, at) => at % step == 0).ToArray());
            PermutationImportance importance;
            try
            {
                importance = PermutationImportance.Of(fold.Model, rows, result.Metric, Repeats, options: options);
            }
            catch (LearningException error) when (error.Code == "learning.metric-undefined")
            {
                continue; // The few rows of this fold are all of one class.
            }
            for (var at = 0; at < importance.Names.Count; at++)
            {
                var (mean, variance, folds) = sums.GetValueOrDefault(importance.Names[at]);
                sums[importance.Names[at]] = (mean + importance.Mean(at), variance + importance.Deviation(at) * importance.Deviation(at), folds + 1);
            }
        }
        return [.. sums.Select(pair => new ColumnImportance(pair.Key, pair.Value.Mean / pair.Value.Folds, Math.Sqrt(pair.Value.Variance / pair.Value.Folds)))
            .OrderByDescending(one => one.Mean).ThenBy(one => one.Column, StringComparer.Ordinal)];
    }

    private static (double? Threshold, double? MeanCost) Threshold(TrainingSpec spec, Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights)
    {
        if (target.Task != LearningTask.Binary)
        {
            return (null, null);
        }
        if (spec.Costs is { } costs)
        {
            var choice = Thresholds.ByCost(CostMatrix.OfTwo(costs.FalsePositive, costs.FalseNegative), target, outputs, weights);
            return (choice.Threshold, choice.Score);
        }
        return (Thresholds.ByMetric(Metric.F1, target, outputs, weights).Threshold, null);
    }

    private static bool Occurs(Target target, int one) => target.Values.Contains(one) && target.Values.IndexOfAnyExcept(one) >= 0;

    private static bool HasNegative(Target target)
    {
        foreach (var value in target.Values)
        {
            if (value < 0)
            {
                return true;
            }
        }
        return false;
    }
}
