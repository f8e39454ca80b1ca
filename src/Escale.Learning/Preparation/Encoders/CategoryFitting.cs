using Escale.Learning.Frames;

namespace Escale.Learning.Preparation.Encoders;

/// <summary>An encoder and, where they differ from what it makes of them later, the features of the training rows.</summary>
internal sealed record FittedEncoder(ColumnEncoder Encoder, ReadOnlyMemory<float>[]? Training = null);

/// <summary>Chooses and fits the encoders of a category.</summary>
internal static class CategoryFitting
{
    public static IEnumerable<FittedEncoder> Fit(Column column, int input, FitContext context)
    {
        var counts = LevelCounts.Of(column);
        if (counts.Levels.Length == 0 || (counts.Levels.Length == 1 && counts.MissingCount == 0))
        {
            return [];
        }
        return context.Style == FeatureStyle.Native ? Native(column.Name, counts, input, context) : Scaled(column.Name, counts, input, context);
    }

    private static IEnumerable<FittedEncoder> Native(string name, LevelCounts counts, int input, FitContext context)
    {
        string[] kept = [.. Enumerable.Range(0, counts.Levels.Length).Where(level => counts.Counts[level] >= context.Settings.NativeLevelRows)
            .OrderByDescending(level => counts.Counts[level]).ThenBy(level => level).Take(context.Settings.NativeLevels).Order().Select(level => counts.Levels[level])];
        var hasRare = kept.Length < counts.Levels.Length;
        var table = new float[kept.Length + 2];
        for (var level = 0; level < kept.Length; level++)
        {
            table[level] = level;
        }
        (table[^1], table[^2]) = (hasRare ? kept.Length : float.NaN, float.NaN);
        yield return new FittedEncoder(new LevelEncoder(input, [new Feature(name, hasRare ? [.. kept, RareName(kept)] : kept, name)], kept, table));
        if (context.Settings.NativeTargetStatisticsAbove is { } above && counts.Levels.Length > above)
        {
            yield return TargetStatistics.Fit(name, counts, input, context);
            if (context.Settings.AddFrequencies)
            {
                yield return Frequencies(name, counts, input, context);
            }
        }
    }

    /// <summary>A name that no level has.</summary>
    private static string RareName(string[] levels)
    {
        var name = "(rare)";
        while (levels.Contains(name))
        {
            name = $"({name})";
        }
        return name;
    }

    private static IEnumerable<FittedEncoder> Scaled(string name, LevelCounts counts, int input, FitContext context)
    {
        var rare = context.Settings.RareLevelShare * counts.Codes.Length;
        var common = counts.Counts.Count(count => count >= rare);
        var encoding = context.Settings.Categories != CategoryEncoding.Auto ? context.Settings.Categories
            : common <= context.Settings.OneHotLevels ? CategoryEncoding.OneHot : CategoryEncoding.TargetStatistics;
        switch (encoding)
        {
            case CategoryEncoding.OneHot:
                yield return OneHot(name, counts, input, context, rare);
                break;
            case CategoryEncoding.Ordinal:
                yield return Ordinal(name, counts, input, context);
                break;
            case CategoryEncoding.Frequency:
                yield return Frequencies(name, counts, input, context);
                break;
            default:
                yield return TargetStatistics.Fit(name, counts, input, context);
                if (context.Settings.AddFrequencies)
                {
                    yield return Frequencies(name, counts, input, context);
                }
                break;
        }
    }

    private static FittedEncoder OneHot(string name, LevelCounts counts, int input, FitContext context, double rare)
    {
        var (levels, settings) = (counts.Levels, context.Settings);
        var features = new List<Feature>();
        var featureOf = new int[levels.Length];
        for (var level = 0; level < levels.Length; level++)
        {
            featureOf[level] = counts.Counts[level] >= rare ? features.Count : -1;
            if (featureOf[level] >= 0)
            {
                features.Add(new Feature($"{name} = {levels[level]}", null, name));
            }
        }
        var (rareFeature, missingFeature) = (-1, -1);
        if (featureOf.Contains(-1))
        {
            rareFeature = features.Count;
            features.Add(new Feature($"{name} is rare", null, name));
        }
        if (counts.MissingCount > 0 && settings is { AddMissingIndicators: true, ImputeCategories: false })
        {
            missingFeature = features.Count;
            features.Add(new Feature($"{name} is missing", null, name));
        }
        if (features.Count == 2 && (counts.MissingCount == 0 || missingFeature >= 0))
        {
            // Two that exclude each other say the same: the second is enough.
            features.RemoveAt(0);
            (featureOf, rareFeature, missingFeature) = (Array.ConvertAll(featureOf, feature => feature - 1), rareFeature - 1, missingFeature - 1);
        }
        var (width, table) = (features.Count, new float[(levels.Length + 2) * features.Count]);
        void Mark(int row, int feature)
        {
            if (feature >= 0)
            {
                table[row * width + feature] = 1;
            }
        }
        for (var level = 0; level < levels.Length; level++)
        {
            Mark(level, featureOf[level] >= 0 || counts.Counts[level] >= rare ? featureOf[level] : rareFeature);
        }
        Mark(levels.Length, settings.ImputeCategories ? featureOf[counts.MostFrequent] : missingFeature);
        Mark(levels.Length + 1, rareFeature);
        return new FittedEncoder(new LevelEncoder(input, features, levels, table));
    }

    private static FittedEncoder Ordinal(string name, LevelCounts counts, int input, FitContext context)
    {
        var values = Enumerable.Range(0, counts.Levels.Length).Select(level => (double)level).ToArray();
        var isMarked = counts.MissingCount > 0 && context.Settings is { AddMissingIndicators: true, ImputeCategories: false };
        var scaled = TableScaling.Scale([.. values, counts.MostFrequent, counts.MostFrequent], counts, context.Settings.Scaling);
        if (!isMarked)
        {
            return new FittedEncoder(new LevelEncoder(input, [new Feature($"{name}: order", null, name)], counts.Levels, scaled));
        }
        var table = scaled.SelectMany((value, row) => new[] { value, row == counts.Levels.Length ? 1f : 0f }).ToArray();
        return new FittedEncoder(new LevelEncoder(input, [new Feature($"{name}: order", null, name), new Feature($"{name} is missing", null, name)], counts.Levels, table));
    }

    private static FittedEncoder Frequencies(string name, LevelCounts counts, int input, FitContext context)
    {
        var rows = (double)counts.Codes.Length;
        double[] values = [.. counts.Counts.Select(count => count / rows), counts.MissingCount / rows, 0];
        var table = context.Style == FeatureStyle.Native
            ? Array.ConvertAll(values, value => (float)value) : TableScaling.Scale(values, counts, context.Settings.Scaling);
        return new FittedEncoder(new LevelEncoder(input, [new Feature($"{name}: frequency", null, name)], counts.Levels, table));
    }
}

/// <summary>Scales the numbers that stand for levels by the training rows that have them.</summary>
internal static class TableScaling
{
    public static float[] Scale(double[] values, LevelCounts counts, NumberScaling scaling)
    {
        var step = Step([.. counts.Codes.Select(code => values[code < 0 ? ^2 : code])], scaling);
        return Array.ConvertAll(values, step.Apply);
    }

    public static NumberStep Step(double[] ofTrainingRows, NumberScaling scaling) =>
        NumberStep.Fit(ofTrainingRows, PreparationSettings.Default with { Scaling = scaling, Imputation = NumberImputation.Mean })!.Value;
}
