using Escale.Learning.Explanations;
using Escale.Ui;

namespace Escale.Explore.Recipes.Suggestions;

/// <summary>Says the way through the tree in the reader's language.</summary>
internal static class SignWords
{
    private static readonly Text _kind = new("it is kept as {0}", "elle est enregistrée comme {0}");
    private static readonly Text _meaning = new("it is recognised as “{0}”", "elle est reconnue comme « {0} »");
    private static readonly Text _most = new("{0} (at most {1})", "{0} (au plus {1})");
    private static readonly Text _least = new("{0} (more than {1})", "{0} (plus de {1})");
    private static readonly Text _and = new("{0} and {1}", "{0} et {1}");
    private static readonly Text _sentence = new("{0}: {1}.", "{0} : {1}.");

    private static readonly Dictionary<string, Text> _kinds = new(StringComparer.Ordinal)
    {
        ["number"] = new("numbers", "nombres"), ["text"] = new("text", "texte"), ["time"] = new("dates or times", "dates ou heures"), ["boolean"] = new("yes or no", "oui ou non"), ["nested"] = new("nested values", "valeurs imbriquées"),
        ["bytes"] = new("bytes", "octets"), ["table"] = new("a table", "une table"),
    };

    // Of each sign: what is said of some, what is said of none, and how it is written.
    private static readonly Dictionary<string, (Text Some, Text None, Form Form)> _signs = new(StringComparer.Ordinal)
    {
        ["fit"] = (new("{0} of the values fit what it holds", "{0} des valeurs conviennent à ce qu'elle contient"), new("no value fits", "aucune valeur ne convient"), Form.Share),
        ["missing"] = (new("{0} of the values are missing", "{0} des valeurs manquent"), new("no value is missing", "aucune valeur ne manque"), Form.Share),
        ["values"] = (new("it has {0} different values", "elle a {0} valeurs différentes"), new("it has no value", "elle n'a aucune valeur"), Form.Count),
        ["distinct"] = (new("{0} of its values are different", "{0} de ses valeurs sont différentes"), new("it has no value", "elle n'a aucune valeur"), Form.Share),
        ["top"] = (new("its commonest value is in {0} of the rows", "sa valeur la plus fréquente est dans {0} des lignes"), new("it has no value", "elle n'a aucune valeur"), Form.Share),
        ["padded"] = (new("{0} of the texts have blanks around them", "{0} des textes ont des espaces autour"), new("no text has blanks around it", "aucun texte n'a d'espaces autour"), Form.Share),
        ["blank"] = (new("{0} of the texts are empty", "{0} des textes sont vides"), new("no text is empty", "aucun texte n'est vide"), Form.Share),
        ["null_words"] = (new("{0} of the texts are words for “missing”", "{0} des textes sont des mots pour « manquant »"), new("no text is a word for “missing”", "aucun texte n'est un mot pour « manquant »"), Form.Share),
        ["certain"] = (new("these words can mean nothing else", "ces mots ne peuvent vouloir dire autre chose"), new("its words may mean something else", "ses mots peuvent vouloir dire autre chose"), Form.Flag),
        ["control"] = (new("{0} of the texts hold invisible characters", "{0} des textes contiennent des caractères invisibles"), new("no text holds invisible characters", "aucun texte ne contient de caractères invisibles"), Form.Share),
        ["garbled"] = (new("{0} of the texts have garbled letters", "{0} des textes ont des lettres abîmées"), new("no text has garbled letters", "aucun texte n'a de lettres abîmées"), Form.Share),
        ["alike"] = (new("{0} of the texts are another spelling of a commoner one", "{0} des textes sont une autre orthographe d'un plus fréquent"), new("no value is written in several ways", "aucune valeur n'est écrite de plusieurs façons"), Form.Share),
        ["unclear"] = (new("they can be read in two ways", "on peut les lire de deux façons"), new("they can be read in one way only", "on ne peut les lire que d'une façon"), Form.Flag),
        ["as_number"] = (new("its texts are numbers", "ses textes sont des nombres"), new("its texts are no numbers", "ses textes ne sont pas des nombres"), Form.Flag),
        ["as_date"] = (new("its texts are dates", "ses textes sont des dates"), new("its texts are no dates", "ses textes ne sont pas des dates"), Form.Flag),
        ["as_boolean"] = (new("its texts say yes or no", "ses textes disent oui ou non"), new("its texts do not say yes or no", "ses textes ne disent pas oui ou non"), Form.Flag),
        ["skew"] = (new("its values are lopsided (skewness {0})", "ses valeurs sont dissymétriques (asymétrie {0})"), new("its values are even on both sides", "ses valeurs sont symétriques"), Form.Number),
        ["off_middle"] = (new("its mean is {0} deviations from its median", "sa moyenne est à {0} écarts types de sa médiane"), new("its mean is its median", "sa moyenne est sa médiane"), Form.Number),
        ["far"] = (new("{0} of the values are far from the others", "{0} des valeurs sont loin des autres"), new("no value is far from the others", "aucune valeur n'est loin des autres"), Form.Share),
        ["unusable"] = (new("{0} of the values are infinite or no numbers", "{0} des valeurs sont infinies ou ne sont pas des nombres"), new("all values are numbers", "toutes les valeurs sont des nombres"), Form.Share),
        ["negative"] = (new("{0} of the values are below zero", "{0} des valeurs sont négatives"), new("no value is below zero", "aucune valeur n'est négative"), Form.Share),
        ["length"] = (new("its texts have {0} letters on average", "ses textes ont {0} lettres en moyenne"), new("its texts are empty", "ses textes sont vides"), Form.Number),
        ["personal"] = (new("it holds personal data", "elle contient des données personnelles"), new("it holds no personal data", "elle ne contient pas de données personnelles"), Form.Flag),
        ["same"] = (new("an earlier column holds the same values", "une colonne précédente contient les mêmes valeurs"), new("no other column holds the same values", "aucune autre colonne ne contient les mêmes valeurs"), Form.Flag),
        ["related"] = (new("another column goes with it (strength {0} of 1)", "une autre colonne va avec elle (force {0} sur 1)"), new("no other column says anything of it", "aucune autre colonne n'en dit rien"), Form.Number),
        ["repeated"] = (new("{0} of the rows repeat an earlier one", "{0} des lignes en répètent une autre"), new("no row repeats another", "aucune ligne n'en répète une autre"), Form.Share),
        ["near"] = (new("{0} of the rows differ from another only in how they are written", "{0} des lignes ne diffèrent d'une autre que par l'écriture"), new("no row nearly repeats another", "aucune ligne n'en répète presque une autre"), Form.Share),
        ["odd_names"] = (new("{0} columns have unclear names", "{0} colonnes ont des noms peu clairs"), new("all columns have clear names", "toutes les colonnes ont des noms clairs"), Form.Count),
    };

    private enum Form
    {
        Share,
        Count,
        Number,
        Flag,
    }

    /// <summary>The names of the signs that can be said.</summary>
    public static IEnumerable<string> Known => _signs.Keys;

    /// <summary>Why: what holds for the column on its way through the tree, and what is therefore to be done.</summary>
    public static string Reason(Advice advice, Reader reader)
    {
        // What is not the matter is left out here; the whole way is told by Path.
        var said = advice.Path.Select(step => step.FeatureName).Distinct().Where(sign => sign is not ("kind" or "meaning") && advice.Signs[sign] > 0 && !IsPlain(sign, advice.Signs)).OrderBy(Rank).Select(sign => Value(sign, advice.Signs, reader)).Take(3).ToList();
        if (advice.Path.Any(step => step.FeatureName is "meaning" or "kind") && advice.Signs.Kind != "table")
        {
            said.Add(reader[_meaning, reader[Profiles.Words.MeaningOf(advice.Signs.Meaning)].ToLower(reader.Culture)]);
        }
        var because = said.Count == 0 ? reader[_kind, reader[_kinds[advice.Signs.Kind]]] : said.Count == 1 ? said[0] : reader[_and, string.Join(", ", said.SkipLast(1)), said[^1]];
        return Capital(reader[_sentence, because, reader[advice.Kind.Title]]);
    }

    /// <summary>The way through the tree, a line for each thing that it asked.</summary>
    public static IReadOnlyList<string> Path(Advice advice, Reader reader) => [.. advice.Path.GroupBy(step => step.FeatureName).Select(steps => Capital(Line(steps.Key, [.. steps], advice.Signs, reader)))];

    private static string Line(string sign, IReadOnlyList<DecisionStep> steps, Signs signs, Reader reader)
    {
        if (sign is "kind" or "meaning")
        {
            return sign == "kind" ? reader[_kind, reader[_kinds[signs.Kind]]] : reader[_meaning, reader[Profiles.Words.MeaningOf(signs.Meaning)].ToLower(reader.Culture)];
        }
        var (words, form) = (Value(sign, signs, reader), _signs[sign].Form);
        return form == Form.Flag || double.IsNaN(signs[sign]) ? words : steps[^1] switch
        {
            { Kind: DecisionKind.AtMost } step => reader[_most, words, Written(step.Threshold, form, reader)],
            { Kind: DecisionKind.Above } step => reader[_least, words, Written(step.Threshold, form, reader)],
            _ => words,
        };
    }

    // Such signs say something only of some columns.
    private static bool IsPlain(string sign, Signs signs) => (sign, signs[sign]) is ("fit", >= 1) or ("distinct" or "top" or "length", _) or ("related", < 0.3) or ("values", > 1) or ("negative", _);

    private static int Rank(string sign) => sign is "related" or "off_middle" ? 1 : sign is "fit" or "values" ? 2 : 0;

    private static string Value(string sign, Signs signs, Reader reader)
    {
        var (some, none, form) = _signs[sign];
        return signs[sign] > 0 ? reader[some, Written(signs[sign], form, reader)] : reader[none];
    }

    private static string Written(double value, Form form, Reader reader) => form switch
    {
        Form.Share => value is > 0 and < 0.001 ? "< " + reader.Percent(0.001) : reader.Percent(value),
        Form.Count => reader.Number(value, 0),
        _ => reader.Number(value, 2),
    };

    /// <summary>As a sentence begins.</summary>
    public static string Capital(string words) => words.Length == 0 ? words : char.ToUpper(words[0], System.Globalization.CultureInfo.InvariantCulture) + words[1..];
}
