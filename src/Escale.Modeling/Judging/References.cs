using Escale.Learning;
using Escale.Learning.Automatic;
using Escale.Learning.Frames;
using Escale.Learning.Preparation;
using Escale.Modeling.Tracking;

namespace Escale.Modeling.Judging;

/// <summary>Keeps what the data looked like at training, and makes rows of it again.</summary>
internal static class References
{
    /// <summary>The file of a run that it is kept in.</summary>
    public const string File = "reference.json";

    private const int MostNumbers = 1000;
    private const int MostLevels = 200;
    private const int BackgroundRows = 100;

    private static readonly DateTime _start = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);

    /// <summary>What a model learned from.</summary>
    public static Reference Of(Frame frame, AutoMlResult result)
    {
        var unseen = result.OutOfFold;
        var (target, outputs) = (unseen.Target, unseen.Outputs);
        var prediction = target.Task == LearningTask.Multiclass
            ? new ReferenceColumn("prediction", 0, [], target.RowCount, Enumerable.Range(0, target.RowCount).CountBy(row => target.Classes[Endpoints.Predicting.Likeliest(outputs.Span.Slice(row * target.OutputCount, target.OutputCount))]).ToDictionary())
            : new ReferenceColumn("prediction", 0, Even([.. Enumerable.Range(0, target.RowCount).Select(row => target.Task == LearningTask.Binary ? outputs.Span[row * 2 + 1] : outputs.Span[row])]), target.RowCount, new Dictionary<string, int>());
        var some = InsightWork.Some(frame.Only(result.Best.Schema.Columns.Select(column => column.Name)), BackgroundRows);
        return new Reference(frame.RowCount, [.. result.Best.Schema.Columns.Select(column => Column(frame[column.Name], column.Role))], prediction,
            some.Columns.ToDictionary(column => column.Name, column => (IReadOnlyList<string?>)[.. Enumerable.Range(0, some.RowCount).Select(column.TextAt)]));
    }

    /// <summary>What the model of a run learned from; null when there is no such run, or nothing was kept.</summary>
    public static Reference? ReferenceOf(this RunFolder folder, string? run) => run is null ? null : folder.ReadJson<Reference>(run, File);

    /// <summary>Rows of texts as a model reads them.</summary>
    public static Frame Rows(Model model, IReadOnlyDictionary<string, IReadOnlyList<string?>> texts) => new(model.Schema.Columns.Select(column => Read(column, texts[column.Name])));

    /// <summary>A moment as a number of days.</summary>
    public static double Days(DateTime moment) => (moment - _start).TotalDays;

    private static ReferenceColumn Column(Column column, ColumnRole role)
    {
        var missing = column.RowCount == 0 ? 0 : (double)column.MissingCount / column.RowCount;
        var known = column.RowCount - column.MissingCount;
        if (column is NumberColumn numbers && role == ColumnRole.Number)
        {
            return new ReferenceColumn(column.Name, missing, Even([.. Enumerable.Range(0, column.RowCount).Select(numbers.Number).Where(double.IsFinite)]), known, new Dictionary<string, int>());
        }
        if (column is TimestampColumn moments && role == ColumnRole.Timestamp)
        {
            return new ReferenceColumn(column.Name, missing, Even([.. Enumerable.Range(0, column.RowCount).Select(moments.Moment).OfType<DateTime>().Select(Days)]), known, new Dictionary<string, int>());
        }
        return role == ColumnRole.Text ? new ReferenceColumn(column.Name, missing, [], known, new Dictionary<string, int>()) : new ReferenceColumn(column.Name, missing, [], known, Levels(column));
    }

    private static Dictionary<string, int> Levels(Column column) => Enumerable.Range(0, column.RowCount).Select(column.TextAt).OfType<string>().CountBy(text => text, StringComparer.Ordinal)
        .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(MostLevels).ToDictionary(StringComparer.Ordinal);

    // Values in order at even steps: enough to compare distributions by.
    private static double[] Even(double[] values)
    {
        Array.Sort(values);
        return values.Length <= MostNumbers ? values : [.. Enumerable.Range(0, MostNumbers).Select(at => values[(int)((long)at * (values.Length - 1) / (MostNumbers - 1))])];
    }

    private static Column Read(ModelColumn column, IReadOnlyList<string?> texts)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        return column switch
        {
            { Kind: ColumnKind.Boolean } => Learning.Frames.Column.OfBooleans(column.Name, texts.Select(text => bool.TryParse(text, out var value) && value).ToArray(), texts.Select(text => text is null).ToArray()),
            { Role: ColumnRole.Timestamp } => Learning.Frames.Column.OfTimestamps(
                column.Name, texts.Select(text => DateTime.TryParse(text, culture, out var moment) ? moment : default).ToArray(), texts.Select(text => text is null).ToArray()),
            { Role: ColumnRole.Number } => Learning.Frames.Column.OfNumbers(column.Name, texts.Select(text => double.TryParse(text, culture, out var number) ? number : double.NaN).ToArray()),
            { Role: ColumnRole.Category } => Learning.Frames.Column.OfCategories(column.Name, texts),
            _ => Learning.Frames.Column.OfTexts(column.Name, texts.ToArray()),
        };
    }
}
