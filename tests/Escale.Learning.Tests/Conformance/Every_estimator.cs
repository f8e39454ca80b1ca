namespace Escale.Learning.Tests.Conformance;

/// <summary>What holds for every estimator and every task that it supports.</summary>
public sealed class Every_estimator
{
    public static TheoryData<string, LearningTask> Cases => Where(_ => true);

    public static TheoryData<string, LearningTask> Classifiers => Where(_ => true, task => task != LearningTask.Regression);

    public static TheoryData<string, LearningTask> Regressors => Where(_ => true, task => task == LearningTask.Regression);

    public static TheoryData<string, LearningTask> NativeCases => Where(subject => subject.Estimator.Style == FeatureStyle.Native);

    public static TheoryData<string, LearningTask> ScaledCases => Where(subject => subject.Estimator.Style == FeatureStyle.Scaled);

    public static TheoryData<string, LearningTask> CountingWeights => Where(subject => subject.Promises.HasFlag(Promises.WeightsCountRows));

    public static TheoryData<string, LearningTask> IgnoringNoWeight => Where(subject => subject.Promises.HasFlag(Promises.NoWeightNoMatter));

    public static TheoryData<string, LearningTask> AnyColumnOrder => Where(subject => subject.Promises.HasFlag(Promises.AnyColumnOrder));

    public static TheoryData<string, LearningTask> Learners => Where(subject => subject.Promises.HasFlag(Promises.Learns));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Any_number_of_threads_gives_the_same_bits(string name, LearningTask task)
    {
        var (estimator, (features, target)) = (Subject.Of(name).Estimator, Table(name, task, 1500));
        var one = estimator.Fit(features, target, default, new FitOptions { Threads = 1, Seed = 5 });
        var three = estimator.Fit(features, target, default, new FitOptions { Threads = 3, Seed = 5 });
        var outputs = one.Predict(features);
        Assert.Equal(outputs, three.Predict(features));
        Assert.Equal(outputs, three.Predict(features, threads: 3));
        Assert.Equal(Saved.Of(one).Arrays, Saved.Of(three).Arrays);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Fitting_again_gives_the_same_bits_and_leaves_its_input_alone(string name, LearningTask task)
    {
        var (estimator, (features, target)) = (Subject.Of(name).Estimator, Table(name, task));
        var weights = Enumerable.Range(0, target.RowCount).Select(row => 0.5 + row % 3).ToArray();
        var (featuresBefore, targetBefore) = (Enumerable.Range(0, 6).Select(at => features[at].ToArray()).ToArray(), target.Values.ToArray());
        var first = estimator.Fit(features, target, weights).Predict(features);
        Assert.Equal(first, estimator.Fit(features, target, weights).Predict(features));
        Assert.Equal(first, (estimator with { }).Fit(features, target, weights).Predict(features));
        Assert.Equal(estimator with { }, estimator);
        Assert.All(Enumerable.Range(0, 6), at => Assert.Equal(featuresBefore[at], features[at].ToArray()));
        Assert.Equal(targetBefore, target.Values.ToArray());
        Assert.All(Enumerable.Range(0, weights.Length), row => Assert.Equal(0.5 + row % 3, weights[row]));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_row_alone_is_predicted_as_among_many(string name, LearningTask task)
    {
        var (features, target) = Table(name, task, 303);
        var predictor = Subject.Of(name).Estimator.Fit(features, target);
        var many = predictor.Predict(features, threads: 2);
        Assert.Equal(target.OutputCount, predictor.OutputCount);
        Assert.Equal((6, task), (predictor.FeatureCount, predictor.Task));
        var (row, outputs) = (new float[6], new double[predictor.OutputCount]);
        for (var at = 0; at < features.RowCount; at++)
        {
            features.CopyRow(at, row);
            predictor.PredictRow(row, outputs);
            Assert.Equal(many[(at * outputs.Length)..((at + 1) * outputs.Length)], outputs);
        }
        Assert.Empty(predictor.Predict(features.Rows([])));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Saved_and_loaded_it_predicts_the_same_bits(string name, LearningTask task)
    {
        var (features, target) = Table(name, task);
        var predictor = Subject.Of(name).Estimator.Fit(features, target);
        var loaded = Saved.Of(predictor).Load();
        Assert.Equal(predictor.GetType(), loaded.GetType());
        Assert.Equal((predictor.Task, predictor.FeatureCount, predictor.OutputCount), (loaded.Task, loaded.FeatureCount, loaded.OutputCount));
        Assert.Equal(predictor.Predict(features), loaded.Predict(features));
        Assert.Equal(Saved.Of(predictor).Json, Saved.Of(loaded).Json);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_damaged_file_is_refused_or_harmless(string name, LearningTask task)
    {
        var (features, target) = Table(name, task, 60);
        var all = Saved.Of(Subject.Of(name).Estimator.Fit(features, target)).Damaged().ToList();
        foreach (var damaged in all.Where((_, at) => at % (all.Count / 80 + 1) == 0))
        {
            try
            {
                var loaded = damaged.Load();
                if (loaded.FeatureCount <= 1_000 && loaded.OutputCount <= 1_000)
                {
                    loaded.PredictRow(new float[loaded.FeatureCount], new double[loaded.OutputCount]);
                }
            }
            catch (LearningException exception)
            {
                Assert.StartsWith("learning.model-file-", exception.Code, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(CountingWeights))]
    public void A_weight_of_two_counts_like_the_row_twice(string name, LearningTask task)
    {
        var (subject, (features, target)) = (Subject.Of(name), Table(name, task));
        var weights = Enumerable.Range(0, target.RowCount).Select(row => row % 3 == 0 ? 2.0 : 1).ToArray();
        var rows = Enumerable.Range(0, target.RowCount).SelectMany(row => Enumerable.Repeat(row, (int)weights[row])).ToArray();
        var weighted = subject.Estimator.Fit(features, target, weights).Predict(features);
        var repeated = subject.Estimator.Fit(features.Rows(rows), target.Rows(rows)).Predict(features);
        AssertClose(repeated, weighted, subject.Tolerance);
    }

    [Theory]
    [MemberData(nameof(IgnoringNoWeight))]
    public void Rows_without_weight_do_not_matter(string name, LearningTask task)
    {
        var (subject, (features, target)) = (Subject.Of(name), Table(name, task));
        var rows = Enumerable.Range(0, target.RowCount).Where(row => row % 4 != 1).ToArray();
        var weights = Enumerable.Range(0, target.RowCount).Select(row => row % 4 == 1 ? 0.0 : 1).ToArray();
        var weighted = subject.Estimator.Fit(features, target, weights).Predict(features);
        var fewer = subject.Estimator.Fit(features.Rows(rows), target.Rows(rows)).Predict(features);
        AssertClose(fewer, weighted, subject.Tolerance);
    }

    [Theory]
    [MemberData(nameof(AnyColumnOrder))]
    public void The_order_of_the_columns_does_not_matter(string name, LearningTask task)
    {
        var (subject, (features, target)) = (Subject.Of(name), Table(name, task));
        int[] order = [3, 5, 0, 4, 2, 1];
        var turned = new FeatureMatrix([.. order.Select(at => features.Features[at])], [.. order.Select(features.Column)], features.RowCount);
        AssertClose(subject.Estimator.Fit(features, target).Predict(features), subject.Estimator.Fit(turned, target).Predict(turned), subject.Tolerance);
    }

    [Theory]
    [MemberData(nameof(Learners))]
    public void What_there_is_to_learn_is_learned(string name, LearningTask task)
    {
        var (features, target) = Table(name, task, 600);
        var (freshFeatures, freshTarget) = Table(name, task, 400, seed: 2);
        var outputs = Subject.Of(name).Estimator.Fit(features, target).Predict(freshFeatures);
        if (task == LearningTask.Regression)
        {
            Assert.InRange(Samples.R2(freshTarget, outputs), 0.4, 1);
            return;
        }
        Assert.InRange(Samples.Auc(freshTarget, outputs, target.ClassCount - 1), 0.8, 1);
    }

    [Theory]
    [MemberData(nameof(Classifiers))]
    public void Shuffled_labels_teach_nothing(string name, LearningTask task)
    {
        var (features, target) = Table(name, task, 400);
        var (freshFeatures, freshTarget) = Table(name, task, 1500, seed: 2);
        var aucs = Enumerable.Range(0, 3).Select(seed =>
            Samples.Auc(Samples.Shuffled(freshTarget, seed), Subject.Of(name).Estimator.Fit(features, Samples.Shuffled(target, 7 + seed)).Predict(freshFeatures)));
        Assert.InRange(aucs.Average(), 0.46, 0.54);
    }

    [Theory]
    [MemberData(nameof(Classifiers))]
    public void Probabilities_are_probabilities(string name, LearningTask task)
    {
        var (features, target) = Table(name, task);
        AssertProbabilities(Subject.Of(name).Estimator.Fit(features, target).Predict(Table(name, task, seed: 3).Features), target.ClassCount);
    }

    [Theory]
    [MemberData(nameof(Classifiers))]
    public void A_class_that_no_row_has_is_improbable_but_defined(string name, LearningTask task)
    {
        var (features, target) = Table(name, task);
        var rows = Enumerable.Range(0, target.RowCount).Where(row => target.ClassOf(row) != 1).ToArray();
        var outputs = Subject.Of(name).Estimator.Fit(features.Rows(rows), target.Rows(rows)).Predict(features);
        AssertProbabilities(outputs, target.ClassCount);
        Assert.All(Enumerable.Range(0, features.RowCount), row => Assert.InRange(outputs[row * target.ClassCount + 1], 0, 0.1));
    }

    [Theory]
    [MemberData(nameof(Regressors))]
    public void A_constant_target_is_predicted_as_it_is(string name, LearningTask task)
    {
        var (features, _) = Table(name, task);
        foreach (var constant in Subject.Of(name).IsForAmounts ? new[] { 0, 0.1, 3e6 } : [0, 0.1, -3e6])
        {
            var target = Target.OfNumbers([.. Enumerable.Repeat(constant, features.RowCount)]);
            Assert.All(Subject.Of(name).Estimator.Fit(features, target).Predict(features), output => Assert.Equal(constant, output, 1e-6 * Math.Max(1, Math.Abs(constant))));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Constant_features_do_no_harm(string name, LearningTask task)
    {
        var (features, target) = Table(name, task);
        var constant = Enumerable.Repeat(7.3f, features.RowCount).ToArray();
        var more = new FeatureMatrix([.. features.Features, new Feature("constant")], [.. Enumerable.Range(0, 6).Select(features.Column), constant], features.RowCount);
        AssertFinite(Subject.Of(name).Estimator.Fit(more, target).Predict(more));
        var only = FeatureMatrix.OfNumbers(constant);
        AssertFinite(Subject.Of(name).Estimator.Fit(only, target).Predict(only));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_row_is_enough_and_so_is_no_feature(string name, LearningTask task)
    {
        var (features, target) = Table(name, task);
        AssertFinite(Subject.Of(name).Estimator.Fit(features.Rows([4]), target.Rows([4])).Predict(features));
        var none = new FeatureMatrix([], [], target.RowCount);
        AssertFinite(Subject.Of(name).Estimator.Fit(none, target).Predict(none));
    }

    [Theory]
    [MemberData(nameof(NativeCases))]
    public void Missing_values_are_taken_as_they_come(string name, LearningTask task)
    {
        var (features, target) = Table(name, task);
        var columns = Enumerable.Range(0, 6).Select(at => features[at].ToArray()).ToArray();
        for (var row = 0; row < features.RowCount; row++)
        {
            columns[row % 6][row] = float.NaN;
            columns[5][row] = float.NaN;
        }
        var holed = Samples.Matrix(columns, FeatureStyle.Native);
        AssertFinite(Subject.Of(name).Estimator.Fit(holed, target).Predict(holed));
        AssertFinite(Subject.Of(name).Estimator.Fit(features, target).Predict(holed));
    }

    [Theory]
    [MemberData(nameof(ScaledCases))]
    public void A_missing_value_that_cannot_be_used_is_named(string name, LearningTask task)
    {
        var (features, target) = Table(name, task);
        var columns = Enumerable.Range(0, 6).Select(at => features[at].ToArray()).ToArray();
        columns[4][17] = float.NaN;
        var error = Assert.Throws<LearningException>(() => Subject.Of(name).Estimator.Fit(Samples.Matrix(columns, FeatureStyle.Scaled), target));
        Assert.Equal(("learning.feature-not-finite", "x4"), (error.Code, error.Column));
        Assert.Contains("row 18", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_stops_when_told_to(string name, LearningTask task)
    {
        var (features, target) = Table(name, task);
        var options = new FitOptions { CancellationToken = new CancellationToken(canceled: true) };
        Assert.ThrowsAny<OperationCanceledException>(() => Subject.Of(name).Estimator.Fit(features, target, default, options));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_that_are_none_are_refused(string name, LearningTask task)
    {
        var (features, target) = Table(name, task);
        foreach (var wrong in new[] { -1, double.NaN, double.PositiveInfinity })
        {
            var weights = Enumerable.Repeat(1.0, target.RowCount).ToArray();
            weights[9] = wrong;
            var error = Assert.Throws<LearningException>(() => Subject.Of(name).Estimator.Fit(features, target, weights));
            Assert.Equal("learning.bad-weight", error.Code);
            Assert.Contains("row 10", error.Message, StringComparison.Ordinal);
        }
        Assert.Equal("learning.bad-weight", Assert.Throws<LearningException>(() => Subject.Of(name).Estimator.Fit(features, target, new double[target.RowCount])).Code);
    }

    [Fact]
    public void A_task_that_it_cannot_do_is_an_error_that_says_so()
    {
        foreach (var subject in Subject.All)
        {
            foreach (var task in Enum.GetValues<LearningTask>().Where(task => !subject.Estimator.Supports(task)))
            {
                var (features, target) = Samples.Table(task, subject.Estimator.Style);
                Assert.Equal("learning.task-not-supported", Assert.Throws<LearningException>(() => subject.Estimator.Fit(features, target)).Code);
            }
        }
    }

    [Fact]
    public void Every_estimator_of_the_library_is_in_the_list()
    {
        var all = typeof(Estimator).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(Estimator)) && !type.IsAbstract);
        Assert.Empty(all.Except(Subject.All.Select(subject => subject.Estimator.GetType())));
    }

    private static (FeatureMatrix Features, Target Target) Table(string name, LearningTask task, int rows = 300, int seed = 1) =>
        Samples.Table(task, Subject.Of(name).Estimator.Style, rows, seed, Subject.Of(name).IsForAmounts);

    private static TheoryData<string, LearningTask> Where(Func<Subject, bool> isIn, Func<LearningTask, bool>? isTask = null)
    {
        var cases = new TheoryData<string, LearningTask>();
        foreach (var subject in Subject.All.Where(isIn))
        {
            foreach (var task in Enum.GetValues<LearningTask>().Where(task => subject.Estimator.Supports(task) && (isTask is null || isTask(task))))
            {
                cases.Add(subject.Name, task);
            }
        }
        return cases;
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var at = 0; at < expected.Length; at++)
        {
            Assert.Equal(expected[at], actual[at], tolerance);
        }
    }

    private static void AssertFinite(double[] outputs) => Assert.All(outputs, output => Assert.True(double.IsFinite(output)));

    private static void AssertProbabilities(double[] outputs, int classes)
    {
        for (var at = 0; at < outputs.Length; at += classes)
        {
            var row = outputs[at..(at + classes)];
            Assert.All(row, probability => Assert.InRange(probability, 0, 1));
            Assert.Equal(1, row.Sum(), 1e-9);
        }
    }
}
