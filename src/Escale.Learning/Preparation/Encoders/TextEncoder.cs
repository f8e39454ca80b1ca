using Escale.Learning.Frames;
using Escale.Learning.Persistence;

namespace Escale.Learning.Preparation.Encoders;

/// <summary>
/// Words, pairs of words and sequences of three and four characters, hashed into a fixed number of features and weighted by TF-IDF: (1 + ln n) × (ln((1 + rows) ÷ (1 + rows with
/// it)) + 1), the whole at length 1; and the text's length and number of words, as logarithms. Half of the features are for words, half for characters. Letter case is put aside.
/// </summary>
internal sealed class TextEncoder : ColumnEncoder
{
    public const string KindName = "text";

    private const int ExtraFeatures = 2;

    /// <summary>Trees pick any feature that looks good by chance: a small table must not offer them many.</summary>
    private const int RowsOfNativeFeature = 64;
    private readonly float[] _weights;
    private readonly NumberStep[] _steps;
    private readonly bool _isMissingKept;

    private TextEncoder(int input, IReadOnlyList<Feature> features, float[] weights, NumberStep[] steps, bool isMissingKept)
        : base(input, features) => (_weights, _steps, _isMissingKept) = (weights, steps, isMissingKept);

    public override string Kind => KindName;

    public static TextEncoder? Fit(Column column, int input, FitContext context)
    {
        var isNative = context.Style == FeatureStyle.Native;
        var buckets = (isNative ? Math.Min(context.Settings.NativeTextFeatures, column.RowCount / RowsOfNativeFeature) : context.Settings.TextFeatures) & ~1;
        if (buckets <= 0 || column.MissingCount == column.RowCount)
        {
            return null;
        }
        var (rowsWith, counts, lengths, words, rows) = (new int[buckets], new float[buckets], new double[column.RowCount], new double[column.RowCount], 0);
        for (var row = 0; row < column.RowCount; row++)
        {
            if (column.TextAt(row) is not { } text)
            {
                (lengths[row], words[row]) = (double.NaN, double.NaN);
                continue;
            }
            rows++;
            (lengths[row], words[row]) = (Math.Log(1 + text.Length), Math.Log(1 + TextGrams.Count(text, counts)));
            for (var bucket = 0; bucket < buckets; bucket++)
            {
                rowsWith[bucket] += counts[bucket] > 0 ? 1 : 0;
            }
        }
        var weights = Weights(rowsWith, rows);
        NumberStep[] steps = isNative ? [NumberStep.Plain, NumberStep.Plain] : [NumberStep.Fit(lengths, context.Settings)!.Value, NumberStep.Fit(words, context.Settings)!.Value];
        Feature[] features = [
            .. Enumerable.Range(0, buckets).Select(at => new Feature(at < buckets / 2 ? $"{column.Name}: words {at + 1}" : $"{column.Name}: characters {at + 1 - buckets / 2}", null, column.Name)),
            new($"{column.Name}: length", null, column.Name), new($"{column.Name}: word count", null, column.Name)];
        return new TextEncoder(input, features, weights, steps, isNative);
    }

    public override ReadOnlyMemory<float>[] Encode(Column column)
    {
        var (columns, encoded) = (NewColumns(column.RowCount), new float[Features.Count]);
        for (var row = 0; row < column.RowCount; row++)
        {
            EncodeRow(CellValue.Missing with { Text = column.TextAt(row) }, encoded);
            for (var feature = 0; feature < encoded.Length; feature++)
            {
                columns[feature][row] = encoded[feature];
            }
        }
        return Done(columns);
    }

    public override void EncodeRow(in CellValue cell, Span<float> features)
    {
        var grams = features[..^ExtraFeatures];
        if (cell.Text is not { } text)
        {
            grams.Fill(_isMissingKept ? float.NaN : 0);
            (features[^2], features[^1]) = (_steps[0].Apply(double.NaN), _steps[1].Apply(double.NaN));
            return;
        }
        features[^2] = _steps[0].Apply(Math.Log(1 + text.Length));
        features[^1] = _steps[1].Apply(Math.Log(1 + TextGrams.Count(text, grams)));
        Weigh(grams, _weights);
    }

    /// <summary>The rarer, the heavier.</summary>
    public static float[] Weights(int[] rowsWith, int rows) => Array.ConvertAll(rowsWith, with => (float)(Math.Log((1.0 + rows) / (1 + with)) + 1));

    /// <summary>Turns counts into weights of length 1.</summary>
    public static void Weigh(Span<float> grams, ReadOnlySpan<float> weights)
    {
        var squares = 0.0;
        for (var at = 0; at < grams.Length; at++)
        {
            if (grams[at] > 0)
            {
                var weighted = (1 + Math.Log(grams[at])) * weights[at];
                squares += weighted * weighted;
                grams[at] = (float)weighted;
            }
        }
        var length = squares > 0 ? Math.Sqrt(squares) : 1;
        for (var at = 0; at < grams.Length; at++)
        {
            grams[at] = (float)(grams[at] / length);
        }
    }

    public static TextEncoder Load(SavedNode node, int input, IReadOnlyList<Feature> features)
    {
        var weights = node.Array<float>("weights");
        CheckCount(features, weights.Length + ExtraFeatures);
        if (weights.Length % 2 != 0 || weights.Length == 0 || !weights.All(float.IsFinite))
        {
            throw SavedNode.Damaged("the weights of words are not whole");
        }
        var steps = node.Array<double>("steps", 10);
        return new TextEncoder(input, features, weights, [NumberStep.Load(steps.AsSpan(0, 5)), NumberStep.Load(steps.AsSpan(5, 5))], node.Flag("keeps_missing"));
    }

    protected override void SaveOwn(SavedNode node)
    {
        node.SetArray<float>("weights", _weights);
        node.SetArray<double>("steps", [.. _steps.SelectMany(step => step.Saved())]);
        node.Set("keeps_missing", _isMissingKept);
    }
}

/// <summary>Counts hashed words, pairs of words and character sequences. Allocates nothing.</summary>
internal static class TextGrams
{
    private const ulong PairSeed = 1;
    private const ulong CharacterSeed = 2;

    /// <summary>Counts into the features: words and pairs in the first half, characters in the second.</summary>
    /// <returns>The number of words.</returns>
    public static int Count(ReadOnlySpan<char> text, Span<float> counts)
    {
        counts.Clear();
        var (half, words, before, hash, isInWord) = (counts.Length / 2, 0, 0UL, StableHash.Start, false);
        // The last four characters; a text begins and ends with a space, and anything but letters and digits counts as one.
        var (one, two, three) = ('\0', '\0', ' ');
        for (var at = 0; at <= text.Length; at++)
        {
            var character = at < text.Length && char.IsLetterOrDigit(text[at]) ? char.ToLowerInvariant(text[at]) : ' ';
            if (character != ' ')
            {
                (hash, isInWord) = (StableHash.Add(hash, character), true);
            }
            else if (isInWord)
            {
                words++;
                counts[Bucket(StableHash.Mix(hash, 0), half)]++;
                if (before != 0)
                {
                    counts[Bucket(StableHash.Mix(before * 31 + hash, PairSeed), half)]++;
                }
                (before, hash, isInWord) = (hash, StableHash.Start, false);
            }
            if (character == ' ' && three == ' ')
            {
                continue; // Several spaces count as one.
            }
            AddCharacters(counts[half..], one, two, three, character);
            (one, two, three) = (two, three, character);
        }
        return words;
    }

    private static void AddCharacters(Span<float> counts, char one, char two, char three, char four)
    {
        if (two == '\0')
        {
            return;
        }
        var last = StableHash.Add(StableHash.Add(StableHash.Add(StableHash.Start, two), three), four);
        counts[Bucket(StableHash.Mix(last, CharacterSeed), counts.Length)]++;
        if (one != '\0')
        {
            counts[Bucket(StableHash.Mix(StableHash.Add(last, one), CharacterSeed), counts.Length)]++;
        }
    }

    private static int Bucket(ulong hash, int buckets) => (int)(hash % (ulong)buckets);
}
