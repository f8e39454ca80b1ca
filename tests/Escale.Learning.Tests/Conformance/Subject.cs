using Escale.Learning.Baselines;
using Escale.Learning.Bayes;
using Escale.Learning.Boosting;
using Escale.Learning.Linear;
using Escale.Learning.Neighbors;
using Escale.Learning.Networks;
using Escale.Learning.Transforms;
using Escale.Learning.Trees;

namespace Escale.Learning.Tests.Conformance;

/// <summary>What a method promises beyond what every estimator must do.</summary>
[Flags]
public enum Promises
{
    /// <summary>Nothing more.</summary>
    None = 0,

    /// <summary>A row of weight 2 counts like the row twice.</summary>
    WeightsCountRows = 1,

    /// <summary>A row of weight 0 might as well not be there.</summary>
    NoWeightNoMatter = 2,

    /// <summary>The order of the columns does not matter.</summary>
    AnyColumnOrder = 4,

    /// <summary>Predicts clearly better than a constant when there is something to learn.</summary>
    Learns = 8,

    /// <summary>All of them.</summary>
    All = WeightsCountRows | NoWeightNoMatter | AnyColumnOrder | Learns,
}

/// <summary>An estimator that the suite is run on. Add yours to <see cref="All"/>, with settings that fit 300 rows in some ten milliseconds.</summary>
/// <param name="Name">A name that tells it from the others.</param>
/// <param name="Estimator">The estimator.</param>
/// <param name="Promises">What it promises beyond the least.</param>
/// <param name="Tolerance">How far predictions may be apart where numbers are summed in another order.</param>
/// <param name="IsForAmounts">Whether it takes targets of zero or more only.</param>
public sealed record Subject(string Name, Estimator Estimator, Promises Promises = Promises.All, double Tolerance = 1e-6, bool IsForAmounts = false)
{
    /// <summary>Every estimator of the library.</summary>
    public static readonly IReadOnlyList<Subject> All =
    [
        new("baseline", new Baseline(), Promises.All & ~Promises.Learns),
        new("baseline median", new Baseline { Answer = BaselineAnswer.Median }, Promises.All & ~Promises.Learns),
        new("gradient boosting", new GradientBoosting { Trees = 40, MaxLeaves = 8 }, Promises.Learns),
        new("linear regression", new LinearRegression()),
        new("ridge regression", new RidgeRegression()),
        new("ridge regression on the logarithm", new LogTarget { Inner = new RidgeRegression() }, Promises.All, IsForAmounts: true),
        new("elastic net", new ElasticNet { Alpha = 0.02, Tolerance = 1e-12 }),
        new("elastic net, cross-validated", new ElasticNetCv { Alphas = 8 }, Promises.AnyColumnOrder | Promises.Learns, 1e-2),
        new("ridge regression, cross-validated", new ElasticNetCv { Alphas = 8, L1Ratio = 0 }, Promises.AnyColumnOrder | Promises.Learns),
        new("logistic regression", new LogisticRegression { Tolerance = 1e-8 }),
        new("logistic regression, elastic net", new LogisticRegression { L1Ratio = 0.5, Tolerance = 1e-7 }, Tolerance: 1e-4),
        new("decision tree", new DecisionTree { MaxDepth = 6 }, Promises.All & ~Promises.AnyColumnOrder),
        new("decision tree of counts", new DecisionTree { MaxLeaves = 20, Criterion = SplitCriterion.Poisson }, Promises.All & ~Promises.AnyColumnOrder, IsForAmounts: true),
        new("random forest", new RandomForest { Trees = 20 }, Promises.Learns),
        new("extra trees", new ExtraTrees { Trees = 20 }, Promises.Learns),
        new("logistic regression, cross-validated", new LogisticRegressionCv { Cs = 5, Folds = 3 }, Promises.AnyColumnOrder | Promises.Learns, 1e-3),
        new("multilayer perceptron", new MultilayerPerceptron { Width = 24, Networks = 2, Epochs = 30, LearningRate = 0.01, Bins = 8 }, Promises.NoWeightNoMatter | Promises.Learns),
        new("multilayer perceptron, rectified", new MultilayerPerceptron { Layers = 3, Width = 16, Networks = 1, Epochs = 30, LearningRate = 0.01, Bins = 0, Activation = Activation.Relu, HeldShare = 0 }, Promises.NoWeightNoMatter | Promises.Learns),
        new("naive Bayes", new GaussianNaiveBayes()),
        new("nearest neighbours", new NearestNeighbors { Neighbors = 11 }, Promises.All & ~Promises.WeightsCountRows),
        new("nearest neighbours, Manhattan, by distance", new NearestNeighbors { Neighbors = 9, Metric = NeighborMetric.Manhattan, Weighting = NeighborWeighting.Distance }, Promises.All & ~Promises.WeightsCountRows),
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>A subject by name.</summary>
    public static Subject Of(string name) => All.Single(subject => subject.Name == name);
}
