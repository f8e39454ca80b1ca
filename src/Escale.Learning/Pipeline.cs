using Escale.Learning.Frames;
using Escale.Learning.Preparation;

namespace Escale.Learning;

/// <summary>
/// From raw rows to a model: an estimator with everything that stands before it. Immutable; nothing is learned before <see cref="Fit"/>, so that it can be fitted on the
/// training part of each fold anew.
/// </summary>
public sealed record Pipeline
{
    /// <summary>What learns.</summary>
    public required Estimator Estimator { get; init; }

    /// <summary>How columns become features. Default: <see cref="PreparationSettings.Default"/>.</summary>
    public PreparationSettings Preparation { get; init; } = PreparationSettings.Default;

    /// <summary>As what columns are learned from; null to detect it on the training rows.</summary>
    public ColumnRoles? Roles { get; init; }

    /// <summary>How much rows of each class count. Default: the same.</summary>
    public ClassWeights ClassWeights { get; init; } = ClassWeights.None;

    /// <summary>A column that says how much each row counts; it is not learned from. Null: all the same.</summary>
    public string? WeightColumn { get; init; }

    /// <summary>What is predicted; null to detect it, see <see cref="Targets.Detect"/>.</summary>
    public LearningTask? Task { get; init; }

    /// <summary>Learns. Rows whose target is missing are left out.</summary>
    /// <param name="frame">The training rows.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="options">Seed, threads, cancellation; validation rows are given as <paramref name="validation"/>.</param>
    /// <param name="validation">Further rows by which the estimator may stop early; never learned from. Null for none.</param>
    /// <exception cref="LearningException">The data cannot be learned from; see the codes in the manual.</exception>
    public Model Fit(Frame frame, string target, FitOptions? options = null, Frame? validation = null)
    {
        options ??= FitOptions.Default;
        var rows = WithTarget(frame, target);
        if (rows.RowCount == 0)
        {
            throw new LearningException("learning.no-rows", $"No row has a value of the target '{target}'.", "Give a table with at least one row that has a target.", target);
        }
        var values = Targets.Of(rows[target], Task);
        var roles = (Roles ?? ColumnRoles.Detect(rows, target)).With(target, ColumnRole.Ignored);
        roles = WeightColumn is null ? roles : roles.With(WeightColumn, ColumnRole.Ignored);
        var weights = Weights(rows, values);
        var (preparation, features) = Learning.Preparation.Preparation.FitTransform(rows, roles, values, Estimator.Style, Preparation, options);
        var predictor = Estimator.Fit(features, values, weights, options with { Validation = validation is null ? null : Validation(validation, target, values, preparation, options) });
        var info = new ModelInfo
        {
            Estimator = Estimator.ToString(),
            TrainedRows = rows.RowCount,
            RowsWithoutTarget = frame.RowCount - rows.RowCount,
            DataFingerprint = Fingerprint.Of(rows),
            Seed = options.Seed,
        };
        return new Model(target, values, [new ModelMember(preparation, predictor, 1, Estimator.Name)], info);
    }

    /// <summary>The rows that have a target; the frame itself when all have.</summary>
    internal static Frame WithTarget(Frame frame, string target)
    {
        var column = frame[target];
        return column.MissingCount == 0 ? frame : frame.Rows(Enumerable.Range(0, frame.RowCount).Where(row => !column.IsMissing(row)).ToArray());
    }

    private double[] Weights(Frame rows, Target target) => ClassWeights.Apply(target, WeightColumn is null ? [] : CellReading.Numbers(rows[WeightColumn]));

    private ValidationRows Validation(Frame validation, string target, Target training, Learning.Preparation.Preparation preparation, FitOptions options)
    {
        var rows = WithTarget(validation, target);
        var values = training.Task == LearningTask.Regression ? Targets.Of(rows[target], LearningTask.Regression) : Targets.Of(rows[target], training.Task, training.Classes);
        return new ValidationRows(preparation.Transform(rows, options.Threads), values, Weights(rows, values));
    }
}
