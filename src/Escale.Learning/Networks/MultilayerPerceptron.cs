using Escale.Learning.Threads;

namespace Escale.Learning.Networks;

/// <summary>
/// Multilayer perceptrons for tables: the mean of some networks that differ in their beginnings, in the order of their rows and, without validation rows, in the rows that they are judged
/// by. Errs differently from trees, so that it helps in an ensemble with them; smooth where they are stepped.
/// </summary>
/// <remarks>
/// What makes networks do well on tables is taken from Gorishniy et al. (On Embeddings for Numerical Features in Tabular Deep Learning, 2022: numbers as pieces between quantiles) and from
/// Holzmüller et al. (Better by Default: strong pre-tuned MLPs, 2024: robust scaling, a learned factor for each input, a scheduled learning rate, the best epoch kept). O(epochs × rows ×
/// (inputs × <see cref="Width"/> + <see cref="Width"/>²)) for each network; networks are learned side by side on several threads, each alone on one, in single precision. Predictions are
/// computed in double precision.
/// </remarks>
public sealed record MultilayerPerceptron : Estimator
{
    private const int LeastRowsToHold = 40;
    private const int LeastBins = 2;
    private const int RowsForInput = 25;
    private const int MostInputs = 768;

    /// <inheritdoc/>
    public override string Name => "multilayer perceptron";

    /// <inheritdoc/>
    public override FeatureStyle Style => FeatureStyle.Scaled;

    /// <summary>Hidden layers, 1 to 8. Default 2.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Units of each, 1 to 4096. Default 128.</summary>
    public int Width { get; init; } = 128;

    /// <summary>What follows their sums. Default: <see cref="Networks.Activation.Silu"/>.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Most pieces that a number is also encoded by, 0 for none to 256; fewer, or none, where there would be more pieces than one for 25 rows, or than 768. Default 16.</summary>
    public int Bins { get; init; } = 16;

    /// <summary>How many networks, 1 to 64. Default 4.</summary>
    public int Networks { get; init; } = 4;

    /// <summary>How often each row is seen, at most. Default 60.</summary>
    public int Epochs { get; init; } = 60;

    /// <summary>Rows of a step; null for a sixteenth of the rows, but 24 at least and 240 at most. Default null.</summary>
    public int? BatchRows { get; init; }

    /// <summary>The learning rate at its highest, above 0. Default 0.003.</summary>
    public double LearningRate { get; init; } = 0.003;

    /// <summary>How strongly weights shrink: by this times the learning rate in each step; 0 or more. Default 0.1.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Which share of the hidden units is left out in each step, 0 to below 1. Default 0.1.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Which share of a label is spread over all classes, 0 to below 1; ignored for numbers. Default 0.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Stop when the loss of the rows to judge by was not lowered for so many epochs; 0 is never. The best epoch is kept in any case. Default 20.</summary>
    public int EarlyStoppingEpochs { get; init; } = 20;

    /// <summary>Which share of the rows each network is judged by when there are no <see cref="FitOptions.Validation"/> rows, 0 to 0.5; 0 to learn from all rows and to keep the last epoch. Default 0.1.</summary>
    public double HeldShare { get; init; } = 0.1;

    /// <inheritdoc/>
    public override bool Supports(LearningTask task) => true;

    /// <inheritdoc/>
    public override NetworkPredictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        Check(features, target, weights);
        CheckSettings();
        features.ThrowIfNotFinite();
        options ??= FitOptions.Default;
        options.CancellationToken.ThrowIfCancellationRequested();
        if (weights.Contains(0))
        {
            var own = weights.ToArray();
            var rows = Enumerable.Range(0, own.Length).Where(row => own[row] > 0).ToArray();
            (features, target) = (features.Rows(rows), target.Rows(rows));
            weights = rows.Select(row => own[row]).ToArray();
        }
        var scale = TargetScale.Of(target, weights);
        var encoder = InputEncoder.Fit(features, BinsFor(features));
        var validation = options.Validation is { } given && given.Target.RowCount > 0 ? given : null;
        validation?.Features.ThrowIfNotFinite();
        var data = new NetworkData(
            target.Task, encoder, NetworkRows.Of(features, target, weights, scale), validation is null ? null : NetworkRows.Of(validation.Features, validation.Target, validation.Weights.Span, scale));
        var shape = new NetworkShape(encoder.Count, Width, Layers, target.Task == LearningTask.Multiclass ? target.ClassCount : 1);
        var isConstant = target.Task == LearningTask.Regression && scale.Deviation == 0;
        var (networks, epochs) = Learn(data, shape, isConstant ? 0 : Epochs, options);
        return new NetworkPredictor(target.Task, features.FeatureCount, encoder, Activation, shape, networks, scale) { Epochs = epochs };
    }

    internal override Estimator OnAllRows(IReadOnlyList<Predictor> fitted, double growth)
    {
        // The way of the learning rate is as long as it was; some rows are held to judge by, as always without validation rows.
        var epochs = fitted.OfType<NetworkPredictor>().Select(model => model.Epochs).Where(epochs => epochs > 0).DefaultIfEmpty(Epochs).Average();
        return this with { Epochs = Math.Clamp((int)Math.Round(epochs), 1, Epochs) };
    }

    internal NetworkSettings SettingsFor(int rows, int epochs) => new(
        Activation, epochs, BatchRows ?? Math.Clamp(rows / 16 / 6 * 6, 24, 240), EarlyStoppingEpochs, LearningRate, WeightDecay, Dropout, LabelSmoothing);

    /// <summary>With many pieces for few rows a network learns the rows by heart. Features of two values are one piece each and not counted.</summary>
    private int BinsFor(FeatureMatrix features)
    {
        var numbers = Enumerable.Range(0, features.FeatureCount).Count(feature => !InputEncoder.IsPair(features[feature]));
        var bins = Math.Min(Bins, Math.Min(MostInputs, features.RowCount / RowsForInput) / Math.Max(1, numbers));
        return bins < LeastBins ? 0 : bins;
    }

    private (double[][] Networks, double Epochs) Learn(NetworkData data, NetworkShape shape, int epochs, FitOptions options)
    {
        var settings = SettingsFor(data.Rows.Count, epochs);
        using var team = new WorkerTeam(Math.Clamp(options.Threads, 1, Networks));
        var rounds = (Networks + team.Count - 1) / team.Count;
        var (done, gate) = (new double[Networks], new Lock());
        var (learned, taken) = (new double[Networks][], new int[Networks]);
        team.Run(Networks, network =>
        {
            void Report(double share)
            {
                lock (gate)
                {
                    done[network] = share;
                    options.Progress!.Report(done.Sum() / Networks);
                }
            }
            var limits = new NetworkLimits(options.TimeLimit / rounds, PartedClock.Of(options.Clock, network), options.CancellationToken, options.Progress is null ? null : Report);
            var held = data.Validation is null && data.Rows.Count >= LeastRowsToHold ? HeldShare : 0;
            using var training = new NetworkTraining(shape, settings, data, held, PartSeed.Of(options.Seed, network));
            learned[network] = NetworkPredictor.Fold(shape, training.Run(limits), training.Means);
            taken[network] = training.Epochs;
        });
        return (learned, taken.Average());
    }

    private void CheckSettings()
    {
        CheckSetting(Layers is >= 1 and <= 8, nameof(Layers), Layers, "from 1 to 8");
        CheckSetting(Width is >= 1 and <= 4096, nameof(Width), Width, "from 1 to 4096");
        CheckSetting(Bins is >= 0 and <= 256, nameof(Bins), Bins, "from 0 to 256");
        CheckSetting(Networks is >= 1 and <= 64, nameof(Networks), Networks, "from 1 to 64");
        CheckSetting(Epochs >= 1, nameof(Epochs), Epochs, "1 or more");
        CheckSetting(BatchRows is null or (>= 1 and <= 65_536), nameof(BatchRows), BatchRows ?? 0, "from 1 to 65,536");
        CheckSetting(LearningRate > 0 && double.IsFinite(LearningRate), nameof(LearningRate), LearningRate, "above 0");
        CheckSetting(WeightDecay >= 0 && double.IsFinite(WeightDecay), nameof(WeightDecay), WeightDecay, "0 or more");
        CheckSetting(Dropout is >= 0 and < 1, nameof(Dropout), Dropout, "from 0 to below 1");
        CheckSetting(LabelSmoothing is >= 0 and < 1, nameof(LabelSmoothing), LabelSmoothing, "from 0 to below 1");
        CheckSetting(EarlyStoppingEpochs >= 0, nameof(EarlyStoppingEpochs), EarlyStoppingEpochs, "0 or more");
        CheckSetting(HeldShare is >= 0 and <= 0.5, nameof(HeldShare), HeldShare, "from 0 to 0.5");
    }
}
