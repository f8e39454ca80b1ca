using System.Globalization;
using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Automatic;
using Escale.Learning.Frames;
using Escale.Learning.Preparation;
using Escale.Projects;

namespace Escale.Modeling.Training;

/// <summary>Something to know about data before a model is believed.</summary>
/// <param name="Code">Stable: <c>few-rows</c>, <c>imbalance</c>, <c>identifier</c>, <c>leak</c>, <c>after-the-event</c>, …</param>
/// <param name="Column">The column concerned, or null.</param>
/// <param name="Message">What was found, with its number.</param>
/// <param name="Reason">Why it matters.</param>
/// <param name="Values">The numbers and names of the message in their order, to say it in another language; null in records of older versions.</param>
public sealed record Finding(string Code, string? Column, string Message, string Reason, IReadOnlyList<string>? Values = null);

/// <summary>Data that was looked at: what is wrong is an error, what is odd a finding.</summary>
internal sealed record CheckedData(Frame Frame, LearningTask Task, ColumnRoles Roles, SplitChoice Split, string SplitReason, IReadOnlyList<Finding> Findings);

/// <summary>Looks at data before it is learned from.</summary>
internal static class TrainingChecks
{
    private const int LeastRows = 20;
    private const int FewRows = 200;
    private const int LeastOfClass = 20;
    private const double RareShare = 0.05;
    private const int MostClasses = 200;
    private const double MostlyLater = 0.95;

    /// <summary>Checks.</summary>
    /// <exception cref="EscaleException">The target cannot be learned: <c>modeling.target-missing</c>, <c>.column-missing</c>, <c>.too-few-rows</c>, <c>.one-class</c>, <c>.target-unique</c>, <c>.no-columns</c>.</exception>
    public static CheckedData Check(TrainingSpec spec, TrainingData data)
    {
        var frame = data.Frame;
        Columns(spec, data);
        var findings = data.LeftOut.Select(column => new Finding("type", column, $"'{column}' is left out: nothing can be learned from values of its type.", "Lists, structures and bytes have no meaning of their own.")).ToList();
        var target = frame[spec.Target];
        var known = frame.RowCount - target.MissingCount;
        if (known < LeastRows)
        {
            throw Error(spec, "modeling.too-few-rows", $"{known} rows of {spec.Table} have a value of '{spec.Target}': too few to learn from.", $"Give at least {LeastRows}; some hundred are usual.", "target");
        }
        var task = TaskOf(spec, target, known, findings);
        Rows(spec, frame, target, task, known, findings);
        var roles = Roles(spec, frame, findings);
        var (split, reason) = spec.Split is { } wished ? (wished, "it was asked for") : SplitProposal.Of(frame, roles, spec);
        After(frame, roles, spec, split, findings);
        return new CheckedData(frame, task, roles, split, reason, findings);
    }

    /// <summary>What automatic training found to give the target away.</summary>
    public static IEnumerable<Finding> Of(IEnumerable<LeakSuspicion> leaks) => leaks.Select(leak => new Finding(
        "leak", leak.Feature, string.Create(CultureInfo.InvariantCulture, $"'{leak.Feature}' alone explains {leak.Share:P1} of the target; it {(leak.IsDropped ? "was left out" : "is learned from")}."),
        "What is known only after the target makes a model look good and be useless.", [Plain(leak.Share), leak.IsDropped ? "dropped" : "kept"]));

    private static string Plain(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static void Columns(TrainingSpec spec, TrainingData data)
    {
        var names = data.Frame.Columns.Select(column => column.Name).ToList();
        Need(spec.Target, "target", "modeling.target-missing");
        foreach (var (name, field) in spec.Exclude.Select(name => (name, "exclude")).Concat(spec.Roles.Keys.Select(name => (name, "roles"))))
        {
            if (!data.LeftOut.Contains(name))
            {
                Need(name, field, "modeling.column-missing");
            }
        }
        Need(spec.Weights, "weights", "modeling.column-missing");
        Need(spec.Split?.Column, "split", "modeling.column-missing");

        void Need(string? name, string field, string code)
        {
            if (name is not null && !names.Contains(name))
            {
                throw Error(spec, code, $"{spec.Table} has no column '{name}'.", Nearest.Remedy(name, names, "Its columns are " + string.Join(", ", names.Take(30)) + "."), field);
            }
        }
    }

    private static LearningTask TaskOf(TrainingSpec spec, Column target, int known, List<Finding> findings)
    {
        if (target is TimestampColumn)
        {
            throw Error(spec, "modeling.target-kind", $"'{spec.Target}' holds moments, which cannot be predicted.", "Predict a number, such as the hours until then.", "target");
        }
        var task = spec.Task ?? Targets.Detect(target);
        if (task == LearningTask.Regression)
        {
            return task;
        }
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var row = 0; row < target.RowCount; row++)
        {
            if (target.TextAt(row) is { } text)
            {
                counts[text] = counts.GetValueOrDefault(text) + 1;
            }
        }
        if (counts.Count < 2)
        {
            throw Error(spec, "modeling.one-class", $"'{spec.Target}' is always '{counts.Keys.First()}': there is nothing to tell apart.", "Choose another target, or add rows of another class.", "target");
        }
        if (counts.Count == known || counts.Count > Math.Max(MostClasses, known / 2))
        {
            throw Error(spec, "modeling.target-unique", $"'{spec.Target}' has {counts.Count} different values in {known} rows: hardly any comes twice, so none can be learned.",
                target is NumberColumn ? "Write task: regression, or choose another target." : "Choose a target with few values, or a number.", "target");
        }
        var (rarest, count) = counts.MinBy(pair => (pair.Value, pair.Key));
        if (count < LeastOfClass || count < RareShare * known)
        {
            findings.Add(new Finding("imbalance", spec.Target, string.Create(CultureInfo.InvariantCulture, $"'{rarest}' is {count} of {known} rows ({(double)count / known:P1})."),
                "A model that never says so is nearly always right and of no use: judge by ROC AUC, average precision or the costs of errors, not by accuracy.", [rarest, Plain(count), Plain(known)]));
        }
        return counts.Count == 2 ? LearningTask.Binary : LearningTask.Multiclass;
    }

    private static void Rows(TrainingSpec spec, Frame frame, Column target, LearningTask task, int known, List<Finding> findings)
    {
        if (target.MissingCount > 0)
        {
            findings.Add(new Finding("target-missing", spec.Target, string.Create(CultureInfo.InvariantCulture, $"{target.MissingCount} rows have no '{spec.Target}' and are left out."), "If they differ from the others, so will what is predicted for such rows.", [Plain(target.MissingCount)]));
        }
        if (known < FewRows)
        {
            findings.Add(new Finding("few-rows", null, $"There are {known} rows only.", "Scores are uncertain: look at their range, and at whether the baseline is within it.", [Plain(known)]));
        }
        if (frame.Columns.Count - 1 > known)
        {
            findings.Add(new Finding("wide", null, $"There are more columns ({frame.Columns.Count - 1}) than rows ({known}).", "With so many columns some fit the target by chance.", [Plain(frame.Columns.Count - 1), Plain(known)]));
        }
        if (task == LearningTask.Regression && target is NumberColumn numbers && IsConstant(numbers))
        {
            throw Error(spec, "modeling.one-class", $"'{spec.Target}' has one value only: there is nothing to predict.", "Choose another target.", "target");
        }
    }

    private static bool IsConstant(NumberColumn numbers)
    {
        var first = double.NaN;
        for (var row = 0; row < numbers.RowCount; row++)
        {
            var number = numbers.Number(row);
            if (!double.IsNaN(number) && !double.IsNaN(first) && number != first)
            {
                return false;
            }
            first = double.IsNaN(number) ? first : number;
        }
        return true;
    }

    private static ColumnRoles Roles(TrainingSpec spec, Frame frame, List<Finding> findings)
    {
        var roles = ColumnRoles.Detect(frame, spec.Target, new[] { spec.Weights, spec.Split is { Kind: SplitKind.Group } group ? group.Column : null }.OfType<string>());
        foreach (var (column, role) in spec.Roles)
        {
            roles = frame.Has(column) ? roles.With(column, role) : roles;
        }
        foreach (var column in spec.Exclude.Where(frame.Has))
        {
            roles = roles.With(column, ColumnRole.Ignored);
        }
        foreach (var column in roles.Columns.Where(column => roles[column] is ColumnRole.Identifier or ColumnRole.Constant && !spec.Roles.ContainsKey(column)))
        {
            var isKey = roles[column] == ColumnRole.Identifier;
            findings.Add(new Finding(isKey ? "identifier" : "constant", column, $"'{column}' is not learned from: {roles.ReasonOf(column)}.", isKey ? "A name of the row says nothing about rows to come." : "What never changes tells nothing apart."));
        }
        return roles.Columns.Any(column => column != spec.Target && roles[column] is ColumnRole.Number or ColumnRole.Category or ColumnRole.Text or ColumnRole.Timestamp)
            ? roles
            : throw Error(spec, "modeling.no-columns", $"No column of {spec.Table} is left to learn from.", "Give a table with columns that say something about the target, or exclude fewer.", "exclude");
    }

    // When the event is known, moments that come after it are not known when the prediction is needed.
    private static void After(Frame frame, ColumnRoles roles, TrainingSpec spec, SplitChoice split, List<Finding> findings)
    {
        if (split is not { Kind: SplitKind.Time, Column: { } eventColumn } || frame[eventColumn] is not TimestampColumn events)
        {
            return;
        }
        foreach (var other in frame.Columns.OfType<TimestampColumn>().Where(other => other.Name != eventColumn && other.Name != spec.Target && roles[other.Name] == ColumnRole.Timestamp))
        {
            var (later, both) = (0, 0);
            for (var row = 0; row < frame.RowCount; row++)
            {
                if (events.Moment(row) is { } at && other.Moment(row) is { } then)
                {
                    (later, both) = (later + (then > at ? 1 : 0), both + 1);
                }
            }
            if (both > 0 && later >= MostlyLater * both)
            {
                findings.Add(new Finding("after-the-event", other.Name, string.Create(CultureInfo.InvariantCulture, $"'{other.Name}' is later than '{eventColumn}' in {(double)later / both:P0} of the rows."),
                    $"If the prediction is needed at '{eventColumn}', it is not known then: exclude it, or the model will look better than it is.", [eventColumn, Plain((double)later / both)]));
            }
        }
    }

    private static EscaleException Error(TrainingSpec spec, string code, string message, string remedy, string field) =>
        new(code, message, remedy, new Place(spec.Path, Table: spec.Table.ToString(), Field: field));
}
