using Escale.Learning.Calibration;
using Escale.Learning.Frames;
using Escale.Learning.Persistence;

namespace Escale.Learning;

/// <summary>One of the predictors of a model.</summary>
/// <param name="Preparation">How raw rows become its features.</param>
/// <param name="Predictor">What it learned.</param>
/// <param name="Weight">How much it counts; positive.</param>
/// <param name="Name">What it is, for people.</param>
public sealed record ModelMember(Preparation.Preparation Preparation, Predictor Predictor, double Weight = 1, string Name = "");

/// <summary>
/// Predicts raw rows: one member for a fitted pipeline, several for an ensemble, whose outputs are the weighted mean of theirs. Immutable and thread-safe.
/// </summary>
public sealed class Model
{
    /// <summary>Rows that are predicted at a time: bounds the memory for features.</summary>
    private const int MaxFeatureValues = 1 << 26;

    private readonly ModelMember[] _members;
    private readonly int[][] _cells;
    private readonly double _weight;

    /// <summary>Puts members together.</summary>
    /// <param name="targetName">The column that is predicted.</param>
    /// <param name="target">A target with the task and the classes; its rows are not kept.</param>
    /// <param name="members">At least one; all for this task and these classes.</param>
    /// <param name="info">Where the model comes from.</param>
    /// <param name="calibrator">What the mean of the outputs goes through last; null for nothing.</param>
    public Model(string targetName, Target target, IReadOnlyList<ModelMember> members, ModelInfo info, Calibrator? calibrator = null)
        : this(targetName, target.Task, target.Classes, members, info, calibrator)
    {
    }

    internal Model(string targetName, LearningTask task, IReadOnlyList<string> classes, IReadOnlyList<ModelMember> members, ModelInfo info, Calibrator? calibrator = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(members.Count, nameof(members));
        (TargetName, Task, Classes, _members, Info, Calibrator) = (targetName, task, classes, [.. members], info, calibrator);
        foreach (var member in members)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(member.Predictor.OutputCount, OutputCount, nameof(members));
            ArgumentOutOfRangeException.ThrowIfNotEqual(member.Predictor.FeatureCount, member.Preparation.Features.Count, nameof(members));
            ArgumentOutOfRangeException.ThrowIfNotEqual(member.Predictor.Task, task, nameof(members));
            if (!(member.Weight > 0) || !double.IsFinite(member.Weight))
            {
                throw new ArgumentOutOfRangeException(nameof(members), member.Weight, "A member's weight is not positive.");
            }
        }
        if (calibrator is not null)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(calibrator.OutputCount, Classes.Count, nameof(calibrator));
        }
        Schema = ModelSchema.Of(members.Select(member => member.Preparation));
        _cells = [.. members.Select(member => member.Preparation.Inputs.Select(input => Schema.IndexOf(input.Name)).ToArray())];
        _weight = members.Sum(member => member.Weight);
    }

    /// <summary>The column that is predicted.</summary>
    public string TargetName { get; }

    /// <summary>What is predicted.</summary>
    public LearningTask Task { get; }

    /// <summary>Names of the classes; empty for regression.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Numbers for each row: one for regression, otherwise the probability of each class.</summary>
    public int OutputCount => Math.Max(1, Classes.Count);

    /// <summary>The raw columns that are needed.</summary>
    public ModelSchema Schema { get; }

    /// <summary>The members.</summary>
    public IReadOnlyList<ModelMember> Members => _members;

    /// <summary>What the mean of the members' outputs goes through last; null for nothing.</summary>
    public Calibrator? Calibrator { get; }

    /// <summary>Where the model comes from.</summary>
    public ModelInfo Info { get; }

    /// <summary>Reads a model that <see cref="Save(string)"/> wrote. Runs no code of the file.</summary>
    /// <exception cref="LearningException">The file is damaged (<c>learning.model-file-damaged</c>) or of a newer version (<c>learning.model-file-newer</c>).</exception>
    public static Model Load(string path)
    {
        using var stream = File.OpenRead(path);
        return Load(stream);
    }

    /// <summary>Reads a model from a stream, to its end.</summary>
    /// <inheritdoc cref="Load(string)"/>
    public static Model Load(Stream stream) => ModelFile.Read(stream);

    /// <summary>The same model, its outputs put through a calibrator (null for none).</summary>
    public Model With(Calibrator? calibrator) => new(TargetName, Task, Classes, Members, Info, calibrator);

    /// <summary>The same model with other words about it, such as the scores that were measured since.</summary>
    public Model With(ModelInfo info) => new(TargetName, Task, Classes, Members, info, Calibrator);

    /// <summary>Predicts the rows of a table. Columns that the model does not read are ignored.</summary>
    /// <param name="frame">The rows.</param>
    /// <param name="threads">Threads to work with; the result does not depend on it. Default 1.</param>
    /// <exception cref="LearningException">A column is missing (<c>learning.column-missing</c>), or holds what is not of its role.</exception>
    public Predictions Predict(Frame frame, int threads = 1)
    {
        var outputs = new double[checked(frame.RowCount * OutputCount)];
        var rowsAtOnce = Math.Max(1, MaxFeatureValues / Members.Max(member => member.Predictor.FeatureCount));
        for (var from = 0; from < frame.RowCount || from == 0; from += rowsAtOnce)
        {
            var count = Math.Min(rowsAtOnce, frame.RowCount - from);
            var rows = count == frame.RowCount ? frame : frame.Rows(Enumerable.Range(from, count).ToArray());
            Predict(rows, outputs.AsSpan(from * OutputCount, count * OutputCount), threads);
        }
        Calibrator?.ApplyAll(outputs);
        return new Predictions(Task, Classes, outputs);
    }

    /// <summary>A row to fill and to predict again and again; one for each thread.</summary>
    public ModelRow NewRow() => new(Schema, Members.Max(member => member.Predictor.FeatureCount), OutputCount);

    /// <summary>Predicts one row without allocating. The same numbers, bit for bit, as <see cref="Predict(Frame, int)"/>.</summary>
    /// <param name="row">A row of <see cref="NewRow"/> of this model.</param>
    /// <param name="outputs">Written; <see cref="OutputCount"/> long.</param>
    public void Predict(ModelRow row, Span<double> outputs)
    {
        if (!ReferenceEquals(row.Schema, Schema))
        {
            throw new ArgumentException("The row was made by another model.", nameof(row));
        }
        outputs = outputs[..OutputCount];
        PredictMembers(row, outputs);
        Calibrator?.Apply(outputs);
    }

    /// <summary>Writes the model as one file, at once or not at all. A file of this name is replaced.</summary>
    public void Save(string path) => ModelFile.Write(this, path);

    /// <summary>Writes the model to a stream.</summary>
    public void Save(Stream stream) => ModelFile.Write(this, stream);

    /// <summary>
    /// Writes the model, from raw columns to predictions, as an ONNX file (operator set 17, ai.onnx.ml 3) that answers as <see cref="Predict(Frame, int)"/> does to some 1e-6. It takes one tensor
    /// of N × 1 for each column of <see cref="Schema"/>, by its name: for numbers float (double where a linear model scales them first), NaN for missing, true and false as 1 and 0; for categories
    /// string, empty for missing; for moments int64, microseconds since 1970-01-01 as the clock showed them, the least int64 for missing. It gives <c>variable</c>, float N × 1, for regression;
    /// otherwise <c>label</c>, string N, and <c>probabilities</c>, float N × classes. An output whose name a column has is prefixed <c>predicted_</c>.
    /// </summary>
    /// <param name="stream">Where to; left open.</param>
    /// <exception cref="LearningException">
    /// A part of the model has no form in ONNX, such as hashed words of a text column (<c>learning.onnx-not-expressible</c>), or the file would be larger than two gigabytes
    /// (<c>learning.onnx-too-large</c>).
    /// </exception>
    public void ExportOnnx(Stream stream) => Onnx.OnnxExport.Write(this, stream);

    private void PredictMembers(ModelRow row, Span<double> outputs)
    {
        for (var at = 0; at < _cells.Length; at++)
        {
            var member = _members[at];
            var features = row.Features.AsSpan(0, member.Predictor.FeatureCount);
            if (at == 0 || member.Preparation != _members[at - 1].Preparation)
            {
                member.Preparation.TransformRow(row, _cells[at], features);
            }
            if (_cells.Length == 1)
            {
                member.Predictor.PredictRow(features, outputs);
                return;
            }
            member.Predictor.PredictRow(features, row.Outputs);
            Add(row.Outputs, member.Weight / _weight, outputs, isFirst: at == 0);
        }
    }

    private void Predict(Frame rows, Span<double> outputs, int threads)
    {
        var own = Members.Count == 1 ? [] : new double[outputs.Length];
        FeatureMatrix? features = null;
        for (var at = 0; at < Members.Count; at++)
        {
            var member = _members[at];
            // Members that read the same features stand next to each other.
            features = at > 0 && member.Preparation == _members[at - 1].Preparation ? features! : member.Preparation.Transform(rows, threads);
            if (rows.RowCount == 0)
            {
                continue;
            }
            if (Members.Count == 1)
            {
                member.Predictor.Predict(features, outputs, threads);
                return;
            }
            member.Predictor.Predict(features, own, threads);
            Add(own, member.Weight / _weight, outputs, isFirst: at == 0);
        }
    }

    private static void Add(ReadOnlySpan<double> own, double weight, Span<double> outputs, bool isFirst)
    {
        for (var at = 0; at < outputs.Length; at++)
        {
            outputs[at] = (isFirst ? 0 : outputs[at]) + weight * own[at];
        }
    }
}
