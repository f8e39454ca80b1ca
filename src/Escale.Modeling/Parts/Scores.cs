using System.Globalization;
using Escale.Learning.Metrics;
using Escale.Ui;

namespace Escale.Modeling.Parts;

/// <summary>Scores for people.</summary>
internal static class Scores
{
    /// <summary>A number with about four digits that count.</summary>
    public static string Of(Reader reader, double? value)
    {
        if (value is not { } number || !double.IsFinite(number))
        {
            return "–";
        }
        var size = Math.Abs(number);
        return reader.Number(number, size == 0 ? 0 : Math.Clamp(3 - (int)Math.Floor(Math.Log10(size)), 0, 8));
    }

    /// <summary>How far a score is from the baseline's towards what is perfect: 0 no better, 1 perfect; null when that cannot be told.</summary>
    public static double? Gain(string metric, double score, double? baseline)
    {
        if (baseline is not { } start || !double.IsFinite(start) || !double.IsFinite(score))
        {
            return null;
        }
        var perfect = IsHigherBetter(metric) ? 1.0 : 0.0;
        return Math.Abs(perfect - start) < 1e-12 ? null : (score - start) / (perfect - start);
    }

    /// <summary>Whether a higher score is better.</summary>
    public static bool IsHigherBetter(string metric) => Metric.All.FirstOrDefault(one => one.Name == metric)?.IsHigherBetter ?? true;

    /// <summary>A polyline through scores, in a box of so many by so many: better is up.</summary>
    public static string Line(IReadOnlyList<double> scores, bool isHigherBetter, double width, double height)
    {
        var (least, most) = (scores.Min(), scores.Max());
        return string.Join(' ', scores.Select((score, at) => string.Create(CultureInfo.InvariantCulture,
            $"{(scores.Count < 2 ? width : at * width / (scores.Count - 1)):0.#},{(most - least < 1e-12 ? height / 2 : 2 + (height - 4) * (isHigherBetter ? most - score : score - least) / (most - least)):0.#}")));
    }
}
