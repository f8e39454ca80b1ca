namespace Escale.Learning.Boosting;

/// <content>Ranges of the settings.</content>
public sealed partial record GradientBoosting
{
    private void CheckSettings()
    {
        Check(Trees is >= 1 and <= 1_000_000, nameof(Trees), "1 to 1,000,000");
        Check(LearningRate is > 0 and <= 1, nameof(LearningRate), "above 0, at most 1");
        Check(MaxLeaves is >= 2 and <= 1 << 20, nameof(MaxLeaves), "2 to 1,048,576");
        Check(MaxDepth >= 0, nameof(MaxDepth), "0 (no limit) or more");
        Check(MinLeafRows >= 1, nameof(MinLeafRows), "1 or more");
        Check(MinLeafHessian >= 0, nameof(MinLeafHessian), "0 or more");
        Check(MinGain >= 0 && double.IsFinite(MinGain), nameof(MinGain), "0 or more");
        Check(L1 >= 0 && double.IsFinite(L1), nameof(L1), "0 or more");
        Check(L2 >= 0 && double.IsFinite(L2), nameof(L2), "0 or more");
        Check(PathSmoothing >= 0 && double.IsFinite(PathSmoothing), nameof(PathSmoothing), "0 or more");
        Check(MaxBins is >= 2 and <= 255, nameof(MaxBins), "2 to 255");
        Check(FeatureShare is > 0 and <= 1, nameof(FeatureShare), "above 0, at most 1");
        Check(FeatureSharePerNode is > 0 and <= 1, nameof(FeatureSharePerNode), "above 0, at most 1");
        Check(RowShare is > 0 and <= 1, nameof(RowShare), "above 0, at most 1");
        Check(GossTopShare is >= 0 and < 1, nameof(GossTopShare), "0 (off), below 1");
        Check(GossOtherShare > 0 && GossTopShare + GossOtherShare <= 1, nameof(GossOtherShare), "above 0, with GossTopShare at most 1");
        Check(CategorySmoothing >= 0 && double.IsFinite(CategorySmoothing), nameof(CategorySmoothing), "0 or more");
        Check(CategoryL2 >= 0 && double.IsFinite(CategoryL2), nameof(CategoryL2), "0 or more");
        Check(MaxCategoryThreshold >= 1, nameof(MaxCategoryThreshold), "1 or more");
        Check(EarlyStoppingRounds >= 0, nameof(EarlyStoppingRounds), "0 (off) or more");
    }

    private void Check(bool isInRange, string setting, string range)
    {
        if (!isInRange)
        {
            throw new LearningException("learning.bad-setting", $"The setting {setting} of {Name} is out of range.", $"Choose a value of {range}.");
        }
    }
}
