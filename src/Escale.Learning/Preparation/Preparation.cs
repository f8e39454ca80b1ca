using Escale.Learning.Frames;
using Escale.Learning.Persistence;
using Escale.Learning.Preparation.Encoders;
using Escale.Learning.Threads;

namespace Escale.Learning.Preparation;

/// <summary>
/// How raw columns become features, fitted on training rows. Immutable and thread-safe. Infinite numbers are clipped: to the range of single precision in the native style,
/// to the range of training in the scaled one. A category never seen in training is missing (native), rare where rare levels were grouped, or none of the known.
/// </summary>
public sealed class Preparation
{
    private readonly ColumnEncoder[] _encoders;
    private readonly int[] _from;

    private Preparation(FeatureStyle style, ModelColumn[] inputs, ColumnEncoder[] encoders)
    {
        (Style, Inputs, _encoders, _from) = (style, inputs, encoders, new int[encoders.Length + 1]);
        Features = [.. encoders.SelectMany(encoder => encoder.Features)];
        for (var at = 0; at < encoders.Length; at++)
        {
            _from[at + 1] = _from[at] + encoders[at].Features.Count;
        }
    }

    /// <summary>The style of its features.</summary>
    public FeatureStyle Style { get; }

    /// <summary>The raw columns that it reads, in the order of the training table; columns that turned out to say nothing are not among them.</summary>
    public IReadOnlyList<ModelColumn> Inputs { get; }

    /// <summary>What it makes.</summary>
    public IReadOnlyList<Feature> Features { get; }

    internal IReadOnlyList<ColumnEncoder> Encoders => _encoders;

    /// <summary>Fits on training rows and makes their features, which differ from <see cref="Transform"/> of the same rows where target statistics are used.</summary>
    /// <param name="frame">The training rows.</param>
    /// <param name="roles">As what columns are learned from; those without a role are not.</param>
    /// <param name="target">What to predict, for target statistics.</param>
    /// <param name="style">As the estimator wants them.</param>
    /// <param name="settings">How; null for the defaults.</param>
    /// <param name="options">Seed, threads and cancellation.</param>
    /// <exception cref="LearningException">No column is of use (<c>learning.no-features</c>), there is no row, or a column is not what its role says.</exception>
    public static (Preparation Fitted, FeatureMatrix Features) FitTransform(
        Frame frame, ColumnRoles roles, Target target, FeatureStyle style, PreparationSettings? settings = null, FitOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.RowCount, frame.RowCount, nameof(target));
        var context = new FitContext(style, settings ?? PreparationSettings.Default, target, (options ??= FitOptions.Default).Seed);
        Column[] columns = [.. frame.Columns.Where(column => roles[column.Name] is ColumnRole.Number or ColumnRole.Category or ColumnRole.Text or ColumnRole.Timestamp)];
        var fitted = new List<FittedEncoder>[columns.Length];
        var training = new List<ReadOnlyMemory<float>>[columns.Length];
        var seen = new ModelColumn[columns.Length];
        ForEach(columns.Length, options.Threads, at =>
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            // Inputs are numbered once it is known which columns are of use; until then each encoder is fitted as if its column were the only one.
            fitted[at] = Fit(columns[at], roles[columns[at].Name], context);
            training[at] = [.. fitted[at].SelectMany(encoder => encoder.Training ?? encoder.Encoder.Encode(columns[at]))];
            seen[at] = ModelColumn.Of(columns[at], roles[columns[at].Name]);
        });
        int[] useful = [.. Enumerable.Range(0, columns.Length).Where(at => fitted[at].Count > 0)];
        if (useful.Length == 0)
        {
            throw new LearningException("learning.no-features", "No column can be learned from: all are empty, constant, identifiers or ignored.", "Add a column that says something about the target, or give a column another role.");
        }
        var preparation = new Preparation(style, [.. useful.Select(at => seen[at])], [.. useful.SelectMany((at, number) => fitted[at].Select(encoder => encoder.Encoder.At(number)))]);
        return (preparation, new FeatureMatrix(preparation.Features, [.. useful.SelectMany(at => training[at])], frame.RowCount));
    }

    /// <summary>Makes the features of rows. Columns that are not among <see cref="Inputs"/> are not looked at.</summary>
    /// <param name="frame">The rows.</param>
    /// <param name="threads">Threads to work with; the result does not depend on it. Default 1.</param>
    /// <exception cref="LearningException">A column is missing (<c>learning.column-missing</c>), or holds what is not of its role.</exception>
    public FeatureMatrix Transform(Frame frame, int threads = 1)
    {
        Column[] columns = [.. Inputs.Select(input => frame[input.Name])];
        var encoded = new ReadOnlyMemory<float>[_encoders.Length][];
        ForEach(_encoders.Length, threads, at => encoded[at] = _encoders[at].Encode(columns[_encoders[at].Input]));
        return new FeatureMatrix(Features, [.. encoded.SelectMany(features => features)], frame.RowCount);
    }

    /// <summary>Makes the features of one row: the same bits as <see cref="Transform"/>. Allocates nothing.</summary>
    /// <param name="row">A row of a model that has this preparation, or of <see cref="NewRow"/>.</param>
    /// <param name="features">Written; as long as <see cref="Features"/>.</param>
    public void TransformRow(ModelRow row, Span<float> features)
    {
        for (var at = 0; at < _encoders.Length; at++)
        {
            var encoder = _encoders[at];
            encoder.EncodeRow(row.CellAt(row.Schema.IndexOf(Inputs[encoder.Input].Name)), features[_from[at].._from[at + 1]]);
        }
    }

    /// <summary>A row to fill for <see cref="TransformRow(ModelRow, Span{float})"/>.</summary>
    public ModelRow NewRow() => new(new ModelSchema([.. Inputs]));

    /// <summary>The same when it is known where in the row the inputs stand.</summary>
    internal void TransformRow(ModelRow row, int[] cells, Span<float> features)
    {
        for (var at = 0; at < _encoders.Length; at++)
        {
            var encoder = _encoders[at];
            encoder.EncodeRow(row.CellAt(cells[encoder.Input]), features[_from[at].._from[at + 1]]);
        }
    }

    internal void Save(SavedNode node)
    {
        node.Set("style", Style);
        foreach (var input in Inputs)
        {
            input.Save(node.AddTo("inputs", "column"));
        }
        foreach (var encoder in _encoders)
        {
            encoder.Save(node.AddTo("encoders", encoder.Kind));
        }
    }

    internal static Preparation Load(SavedNode node)
    {
        var inputs = node.Children("inputs").Select(ModelColumn.Load).ToArray();
        if (inputs.Length == 0 || inputs.DistinctBy(input => input.Name, StringComparer.Ordinal).Count() != inputs.Length)
        {
            throw SavedNode.Damaged("its columns are not all different");
        }
        return new Preparation(node.Enum<FeatureStyle>("style"), inputs, [.. node.Children("encoders").Select(child => ColumnEncoder.Load(child, inputs))]);
    }

    private static List<FittedEncoder> Fit(Column column, ColumnRole role, FitContext context)
    {
        ColumnEncoder? encoder = null;
        switch (role)
        {
            case ColumnRole.Category:
                return [.. CategoryFitting.Fit(column, 0, context)];
            case ColumnRole.Number:
                encoder = NumberEncoder.Fit(column, 0, context);
                break;
            case ColumnRole.Timestamp:
                encoder = MomentEncoder.Fit(column, 0, context);
                break;
            default:
                encoder = TextEncoder.Fit(column, 0, context);
                break;
        }
        return encoder is null ? [] : [new FittedEncoder(encoder)];
    }

    /// <summary>Runs the parts; when several fail, the error is that of the first, whatever the number of threads.</summary>
    private static void ForEach(int parts, int threads, Action<int> work)
    {
        if (threads <= 1 || parts <= 1)
        {
            for (var part = 0; part < parts; part++)
            {
                work(part);
            }
            return;
        }
        var failures = new System.Runtime.ExceptionServices.ExceptionDispatchInfo?[parts];
        using var team = new WorkerTeam(Math.Min(threads, parts));
        team.Run(parts, part =>
        {
            try
            {
                work(part);
            }
            catch (Exception exception) // thrown again below
            {
                failures[part] = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(exception);
            }
        });
        Array.Find(failures, failure => failure is not null)?.Throw();
    }
}
