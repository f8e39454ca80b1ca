using System.Globalization;
using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Frames;
using Escale.Learning.Metrics;
using Escale.Modeling.Registry;
using Escale.Modeling.Tracking;
using Escale.Modeling.Training;

namespace Escale.Modeling.Retraining;

/// <summary>
/// Trains a challenger, judges it and the champion on the newest rows, which neither has learned from, and lets it take the place only when it is better by more than chance and the margin. Every
/// outcome is recorded with its reason. Thread-safe.
/// </summary>
internal sealed class ChallengeWork(TrainingJob job, ModelRegistry registry, TrackingStore tracking, RetrainingStore store, FrameReader reader, RunFolder folder)
{
    /// <summary>The alias of a challenger that is not in use.</summary>
    public const string Challenger = "challenger";

    /// <summary>Does it all.</summary>
    /// <param name="spec">The training.</param>
    /// <param name="reason">Why.</param>
    /// <param name="person">Who asked for it.</param>
    /// <param name="look">Is told how far the training is.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="EscaleException"><c>modeling.model-not-found</c>: nothing to challenge; <c>modeling.challenge-running</c>; those of a training.</exception>
    public async Task<Challenge> RunAsync(TrainingSpec spec, RetrainReason reason, string person, Func<TrainingOrder, TrainingOrder> look, CancellationToken stop)
    {
        var rule = spec.Retrain ?? RetrainRule.Plain;
        var champion = await registry.FindAsync(spec.Name, null, stop);
        var challenge = await store.BeginAsync(spec.Name, reason, person, champion.Version, rule.Margin, stop);
        try
        {
            // Without a champion the newest version answers: the challenger would be in use before it is judged.
            await registry.MoveAsync(spec.Name, ModelRegistry.Champion, champion.Version, person, "stays until a challenger is better", stop);
            var data = await Task.Run(() => reader.Read(spec.Table, null, stop), stop);
            var judging = await Task.Run(() => JudgingAsync(spec, champion, data.Frame, stop), stop);
            var order = look(new TrainingOrder
            {
                Spec = spec, Person = person, Version = reader.IsVersioned(spec.Table) ? data.Version : null, HeldOut = judging.Places, IsChallenger = true,
            });
            var trained = await job.RunAsync(order, stop);
            challenge = challenge with { Run = trained.Run, Challenger = trained.Version, Rows = judging.Rows, Code = judging.Problem?.Code, Message = judging.Problem?.Message };
            return await DecideAsync(challenge, rule, spec, champion, data.Frame.Rows(judging.Places.ToArray()), CancellationToken.None);
        }
        catch (Exception error) when (error is EscaleException or OperationCanceledException)
        {
            var said = error as EscaleException;
            await store.SaveAsync(challenge with { Outcome = "failed", Code = said?.Code ?? "modeling.challenge-interrupted", Message = said?.Message ?? "It was stopped." }, CancellationToken.None);
            throw;
        }
    }

    private sealed record Judging(IReadOnlyList<int> Places, JudgingRows? Rows, EscaleException? Problem);

    private async Task<Judging> JudgingAsync(TrainingSpec spec, ModelVersion champion, Frame frame, CancellationToken stop)
    {
        try
        {
            var (then, heldOut) = await LearnedAsync(spec, champion, stop);
            var added = NewRows.Of(frame, then, heldOut);
            var column = SplitColumn(spec, champion, SplitKind.Time);
            var newest = NewRows.Newest(frame, added, spec.Target, column, SplitColumn(spec, champion, SplitKind.Group));
            return newest.Count == 0
                ? new Judging([], null, new EscaleException("modeling.challenge-few-rows", string.Create(CultureInfo.InvariantCulture, $"{added.Count} rows are new since version {champion.Version} learned: too few to judge by.")))
                : new Judging(newest, new JudgingRows(added.Count, newest.Count, column, TextOf(newest, least: true), TextOf(newest, least: false)), null);

            string? TextOf(IReadOnlyList<int> rows, bool least) => column is not null && frame.Has(column) && frame[column] is TimestampColumn moments && rows.Select(moments.Moment).OfType<DateTime>().ToList() is { Count: > 0 } found
                ? (least ? found.Min() : found.Max()).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : null;
        }
        catch (EscaleException error) when (error.Code == "modeling.challenge-no-past" || error.Code.StartsWith("lake.", StringComparison.Ordinal))
        {
            return new Judging([], null, new EscaleException("modeling.challenge-no-past", $"Which rows version {champion.Version} learned from cannot be told any more, so that none can be set aside that it has not seen.", inner: error));
        }
    }

    // As the file of the training says, or as was proposed when the champion was trained.
    private string? SplitColumn(TrainingSpec spec, ModelVersion champion, SplitKind kind)
    {
        if (spec.Split is { } said)
        {
            return said.Kind == kind ? said.Column : null;
        }
        return champion.Run is { } run && job.SummaryOf(run)?.Split is { } proposed && string.Equals(proposed.By, kind.ToString(), StringComparison.OrdinalIgnoreCase) ? proposed.Column : null;
    }

    /// <summary>The rows that the champion learned from, and which of them it did not.</summary>
    private async Task<(Frame Then, IReadOnlySet<int> HeldOut)> LearnedAsync(TrainingSpec spec, ModelVersion champion, CancellationToken stop)
    {
        var run = champion.Run is { } id ? await tracking.GetAsync(id, stop) : null;
        if (run is null || run.Table != spec.Table.ToString() || !reader.IsVersioned(spec.Table) || !long.TryParse(run.DataVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            throw new EscaleException("modeling.challenge-no-past", "The version of the table was not kept.");
        }
        return (reader.Read(spec.Table, version, stop).Frame, (folder.ReadJson<List<int>>(run.Id, RunFolder.HeldOutFile) ?? []).ToHashSet());
    }

    private async Task<Challenge> DecideAsync(Challenge challenge, RetrainRule rule, TrainingSpec spec, ModelVersion champion, Frame rows, CancellationToken cancellationToken)
    {
        var version = challenge.Challenger!.Value;
        if (challenge.Rows is null)
        {
            await registry.MoveAsync(spec.Name, Challenger, version, challenge.Person, "not judged", cancellationToken);
            return await store.SaveAsync(challenge with { Outcome = "unjudged" }, cancellationToken);
        }
        var newer = await registry.FindAsync(spec.Name, version.ToString(CultureInfo.InvariantCulture), cancellationToken);
        var found = await Task.Run(() => Compare(registry.Load(champion), registry.Load(newer), spec, challenge.Run!, rows), cancellationToken);
        var isBetter = found.Low > rule.Margin;
        challenge = challenge with { Metric = found.Metric, ChampionScore = found.Champion, ChallengerScore = found.Challenger, Low = found.Low, High = found.High };
        var note = string.Create(CultureInfo.InvariantCulture, $"{found.Metric} {found.Champion:0.####} → {found.Challenger:0.####} on {challenge.Rows.Judging} newest rows");
        if (isBetter && rule.Promote)
        {
            await registry.MoveAsync(spec.Name, ModelRegistry.Champion, version, challenge.Person, note, cancellationToken);
            return await store.SaveAsync(challenge with { Outcome = "promoted" }, cancellationToken);
        }
        await registry.MoveAsync(spec.Name, Challenger, version, challenge.Person, note, cancellationToken);
        return await store.SaveAsync(challenge with { Outcome = isBetter ? "better" : "kept" }, cancellationToken);
    }

    private sealed record Compared(string Metric, double Champion, double Challenger, double Low, double High);

    // Differences are turned so that above 0 the challenger is better.
    private Compared Compare(Model champion, Model challenger, TrainingSpec spec, string run, Frame rows)
    {
        try
        {
            var metric = Metric.ByName(job.SummaryOf(run)!.Metric);
            var isRegression = challenger.Task == LearningTask.Regression;
            // Rows of a class that one of them has never met would tell of the classes, not of the models.
            var known = Enumerable.Range(0, rows.RowCount).Where(row => isRegression || rows[spec.Target].TextAt(row) is { } text && champion.Classes.Contains(text) && challenger.Classes.Contains(text)).ToArray();
            rows = rows.Rows(known);
            var truth = Targets.Of(rows[spec.Target], challenger.Task, isRegression ? null : challenger.Classes);
            var (old, young) = (Outputs(champion, rows, challenger.Classes), Outputs(challenger, rows, challenger.Classes));
            var compared = MetricIntervals.Compare(metric, truth, young, old, [], new IntervalOptions { Seed = spec.Seed, Threads = Environment.ProcessorCount });
            var (low, high) = (compared.Difference.Lower, compared.Difference.Upper);
            return new Compared(metric.Name, compared.Second, compared.First, metric.IsHigherBetter ? low : -high, metric.IsHigherBetter ? high : -low);
        }
        catch (LearningException error)
        {
            throw new EscaleException(error.Code, error.Message, error.Remedy, inner: error);
        }
    }

    // In the order of the challenger's classes, whatever the champion's was.
    private static double[] Outputs(Model model, Frame rows, IReadOnlyList<string> classes)
    {
        var said = model.Predict(rows, Environment.ProcessorCount);
        if (said.Classes.SequenceEqual(classes))
        {
            return said.Outputs.ToArray();
        }
        var own = said.Classes.ToList();
        int[] places = [.. classes.Select(name => own.IndexOf(name))];
        var outputs = new double[rows.RowCount * classes.Count];
        for (var row = 0; row < rows.RowCount; row++)
        {
            for (var at = 0; at < classes.Count; at++)
            {
                outputs[row * classes.Count + at] = places[at] < 0 ? 0 : said.Row(row)[places[at]];
            }
        }
        return outputs;
    }
}
