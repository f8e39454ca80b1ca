using Escale.Learning.Selection.Search;

namespace Escale.Learning.Tests.Selection;

public sealed class SearchTests
{
    private static readonly Parameter[] Space =
    [
        Parameter.Real("rate", 0.001, 1, log: true), Parameter.Whole("leaves", 2, 200, log: true), Parameter.Real("share", 0.1, 1), Parameter.Choice("kind", "a", "b", "c"),
    ];

    [Fact]
    public void Draws_every_parameter_from_its_range_and_reaches_both_ends()
    {
        var searcher = new RandomSearcher([Parameter.Whole("few", 1, 3), Parameter.Real("rate", 0.001, 1, log: true), Parameter.Choice("kind", "a", "b")]);
        var drawn = Enumerable.Range(0, 300).Select(_ => searcher.Next()).ToList();

        Assert.Equal([1, 2, 3], drawn.Select(one => one.Whole("few")).Distinct().Order());
        Assert.Equal(["a", "b"], drawn.Select(one => one.Choice<string>("kind")).Distinct().Order());
        Assert.All(drawn, one => Assert.InRange(one.Real("rate"), 0.001, 1));
        Assert.InRange(drawn.Count(one => one.Real("rate") < 0.0316), 110, 190); // half of them below the geometric middle
    }

    [Fact]
    public void A_model_based_search_comes_nearer_to_the_best_than_a_random_one()
    {
        var (random, parzen) = (0.0, 0.0);
        for (var seed = 0; seed < 12; seed++)
        {
            random += Search.Run(new RandomSearcher(Space, seed), Loss, 60)[0].Loss;
            parzen += Search.Run(new ParzenSearcher(Space, seed), Loss, 60)[0].Loss;
        }

        Assert.True(parzen < 0.7 * random, $"{parzen} against {random}");
    }

    [Fact]
    public void Searching_twice_with_one_seed_tries_the_same()
    {
        var (one, two) = (Search.Run(new ParzenSearcher(Space, 5), Loss, 30), Search.Run(new ParzenSearcher(Space, 5), Loss, 30));

        Assert.Equal(one.Select(trial => trial.Configuration.ToString()), two.Select(trial => trial.Configuration.ToString()));
    }

    [Fact]
    public void A_trial_that_fails_is_not_proposed_again_and_again()
    {
        var searcher = new ParzenSearcher(Space, 1);
        var trials = Search.Run(searcher, one => one.Choice<string>("kind") == "a" ? double.NaN : Loss(one), 80);

        Assert.True(trials.Skip(40).Count(trial => double.IsNaN(trial.Loss)) <= 40);
        Assert.Contains(trials, trial => double.IsFinite(trial.Loss));
    }

    [Fact]
    public void Halving_gives_most_of_the_resource_to_the_best()
    {
        var spent = new Dictionary<double, int>();
        var trials = Search.Halve(new RandomSearcher(Space), (one, resource) =>
        {
            spent[resource] = spent.GetValueOrDefault(resource) + 1;
            return Loss(one);
        }, 27);

        Assert.Equal([27, 9, 3], spent.OrderBy(round => round.Key).Select(round => round.Value));
        Assert.Equal(27, trials.Count);
        Assert.Equal(trials.Min(trial => trial.Loss), trials[0].Loss);
        Assert.Equal([1.0, 1.0, 1.0], trials.Take(3).Select(trial => trial.Resource));
    }

    [Fact]
    public void A_range_that_is_none_is_refused_by_name() => Assert.Contains(
        "'rate'", Assert.Throws<LearningException>(() => Parameter.Real("rate", 0, 1, log: true)).Message, StringComparison.Ordinal);

    private static double Loss(Configuration one) =>
        Math.Abs(Math.Log10(one.Real("rate")) + 1.3) + Math.Abs(Math.Log2(one.Whole("leaves")) - 5) / 3 + Math.Abs(one.Real("share") - 0.7)
        + (one.Choice<string>("kind") == "b" ? 0 : 0.5);
}
