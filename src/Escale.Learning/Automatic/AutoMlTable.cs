using Escale.Learning.Frames;
using Escale.Learning.Preparation;
using Escale.Learning.Selection;

namespace Escale.Learning.Automatic;

/// <summary>The table as automatic training uses it: rows with a target, columns to learn from, what they are taken for.</summary>
internal sealed record AutoMlTable(
    Frame Frame, string TargetName, ColumnRoles Roles, Target Target, double[] Weights, SplitKeys Keys, int FeatureCount, int RowsWithoutTarget, IReadOnlyList<LeakSuspicion> Leaks,
    string Fingerprint, int[] Known)
{
    private const int LeakRows = 20_000;

    /// <summary>Whether a column of free text is learned from.</summary>
    public bool HasTexts => Frame.Columns.Any(column => Roles[column.Name] == ColumnRole.Text);

    public static AutoMlTable Of(Frame frame, string targetName, AutoMlSettings settings, CancellationToken cancellation)
    {
        var known = Enumerable.Range(0, frame.RowCount).Where(row => !frame[targetName].IsMissing(row)).ToArray();
        var without = frame.RowCount - known.Length;
        frame = without > 0 ? frame.Rows(known) : frame;
        var target = Targets.Of(frame[targetName], settings.Task);
        var keys = new SplitKeys { Groups = settings.GroupColumn is { } group ? GroupsOf(frame[group]) : null, Times = settings.TimeColumn is { } time ? TimesOf(frame[time]) : null };
        var weights = Weighted(frame, target, settings);
        string[] set = [.. new[] { targetName, settings.GroupColumn, settings.WeightColumn }.OfType<string>()];
        var rest = frame.Without(set);
        if (rest.Columns.Count == 0)
        {
            throw new LearningException("learning.no-columns", "There is no column to learn from beside the target.", "Give a table with at least one other column.");
        }
        var roles = settings.Roles ?? ColumnRoles.Detect(rest, null);
        var (leaks, featureCount) = Screen(rest, roles, target, settings, cancellation);
        foreach (var leak in leaks.Where(leak => leak.IsDropped))
        {
            roles = roles.With(leak.Feature, ColumnRole.Ignored);
        }
        return new AutoMlTable(rest, targetName, roles, target, weights, keys, featureCount, without, leaks, Frames.Fingerprint.Of(frame), known);
    }

    private static (IReadOnlyList<LeakSuspicion> Leaks, int FeatureCount) Screen(Frame frame, ColumnRoles roles, Target target, AutoMlSettings settings, CancellationToken cancellation)
    {
        var rows = Enumerable.Range(0, Math.Min(frame.RowCount, LeakRows)).Select(at => (int)((long)at * frame.RowCount / Math.Min(frame.RowCount, LeakRows))).ToArray();
        var sample = target.Rows(rows);
        var options = new FitOptions { Seed = settings.Seed, Threads = settings.Threads, CancellationToken = cancellation };
        var (_, features) = Preparation.Preparation.FitTransform(frame.Rows(rows), roles, sample, FeatureStyle.Native, PreparationSettings.Default, options);
        var shares = LeakScreen.Shares(features, sample);
        var leaks = new List<LeakSuspicion>();
        for (var feature = 0; feature < shares.Length; feature++)
        {
            var source = features.Features[feature].Column ?? features.Features[feature].Name;
            // With few rows a feature may look so by chance.
            if (shares[feature] >= LeakScreen.Suspicious && rows.Length >= 50 && leaks.All(leak => leak.Feature != source))
            {
                leaks.Add(new LeakSuspicion(source, shares[feature], settings.DropLeaks && shares[feature] >= LeakScreen.Certain));
            }
        }
        var isAllDropped = leaks.Count(leak => leak.IsDropped) >= features.Features.Select(feature => feature.Column ?? feature.Name).Distinct().Count();
        return (isAllDropped ? [.. leaks.Select(leak => leak with { IsDropped = false })] : leaks, features.FeatureCount);
    }

    private static double[] Weighted(Frame frame, Target target, AutoMlSettings settings)
    {
        var weights = settings.WeightColumn is { } name ? CellReading.Numbers(frame[name]) : [];
        return settings.ClassWeights is { } classes ? classes.Apply(target, weights) : weights;
    }

    private static int[] GroupsOf(Column column)
    {
        var (groups, known) = (new int[column.RowCount], new Dictionary<string, int>(StringComparer.Ordinal));
        for (var row = 0; row < groups.Length; row++)
        {
            // Rows without a group are each their own.
            var name = column.TextAt(row) ?? "\0" + row;
            if (!known.TryGetValue(name, out var group))
            {
                known.Add(name, group = known.Count);
            }
            groups[row] = group;
        }
        return groups;
    }

    private static long[] TimesOf(Column column)
    {
        var times = new long[column.RowCount];
        for (var row = 0; row < times.Length; row++)
        {
            times[row] = column switch
            {
                TimestampColumn moments when moments.Moment(row) is { } moment => moment.Ticks,
                NumberColumn numbers when !numbers.IsMissing(row) => BitConverter.DoubleToInt64Bits(numbers.Number(row)) is var bits && bits < 0 ? long.MinValue - bits : bits,
                TimestampColumn or NumberColumn => long.MinValue,
                _ => throw new LearningException("learning.not-a-time", $"Column '{column.Name}' holds no times.", "Choose a column of timestamps or numbers.", column.Name),
            };
        }
        return times;
    }
}
