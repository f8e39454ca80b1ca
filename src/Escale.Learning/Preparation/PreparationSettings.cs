namespace Escale.Learning.Preparation;

/// <summary>What stands for a missing number where none may be missing.</summary>
public enum NumberImputation
{
    /// <summary>The median of the training rows.</summary>
    Median,

    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their most frequent value, the least of several.</summary>
    MostFrequent,

    /// <summary><see cref="PreparationSettings.ImputationConstant"/>.</summary>
    Constant,
}

/// <summary>How numbers are scaled for linear models and distances.</summary>
public enum NumberScaling
{
    /// <summary>To mean 0 and standard deviation 1.</summary>
    Standard,

    /// <summary>To median 0 and interquartile range 1, which a few extreme values do not move.</summary>
    Robust,

    /// <summary>Not at all.</summary>
    None,
}

/// <summary>How categories become numbers for linear models and distances.</summary>
public enum CategoryEncoding
{
    /// <summary>One-hot up to <see cref="PreparationSettings.OneHotLevels"/> levels, ordered target statistics above.</summary>
    Auto,

    /// <summary>A feature of 0 and 1 for each level; one only when there are two levels.</summary>
    OneHot,

    /// <summary>The index of the level, in the order of the names.</summary>
    Ordinal,

    /// <summary>The mean target of the level, over earlier rows of a random order while training (Prokhorenkova et al., CatBoost, NeurIPS 2018).</summary>
    TargetStatistics,

    /// <summary>The share of training rows that have the level.</summary>
    Frequency,
}

/// <summary>How raw columns become features. Everything is fitted on training rows only.</summary>
public sealed record PreparationSettings
{
    /// <summary>The defaults.</summary>
    public static readonly PreparationSettings Default = new();

    /// <summary>What stands for missing numbers (scaled style). Default: the median.</summary>
    public NumberImputation Imputation { get; init; } = NumberImputation.Median;

    /// <summary>The value for <see cref="NumberImputation.Constant"/>. Default 0.</summary>
    public double ImputationConstant { get; init; }

    /// <summary>Whether columns that had missing values in training get a further feature that says where (scaled style). Default true.</summary>
    public bool AddMissingIndicators { get; init; } = true;

    /// <summary>How numbers are scaled (scaled style). Default: standard.</summary>
    public NumberScaling Scaling { get; init; } = NumberScaling.Standard;

    /// <summary>How categories become numbers (scaled style). Default: one-hot or target statistics by the number of levels.</summary>
    public CategoryEncoding Categories { get; init; } = CategoryEncoding.Auto;

    /// <summary>The most levels for one-hot under <see cref="CategoryEncoding.Auto"/>, after rare ones were grouped. Default 32.</summary>
    public int OneHotLevels { get; init; } = 32;

    /// <summary>Levels of fewer than this share of the training rows are one level together when encoded one-hot, 0 to 1. Default 0.002.</summary>
    public double RareLevelShare { get; init; } = 0.002;

    /// <summary>Whether a missing category takes the most frequent level instead of being a kind of its own (scaled style). Default false.</summary>
    public bool ImputeCategories { get; init; }

    /// <summary>Whether the share of rows of each level is a further feature, of categories encoded by target statistics (both styles). Default false.</summary>
    public bool AddFrequencies { get; init; }

    /// <summary>Native style: categories of more levels than this get target statistics beside their levels; null for none. Default null.</summary>
    public int? NativeTargetStatisticsAbove { get; init; }

    /// <summary>Native style: levels of fewer training rows than this are one level together, which unknown ones then are too. 1 for none. Default 2.</summary>
    public int NativeLevelRows { get; init; } = 2;

    /// <summary>Native style: the most levels of a category; of more, the most frequent keep their own and the others are one together. Default 8192.</summary>
    public int NativeLevels { get; init; } = 8192;

    /// <summary>How many rows of the overall mean a level's mean is mixed with in target statistics. Default 1, as CatBoost.</summary>
    public double TargetStatisticsPrior { get; init; } = 1;

    /// <summary>
    /// Random orders over which target statistics of training rows are averaged. Default 1. Each order alone keeps a row's own target out; the mean of many comes near
    /// leave-one-out, which lets a learner read the row's target back from it.
    /// </summary>
    public int TargetStatisticsOrders { get; init; } = 1;

    /// <summary>For several classes, target statistics are made for at most so many, the most frequent. Default 16.</summary>
    public int TargetStatisticsClasses { get; init; } = 16;

    /// <summary>Whether parts of dates that come round are also sine and cosine (scaled style; native style keeps them whole). Default true.</summary>
    public bool CyclicDates { get; init; } = true;

    /// <summary>Features that the words and character sequences of a text column are hashed into (scaled style); 0 to leave texts out. Default 256.</summary>
    public int TextFeatures { get; init; } = 256;

    /// <summary>The same for the native style, but no more than one for 64 training rows. Default 64.</summary>
    public int NativeTextFeatures { get; init; } = 64;
}
