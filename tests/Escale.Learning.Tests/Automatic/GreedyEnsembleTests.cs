using Escale.Learning.Automatic;

namespace Escale.Learning.Tests.Automatic;

public sealed class GreedyEnsembleTests
{
    private static readonly double[] Truth = [.. Enumerable.Range(0, 200).Select(row => Math.Sin(row * 0.1))];

    [Fact]
    public void Two_members_with_opposite_errors_share_the_weight()
    {
        double[] above = [.. Truth.Select((value, row) => value + (row % 2 == 0 ? 1 : -1))], below = [.. Truth.Select((value, row) => value + (row % 2 == 0 ? -1 : 1))];

        Assert.Equal([0.5, 0.5], GreedyEnsemble.Choose([above, below], Error));
    }

    [Fact]
    public void A_member_that_only_harms_gets_nothing()
    {
        double[] good = [.. Truth.Select((value, row) => value + 0.1 * Math.Cos(row))], bad = [.. Truth.Select(value => -5 - value)];

        var weights = GreedyEnsemble.Choose([bad, good], Error);

        Assert.Equal(0, weights[0]);
        Assert.Equal(1, weights[1]);
    }

    [Fact]
    public void The_mean_is_never_worse_than_the_best_member()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 20; trial++)
        {
            var members = Enumerable.Range(0, 6).Select(_ => Truth.Select(value => value + random.NextDouble() * 2 - 1).ToArray()).ToList();

            var mean = GreedyEnsemble.Mean(members, GreedyEnsemble.Choose(members, Error, 15));

            Assert.True(Error(mean) <= members.Min(Error) + 1e-12);
        }
    }

    [Fact]
    public void A_mean_of_choices_among_halves_is_a_weighting_and_no_worse_than_most_members()
    {
        var random = new Random(4);
        var members = Enumerable.Range(0, 10).Select(_ => Truth.Select(value => value + random.NextDouble() * 2 - 1).ToArray()).OrderBy(Error).ToList();

        var weights = GreedyEnsemble.ChooseFromParts(members, Error, 7);

        Assert.Equal(1, weights.Sum(), 12);
        Assert.All(weights, weight => Assert.InRange(weight, 0, 1));
        Assert.True(Error(GreedyEnsemble.Mean(members, weights)) < Error(members[0]));
        Assert.Equal(weights, GreedyEnsemble.ChooseFromParts(members, Error, 7));
    }

    [Fact]
    public void A_choice_among_halves_that_is_stopped_at_once_is_a_weighting_still()
    {
        double[][] members = [.. Enumerable.Range(0, 5).Select(member => Truth.Select(value => value + member).ToArray())];

        Assert.Equal(1, GreedyEnsemble.ChooseFromParts(members, Error, 1, new CancellationToken(canceled: true)).Sum(), 12);
    }

    private static double Error(double[] outputs) => outputs.Zip(Truth, (output, truth) => (output - truth) * (output - truth)).Average();
}
