using Escale.Learning.Metrics;
using Escale.Learning.Selection.Search;

namespace Escale.Learning.Automatic;

/// <summary>
/// One automatic training. Families from simple to strong go through the same folds; then configurations of the strong ones are proposed by a model of what did
/// well, cut short after the first fold unless they are among the best there (successive halving on cost). What a contender predicts of rows that it had not seen decides everything:
/// the order of the leaderboard and the weights of the ensemble. The models of the folds are the members; nothing is fitted again.
/// </summary>
internal sealed class AutoMlRun(AutoMlSettings settings, Metric metric, PreparedFolds folds, Portfolio portfolio, Budget budget, CancellationToken cancellation)
{
    private const int MostMembers = 24;
    private const double FirstFoldSeconds = 1;

    private readonly List<Contender> _complete = [];
    private readonly List<ContenderFailure> _failures = [];

    /// <summary>Contenders that came through all folds, the best first.</summary>
    public IReadOnlyList<Contender> Complete => [.. _complete.OrderBy(contender => contender.Loss)];

    /// <summary>What could not be fitted, and why.</summary>
    public IReadOnlyList<ContenderFailure> Failures => _failures;

    /// <summary>Tries what time and trials allow.</summary>
    public void Run()
    {
        foreach (var candidate in portfolio.Simple)
        {
            // The baseline and the interpretable models are always there, however short the time.
            Try(candidate, isForced: true);
        }
        foreach (var candidate in portfolio.Strong)
        {
            if (IsOver())
            {
                return;
            }
            Try(candidate, isForced: false);
        }
        if (portfolio.Space is { } space)
        {
            Search(space);
        }
    }

    /// <summary>The contenders worth a place in the ensemble: the best, and the best of each family.</summary>
    public IReadOnlyList<Contender> Members()
    {
        var ordered = Complete.Where(contender => double.IsFinite(contender.Loss) && contender.Candidate.Family != ModelFamily.Baseline).ToList();
        var firsts = ordered.GroupBy(contender => contender.Candidate.Family).SelectMany(family => family.Take(2));
        return [.. ordered.Take(MostMembers).Union(firsts)];
    }

    private bool IsOver()
    {
        cancellation.ThrowIfCancellationRequested();
        return budget.IsOver || settings.Stop.IsCancellationRequested;
    }

    private void Try(Candidate candidate, bool isForced)
    {
        var contender = new Contender(candidate, folds);
        Report(candidate.Name);
        if (RunFold(contender, isForced))
        {
            Finish(contender, isForced);
        }
    }

    private void Finish(Contender contender, bool isForced)
    {
        while (!contender.IsComplete)
        {
            if (!(isForced || FitsIntoTheRest(contender)) || !RunFold(contender, isForced))
            {
                return;
            }
        }
        budget.CountTrial();
        _complete.Add(contender);
        Report(contender.Candidate.Name);
    }

    private bool RunFold(Contender contender, bool isForced)
    {
        try
        {
            var foldsLeft = folds.Count - contender.Fitted.Count;
            contender.RunFold(metric, new FitOptions
            {
                Seed = settings.Seed,
                Threads = settings.Threads,
                Clock = settings.Clock,
                TimeLimit = budget.HasTimeLimit && !isForced ? budget.Left / foldsLeft : null,
                CancellationToken = isForced ? cancellation : budget.Token,
            });
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false; // Time is up; what is half done is left out.
        }
        catch (LearningException problem)
        {
            _failures.Add(new ContenderFailure(contender.Candidate.Name, problem.Message));
            return false;
        }
    }

    private bool FitsIntoTheRest(Contender contender)
    {
        // What the first fold took says too much when its code was compiled in it; from the second on the least is believed.
        var done = contender.Fitted.Count;
        return !budget.HasTimeLimit || (done == 1 && contender.FoldSeconds < FirstFoldSeconds) || contender.FoldSeconds * (folds.Count - done) <= budget.Left.TotalSeconds;
    }

    private void Search(SearchPlan plan)
    {
        var searcher = new ParzenSearcher(plan.Space, settings.Seed);
        var firsts = _complete.Select(contender => contender.FirstLoss).ToList();
        while (!IsOver())
        {
            var configuration = searcher.Next();
            var contender = new Contender(plan.Candidate(configuration), folds);
            Report(contender.Candidate.Name);
            if (!RunFold(contender, isForced: false))
            {
                if (budget.IsOver)
                {
                    return;
                }
                searcher.Tell(configuration, double.PositiveInfinity);
                continue;
            }
            searcher.Tell(configuration, contender.FirstLoss);
            firsts.Add(contender.FirstLoss);
            if (IsPromising(contender, firsts))
            {
                Finish(contender, isForced: false);
            }
            else
            {
                budget.CountTrial();
            }
        }
    }

    // On few rows the first fold says little, so that more go on.
    private bool IsPromising(Contender contender, List<double> firsts)
    {
        var testRows = folds.Splits[0].Test.Length;
        var share = testRows < 300 ? 0.6 : testRows < 2000 ? 0.4 : 0.25;
        var rank = firsts.Count(loss => loss < contender.FirstLoss);
        return rank < Math.Max(3, share * firsts.Count);
    }

    private void Report(string doing) => settings.Progress?.Report(new AutoMlProgress(budget.Share, budget.Elapsed, doing, [.. Complete.Select(contender => Leaderboard.Entry(contender, metric))]));
}

/// <summary>A configuration that could not be fitted.</summary>
/// <param name="Name">What it was.</param>
/// <param name="Reason">Why.</param>
public sealed record ContenderFailure(string Name, string Reason);
