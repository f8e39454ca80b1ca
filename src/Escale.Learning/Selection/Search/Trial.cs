namespace Escale.Learning.Selection.Search;

/// <summary>A configuration and how it did.</summary>
/// <param name="Configuration">What was tried.</param>
/// <param name="Loss">How it did, lower is better.</param>
/// <param name="Resource">With how much of the resource (1: all).</param>
public sealed record Trial(Configuration Configuration, double Loss, double Resource);

/// <summary>Runs searches: what is tried is up to a <see cref="Searcher"/>, how it does to a function.</summary>
public static class Search
{
    /// <summary>Tries configurations one after the other, each with the whole resource.</summary>
    /// <param name="searcher">What to try.</param>
    /// <param name="loss">How a configuration does, lower is better.</param>
    /// <param name="trials">How many.</param>
    /// <param name="cancellationToken">Stops the search; what was tried is lost.</param>
    /// <returns>The trials, best first.</returns>
    public static IReadOnlyList<Trial> Run(Searcher searcher, Func<Configuration, double> loss, int trials, CancellationToken cancellationToken = default)
    {
        var done = new List<Trial>();
        for (var at = 0; at < trials; at++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var configuration = searcher.Next();
            var trial = new Trial(configuration, loss(configuration), 1);
            searcher.Tell(configuration, trial.Loss);
            done.Add(trial);
        }
        return [.. done.OrderBy(trial => trial.Loss)];
    }

    /// <summary>
    /// Successive halving (Jamieson and Talwalkar, 2016): many configurations with little of the resource (rows, trees, folds), the best share of them with more,
    /// and so on until a few have all of it.
    /// </summary>
    /// <param name="searcher">What to try.</param>
    /// <param name="loss">How a configuration does with a share of the resource above 0, at most 1.</param>
    /// <param name="trials">How many configurations begin.</param>
    /// <param name="keep">One of how many goes on to the next round. Default 3.</param>
    /// <param name="leastResource">The share of the first round. Default 1/9.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The last trial of each configuration: those that came furthest first, and among them the best.</returns>
    public static IReadOnlyList<Trial> Halve(
        Searcher searcher, Func<Configuration, double, double> loss, int trials, int keep = 3, double leastResource = 1.0 / 9,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(leastResource);
        var (running, done) = (Enumerable.Range(0, trials).Select(_ => searcher.Next()).ToList(), new List<Trial>());
        for (var resource = Math.Min(1, leastResource); ; resource = Math.Min(1, resource * keep))
        {
            var round = new List<Trial>();
            foreach (var configuration in running)
            {
                cancellationToken.ThrowIfCancellationRequested();
                round.Add(new Trial(configuration, loss(configuration, resource), resource));
            }
            round = [.. round.OrderBy(trial => trial.Loss)];
            if (resource >= 1)
            {
                round.ForEach(trial => searcher.Tell(trial.Configuration, trial.Loss));
                return [.. round, .. done];
            }
            var left = Math.Max(1, running.Count / keep);
            running = [.. round.Take(left).Select(trial => trial.Configuration)];
            done.InsertRange(0, round.Skip(left));
        }
    }
}
