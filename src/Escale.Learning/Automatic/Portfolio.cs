using System.Globalization;
using Escale.Learning.Baselines;
using Escale.Learning.Bayes;
using Escale.Learning.Boosting;
using Escale.Learning.Linear;
using Escale.Learning.Neighbors;
using Escale.Learning.Networks;
using Escale.Learning.Preparation;
using Escale.Learning.Selection.Search;
using Escale.Learning.Transforms;
using Escale.Learning.Trees;

namespace Escale.Learning.Automatic;

/// <summary>What is searched over when the portfolio is through.</summary>
internal sealed record SearchPlan(IReadOnlyList<Parameter> Space, Func<Configuration, Candidate> Candidate);

/// <summary>The configurations that are tried, in this order: what is simple first, then what is strong on most tables, then a search.</summary>
internal sealed class Portfolio
{
    private const int MostRounds = 2000;
    private const int Patience = 40;
    private const int FewRows = 2000;
    private const int ManyRows = 30_000;

    // About what a second of one thread works through: each row is held against all others.
    private const double MostDistances = 1e10;

    private static readonly PreparationSettings Usual = PreparationSettings.Default;

    private readonly List<Candidate> _simple = [];
    private readonly List<Candidate> _strong = [];

    private Portfolio()
    {
    }

    public IReadOnlyList<Candidate> Simple => _simple;

    public IReadOnlyList<Candidate> Strong => _strong;

    /// <summary>Null when boosting is not wanted.</summary>
    public SearchPlan? Space { get; private init; }

    /// <summary>What to try on a table.</summary>
    /// <param name="target">What is predicted.</param>
    /// <param name="featureCount">About how many features there are.</param>
    /// <param name="hasTexts">Whether there are columns of free text: what is tried with them is tried without, too.</param>
    /// <param name="families">What is wanted; empty for all.</param>
    public static Portfolio For(Target target, int featureCount, bool hasTexts, IReadOnlyList<ModelFamily> families)
    {
        bool Wants(ModelFamily family) => families.Count == 0 || families.Contains(family);
        var (rows, isNumber) = (target.RowCount, target.Task == LearningTask.Regression);
        var isSkewed = isNumber && LogTarget.Fits(target) && Skewness(target.Values) > 1;
        var portfolio = new Portfolio { Space = Wants(ModelFamily.Boosting) ? BoostingSpace(target, isSkewed, hasTexts) : null };
        portfolio._simple.Add(new("baseline", ModelFamily.Baseline, new Baseline(), Usual));
        portfolio._simple.Add(isNumber
            ? new("ridge regression", ModelFamily.Linear, new RidgeRegression(), Usual)
            : new("logistic regression", ModelFamily.Linear, new LogisticRegression { MaxIterations = 200 }, Usual));
        if (Wants(ModelFamily.DecisionTree))
        {
            portfolio._simple.Add(new("decision tree", ModelFamily.DecisionTree, new DecisionTree { MaxLeaves = 16, MinLeafRows = Math.Max(5, rows / 500) }, Usual));
        }
        foreach (var candidate in Strongest(target, featureCount, isSkewed).Where(candidate => Wants(candidate.Family)))
        {
            portfolio._strong.Add(hasTexts ? WithoutTexts(candidate) : candidate);
        }
        if (hasTexts)
        {
            portfolio._strong.InsertRange(Math.Min(3, portfolio._strong.Count), Strongest(target, featureCount, isSkewed).Where(candidate => Wants(candidate.Family) && candidate.Family is ModelFamily.Boosting or ModelFamily.RandomForest).Take(3));
        }
        return portfolio;
    }

    // Every round of boosting is a tree for each of several classes, so that forests come first there; otherwise boosting, and on large tables nothing else before it.
    private static IEnumerable<Candidate> Strongest(Target target, int featureCount, bool isSkewed)
    {
        var isNumber = target.Task == LearningTask.Regression;
        var isSmall = target.Task == LearningTask.Multiclass || (double)target.RowCount * featureCount < 200_000;
        // The chosen ones are fitted again on all rows with several seeds, so that their forests grow several times as large.
        var trees = target.RowCount < FewRows ? 200 : isSmall && (!isNumber || featureCount <= 30) ? 100 : 80;
        IEnumerable<Candidate> forests =
        [
            Forest("extra trees", ModelFamily.ExtraTrees, new ExtraTrees { Trees = trees, MinLeafRows = isNumber ? 1 : 2, MaxFeatures = isNumber ? FeatureSample.Share(0.7) : null }),
            Forest("random forest", ModelFamily.RandomForest, new RandomForest { Trees = trees, MaxFeatures = isNumber ? FeatureSample.Share(0.4) : null }),
        ];
        IEnumerable<Candidate> neighbors = (double)target.RowCount * target.RowCount * featureCount < MostDistances
            ? [new("nearest neighbours", ModelFamily.Neighbors, new NearestNeighbors { Neighbors = 8, Weighting = NeighborWeighting.Distance }, Usual)]
            : [];
        // They err differently from trees, and use the time that they are given.
        IEnumerable<Candidate> networks =
            [new("multilayer perceptron", ModelFamily.Network, new MultilayerPerceptron { Networks = target.RowCount < 8000 ? 2 : 1 }, Usual) { MostShare = 0.2 }];
        IEnumerable<Candidate> penalised =
            [new("penalised regression", ModelFamily.Linear, isNumber ? new ElasticNetCv { Alphas = 20, Folds = 4 } : new LogisticRegressionCv { Cs = 7, Folds = 4, MaxIterations = 200 }, Usual)];
        var first = Boosted("gradient boosting, small trees", target, new GradientBoosting
        {
            LearningRate = 0.05, MaxLeaves = 12, MinLeafRows = 10, FeatureShare = 0.6, RowShare = 0.8, L2 = 1,
        });
        var usual = Boosted("gradient boosting", target, new GradientBoosting { LearningRate = 0.1 });
        var random = Boosted("gradient boosting, random splits", target, new GradientBoosting
        {
            LearningRate = 0.08, MaxLeaves = 40, MinLeafRows = 5, FeatureShare = 0.8, ExtraRandom = true, L2 = 1,
        });
        var large = Boosted("gradient boosting, large trees", target, new GradientBoosting
        {
            LearningRate = 0.05, MaxLeaves = 96, MinLeafRows = 4, FeatureShare = 0.7, RowShare = 0.8, L2 = 1,
        });
        var deep = Boosted("gradient boosting, deep trees", target, new GradientBoosting
        {
            LearningRate = 0.1, MaxLeaves = 255, MinLeafRows = 4, RowShare = 0.8, L2 = 1, PathSmoothing = 5,
        });
        Candidate[] boosted = target.Task == LearningTask.Multiclass ? [random, usual, first, large]
            : isSmall && isNumber ? featureCount <= 30 ? [first, large, random, usual, deep] : [first, random, usual, large, deep]
            : isSmall ? [first, random, usual, large]
            : isNumber ? [usual, deep, large, random, first]
            : [usual, first, random, large];
        IEnumerable<Candidate> logarithms = isSkewed
            ? [OnLogarithm(first), OnLogarithm(new("ridge regression", ModelFamily.Linear, new RidgeRegression { Alpha = 10 }, Usual))]
            : [];
        return
        [
            .. target.Task == LearningTask.Multiclass && target.RowCount > ManyRows ? [.. boosted.Take(1), .. forests.Reverse(), .. networks, .. boosted.Skip(1), .. neighbors, .. penalised]
                : target.Task == LearningTask.Multiclass ? [.. neighbors, .. forests, .. networks, .. penalised, .. boosted]
                : isSmall ? [.. neighbors, .. logarithms, .. boosted.Take(2), .. networks, .. forests, .. penalised, .. boosted.Skip(2)]
                : (IEnumerable<Candidate>)[.. boosted.Take(1), .. networks, .. boosted.Skip(1), .. neighbors, .. logarithms, .. forests, .. penalised],
            .. Further(isNumber, target.RowCount),
        ];
    }

    private static IEnumerable<Candidate> Further(bool isNumber, int rows)
    {
        yield return Forest("extra trees, deep", ModelFamily.ExtraTrees, new ExtraTrees { Trees = rows < FewRows ? 300 : 150, MinLeafRows = 1, MaxFeatures = FeatureSample.Share(0.6) });
        yield return Forest("random forest, half of the features", ModelFamily.RandomForest, new RandomForest { Trees = rows < FewRows ? 200 : 100, MinLeafRows = 2, MaxFeatures = FeatureSample.Share(0.5) });
        if (!isNumber)
        {
            yield return new("naive Bayes", ModelFamily.NaiveBayes, new GaussianNaiveBayes(), Usual);
        }
    }

    private static SearchPlan BoostingSpace(Target target, bool isSkewed, bool hasTexts)
    {
        var rows = target.RowCount;
        List<Parameter> space =
        [
            Parameter.Real("learning rate", 0.02, 0.2, log: true), Parameter.Whole("leaves", 4, rows < 3000 ? 48 : 160, log: true),
            Parameter.Whole("leaf rows", 2, 80, log: true), Parameter.Real("feature share", 0.3, 1), Parameter.Real("row share", 0.5, 1),
            Parameter.Real("L1", 1e-4, 10, log: true), Parameter.Real("L2", 1e-3, 30, log: true), Parameter.Real("category smoothing", 1, 100, log: true),
            Parameter.Choice("random splits", false, false, false, true), Parameter.Choice("logarithm", isSkewed ? [false, true] : [false]), Parameter.Choice("texts", hasTexts ? [false, true] : [true]),
        ];
        var tried = 0;
        return new SearchPlan(space, configuration =>
        {
            var boosted = Boosted(string.Create(CultureInfo.InvariantCulture, $"gradient boosting, searched {++tried}"), target, new GradientBoosting
            {
                LearningRate = configuration.Real("learning rate"),
                MaxLeaves = configuration.Whole("leaves"),
                MinLeafRows = configuration.Whole("leaf rows"),
                FeatureShare = configuration.Real("feature share"),
                RowShare = configuration.Real("row share"),
                L1 = configuration.Real("L1"),
                L2 = configuration.Real("L2"),
                CategorySmoothing = configuration.Real("category smoothing"),
                ExtraRandom = configuration.Choice<bool>("random splits"),
            });
            boosted = configuration.Choice<bool>("texts") ? boosted : WithoutTexts(boosted);
            return configuration.Choice<bool>("logarithm") ? OnLogarithm(boosted) : boosted;
        });
    }

    // With several classes a round is several trees, and on few rows their time goes into looking through bins.
    private static Candidate Boosted(string name, Target target, GradientBoosting boosting) => new(name, ModelFamily.Boosting, boosting with
    {
        Trees = MostRounds,
        LearningRate = target.Task == LearningTask.Multiclass ? 1.6 * boosting.LearningRate : boosting.LearningRate,
        EarlyStoppingRounds = target.Task == LearningTask.Multiclass ? Patience / 2 : Patience,
        MaxBins = target.Task == LearningTask.Multiclass && target.RowCount < 10_000 ? 63 : boosting.MaxBins,
    }, Usual);

    private static Candidate Forest(string name, ModelFamily family, Estimator forest) => new(name, family, forest, Usual);

    private static Candidate WithoutTexts(Candidate candidate) => candidate with
    {
        Name = candidate.Name + ", without texts",
        Preparation = candidate.Preparation with { TextFeatures = 0, NativeTextFeatures = 0 },
    };

    private static Candidate OnLogarithm(Candidate candidate) =>
        candidate with { Name = candidate.Name + " on the logarithm", Estimator = new LogTarget { Inner = candidate.Estimator } };

    private static double Skewness(ReadOnlySpan<double> values)
    {
        var (mean, squares, cubes) = (0.0, 0.0, 0.0);
        foreach (var value in values)
        {
            mean += value / values.Length;
        }
        foreach (var value in values)
        {
            var off = value - mean;
            (squares, cubes) = (squares + off * off, cubes + off * off * off);
        }
        return squares > 0 ? cubes / values.Length / Math.Pow(squares / values.Length, 1.5) : 0;
    }
}
