using System.Globalization;
using System.Text;
using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Automatic;
using Escale.Learning.Metrics;
using Escale.Modeling.Judging;
using Escale.Modeling.Registry;
using Escale.Modeling.Tracking;

namespace Escale.Modeling.Training;

/// <summary>
/// A training from rows to a registered version: reads, checks, tries models, judges, explains, and records all of it. Files come first, then what stands, then the record in PostgreSQL. Thread-safe.
/// </summary>
internal sealed class TrainingJob(FrameReader reader, RunFolder folder, TrackingStore tracking, ModelRegistry registry, CoreShare cores, TimeProvider clock, IRowPreparations? preparations = null)
{
    /// <summary>What the files of a run are called.</summary>
    public const string ClockFile = "clock.bin";

    /// <summary>What is worked out last.</summary>
    public const string InsightsFile = "insights.json";

    private const string SummaryFile = "summary.json";

    /// <summary>Trains.</summary>
    /// <param name="order">What.</param>
    /// <param name="stop">Ends it early: with the best so far once models are tried, with nothing before.</param>
    /// <exception cref="EscaleException">The data cannot be learned from (<c>modeling.*</c>, <c>learning.*</c>), or cannot be read.</exception>
    public async Task<TrainedModel> RunAsync(TrainingOrder order, CancellationToken stop)
    {
        var run = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
        await tracking.BeginAsync(run, order, stop);
        order.Started?.Invoke(run);
        try
        {
            using var share = await cores.TakeAsync(stop);
            var data = order.File is { } file ? await reader.ReadFileAsync(file, stop) : await Task.Run(() => reader.Read(order.Spec.Table, order.Version, stop), stop);
            data = Shown(data, order.HeldOut);
            var preparation = await PreparationAsync(order, stop);
            var made = await Task.Run(() => TrainAsync(run, order, data, preparation, share.Threads, stop), CancellationToken.None);
            await RecordAsync(order, made, CancellationToken.None);
            await ExplainAsync(order, made);
            return made.Model;
        }
        catch (OperationCanceledException)
        {
            await tracking.FailAsync(run, "KILLED", null, CancellationToken.None);
            throw;
        }
        catch (LearningException error)
        {
            var said = Explain(order, error);
            await tracking.FailAsync(run, "FAILED", said, CancellationToken.None);
            throw said;
        }
        catch (EscaleException error)
        {
            await tracking.FailAsync(run, "FAILED", error, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Records a run whose files stand but whose record was lost on the way: nothing is trained again.</summary>
    /// <returns>What came of it; null when its files are not all there.</returns>
    public async Task<TrainedModel?> RecoverAsync(TrainingOrder order, Standing standing, CancellationToken cancellationToken)
    {
        if (folder.ReadJson<RunSummary>(standing.Run, SummaryFile) is not { } summary)
        {
            return null;
        }
        await tracking.BeginAsync(standing.Run, order, cancellationToken);
        var made = new Made(summary.Model with { Run = standing.Run }, summary);
        await RecordAsync(order, made, cancellationToken);
        return made.Model;
    }

    /// <summary>The summary of a run, as its files have it; null when it did not finish.</summary>
    public TrainedModel? SummaryOf(string run) => folder.ReadJson<RunSummary>(run, SummaryFile)?.Model;

    /// <summary>What was done to the rows of the table, to be done again to those that the model is asked about; of a run that repeats another, what that one kept.</summary>
    private async Task<RowPreparation?> PreparationAsync(TrainingOrder order, CancellationToken stop) =>
        order.AgainOf is { } again ? folder.ReadJson<RowPreparation>(again, RunFolder.PreparationFile)
        : order.File is null && preparations is not null ? await preparations.FitAsync(order.Spec.Table, stop)
        : null;

    private static TrainingData Shown(TrainingData data, IReadOnlyList<int> heldOut)
    {
        var hidden = heldOut.ToHashSet();
        return hidden.Count == 0 ? data : data with { Frame = data.Frame.Rows(Enumerable.Range(0, data.Frame.RowCount).Where(row => !hidden.Contains(row)).ToArray()) };
    }

    private async Task<Made> TrainAsync(string run, TrainingOrder order, TrainingData data, RowPreparation? preparation, int threads, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var spec = order.Spec;
        var isChecked = TrainingChecks.Check(spec, data);
        await using var notes = new ProgressNotes(run, order, tracking, clock);
        using var stopping = new CancellationTokenSource();
        var recording = order.Clock is null ? new RecordingClock(clock) : null;
        using var asked = stop.UnsafeRegister(_ => Stop(recording, stopping), null);
        var settings = Settings(spec, isChecked, threads) with
        {
            Clock = (TimeProvider?)recording ?? new ReplayingClock(order.Clock!, clock.TimestampFrequency, stopping), Stop = stopping.Token, Progress = notes,
        };
        notes.Metric = (settings.Metric ?? Metric.DefaultFor(isChecked.Task)).Name;
        var result = AutoMl.Train(isChecked.Frame, spec.Target, settings, CancellationToken.None);
        notes.Say("judging");
        return Keep(run, order, data, preparation, isChecked, result, recording?.End() ?? order.Clock!, notes, new FitOptions { Seed = spec.Seed, Threads = threads });
    }

    private static void Stop(RecordingClock? recording, CancellationTokenSource stopping)
    {
        if (recording is null)
        {
            stopping.Cancel();
            return;
        }
        recording.Stop(stopping);
    }

    private static AutoMlSettings Settings(TrainingSpec spec, CheckedData data, int threads) => new()
    {
        TimeLimit = spec.Budget,
        Trials = spec.Trials,
        Task = data.Task,
        Metric = spec.Metric is { } name ? Metric.ByName(name) : null,
        GroupColumn = data.Split is { Kind: SplitKind.Group } group ? group.Column : null,
        TimeColumn = data.Split is { Kind: SplitKind.Time } time ? time.Column : null,
        WeightColumn = spec.Weights,
        Roles = data.Roles,
        Families = spec.Families,
        Seed = spec.Seed,
        Threads = threads,
    };

    private Made Keep(string run, TrainingOrder order, TrainingData data, RowPreparation? preparation, CheckedData isChecked, AutoMlResult result, ClockRecord clockRecord, ProgressNotes notes, FitOptions options)
    {
        var spec = order.Spec;
        using var bytes = new MemoryStream();
        result.Best.Save(bytes);
        var artifacts = new List<TrackedArtifact> { folder.Write(run, RunFolder.ModelFile, bytes.GetBuffer().AsSpan(0, (int)bytes.Length)) };
        var split = new SplitReport(isChecked.Split.Kind.ToString().ToLowerInvariant(), isChecked.Split.Column, isChecked.SplitReason);
        IReadOnlyList<Finding> findings = [.. isChecked.Findings, .. TrainingChecks.Of(result.Leaks)];
        var leaderboard = result.Leaderboard.Select(TrainedModel.Row).ToList();
        var best = leaderboard.First(row => row.Name == result.BestName);
        var judgement = JudgementWork.Judge(spec, isChecked, result, split, findings);
        artifacts.Add(folder.WriteJson(run, "leaderboard.json", leaderboard));
        artifacts.Add(folder.WriteJson(run, "judgement.json", judgement));
        artifacts.Add(folder.WriteJson(run, "curves.json", JudgementWork.Draw(result.OutOfFold)));
        artifacts.Add(folder.WriteJson(run, References.File, References.Of(isChecked.Frame, result)));
        artifacts.Add(folder.WriteJson(run, "schema.json", result.Best.Schema.Columns));
        artifacts.Add(folder.Write(run, "training.yml", Encoding.UTF8.GetBytes(SpecText.Write(spec))));
        artifacts.Add(folder.Write(run, ClockFile, clockRecord.ToBytes()));
        if (order.HeldOut.Count > 0)
        {
            artifacts.Add(folder.WriteJson(run, RunFolder.HeldOutFile, order.HeldOut));
        }
        if (preparation is not null)
        {
            artifacts.Add(folder.WriteJson(run, RunFolder.PreparationFile, preparation));
        }
        var model = new TrainedModel(
            run, spec.Name, 0, result.Task, result.BestName, result.Metric.Name, best.Score, best.Low, best.High, leaderboard.FirstOrDefault(row => row.Family == "baseline")?.Score,
            result.Best.Info.TrainedRows, result.Trials, split, findings, leaderboard, artifacts[0].Sha256, artifacts[0].SizeBytes);
        var finished = new FinishedTraining(
            data.Version?.ToString(CultureInfo.InvariantCulture), result.Best.Info.DataFingerprint, Params(spec, isChecked, result), Tags(spec, result), [.. Metrics(judgement, best), .. notes.History], artifacts);
        var summary = new RunSummary(model, finished);
        folder.WriteJson(run, SummaryFile, summary);
        Failpoint.Hit("modeling.before-standing");
        if (order.AgainOf is null && order.File is null && !order.IsChallenger)
        {
            folder.Stand(spec.Name, new Standing(run, order.Fingerprint, model.Sha256, spec.Table.ToString(), reader.IsVersioned(spec.Table) ? finished.DataVersion : reader.VersionOf(spec.Table)));
        }
        Failpoint.Hit("modeling.after-standing");
        return new Made(model, summary) { Explain = () => Explain(run, isChecked, result, judgement, options, summary) };
    }

    /// <summary>What takes longest and is not needed to use the model: it is there already, and can be looked at, while this is worked out.</summary>
    private List<TrackedArtifact> Explain(string run, CheckedData isChecked, AutoMlResult result, Judgement judgement, FitOptions options, RunSummary summary)
    {
        var costs = summary.Model.Leaderboard.Select(row => ModelCost.Of(row, result)).ToList();
        var artifacts = new List<TrackedArtifact> { folder.WriteJson(run, "leaderboard.json", costs) };
        folder.WriteJson(run, SummaryFile, summary with { Model = summary.Model with { Leaderboard = costs } });
        var explanations = JudgementWork.Explain(isChecked.Frame, result, options);
        artifacts.Add(folder.WriteJson(run, "explanations.json", explanations));
        artifacts.Add(folder.WriteJson(run, InsightsFile, InsightWork.Of(isChecked.Frame, result, judgement, explanations, options)));
        return artifacts;
    }

    private async Task ExplainAsync(TrainingOrder order, Made made)
    {
        try
        {
            await tracking.AddArtifactsAsync(made.Model.Run, await Task.Run(() => made.Explain!(), CancellationToken.None), CancellationToken.None);
        }
        catch (LearningException error)
        {
            order.Log($"The model could not be explained: {error.Message}"); // It is as good as it is.
        }
    }

    private async Task RecordAsync(TrainingOrder order, Made made, CancellationToken cancellationToken)
    {
        await tracking.FinishAsync(made.Model.Run, made.Summary.Finished, cancellationToken);
        if (order.AgainOf is null)
        {
            var file = $"{made.Model.Run}/{RunFolder.ModelFile}";
            var version = await registry.RegisterAsync(order.Spec.Name, order.Spec.Description, made.Model.Run, file, made.Model.Sha256, made.Model.SizeBytes, order.Person, cancellationToken);
            made.Model = made.Model with { Version = version };
            if (folder.StandingOf(order.Spec.Name) is { } standing && standing.Run == made.Model.Run)
            {
                folder.Stand(order.Spec.Name, standing with { IsRecorded = true });
            }
        }
    }

    private static Dictionary<string, string> Params(TrainingSpec spec, CheckedData data, AutoMlResult result) => new(StringComparer.Ordinal)
    {
        ["table"] = spec.Table.ToString(), ["target"] = spec.Target, ["task"] = result.Task.ToString().ToLowerInvariant(), ["metric"] = result.Metric.Name,
        ["seed"] = spec.Seed.ToString(CultureInfo.InvariantCulture), ["split"] = data.Split.Kind.ToString().ToLowerInvariant(), ["split_column"] = data.Split.Column ?? "",
        ["budget_seconds"] = spec.Budget?.TotalSeconds.ToString(CultureInfo.InvariantCulture) ?? "", ["trials"] = result.Trials.ToString(CultureInfo.InvariantCulture),
        ["families"] = string.Join(", ", spec.Families.Select(TrainingReader.Spelling)), ["rows"] = result.Best.Info.TrainedRows.ToString(CultureInfo.InvariantCulture),
        ["columns"] = result.Best.Schema.Columns.Count.ToString(CultureInfo.InvariantCulture), ["model"] = result.BestName, ["estimator"] = result.Best.Info.Estimator,
        ["cost_false_positive"] = spec.Costs?.FalsePositive.ToString(CultureInfo.InvariantCulture) ?? "", ["cost_false_negative"] = spec.Costs?.FalseNegative.ToString(CultureInfo.InvariantCulture) ?? "",
    };

    private static Dictionary<string, string> Tags(TrainingSpec spec, AutoMlResult result) => new(StringComparer.Ordinal)
    {
        ["mlflow.runName"] = spec.Name, ["mlflow.source.type"] = "JOB", ["escale.training"] = spec.Name, ["escale.best"] = result.BestName,
    };

    private IEnumerable<TrackedMetric> Metrics(Judgement judgement, LeaderboardRow best)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        yield return new TrackedMetric("score", best.Score, 0, now);
        foreach (var (name, value) in judgement.Metrics)
        {
            yield return new TrackedMetric(name.ToLowerInvariant().Replace(' ', '_').Replace("²", "2", StringComparison.Ordinal), value, 0, now);
        }
    }

    private static EscaleException Explain(TrainingOrder order, LearningException error) =>
        new(error.Code, error.Message, error.Remedy, new Place(order.Spec.Path, Table: order.Source, Field: error.Column), error);

    private sealed class Made(TrainedModel model, RunSummary summary)
    {
        public TrainedModel Model { get; set; } = model;

        public RunSummary Summary => summary;

        public Func<List<TrackedArtifact>>? Explain { get; init; }
    }

    /// <summary>All that the record needs, kept with the files.</summary>
    private sealed record RunSummary(TrainedModel Model, FinishedTraining Finished);
}
