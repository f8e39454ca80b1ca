namespace Escale.Learning.Persistence;

/// <summary>The parts that a model file may hold, by the name that they have there. A name once given is kept for ever.</summary>
internal static class SavedKinds
{
    private static readonly Dictionary<string, Func<SavedNode, Predictor>> Predictors = new(StringComparer.Ordinal)
    {
        ["calibrated"] = Calibration.CalibratedPredictor.Load,
        ["log-target"] = Transforms.LogTargetPredictor.Load,
        ["constant"] = Baselines.ConstantPredictor.Load,
        ["linear"] = Linear.LinearPredictor.Load,
        ["naive-bayes"] = Bayes.NaiveBayesPredictor.Load,
        ["neighbors"] = Neighbors.NeighborsPredictor.Load,
        ["networks"] = Networks.NetworkPredictor.Load,
        ["trees"] = Trees.TreePredictor.Load,
    };

    /// <summary>Reads a predictor back.</summary>
    public static Predictor Predictor(SavedNode node) => Predictors.TryGetValue(node.Kind, out var load)
        ? load(node)
        : throw new LearningException("learning.model-file-newer", $"The model file holds a part of the kind '{node.Kind}', which this version does not know.", "Open it with a newer version.");
}
