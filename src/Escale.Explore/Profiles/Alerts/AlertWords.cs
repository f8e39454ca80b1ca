using System.Globalization;
using Escale.Ui;

namespace Escale.Explore.Profiles.Alerts;

/// <summary>Says alerts in the reader's language. {0} are the columns, {1} rows with their share, {2} and on the alert's values.</summary>
internal static class AlertWords
{
    private static readonly Dictionary<string, (Text Title, Text Why)> _words = new(StringComparer.Ordinal)
    {
        ["no_rows"] = (new("There are no rows", "Il n'y a aucune ligne"), new("Only the names of columns are there. Check that the right file was chosen.", "Seuls les noms des colonnes sont présents. Vérifiez que c'est le bon fichier.")),
        ["duplicate_rows"] = (new("{1} repeat an earlier one", "{1} en répètent une autre"),
            new("Repeated rows count twice in every sum and mean, and make a model look better than it is.", "Les lignes répétées comptent deux fois dans les sommes et les moyennes, et font paraître un modèle meilleur qu'il n'est.")),
        ["near_duplicate_rows"] = (new("{1} differ from another only in case, accents, blanks or punctuation", "{1} ne diffèrent d'une autre que par la casse, les accents, les espaces ou la ponctuation"),
            new("They are probably the same thing entered twice. Write texts in one way first, then remove the repeated rows.", "C'est sans doute la même chose saisie deux fois. Uniformisez d'abord les textes, puis retirez les lignes répétées.")),
        ["unclear_names"] = (new("Names of columns are unclear: {0}", "Des noms de colonnes sont peu clairs : {0}"),
            new("Names without blanks and signs are easier to use in formulas, SQL and models.", "Des noms sans espaces ni signes s'utilisent plus facilement dans les formules, le SQL et les modèles.")),
        ["empty_column"] = (new("{0} has no value at all", "{0} n'a aucune valeur"), new("It says nothing. Drop it, or check why it was not filled.", "Elle n'apprend rien. Retirez-la, ou cherchez pourquoi elle n'est pas remplie.")),
        ["missing"] = (new("{0} lacks a value in {1}", "{0} n'a pas de valeur dans {1}"),
            new("Means and counts leave these rows out, and some models cannot use them. Ask whether the lack means something before filling it.", "Les moyennes et les comptes ignorent ces lignes, et certains modèles ne savent pas s'en servir. Demandez-vous si cette absence a un sens avant de la combler.")),
        ["constant"] = (new("{0} is always “{2}”", "{0} vaut toujours « {2} »"), new("A column that never changes explains nothing.", "Une colonne qui ne change jamais n'explique rien.")),
        ["nearly_constant"] = (new("{0} is “{2}” in {1}", "{0} vaut « {2} » dans {1}"), new("The other values are so rare that little can be learned from them.", "Les autres valeurs sont si rares qu'on en apprend peu.")),
        ["identifier"] = (new("{0} tells every row apart", "{0} identifie chaque ligne"), new("Good as a key; a model would learn it by heart, so it is left out of training.", "Utile comme clé ; un modèle l'apprendrait par cœur, elle est donc écartée de l'entraînement.")),
        ["many_values"] = (new("{0} has {2} different texts", "{0} a {2} textes différents"), new("Charts and models need groups: take a part of it, or group rare values.", "Les graphiques et les modèles ont besoin de groupes : extrayez-en une partie, ou regroupez les valeurs rares.")),
        ["garbled"] = (new("{0} has garbled letters in {1}", "{0} contient des caractères abîmés dans {1}"),
            new("The file was read in another encoding than it was written in. Correct the encoding where the file is read: no later step can.", "Le fichier a été lu dans un autre encodage que celui de son écriture. Corrigez l'encodage à la lecture : aucune étape ne le pourra ensuite.")),
        ["null_words"] = (new("{0} says “{2}” or the like in {1}", "{0} contient « {2} » ou similaire dans {1}"), new("These words stand for a missing value, and are counted as a value of their own.", "Ces mots tiennent lieu de valeur manquante, et sont comptés comme une valeur à part.")),
        ["padded"] = (new("{0} has blanks around its texts in {1}", "{0} a des espaces autour de ses textes dans {1}"), new("“Paris” and “Paris ” are two values to a computer: groups and joins miss them.", "« Paris » et « Paris  » sont deux valeurs pour un ordinateur : les regroupements et les jointures les manquent.")),
        ["empty_texts"] = (new("{0} has empty texts in {1}", "{0} a des textes vides dans {1}"), new("An empty text is counted as a value. Make it a missing value if it is one.", "Un texte vide est compté comme une valeur. Faites-en une valeur manquante si c'en est une.")),
        ["control_signs"] = (new("{0} holds invisible control characters in {1}", "{0} contient des caractères de contrôle invisibles dans {1}"), new("They break comparisons and exports, and nobody sees them.", "Ils faussent les comparaisons et les exports, et personne ne les voit.")),
        ["similar_values"] = (new("{0} writes one value in several ways: “{2}”, “{3}”", "{0} écrit une même valeur de plusieurs façons : « {2} », « {3} »"), new("Each way becomes a group of its own ({1} would move). Bring them together.", "Chaque façon devient un groupe à part ({1} changeraient). Rassemblez-les.")),
        ["number_as_text"] = (new("{0} holds numbers kept as text, such as “{2}”", "{0} contient des nombres enregistrés comme texte, tels que « {2} »"), new("They cannot be added, compared or charted until they are read as numbers.", "On ne peut ni les additionner, ni les comparer, ni les tracer avant de les lire comme des nombres.")),
        ["date_as_text"] = (new("{0} holds dates kept as text, such as “{2}”", "{0} contient des dates enregistrées comme texte, telles que « {2} »"), new("They sort wrongly and give no months or durations until they are read as dates.", "Elles se trient mal et ne donnent ni mois ni durées avant d'être lues comme des dates.")),
        ["ambiguous_dates"] = (new("{0}: day or month first? For instance “{3}”", "{0} : jour ou mois en premier ? Par exemple « {3} »"), new("Both readings fit the values. Ask where the file comes from, then read the dates with the format that is right.", "Les deux lectures conviennent. Demandez d'où vient le fichier, puis lisez les dates avec le bon format.")),
        ["ambiguous_numbers"] = (new("{0}: is the sign in “{3}” for decimals or thousands?", "{0} : le signe de « {3} » sépare-t-il les décimales ou les milliers ?"), new("Both readings fit, and they differ by a factor of a thousand. Choose the one that is right.", "Les deux lectures conviennent et diffèrent d'un facteur mille. Choisissez la bonne.")),
        ["boolean_as_text"] = (new("{0} says yes or no in words, such as “{2}”", "{0} dit oui ou non avec des mots, comme « {2} »"), new("As 1 and 0 it can be averaged: its mean is the share of yes.", "En 1 et 0, on peut en faire la moyenne : c'est la part de oui.")),
        ["unfit_values"] = (new("{0} has values that are no {2}: {1}", "{0} a des valeurs qui ne sont pas de type {2} : {1}"), new("The others are. Correct these, or make them missing.", "Les autres le sont. Corrigez celles-ci, ou rendez-les manquantes.")),
        ["not_finite"] = (new("{0} holds infinities or no numbers (NaN) in {1}", "{0} contient des infinis ou des non-nombres (NaN) dans {1}"), new("One of them makes a whole sum or mean useless. They are left out of the figures here.", "Un seul rend une somme ou une moyenne inutilisable. Ils sont écartés des chiffres ici.")),
        ["outliers"] = (new("{0} is far from the others in {1}", "{0} est très loin des autres dans {1}"), new("Below {2} or above {3}. Errors of entry look like this, and so do rare events: look at the rows before changing them.", "En dessous de {2} ou au-dessus de {3}. Les erreurs de saisie ressemblent à cela, les événements rares aussi : regardez ces lignes avant de les changer.")),
        ["skewed"] = (new("{0} is very lopsided", "{0} est très dissymétrique"), new("A few large values carry the mean (skewness {2}). The median says more; a logarithm often helps linear models.", "Quelques grandes valeurs portent la moyenne (asymétrie {2}). La médiane en dit plus ; un logarithme aide souvent les modèles linéaires.")),
        ["many_zeros"] = (new("{0} is zero in {1}", "{0} vaut zéro dans {1}"), new("Is it a measured zero, or a missing value?", "Est-ce un zéro mesuré, ou une valeur manquante ?")),
        ["odd_dates"] = (new("{0} has dates from {2} to {3}", "{0} a des dates de {2} à {3}"), new("So early or late dates usually stand for “unknown” or are slips of the pen.", "Des dates si lointaines tiennent souvent lieu de « inconnu », ou sont des fautes de frappe.")),
        ["time_gap"] = (new("{0} has a gap from {2} to {3}", "{0} a un trou de {2} à {3}"), new("Nothing is there for {4}, much longer than usual. Was something not collected?", "Rien pendant {4}, bien plus que d'habitude. Quelque chose n'a-t-il pas été collecté ?")),
        ["equal_columns"] = (new("{0} hold the same values", "{0} contiennent les mêmes valeurs"), new("One of them is enough.", "Une seule suffit.")),
        ["correlated"] = (new("{0} say nearly the same", "{0} disent presque la même chose"), new("They go together with a strength of {2} of 1. In a model one of them is enough, and explanations get clearer.", "Elles vont ensemble avec une force de {2} sur 1. Dans un modèle une seule suffit, et les explications y gagnent.")),
        ["personal_data"] = (new("{0} holds personal data: {2}", "{0} contient des données personnelles : {2}"),
            new("Told by {3}, in {1}. Keep it only if it is needed: drop it or mask it before the table is shared, and do not train on it.", "Reconnu par {3}, dans {1}. Ne les gardez que si c'est nécessaire : retirez-les ou masquez-les avant de partager la table, et n'entraînez pas de modèle dessus.")),
    };

    private static readonly Text _in = new("{0} ({1})", "{0} ({1})");
    private static readonly Text _about = new("about {0}", "environ {0}");
    private static readonly Dictionary<string, Text> _because = new(StringComparer.Ordinal)
    {
        ["checksum"] = new("their check digits", "leurs chiffres de contrôle"), ["pattern"] = new("how they are written", "leur écriture"), ["name"] = new("the column's name and how values look", "le nom de la colonne et l'allure des valeurs"),
    };

    /// <summary>The codes that can be said.</summary>
    public static IEnumerable<string> Codes => _words.Keys;

    /// <summary>The alert with its words.</summary>
    public static Alert Tell(Alert alert, Reader reader)
    {
        var (title, why) = _words[alert.Code];
        object[] values = [string.Join(", ", alert.Columns.Take(6)), RowsOf(alert, reader), .. alert.Values.Select((value, at) => Shown(alert, value, at, reader)), "", "", ""];
        return alert with { Title = reader[title, values], Why = reader[why, values] };
    }

    private static string RowsOf(Alert alert, Reader reader)
    {
        if (alert.Rows is not { } rows)
        {
            return "";
        }
        var count = reader.Count(Words.RowCount, rows);
        var about = alert.IsEstimate ? reader[_about, count] : count;
        return alert.Share is { } share ? reader[_in, about, share is > 0 and < 0.001 ? "< " + reader.Percent(0.001) : reader.Percent(share)] : about;
    }

    private static string Shown(Alert alert, string value, int at, Reader reader) => (alert.Code, at) switch
    {
        ("personal_data", 0) or ("unfit_values", 0) => reader[Words.MeaningOf(value)].ToLower(CultureInfo.InvariantCulture),
        ("personal_data", 1) => reader[_because[value]],
        ("time_gap", 2) => Duration(double.Parse(value, CultureInfo.InvariantCulture), reader),
        ("many_values", 0) => reader.Number(long.Parse(value, CultureInfo.InvariantCulture)),
        ("outliers" or "skewed" or "correlated", _) => reader.Number(double.Parse(value, CultureInfo.InvariantCulture), 2),
        _ => value.Length > 60 ? value[..60] + "…" : value,
    };

    private static string Duration(double seconds, Reader reader) => seconds >= 86_400 ? reader.Count(Words.DayCount, (long)Math.Round(seconds / 86_400)) : reader.Duration(TimeSpan.FromSeconds(seconds));
}
