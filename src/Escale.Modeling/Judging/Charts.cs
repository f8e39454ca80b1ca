using Escale.Modeling.Parts;
using Escale.Modeling.Tracking;
using Escale.Ui;

namespace Escale.Modeling.Judging;

/// <summary>The charts of a report.</summary>
internal static class Charts
{
    private const int MostPoints = 600;
    private const int Steps = 40;
    private const int MostCurves = 6;

    public static ChartRows PredictedAgainstTrue(Reader reader, Curves curves)
    {
        var chart = new ChartRows("scatter", reader[Words.PredictedAgainstTrue], reader[Words.Truth], reader[Words.Predicted]);
        foreach (var point in Some(curves.Residuals)) { chart.Add(point.Truth, point.Predicted); }
        return chart;
    }

    public static ChartRows Residuals(Reader reader, Curves curves)
    {
        var chart = new ChartRows("scatter", reader[Words.ResidualsTitle], reader[Words.Predicted], reader[Words.ErrorHead]);
        foreach (var point in Some(curves.Residuals)) { chart.Add(point.Predicted, point.Predicted - point.Truth); }
        return chart;
    }

    public static ChartRows ErrorHistogram(Reader reader, Curves curves)
    {
        var chart = new ChartRows("histogram", reader[Words.ErrorsSpread], reader[Words.ErrorHead], reader[Words.ErrorHead]);
        foreach (var point in curves.Residuals) { chart.Add(point.Predicted - point.Truth, point.Predicted - point.Truth); }
        return chart;
    }

    // Even steps along the axis: every class is drawn over the same places.
    public static ChartRows Roc(Reader reader, Curves curves)
    {
        var chart = new ChartRows("line", reader[Words.Roc], reader[Words.FalseAlarms], reader[Words.Found]) { Series = reader[Words.Class] };
        foreach (var curve in curves.Ranking.Take(MostCurves))
        {
            var points = curve.Points.Select(point => (X: point.FalsePositiveRate, Y: point.TruePositiveRate)).Prepend((X: 0.0, Y: 0.0)).Append((X: 1.0, Y: 1.0)).OrderBy(point => point.X).ThenBy(point => point.Y).ToList();
            for (var step = 0; step <= Steps; step++) { chart.Add(Round((double)step / Steps), At(points, (double)step / Steps), $"{curve.Class} ({reader.Number(curve.Area, 3)})"); }
        }
        for (var step = 0; step <= Steps; step++) { chart.Add(Round((double)step / Steps), (double)step / Steps, reader[Words.Chance]); }
        return chart;
    }

    public static ChartRows PrecisionRecall(Reader reader, Curves curves)
    {
        var chart = new ChartRows("line", reader[Words.PrecisionRecall], reader[Words.Found], reader[Words.PrecisionHead]) { Series = reader[Words.Class] };
        foreach (var curve in curves.Ranking.Take(MostCurves))
        {
            var points = curve.Points.Where(point => double.IsFinite(point.Precision)).ToList();
            for (var step = 1; step <= Steps && points.Count > 0; step++)
            {
                var recall = (double)step / Steps;
                chart.Add(Round(recall), points.Where(point => point.TruePositiveRate >= recall - 1e-9).Select(point => point.Precision).DefaultIfEmpty(points[^1].Precision).Max(), $"{curve.Class} ({reader.Number(curve.AveragePrecision, 3)})");
            }
        }
        return chart;
    }

    public static ChartRows Calibration(Reader reader, Curves curves)
    {
        var chart = new ChartRows("scatter", reader[Words.CalibrationTitle], reader[Words.Said], reader[Words.Came]) { Series = reader[Words.Class] };
        foreach (var curve in curves.Calibration.Take(MostCurves)) { foreach (var bin in curve.Bins.Where(bin => bin.Weight > 0)) { chart.Add(bin.Predicted, bin.Observed, curve.Class); } }
        for (var step = 0; step <= 10; step++) { chart.Add(step / 10.0, step / 10.0, reader[Words.Ideal]); }
        return chart;
    }

    public static ChartRows Gain(Reader reader, Insights insights)
    {
        var chart = new ChartRows("bar", reader[Words.GainTitle], reader[Words.LookedAt], reader[Words.FoundShare]) { IsByText = true, Unit = "%" };
        foreach (var step in insights.Gain) { chart.Add(reader.Percent(step.RowShare, 0), 100 * step.FoundShare); }
        return chart;
    }

    public static ChartRows Importance(Reader reader, ModelExplanations explanations)
    {
        var chart = new ChartRows("row", reader[Words.Importance], reader[Words.Column], reader[Words.WorseWithout]) { IsByText = true };
        foreach (var one in explanations.Importance.Take(15)) { chart.Add(one.Column, one.Mean); }
        return chart;
    }

    public static ChartRows Effects(Reader reader, ContributionSummary summary)
    {
        var chart = new ChartRows("row", reader[Words.EffectSizes], reader[Words.Column], reader[Words.MeanEffect]) { IsByText = true };
        foreach (var one in summary.Columns) { chart.Add(one.Column, one.MeanSize); }
        return chart;
    }

    public static ChartRows Dependence(Reader reader, ColumnDependence dependence, IReadOnlyList<string> classes)
    {
        var isSeries = dependence.Means.Count > 1;
        var chart = new ChartRows("line", dependence.Column, dependence.Column, reader[Words.Predicted]) { IsByText = true, Series = isSeries ? reader[Words.Class] : null };
        for (var output = 0; output < Math.Min(MostCurves, dependence.Means.Count); output++)
        {
            for (var point = 0; point < dependence.Grid.Count; point++)
            {
                if (isSeries) { chart.Add(Label(dependence.Grid[point].Label), dependence.Means[output][point], classes[output]); } else { chart.Add(Label(dependence.Grid[point].Label), dependence.Means[0][point]); }
            }
        }
        return chart;

        string Label(string label) => double.TryParse(label, System.Globalization.CultureInfo.InvariantCulture, out var number) ? Scores.Of(reader, number) : label;
    }

    public static ChartRows Segment(Reader reader, SegmentColumn column, bool isRegression)
    {
        var chart = new ChartRows("row", column.Column, reader[Words.Group], isRegression ? reader[Words.MeanError] : reader[Words.WrongShare]) { IsByText = true, Unit = isRegression ? null : "%" };
        foreach (var group in column.Groups) { chart.Add(group.Name, isRegression ? group.Error : 100 * group.Error); }
        return chart;
    }

    private static IEnumerable<Residual> Some(IReadOnlyList<Residual> residuals) => residuals.Where((_, at) => at % Math.Max(1, residuals.Count / MostPoints) == 0);

    private static double At(List<(double X, double Y)> points, double x)
    {
        var after = points.FindIndex(point => point.X > x);
        if (after <= 0)
        {
            return points[^1].Y;
        }
        var (from, to) = (points[after - 1], points[after]);
        return from.Y + (to.Y - from.Y) * (to.X - from.X < 1e-12 ? 0 : (x - from.X) / (to.X - from.X));
    }

    private static double Round(double value) => Math.Round(value, 3);
}
