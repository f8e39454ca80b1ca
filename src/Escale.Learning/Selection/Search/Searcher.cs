namespace Escale.Learning.Selection.Search;

/// <summary>Proposes configurations and learns from how they did. Not thread-safe.</summary>
public abstract class Searcher
{
    private protected Searcher(IReadOnlyList<Parameter> space, int seed) => (Space, Random) = (space, new Random(seed));

    /// <summary>What is searched over.</summary>
    public IReadOnlyList<Parameter> Space { get; }

    private protected Random Random { get; }

    /// <summary>A configuration to try.</summary>
    public abstract Configuration Next();

    /// <summary>Says how a configuration did.</summary>
    /// <param name="configuration">One that <see cref="Next"/> gave.</param>
    /// <param name="loss">Lower is better; a failure is +∞.</param>
    public virtual void Tell(Configuration configuration, double loss)
    {
    }

    private protected Configuration Anywhere()
    {
        var places = new double[Space.Count];
        for (var at = 0; at < places.Length; at++)
        {
            places[at] = Random.NextDouble();
        }
        return new Configuration(Space, places);
    }
}

/// <summary>Anywhere in the space, evenly (Bergstra and Bengio, 2012).</summary>
public sealed class RandomSearcher(IReadOnlyList<Parameter> space, int seed = 0) : Searcher(space, seed)
{
    /// <inheritdoc/>
    public override Configuration Next() => Anywhere();
}

/// <summary>
/// Where good configurations were dense and bad ones were not: the tree-structured Parzen estimator (Bergstra et al., "Algorithms for Hyper-Parameter
/// Optimization", 2011). The first <see cref="StartTrials"/> are anywhere; then the best quarter (at most 25) and the others are each described by a mixture of
/// normals per parameter, candidates are drawn from the good ones, and that with the largest ratio of densities is proposed.
/// </summary>
public sealed class ParzenSearcher(IReadOnlyList<Parameter> space, int seed = 0) : Searcher(space, seed)
{
    private const int Candidates = 24;
    private const int MostGood = 25;

    private readonly List<(double[] Places, double Loss)> _told = [];

    /// <summary>How many configurations are taken anywhere before the first is modelled. Default 10.</summary>
    public int StartTrials { get; init; } = 10;

    /// <inheritdoc/>
    public override void Tell(Configuration configuration, double loss) => _told.Add((configuration.Places, double.IsNaN(loss) ? double.PositiveInfinity : loss));

    /// <inheritdoc/>
    public override Configuration Next()
    {
        if (_told.Count < Math.Max(2, StartTrials))
        {
            return Anywhere();
        }
        var ordered = _told.OrderBy(trial => trial.Loss).Select(trial => trial.Places).ToList(); // a stable order: ties stay as they came
        var goodCount = Math.Clamp((int)Math.Ceiling(0.25 * ordered.Count), 1, MostGood);
        var (good, bad) = (ordered[..goodCount], ordered[goodCount..]);
        double[]? best = null;
        var bestRatio = double.NegativeInfinity;
        for (var candidate = 0; candidate < Candidates; candidate++)
        {
            var places = Draw(good);
            var ratio = Density(good, places) - Density(bad, places);
            if (ratio > bestRatio)
            {
                (best, bestRatio) = (places, ratio);
            }
        }
        return new Configuration(Space, best!);
    }

    // One more normal than trials, as wide as the range: nowhere is out of reach.
    private double[] Draw(List<double[]> from)
    {
        var places = new double[Space.Count];
        for (var at = 0; at < places.Length; at++)
        {
            var pick = Random.Next(from.Count + 1);
            if (pick == from.Count || (Space[at].Choices.Count > 0 && Random.NextDouble() < 0.1))
            {
                places[at] = Random.NextDouble();
                continue;
            }
            if (Space[at].Choices.Count > 0)
            {
                places[at] = from[pick][at];
                continue;
            }
            do
            {
                places[at] = from[pick][at] + Width(from.Count) * Normal();
            }
            while (places[at] is < 0 or >= 1);
        }
        return places;
    }

    private double Density(List<double[]> of, double[] places)
    {
        var sum = 0.0;
        for (var at = 0; at < places.Length; at++)
        {
            var choices = Space[at].Choices.Count;
            var density = 1.0; // the even part
            foreach (var trial in of)
            {
                density += choices > 0
                    ? (int)(trial[at] * choices) == (int)(places[at] * choices) ? choices : 0
                    : Bell((places[at] - trial[at]) / Width(of.Count)) / Width(of.Count);
            }
            sum += Math.Log(density / (of.Count + 1));
        }
        return sum;
    }

    private static double Width(int trials) => Math.Clamp(0.5 / Math.Sqrt(trials), 0.05, 0.35);

    private static double Bell(double z) => Math.Exp(-0.5 * z * z) / Math.Sqrt(2 * Math.PI);

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - Random.NextDouble())) * Math.Cos(2 * Math.PI * Random.NextDouble());
}
