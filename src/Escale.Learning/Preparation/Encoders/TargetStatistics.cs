namespace Escale.Learning.Preparation.Encoders;

/// <summary>
/// Ordered target statistics (Prokhorenkova et al., CatBoost: unbiased boosting with categorical features, NeurIPS 2018): a level is the mean target of the rows that have
/// it, mixed with the overall mean. For a training row only rows before it in a random order count, so that it never sees its own target; later rows see all of training.
/// For several classes there is a feature for each: the share of the class. A missing category is a level of its own; an unknown one has the overall mean.
/// </summary>
internal static class TargetStatistics
{
    public static FittedEncoder Fit(string name, LevelCounts counts, int input, FitContext context)
    {
        var (target, settings) = (context.Target, context.Settings);
        int[] classes = target.Task switch
        {
            LearningTask.Regression => [-1],
            LearningTask.Binary => [1],
            _ => MostFrequent(target, settings.TargetStatisticsClasses),
        };
        var features = Array.ConvertAll(classes, positive => new Feature(positive < 0 ? $"{name}: mean target" : $"{name}: share of {target.Classes[positive]}", null, name));
        int[] groups = Array.ConvertAll(counts.Codes, code => code < 0 ? counts.Levels.Length : code);
        var (training, table) = (new ReadOnlyMemory<float>[classes.Length], new float[(counts.Levels.Length + 2) * classes.Length]);
        for (var at = 0; at < classes.Length; at++)
        {
            var values = Values(target, classes[at]);
            var prior = values.Sum(value => value / values.Length);
            var ordered = Ordered(groups, values, counts.Levels.Length + 1, prior, Orders(name, groups.Length, context));
            var whole = Whole(groups, values, counts.Levels.Length + 1, prior, settings.TargetStatisticsPrior);
            var step = context.Style == FeatureStyle.Native ? NumberStep.Plain : TableScaling.Step(ordered, settings.Scaling);
            training[at] = Array.ConvertAll(ordered, step.Apply);
            for (var row = 0; row < whole.Length; row++)
            {
                table[row * classes.Length + at] = step.Apply(whole[row]);
            }
        }
        return new FittedEncoder(new LevelEncoder(input, features, counts.Levels, table), training);

        double[] Ordered(int[] of, double[] values, int groupCount, double prior, IEnumerable<int[]> orders)
        {
            var means = new double[of.Length];
            foreach (var order in orders)
            {
                AddOrdered(means, order, of, values, groupCount, prior, settings.TargetStatisticsPrior, Math.Max(1, settings.TargetStatisticsOrders));
            }
            return means;
        }
    }

    private static void AddOrdered(double[] means, int[] order, int[] groups, double[] values, int groupCount, double prior, double weight, int orders)
    {
        var (sums, rows) = (new double[groupCount], new int[groupCount]);
        foreach (var row in order)
        {
            var group = groups[row];
            means[row] += Mixed(sums[group], rows[group], prior, weight) / orders;
            sums[group] += values[row];
            rows[group]++;
        }
    }

    private static double[] Whole(int[] groups, double[] values, int groupCount, double prior, double weight)
    {
        var (sums, rows) = (new double[groupCount + 1], new int[groupCount + 1]);
        for (var row = 0; row < groups.Length; row++)
        {
            sums[groups[row]] += values[row];
            rows[groups[row]]++;
        }
        return [.. sums.Select((sum, group) => Mixed(sum, rows[group], prior, weight))];
    }

    private static double Mixed(double sum, int rows, double prior, double weight) => rows + weight > 0 ? (sum + prior * weight) / (rows + weight) : prior;

    private static double[] Values(Target target, int positive)
    {
        var values = target.Values.ToArray();
        return positive < 0 ? values : Array.ConvertAll(values, value => value == positive ? 1.0 : 0.0);
    }

    private static int[] MostFrequent(Target target, int most)
    {
        var counts = new int[target.ClassCount];
        for (var row = 0; row < target.RowCount; row++)
        {
            counts[target.ClassOf(row)]++;
        }
        return [.. Enumerable.Range(0, counts.Length).OrderByDescending(at => counts[at]).ThenBy(at => at).Take(Math.Max(1, most)).Order()];
    }

    /// <summary>The random orders, by the seed and the column's name, so that they do not depend on the other columns.</summary>
    private static IEnumerable<int[]> Orders(string name, int rows, FitContext context)
    {
        for (var at = 0; at < Math.Max(1, context.Settings.TargetStatisticsOrders); at++)
        {
            var random = new Random((int)StableHash.Mix(StableHash.Of(name), (ulong)(context.Seed * 31L + at)));
            var order = Enumerable.Range(0, rows).ToArray();
            random.Shuffle(order);
            yield return order;
        }
    }
}

/// <summary>A hash of texts that is the same on every machine and in every version (FNV-1a, mixed by the end of MurmurHash3).</summary>
internal static class StableHash
{
    public const ulong Start = 14695981039346656037;

    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = Start;
        foreach (var character in text)
        {
            hash = Add(hash, character);
        }
        return Mix(hash, 0);
    }

    public static ulong Add(ulong hash, char character) => (hash ^ character) * 1099511628211;

    public static ulong Mix(ulong hash, ulong with)
    {
        hash ^= with * 0x9E3779B97F4A7C15;
        hash = (hash ^ hash >> 33) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ hash >> 33) * 0xC4CEB9FE1A85EC53;
        return hash ^ hash >> 33;
    }
}
