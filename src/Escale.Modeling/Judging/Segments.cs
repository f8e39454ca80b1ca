using System.Globalization;
using Escale.Learning;
using Escale.Learning.Automatic;
using Escale.Learning.Frames;
using Escale.Modeling.Tracking;

namespace Escale.Modeling.Judging;

/// <summary>Quality by groups of rows: where a model is weak, and whether it treats groups alike.</summary>
internal static class Segments
{
    private const int MostGroups = 12;
    private const int MostColumns = 40;
    private const int LeastRows = 10;

    /// <summary>The groups of every column that makes some: categories of few values, true and false, numbers and dates in quarters.</summary>
    public static IReadOnlyList<SegmentColumn> Of(Frame frame, AutoMlResult result, Judgement judgement)
    {
        var unseen = result.OutOfFold;
        var found = new List<SegmentColumn>();
        foreach (var column in frame.Columns.Where(column => column.Name != judgement.Target))
        {
            if (found.Count < MostColumns && Groups(column, unseen.Rows) is { } groups)
            {
                found.Add(new SegmentColumn(column.Name, result.Best.Schema.Has(column.Name), [.. groups.Select(group => Measure(group.Name, group.Rows, unseen, judgement.Threshold ?? 0.5))]));
            }
        }
        return found;
    }

    // Places among the rows judged, by group; null when the column makes none.
    private static List<(string Name, List<int> Rows)>? Groups(Column column, IReadOnlyList<int> rows)
    {
        if (column is TextColumn)
        {
            return null;
        }
        var (names, isMany) = (new Dictionary<string, List<int>>(StringComparer.Ordinal), false);
        for (var at = 0; at < rows.Count && !isMany; at++)
        {
            var name = column.TextAt(rows[at]) ?? "∅";
            if (!names.TryGetValue(name, out var members))
            {
                names[name] = members = [];
                isMany = names.Count > MostGroups;
            }
            members.Add(at);
        }
        var groups = !isMany ? names.Select(pair => (pair.Key, pair.Value)) : column switch
        {
            NumberColumn numbers => Quarters(rows, row => numbers.Number(row), edge => edge.ToString("G4", CultureInfo.InvariantCulture)),
            TimestampColumn moments => Quarters(rows, row => moments.Moment(row)?.Ticks ?? double.NaN, edge => new DateTime((long)edge).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            _ => [.. names.Where(pair => pair.Value.Count >= rows.Count / 50).OrderByDescending(pair => pair.Value.Count).Take(MostGroups).Select(pair => (pair.Key, pair.Value))],
        };
        var large = groups.Where(group => group.Item2.Count >= LeastRows).OrderBy(group => isMany ? 0 : -group.Item2.Count).ToList();
        return large.Count > 1 ? large : null;
    }

    private static IEnumerable<(string Key, List<int> Value)> Quarters(IReadOnlyList<int> rows, Func<int, double> value, Func<double, string> text)
    {
        var values = Enumerable.Range(0, rows.Count).Select(at => (At: at, Value: value(rows[at]))).Where(pair => !double.IsNaN(pair.Value)).OrderBy(pair => pair.Value).ToList();
        if (values.Count == 0)
        {
            return [];
        }
        double[] edges = [.. new[] { 0.0, 0.25, 0.5, 0.75, 1.0 }.Select(share => values[(int)(share * (values.Count - 1))].Value).Distinct()];
        return edges.Length < 3 ? [] : Enumerable.Range(0, edges.Length - 1).Select(part => (
            $"{text(edges[part])} … {text(edges[part + 1])}",
            values.Where(pair => (part == 0 ? pair.Value >= edges[0] : pair.Value > edges[part]) && pair.Value <= edges[part + 1]).Select(pair => pair.At).ToList()));
    }

    private static Segment Measure(string name, List<int> rows, OutOfFold unseen, double threshold)
    {
        var (target, count) = (unseen.Target, unseen.Target.OutputCount);
        var outputs = unseen.Outputs.Span;
        var (error, bias, predicted, positives, found, alarms) = (0.0, 0.0, 0.0, 0, 0, 0);
        foreach (var row in rows)
        {
            if (target.Task == LearningTask.Regression)
            {
                error += Math.Abs(outputs[row] - target.Values[row]);
                bias += outputs[row] - target.Values[row];
                predicted += outputs[row];
                continue;
            }
            var truth = target.ClassOf(row);
            var said = target.Task == LearningTask.Binary ? outputs[row * count + 1] >= threshold ? 1 : 0 : Endpoints.Predicting.Likeliest(outputs.Slice(row * count, count));
            error += said == truth ? 0 : 1;
            predicted += said;
            bias += said - truth;
            positives += truth;
            found += said == 1 && truth == 1 ? 1 : 0;
            alarms += said == 1 && truth == 0 ? 1 : 0;
        }
        var (isTwo, isSeveral) = (target.Task == LearningTask.Binary, target.Task == LearningTask.Multiclass);
        return new Segment(
            name, rows.Count, error / rows.Count, isSeveral ? null : bias / rows.Count, isSeveral ? null : predicted / rows.Count,
            isTwo && positives > 0 ? (double)found / positives : null, isTwo && positives < rows.Count ? (double)alarms / (rows.Count - positives) : null);
    }
}
