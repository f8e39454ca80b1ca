using System.Globalization;
using Escale.Learning;
using Escale.Learning.Automatic;
using Escale.Learning.Explanations;
using Escale.Learning.Frames;
using Escale.Learning.Metrics;
using Escale.Learning.Preparation;
using Escale.Learning.Trees;
using Escale.Modeling.Tracking;

namespace Escale.Modeling.Judging;

/// <summary>Makes <see cref="Insights"/> at the end of a training. What it costs is bounded by rows, whatever the table; it depends on nothing but data, model and seed.</summary>
internal static class InsightWork
{
    private const int MostWorst = 20;
    private const int MostValues = 8;
    private const int ShapRows = 100;
    private const int ShapPoints = 150;
    private const int MostShapColumns = 10;
    private const int SampledShapRows = 30;
    private const int TreeRows = 4000;
    private const int CurveRows = 20_000;
    private const int LeastCurveRows = 60;

    /// <summary>All of it.</summary>
    public static Insights Of(Frame frame, AutoMlResult result, Judgement judgement, ModelExplanations explanations, FitOptions options)
    {
        var order = explanations.Importance.Select(one => one.Column).ToList();
        var unseen = result.OutOfFold;
        return new Insights(
            Segments.Of(frame, result, judgement), Worst(frame, unseen, judgement, order), Contributions(frame, result, options), Tree(frame, result.Best, options),
            unseen.Target.Task == LearningTask.Binary ? GainTable.Of(unseen.Target, unseen.Outputs.Span, 1, unseen.Weights.Span).Steps : [], Curve(frame, result, judgement.Target, options));
    }

    private static List<WorstRow> Worst(Frame frame, OutOfFold unseen, Judgement judgement, List<string> order)
    {
        var (target, outputs, count) = (unseen.Target, unseen.Outputs, unseen.Target.OutputCount);
        double Size(int row) => target.Task == LearningTask.Regression ? Math.Abs(outputs.Span[row] - target.Values[row]) : -outputs.Span[row * count + target.ClassOf(row)];
        var columns = order.Take(MostValues).Where(frame.Has).ToList();
        return [.. Enumerable.Range(0, target.RowCount).OrderByDescending(Size).ThenBy(row => row).Take(MostWorst).Select(row =>
        {
            var values = columns.ToDictionary(column => column, column => frame[column].TextAt(unseen.Rows[row]));
            if (target.Task == LearningTask.Regression)
            {
                return new WorstRow(unseen.Rows[row], Text(target.Values[row]), Text(outputs.Span[row]), null, values);
            }
            var said = Endpoints.Predicting.Likeliest(outputs.Span.Slice(row * count, count));
            return new WorstRow(unseen.Rows[row], target.Classes[target.ClassOf(row)], target.Classes[said], outputs.Span[row * count + said], values);
        })];
    }

    private static ContributionSummary? Contributions(Frame frame, AutoMlResult result, FitOptions options)
    {
        var isExact = ModelExplainer.IsExactFor(result.Best);
        var rows = Some(frame.Only(result.Best.Schema.Columns.Select(column => column.Name)), isExact ? ShapRows : SampledShapRows);
        Contributions found;
        try
        {
            found = ModelExplainer.Contributions(result.Best, rows, rows, new SamplingShapley { Orders = 8, BackgroundRows = 20 }, options);
        }
        catch (LearningException)
        {
            return null; // A member that cannot be explained by columns.
        }
        var sizes = found.MeanSizes();
        var columns = Enumerable.Range(0, sizes.Length).OrderByDescending(at => sizes[at]).Take(MostShapColumns).Select(at =>
        {
            var column = rows[found.Names[at]];
            return new ColumnContributions(found.Names[at], sizes[at], [.. Enumerable.Range(0, Math.Min(ShapPoints, rows.RowCount)).Select(row => new ContributionPoint(
                column is NumberColumn numbers && !double.IsNaN(numbers.Number(row)) ? numbers.Number(row) : column is TimestampColumn moments ? moments.Moment(row)?.Ticks / (double)TimeSpan.TicksPerDay : null,
                column.TextAt(row), found.Of(row)[at]))]);
        });
        return new ContributionSummary(found.IsExact, found.Unit == ContributionUnit.Score, found.Base(), [.. columns]);
    }

    private static TreePicture? Tree(Frame frame, Model model, FitOptions options)
    {
        try
        {
            if (model.Members is [{ Predictor: TreePredictor { TreeCount: 1 } }] && DecisionNode.Of(model) is { Count: <= 63 } own)
            {
                return new TreePicture(true, 1, model.Classes, [.. own.Select(Node)]);
            }
            var surrogate = SurrogateTree.Fit(model, Some(frame.Only(model.Schema.Columns.Select(column => column.Name)), TreeRows), options: options);
            return new TreePicture(false, surrogate.Fidelity, surrogate.Classes, [.. DecisionNode.Of(surrogate.Tree).Select(Node)]);
        }
        catch (LearningException)
        {
            return null; // The model says the same for all rows: there is nothing to draw.
        }
    }

    private static TreeNode Node(DecisionNode node) => new(
        node.Yes is { } yes ? DecisionWords.English.Step(yes) : "", node.Yes is { } oui ? DecisionWords.French.Step(oui) : "", node.Left, node.Right, node.Values, node.Weight);

    // A plain model, the same each time, learns from more and more of the rows that come first in the order of judging, and is judged by the rest.
    private static List<LearningPoint> Curve(Frame frame, AutoMlResult result, string target, FitOptions options)
    {
        var rows = result.OutOfFold.Rows.Order().ToArray();
        var step = Math.Max(1, (rows.Length + CurveRows - 1) / CurveRows);
        rows = [.. rows.Where((_, at) => at % step == 0)];
        if (rows.Length < LeastCurveRows)
        {
            return [];
        }
        // Every fifth judges.
        var (judging, learning) = (rows.Where((_, at) => at % 5 == 4).ToArray(), rows.Where((_, at) => at % 5 != 4).ToArray());
        var table = frame.Only(result.Best.Schema.Columns.Select(column => column.Name).Append(target));
        var roles = result.Best.Schema.Columns.Aggregate(ColumnRoles.Detect(table, target), (all, column) => all.With(column.Name, column.Role));
        var points = new List<LearningPoint>();
        foreach (var share in (ReadOnlySpan<double>)[0.1, 0.2, 0.4, 0.7, 1])
        {
            var count = (int)(learning.Length * share);
            if (count < 20)
            {
                continue;
            }
            // Spread over all rows, so that times and groups are as in the whole.
            var some = Enumerable.Range(0, count).Select(at => learning[(int)((long)at * learning.Length / count)]).ToArray();
            try
            {
                var pipeline = new Pipeline { Estimator = new RandomForest { Trees = 50 }, Roles = roles, Task = result.Task };
                var model = pipeline.Fit(table.Rows(some), target, options);
                points.Add(new LearningPoint(count, Score(model, table.Rows(judging), target, result, options), Score(model, table.Rows(some), target, result, options)));
            }
            catch (LearningException)
            {
                continue; // One class only among so few rows.
            }
        }
        return points.All(point => double.IsFinite(point.Score)) ? points : [.. points.Where(point => double.IsFinite(point.Score))];
    }

    private static double Score(Model model, Frame rows, string target, AutoMlResult result, FitOptions options)
    {
        var known = Enumerable.Range(0, rows.RowCount).Where(row => rows[target].TextAt(row) is { } text && (model.Classes.Count == 0 || model.Classes.Contains(text))).ToArray();
        var some = rows.Rows(known);
        var truth = Targets.Of(some[target], result.Task, model.Classes.Count == 0 ? null : model.Classes);
        return result.Metric.TryScore(truth, model.Predict(some, options.Threads).Outputs, [], out var score) ? score : double.NaN;
    }

    /// <summary>So many rows from places all over a frame.</summary>
    public static Frame Some(Frame frame, int rows) => frame.RowCount <= rows ? frame : frame.Rows(Enumerable.Range(0, rows).Select(at => (int)((long)at * frame.RowCount / rows)).ToArray());

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
