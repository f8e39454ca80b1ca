using Escale.Learning.Baselines;
using Escale.Learning.Bayes;
using Escale.Learning.Boosting;
using Escale.Learning.Calibration;
using Escale.Learning.Frames;
using Escale.Learning.Linear;
using Escale.Learning.Neighbors;
using Escale.Learning.Preparation;
using Escale.Learning.Tests.Conformance;
using Escale.Learning.Transforms;
using Escale.Learning.Trees;
using FsCheck;
using FsCheck.Fluent;

namespace Escale.Learning.Tests.Onnx;

public sealed class OnnxExportTests
{
    private const double Tolerance = 1e-6;

    private static readonly FitOptions _oneThread = new() { Threads = 1 };

    /// <summary>Settings that between them use every encoder.</summary>
    private static readonly PreparationSettings[] _settings =
    [
        new(),
        new() { Categories = CategoryEncoding.Ordinal, Scaling = NumberScaling.Robust, Imputation = NumberImputation.Mean, CyclicDates = false },
        new() { Categories = CategoryEncoding.TargetStatistics, AddFrequencies = true, Scaling = NumberScaling.None, Imputation = NumberImputation.Constant, ImputationConstant = -3 },
        new() { Categories = CategoryEncoding.Frequency, AddMissingIndicators = false, Imputation = NumberImputation.MostFrequent, NativeTargetStatisticsAbove = 10, NativeLevels = 30 },
        new() { Categories = CategoryEncoding.OneHot, RareLevelShare = 0.01, ImputeCategories = true },
    ];

    public static TheoryData<string, LearningTask> Cases
    {
        get
        {
            var cases = new TheoryData<string, LearningTask>();
            foreach (var subject in Subject.All)
            {
                foreach (var task in Enum.GetValues<LearningTask>().Where(subject.Estimator.Supports))
                {
                    cases.Add(subject.Name, task);
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Raw_rows_come_to_the_same_predictions_whatever_the_preparation(string name, LearningTask task)
    {
        var tables = new RawTables(seed: 1);
        var (train, unseen) = (tables.Make(task, 100), tables.Make(task, 100, isNew: true));
        var estimator = Subject.Of(name).Estimator;

        // Encoders do not know what follows: every one is tried before the simplest models, two of the settings before the others.
        foreach (var settings in name is "ridge regression" or "logistic regression" ? _settings : [_settings[0], _settings[3]])
        {
            var model = Fit(estimator, settings, train);
            using var session = Session(model);
            Assert.InRange(OnnxModelRun.WorstDifference(model, session, unseen), 0, Tolerance);
        }
    }

    [Theory]
    [InlineData(LearningTask.Binary)]
    [InlineData(LearningTask.Multiclass)]
    public void The_label_is_that_of_the_likeliest_class(LearningTask task)
    {
        var tables = new RawTables(seed: 2);
        var model = Fit(new GradientBoosting { Trees = 20 }, new(), tables.Make(task, 400));
        var rows = tables.Make(task, 300, isNew: true);
        using var session = Session(model);
        var ours = model.Predict(rows);
        Assert.Equal(Enumerable.Range(0, rows.RowCount).Select(ours.Label), OnnxModelRun.Run(session, rows, "label")[0].Texts);
    }

    [Fact]
    public void Random_pipelines_on_random_tables_answer_as_ours()
    {
        Estimator[] estimators =
        [
            new GradientBoosting { Trees = 15 }, new RandomForest { Trees = 8 }, new DecisionTree(), new RidgeRegression(), new LogisticRegression { MaxIterations = 30 }, new Baseline(), new NearestNeighbors { Weighting = NeighborWeighting.Distance },
            new GaussianNaiveBayes(),
            new LogTarget { Inner = new GradientBoosting { Trees = 10 } },
        ];
        var cases =
            from estimator in Gen.Elements(estimators)
            from task in Gen.Elements(Enum.GetValues<LearningTask>().Where(estimator.Supports).ToArray())
            from settings in Gen.Elements(_settings)
            from seed in Gen.Choose(0, 1_000_000)
            from missing in Gen.Elements(0, 0.05, 0.6, 1)
            select (estimator, task, settings, seed, missing);
        Prop.ForAll(cases.ToArbitrary(), at =>
        {
            var tables = new RawTables(at.seed);
            var model = Fit(at.estimator, at.settings, tables.Make(at.task, 120, missing: at.missing), at.seed);
            using var session = Session(model);
            return OnnxModelRun.WorstDifference(model, session, tables.Make(at.task, 80, isNew: true, missing: 0.2)) <= Tolerance;
        }).AlwaysHolds(25);
    }

    [Theory]
    [InlineData(LearningTask.Regression)]
    [InlineData(LearningTask.Multiclass)]
    public void Several_members_are_weighed_as_ours(LearningTask task)
    {
        var tables = new RawTables(seed: 3);
        var train = tables.Make(task, 300);
        Estimator[] estimators = [new GradientBoosting { Trees = 20 }, new RandomForest { Trees = 10 }, task == LearningTask.Regression ? new RidgeRegression() : new LogisticRegression()];
        var members = estimators.SelectMany((estimator, at) => Fit(estimator, _settings[at], train).Members.Select(member => member with { Weight = at + 0.7 })).ToList();
        var model = new Model(RawTables.Target, Targets.Of(train[RawTables.Target]), members, new ModelInfo());
        using var session = Session(model);
        Assert.InRange(OnnxModelRun.WorstDifference(model, session, tables.Make(task, 200, isNew: true)), 0, Tolerance);
    }

    [Fact]
    public void Members_that_share_a_preparation_share_what_it_does()
    {
        var train = new RawTables(seed: 8).Make(LearningTask.Binary, 200);
        var one = Fit(new GradientBoosting { Trees = 3 }, new(), train);
        var both = new Model(RawTables.Target, Targets.Of(train[RawTables.Target]), [one.Members[0], one.Members[0] with { Weight = 2 }], new ModelInfo());
        Assert.Equal(2, LookUps(one));
        Assert.Equal(2, LookUps(both));

        static int LookUps(Model model) => System.Text.Encoding.Latin1.GetString(OnnxModelRun.Export(model)).Split("LabelEncoder").Length - 1;
    }

    [Fact]
    public void The_same_model_makes_the_same_file()
    {
        var train = new RawTables(seed: 9).Make(LearningTask.Multiclass, 200);
        var model = Fit(new RandomForest { Trees = 5 }, new(), train);
        using var saved = new MemoryStream();
        model.Save(saved);
        saved.Position = 0;
        Assert.Equal(OnnxModelRun.Export(model), OnnxModelRun.Export(Model.Load(saved)));
    }

    [Theory]
    [InlineData(LearningTask.Binary, "isotonic")]
    [InlineData(LearningTask.Multiclass, "isotonic")]
    [InlineData(LearningTask.Multiclass, "platt")]
    public void Calibrated_probabilities_are_those_of_ours(LearningTask task, string calibration)
    {
        var tables = new RawTables(seed: 7);
        var train = tables.Make(task, 300);
        var held = tables.Make(task, 800);
        foreach (var estimator in new Estimator[] { new GradientBoosting { Trees = 30 }, new RandomForest { Trees = 15 }, new NearestNeighbors { Neighbors = 10, Weighting = NeighborWeighting.Distance } })
        {
            var model = Fit(estimator, new(), train);
            var target = Targets.Of(held[RawTables.Target], task, model.Classes);
            var outputs = model.Predict(held).Outputs;
            var calibrated = model.With(calibration == "isotonic" ? IsotonicCalibrator.Fit(target, outputs) : PlattCalibrator.Fit(target, outputs));
            using var session = Session(calibrated);
            Assert.InRange(OnnxModelRun.WorstDifference(calibrated, session, held), 0, Tolerance);
            Assert.InRange(OnnxModelRun.WorstDifference(calibrated, session, tables.Make(task, 200, isNew: true)), 0, Tolerance);
        }
    }

    [Fact]
    public void One_row_alone_gets_the_answer_that_it_gets_among_others()
    {
        var tables = new RawTables(seed: 4);
        var model = Fit(new GradientBoosting { Trees = 30 }, new(), tables.Make(LearningTask.Binary, 300));
        var rows = tables.Make(LearningTask.Binary, 20, isNew: true);
        using var session = Session(model);
        var all = OnnxModelRun.Run(session, rows, "probabilities")[0].Doubles;
        for (var row = 0; row < rows.RowCount; row++)
        {
            Assert.Equal(all[row * 2], OnnxModelRun.Run(session, rows.Rows(new[] { row }), "probabilities")[0].Doubles[0]);
        }
    }

    [Fact]
    public void Trees_take_numbers_in_single_precision_and_linear_models_in_double()
    {
        var train = new RawTables(seed: 5).Make(LearningTask.Regression, 200);
        using var trees = Session(Fit(new GradientBoosting { Trees = 3 }, new(), train));
        using var linear = Session(Fit(new RidgeRegression(), new(), train));
        const int Single = 1, Int64 = 7, Text = 8, Double = 11;
        Assert.Equal((Single, Single, Double), (trees.Inputs()["amount"], trees.Inputs()["single"], trees.Inputs()["far away"]));
        Assert.Equal((Double, Single), (linear.Inputs()["amount"], linear.Inputs()["single"]));
        Assert.Equal((Text, Text, Int64), (trees.Inputs()["colour"], trees.Inputs()["city"], trees.Inputs()["when"]));
    }

    [Fact]
    public void An_output_makes_way_for_a_column_of_its_name()
    {
        var random = new Random(6);
        var x = Enumerable.Range(0, 100).Select(_ => random.NextDouble()).ToArray();
        var frame = new Frame([Column.OfNumbers("variable", x), Column.OfNumbers("", x.Select(value => 1 - value * value).ToArray()), Column.OfNumbers("y", x.Select(value => 3 * value).ToArray())]);
        var model = new Pipeline { Estimator = new RidgeRegression() }.Fit(frame, "y", _oneThread);
        using var session = Session(model);
        Assert.Equal(["unnamed", "variable"], session.Inputs().Keys.Order(StringComparer.Ordinal));
        Assert.InRange(OnnxModelRun.WorstDifference(model, session, frame.With(frame[""].Named("unnamed")), "predicted_"), 0, Tolerance);
    }

    [Fact]
    public void A_text_column_is_refused_by_name()
    {
        var texts = Enumerable.Range(0, 60).Select(at => (string?)$"some words about {at} and more of number {at * 7}").ToArray();
        var frame = new Frame([Column.OfTexts("story", texts), Column.OfNumbers("y", Enumerable.Range(0, 60).Select(at => (double)at).ToArray())]);
        var model = new Pipeline { Estimator = new RidgeRegression(), Roles = ColumnRoles.Detect(frame, "y").With("story", ColumnRole.Text) }.Fit(frame, "y", _oneThread);
        var error = Assert.Throws<LearningException>(() => model.ExportOnnx(Stream.Null));
        Assert.Equal(("learning.onnx-not-expressible", "story"), (error.Code, error.Column));
        Assert.Contains("'story'", error.Message, StringComparison.Ordinal);
    }

    private static Model Fit(Estimator estimator, PreparationSettings settings, Frame train, int seed = 0) =>
        new Pipeline { Estimator = estimator, Preparation = settings }.Fit(train, RawTables.Target, _oneThread with { Seed = seed });

    private static OnnxSession Session(Model model)
    {
        Assert.SkipUnless(OnnxRuntime.IsThere, "ONNX Runtime's package has no library for this platform.");
        return new OnnxSession(OnnxModelRun.Export(model));
    }
}
