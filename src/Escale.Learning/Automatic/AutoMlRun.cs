using Escale.Learning.Metrics;
using Escale.Learning.Selection.Search;

namespace Escale.Learning.Automatic;

/// <summary>
/// One automatic training. Families from simple to strong go through the same folds; then configurations of the strong ones are proposed by a model of what did
/// well, cut short after the first fold unless they are among the best there (successive halving on cost). What a contender predicts of rows that it had not seen decides everything:
/// the order of the leaderboard and the weights of the ensemble. The models of the folds are the members; nothing is fitted again.
/// </summary>
internal sealed class AutoMlRun(AutoMlSettings settings, Metric metric, PreparedFolds folds, int leastFolds, Portfolio portfolio, Budget budget, CancellationToken cancellation)
{
    private const int MostMembers = 24;
    private const double ModelsPerFold = 8;
    private const double MostOfScout = 0.25;
    private const double FirstFoldSeconds = 1;
    private const double MostOfOne = 0.4;
    private const double Hopeless = 2;
    private const int MembersExpected = 5;

    private readonly List<Contender> _complete = [];
    private readonly List<ContenderFailure> _failures = [];

    /// <summary>Contenders that came through all folds, the best first.</summary>
    public IReadOnlyList<Contender> Complete => [.. _complete.OrderBy(contender => contender.Loss)];

    /// <summary>What could not be fitted, and why.</summary>
    public IReadOnlyList<ContenderFailure> Failures => _failures;

    /// <summary>Tries what time and trials allow.</summary>
    public void Run()
    {
        var scout = Scout();
        foreach (var candidate in portfolio.Simple)
        {
            // The baseline and the interpretable models are always there, however short the time.
            Try(candidate, isForced: true);
        }
        if (scout is not null)
        {
            Finish(scout, isForced: false);
        }
        foreach (var candidate in portfolio.Strong.Where(candidate => candidate != scout?.Candidate))
        {
            if (IsOver())
            {
                return;
            }
            if (!IsHopeless(candidate))
            {
                Try(candidate, isForced: false);
            }
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

    // The first strong model on one fold tells better than anything what models cost here. Where many rows leave time for few models, fewer folds judge well enough, and models of all
    // rows, which are made in the end, gain more than models of more folds.
    private Contender? Scout()
    {
        if (leastFolds >= folds.Count || portfolio.Strong.FirstOrDefault(candidate => candidate.Family == ModelFamily.Boosting) is not { } candidate)
        {
            return null;
        }
        var (contender, left) = (new Contender(candidate, folds), budget.Left.TotalSeconds);
        Report(candidate.Name);
        var isDone = RunFold(contender, isForced: false, MostOfScout * folds.Count);
        var models = isDone ? left / contender.FoldSeconds : 0;
        var affordable = Math.Clamp((int)(models / ModelsPerFold), leastFolds, folds.Count);
        if (affordable < folds.Count)
        {
            folds.KeepFirst(affordable);
            budget.ReserveFor(folds.RowCount, Refitting.ShareOfTime(affordable));
            contender.FollowFolds(metric);
        }
        return isDone ? contender : null;
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
        // The time that the best so far would take to learn from all rows is kept.
        var seconds = _complete.OrderBy(other => other.Loss).Take(MembersExpected).Sum(other => other.FoldSeconds * (other.Candidate.IsRandom ? Refitting.MostSeeds : 1));
        budget.KeepForRefitting(seconds * folds.WholeRatio, Refitting.ShareOfTime(folds.Count));
        Report(contender.Candidate.Name);
    }

    // Where lines are far behind, penalised ones are, too.
    private bool IsHopeless(Candidate candidate) => candidate.Family == ModelFamily.Linear && _complete.Count > 0
        && _complete.Where(other => other.Candidate.Family == ModelFamily.Linear).Select(other => other.Loss).DefaultIfEmpty(0).Min() > Hopeless * _complete.Min(other => other.Loss);

    private bool RunFold(Contender contender, bool isForced, double share = 1)
    {
        try
        {
            var foldsLeft = folds.Count - contender.FoldsDone;
            contender.RunFold(metric, new FitOptions
            {
                Seed = settings.Seed,
                Threads = settings.Threads,
                Clock = settings.Clock,
                TimeLimit = isForced ? null : TimeFor(contender.Candidate, foldsLeft, share),
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

    private TimeSpan? TimeFor(Candidate candidate, int foldsLeft, double share)
    {
        if (budget.Limit is not { } limit)
        {
            return null;
        }
        var (left, own) = (Math.Min(share, foldsLeft > 1 ? 1 : MostOfOne) * budget.Left / foldsLeft, limit * candidate.MostShare / folds.Count);
        return left < own ? left : own;
    }

    private bool FitsIntoTheRest(Contender contender)
    {
        // What the first fold took says too much when its code was compiled in it; from the second on the least is believed.
        var done = contender.FoldsDone;
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
