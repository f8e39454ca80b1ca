namespace Escale.Learning.Automatic;

/// <summary>
/// After the choice: the chosen contenders learn from all rows, which no fold had, the weightiest first, then again with other seeds for as long as time is left. What does not
/// come to its end in time is left out; the models of the folds stay in any case.
/// </summary>
internal sealed class Refitting(AutoMlSettings settings, PreparedFolds folds, Budget budget, CancellationToken cancellation)
{
    /// <summary>How many seeds at most.</summary>
    public const int MostSeeds = 4;

    private const int SeedsWithoutLimit = 2;

    // A fit that took some time on the rows of a fold may take so much more than in proportion.
    private const double Caution = 1.1;

    /// <summary>How much of the time to keep for it: each fold more of every model tried makes it cheaper in comparison.</summary>
    public static double ShareOfTime(int folds) => folds == 1 ? 0.35 : folds == 2 ? 0.28 : 0.2;

    /// <summary>Fits.</summary>
    /// <param name="chosen">Contenders through all folds.</param>
    /// <param name="weights">How much each counts.</param>
    public void Run(IReadOnlyList<Contender> chosen, IReadOnlyList<double> weights)
    {
        budget.BeginRefitting();
        Contender[] ordered = [.. chosen.Zip(weights).OrderByDescending(pair => pair.Second).Select(pair => pair.First)];
        for (var seed = 0; seed < (budget.HasTimeLimit ? MostSeeds : SeedsWithoutLimit); seed++)
        {
            foreach (var contender in ordered.Where(contender => contender.WholeCount == seed && (seed == 0 || contender.Candidate.IsRandom)))
            {
                cancellation.ThrowIfCancellationRequested();
                if (settings.Stop.IsCancellationRequested || budget.IsOver)
                {
                    return;
                }
                var seconds = contender.FoldSeconds * folds.WholeRatio * Caution;
                if (seconds <= budget.Left.TotalSeconds)
                {
                    TryFit(contender, seconds);
                }
            }
        }
    }

    private void TryFit(Contender contender, double seconds)
    {
        // Trees are as many as they were where they were judged; what adapts itself to the time that it has gets as much as it had there.
        var hasTrees = contender.Candidate.Family is ModelFamily.Boosting or ModelFamily.RandomForest or ModelFamily.ExtraTrees;
        try
        {
            contender.FitWhole(new FitOptions
            {
                Seed = settings.Seed, Threads = settings.Threads, Clock = settings.Clock, CancellationToken = budget.Token,
                TimeLimit = budget.HasTimeLimit && !hasTrees ? TimeSpan.FromSeconds(seconds) : null,
            });
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Time is up; what is half done is left out.
        }
        catch (LearningException)
        {
            // It could learn from every fold; if not from all rows, those models are what there is.
        }
    }
}
