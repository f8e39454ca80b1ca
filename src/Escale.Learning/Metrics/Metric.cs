namespace Escale.Learning.Metrics;

/// <summary>
/// A number that says how good outputs are. Outputs are as those of a <see cref="Predictor"/>: one number a row for regression, otherwise the probability of every class, row
/// after row. The predicted class is the one of the highest probability, the first of several. Values are those of scikit-learn where it has the metric. Immutable and thread-safe.
/// </summary>
public abstract class Metric
{
    private protected Metric(string name, bool isHigherBetter) => (Name, IsHigherBetter) = (name, isHigherBetter);

    /// <summary>Share of the rows whose class is predicted rightly, 0 to 1.</summary>
    public static Metric Accuracy { get; } = new AccuracyMetric();

    /// <summary>Mean over the classes of the share of their rows that are found (recall), 0 to 1. Classes without rows do not count.</summary>
    public static Metric BalancedAccuracy { get; } = new BalancedAccuracyMetric();

    /// <summary>Harmonic mean of precision and recall, 0 to 1: of the positive class when there are two, otherwise the mean over the classes that occur or are predicted. 0 where undefined.</summary>
    public static Metric F1 { get; } = new ClassRatioMetric("F1", ClassRatio.F1, isMacro: false);

    /// <summary>F1 as a mean over all classes, also when there are two.</summary>
    public static Metric MacroF1 { get; } = new ClassRatioMetric("macro F1", ClassRatio.F1, isMacro: true);

    /// <summary>Share of the rows predicted as a class that are of it, 0 to 1: of the positive class when there are two, otherwise the mean over classes. 0 where undefined.</summary>
    public static Metric Precision { get; } = new ClassRatioMetric("precision", ClassRatio.Precision, isMacro: false);

    /// <summary>Share of the rows of a class that are found, 0 to 1: of the positive class when there are two, otherwise the mean over classes. 0 where undefined.</summary>
    public static Metric Recall { get; } = new ClassRatioMetric("recall", ClassRatio.Recall, isMacro: false);

    /// <summary>Matthews' correlation of true and predicted classes, −1 to 1; 0 when either is constant. Gorodkin's form for several classes.</summary>
    public static Metric Mcc { get; } = new MatthewsMetric();

    /// <summary>
    /// Probability that a positive row is ranked above a negative one, ties one half; 0.5 is chance. For several classes the mean over the classes of one against the rest.
    /// Classes without rows do not count. Undefined when all rows are of one class.
    /// </summary>
    public static Metric RocAuc { get; } = new RocAucMetric();

    /// <summary>Area under precision over recall, summed without interpolation, 0 to 1. For several classes the mean over those with rows. Undefined without a positive row.</summary>
    public static Metric AveragePrecision { get; } = new AveragePrecisionMetric();

    /// <summary>Mean of −ln(probability given to the true class). Probabilities are kept within 2.2e-16 of 0 and 1 and divided by their sum, as scikit-learn 1.2 does.</summary>
    public static Metric LogLoss { get; } = new LogLossMetric();

    /// <summary>Mean squared error of probabilities: of the positive class when there are two (0 to 1), otherwise summed over the classes (0 to 2).</summary>
    public static Metric Brier { get; } = new BrierMetric();

    /// <summary>1 − squared error ÷ squared error of the mean. For a constant target 1 when predicted exactly, otherwise 0.</summary>
    public static Metric R2 { get; } = new RSquaredMetric();

    /// <summary>Root of the mean squared error, in units of the target.</summary>
    public static Metric Rmse { get; } = new RowErrorMetric("RMSE", static (truth, output) => (truth - output) * (truth - output), isRooted: true);

    /// <summary>Mean absolute error, in units of the target.</summary>
    public static Metric Mae { get; } = new RowErrorMetric("MAE", static (truth, output) => Math.Abs(truth - output));

    /// <summary>Median absolute error, in units of the target. With weights the middle of the lower and the upper weighted median.</summary>
    public static Metric MedianAe { get; } = new MedianErrorMetric();

    /// <summary>Mean absolute error as a share of the truth (0.1 is 10 %). A truth of 0 counts as 2.2e-16, as in scikit-learn: do not use it for targets near 0.</summary>
    public static Metric Mape { get; } = new RowErrorMetric("MAPE", static (truth, output) => Math.Abs(truth - output) / Math.Max(Math.Abs(truth), RowErrorMetric.Epsilon));

    /// <summary>Root of the mean squared difference of ln(1 + value). Undefined for targets below 0; outputs below 0 count as 0.</summary>
    public static Metric Rmsle { get; } = new RowErrorMetric("RMSLE", RowErrorMetric.SquaredLogError, isRooted: true);

    /// <summary>Those without parameters.</summary>
    public static IReadOnlyList<Metric> All { get; } =
        [RocAuc, LogLoss, Accuracy, BalancedAccuracy, F1, MacroF1, Precision, Recall, AveragePrecision, Brier, Mcc, R2, Rmse, Mae, MedianAe, Mape, Rmsle];

    /// <summary>Its name in the field's own words: <c>ROC AUC</c>.</summary>
    public string Name { get; }

    /// <summary>Whether a higher score is better.</summary>
    public bool IsHigherBetter { get; }

    /// <summary>How far a prediction of a quantile is off: mean of max(q·(truth − output), (q − 1)·(truth − output)).</summary>
    /// <param name="quantile">Which quantile is predicted, between 0 and 1. Default the median.</param>
    public static Metric Pinball(double quantile = 0.5) => new PinballMetric(quantile);

    /// <summary>What a task is judged by when nobody says: area under the ROC curve, log loss, R².</summary>
    public static Metric DefaultFor(LearningTask task) => task switch
    {
        LearningTask.Regression => R2,
        LearningTask.Binary => RocAuc,
        _ => LogLoss,
    };

    /// <summary>A metric by its name; case, spaces, hyphens and underscores do not matter: <c>roc_auc</c>.</summary>
    /// <exception cref="LearningException">There is none (<c>learning.metric-unknown</c>).</exception>
    public static Metric ByName(string name) => All.FirstOrDefault(metric => Plain(metric.Name) == Plain(name)) ?? throw new LearningException(
        "learning.metric-unknown", $"There is no metric '{name}'.", "Choose one of: " + string.Join(", ", All.Select(metric => metric.Name)) + ".");

    /// <summary>Whether it judges a task.</summary>
    public abstract bool Supports(LearningTask task);

    /// <summary>The score.</summary>
    /// <param name="target">The truth.</param>
    /// <param name="outputs">Outputs, row after row; rows × <see cref="Target.OutputCount"/> long.</param>
    /// <param name="weights">How much each row counts, none negative; empty when all count the same.</param>
    /// <exception cref="LearningException">The metric does not judge the task (<c>learning.metric-not-supported</c>), an output is NaN or infinite
    /// (<c>learning.output-not-finite</c>), or these rows have no such score (<c>learning.metric-undefined</c>).</exception>
    public double Score(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights = default) =>
        TryScore(target, outputs, weights, out var score) ? score : throw Undefined();

    /// <summary>The score, or false when these rows have none: an area under the ROC curve of rows that are all of one class.</summary>
    public bool TryScore(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights, out double score)
    {
        score = PrepareChecked(target, outputs, weights, out var rowWeights).Score(rowWeights);
        return !double.IsNaN(score);
    }

    /// <summary>What a search makes small: the score itself when lower is better, otherwise 1 − score. 0 is perfect, and it is never below.</summary>
    /// <inheritdoc cref="Score"/>
    public double Loss(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights = default) => ToLoss(Score(target, outputs, weights));

    /// <summary>Makes a loss of a score.</summary>
    public double ToLoss(double score) => IsHigherBetter ? Math.Max(0, 1 - score) : score;

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Does once what does not depend on weights (sorting, errors of rows), so that many resamples of the same rows are scored fast.</summary>
    internal abstract PreparedMetric Prepare(Target target, ReadOnlySpan<double> outputs);

    internal PreparedMetric PrepareChecked(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights, out double[] rowWeights)
    {
        if (!Supports(target.Task))
        {
            throw new LearningException("learning.metric-not-supported", $"{Name} does not judge {target.Task} tasks.", "Choose another metric.");
        }
        rowWeights = MetricInput.Check(target, outputs, weights);
        return Prepare(target, outputs);
    }

    internal LearningException Undefined() => new(
        "learning.metric-undefined", $"These rows have no {Name}: {WhyUndefined}.", "Judge by more rows, or by another metric.");

    private protected virtual string WhyUndefined => "all are of one class";

    private static string Plain(string name) => string.Concat(name.Where(letter => letter is not (' ' or '-' or '_'))).Replace('²', '2').ToUpperInvariant();
}

/// <summary>A metric with its rows: scores them under any weights.</summary>
internal abstract class PreparedMetric
{
    /// <summary>The score, NaN when undefined.</summary>
    /// <param name="weights">One a row, none negative, not all 0.</param>
    public abstract double Score(ReadOnlySpan<double> weights);
}
