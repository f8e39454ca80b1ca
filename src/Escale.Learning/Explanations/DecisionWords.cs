using System.Globalization;

namespace Escale.Learning.Explanations;

/// <summary>How steps of a tree are said in a language. Numbers are written as the language does.</summary>
public sealed class DecisionWords
{
    private const int MostLevels = 6;

    private readonly CultureInfo _culture;
    private readonly string _atMost;
    private readonly string _above;
    private readonly string _oneOf;
    private readonly string _noneOf;
    private readonly string _missing;
    private readonly string _present;
    private readonly string _more;
    private readonly string _outcome;

    private DecisionWords(string culture, string decimalPoint, string[] words)
    {
        _culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        _culture.NumberFormat.NumberDecimalSeparator = decimalPoint;
        _culture.NumberFormat.PercentDecimalSeparator = decimalPoint;
        _culture.NumberFormat.PercentPositivePattern = culture == "fr" ? 0 : 1;
        (Culture, _atMost, _above, _oneOf, _noneOf, _missing, _present, _more, _outcome) = (culture, words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7]);
    }

    /// <summary>English.</summary>
    public static DecisionWords English { get; } = new("en", ".", [
        "{0} is at most {1}", "{0} is above {1}", "{0} is one of {1}", "{0} is none of {1}", "{0} is missing", "{0} is given", "{0} and {1} more", "so the answer is {0} (from {1} training rows)"]);

    /// <summary>French.</summary>
    public static DecisionWords French { get; } = new("fr", ",", [
        "{0} est au plus {1}", "{0} est supérieur à {1}", "{0} est l’un de {1}", "{0} n’est aucun de {1}", "{0} est manquant", "{0} est renseigné", "{0} et {1} autres",
        "donc la réponse est {0} (d’après {1} lignes d’apprentissage)"]);

    /// <summary>Its two-letter code.</summary>
    public string Culture { get; }

    /// <summary>A step in words: <c>age is at most 41.5</c>.</summary>
    public string Step(DecisionStep step) => string.Format(
        _culture,
        step.Kind switch
        {
            DecisionKind.AtMost => _atMost,
            DecisionKind.Above => _above,
            DecisionKind.OneOf => _oneOf,
            DecisionKind.NoneOf => _noneOf,
            DecisionKind.Missing => _missing,
            _ => _present,
        },
        step.FeatureName,
        step.Levels.Count > 0 ? Levels(step.Levels) : Number(step.Threshold));

    /// <summary>What a leaf says in words.</summary>
    /// <param name="values">Its values.</param>
    /// <param name="weight">Training rows in it.</param>
    /// <param name="classes">Names of the classes, or null.</param>
    public string Outcome(IReadOnlyList<double> values, double weight, IReadOnlyList<string>? classes = null)
    {
        var said = values.Count == 1
            ? Number(values[0])
            : string.Join(", ", Enumerable.Range(0, values.Count).Where(at => values[at] > 0).OrderByDescending(at => values[at])
                .Select(at => (classes is null ? at.ToString(_culture) : classes[at]) + " " + values[at].ToString("P1", _culture)));
        return string.Format(_culture, _outcome, said, Number(Math.Round(weight, 1)));
    }

    private string Number(double number) => number.ToString("G6", _culture);

    private string Levels(IReadOnlyList<string> levels)
    {
        var said = string.Join(", ", levels.Take(MostLevels));
        return levels.Count <= MostLevels ? said : string.Format(_culture, _more, said, levels.Count - MostLevels);
    }
}
