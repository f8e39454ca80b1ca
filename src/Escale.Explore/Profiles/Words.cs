using Escale.Explore.Profiles.Meanings;
using Escale.Ui;

namespace Escale.Explore.Profiles;

/// <summary>The words of profiles.</summary>
internal static class Words
{
    public static readonly Text Profile = new("Profile", "Profil");
    public static readonly Text Overview = new("Overview", "Vue d'ensemble");
    public static readonly Text Looking = new("Looking at the data…", "Examen des données…");
    public static readonly Text Refining = new("This is a sample; all rows are being read.", "Ceci est un échantillon ; toutes les lignes sont en cours de lecture.");
    public static readonly Text Rows = new("Rows", "Lignes");
    public static readonly Text SampledRows = new("Rows of the sample", "Lignes de l'échantillon");
    public static readonly Text Columns = new("Columns", "Colonnes");
    public static readonly Text Size = new("Size", "Taille");
    public static readonly Text MissingCells = new("Missing cells", "Cellules manquantes");
    public static readonly Text RepeatedRows = new("Repeated rows", "Lignes répétées");
    public static readonly Text ToLookAt = new("To look at", "À examiner");
    public static readonly Text Exact = new("Every figure is exact: all rows were looked at.", "Tous les chiffres sont exacts : toutes les lignes ont été examinées.");
    public static readonly Text Refined = new(
        "Counts, extremes and means are of all rows. Different values and quantiles are estimates (within some percent). Distributions, patterns and pairs are from a sample of {0} rows.",
        "Comptes, extrêmes et moyennes portent sur toutes les lignes. Valeurs différentes et quantiles sont des estimations (à quelques pour cent près). Distributions, motifs et paires viennent d'un échantillon de {0} lignes.");
    public static readonly Text OnlySample = new("All figures are from a sample of {0} rows taken all over the file.", "Tous les chiffres viennent d'un échantillon de {0} lignes prises dans tout le fichier.");
    public static readonly Text Alerts = new("What deserves attention", "Ce qui mérite attention");
    public static readonly Text NoAlerts = new("Nothing stands out. The data looks clean.", "Rien à signaler. Les données semblent propres.");
    public static readonly Text MoreAlerts = new("Show {0} more", "En voir {0} de plus");
    public static readonly Text Step = new("Step that mends it", "Étape qui corrige");
    public static readonly Text Bad = new("serious", "grave");
    public static readonly Text Warn = new("to check", "à vérifier");
    public static readonly Text Info = new("good to know", "bon à savoir");
    public static readonly Text Missing = new("missing", "manquantes");
    public static readonly Text MissingLabel = new("Missing", "Manquantes");
    public static readonly Text Different = new("Different", "Différentes");
    public static readonly Text Unique = new("all different", "toutes différentes");
    public static readonly Text None = new("none", "aucune");
    public static readonly Text Least = new("Least", "Minimum");
    public static readonly Text Most = new("Most", "Maximum");
    public static readonly Text Mean = new("Mean", "Moyenne");
    public static readonly Text Median = new("Median", "Médiane");
    public static readonly Text Deviation = new("Deviation", "Écart type");
    public static readonly Text Half = new("Middle half", "Moitié centrale");
    public static readonly Text Ninety = new("Middle 90 %", "90 % centraux");
    public static readonly Text Skew = new("Skewness", "Asymétrie");
    public static readonly Text Zeros = new("Zeros", "Zéros");
    public static readonly Text Negatives = new("Negative", "Négatives");
    public static readonly Text Outliers = new("Far out", "Très éloignées");
    public static readonly Text Lengths = new("Length", "Longueur");
    public static readonly Text LengthsOf = new("{0} to {1}, mean {2}", "{0} à {1}, moyenne {2}");
    public static readonly Text Order = new("Order", "Ordre");
    public static readonly Text Ascending = new("rising", "croissant");
    public static readonly Text Descending = new("falling", "décroissant");
    public static readonly Text Constant = new("always the same", "toujours la même");
    public static readonly Text UsualStep = new("Usual distance", "Écart habituel");
    public static readonly Text Fits = new("{0} fit", "{0} conviennent");
    public static readonly Text Spread = new("How values are spread", "Répartition des valeurs");
    public static readonly Text SpreadOf = new("How the values of {0} are spread", "Répartition des valeurs de {0}");
    public static readonly Text Beyond = new("{0} beyond the ends", "{0} au-delà des bords");
    public static readonly Text Frequent = new("Most frequent values", "Valeurs les plus fréquentes");
    public static readonly Text Patterns = new("How they are written", "Comment elles sont écrites");
    public static readonly Text Similar = new("Probably the same", "Probablement identiques");
    public static readonly Text EmptyText = new("(empty text)", "(texte vide)");
    public static readonly Text Pairs = new("Columns that go together", "Colonnes liées");
    public static readonly Text PairsAbout = new(
        "0: nothing in common; 1: one tells the other. Numbers by correlation, categories by Cramér's V, a category and a number by the correlation ratio.",
        "0 : rien en commun ; 1 : l'une dit l'autre. Nombres par corrélation, catégories par le V de Cramér, catégorie et nombre par le rapport de corrélation.");
    public static readonly Text NoPairs = new("No columns go together strongly.", "Aucune colonne n'est fortement liée à une autre.");
    public static readonly Text First = new("One", "L'une");
    public static readonly Text Second = new("Other", "L'autre");
    public static readonly Text Strength = new("Strength", "Force");
    public static readonly Text Measure = new("Measure", "Mesure");
    public static readonly Text MissingTogether = new("Missing together", "Manquantes ensemble");
    public static readonly Text MissingAbout = new("Rows grouped by which columns lack a value.", "Lignes groupées selon les colonnes sans valeur.");
    public static readonly Text Complete = new("nothing missing", "rien ne manque");
    public static readonly Text Share = new("Share", "Part");
    public static readonly Text Clean = new("Clean it for me", "Nettoyer pour moi");
    public static readonly Text CleanMake = new("Make this recipe", "Créer cette recette");
    public static readonly Text CleanCode = new("As code", "En code");
    public static readonly Text CleanAbout = new(
        "These steps lose nothing: put them into a recipe of the project (recipes/NAME.yml) and change them as you like. What needs a decision is not among them.",
        "Ces étapes ne perdent rien : mettez-les dans une recette du projet (recipes/NOM.yml) et modifiez-les à votre gré. Ce qui demande une décision n'y est pas.");
    public static readonly Plural StepCount = new(new("{0} step", "{0} étape"), new("{0} steps", "{0} étapes"));
    public static readonly Text Report = new("Report (HTML)", "Rapport (HTML)");
    public static readonly Text Personal = new("personal", "personnelle");
    public static readonly Text ReportOf = new("Profile of {0}", "Profil de {0}");
    public static readonly Text MadeOn = new("Made by Escale on {0}", "Établi par Escale le {0}");
    public static readonly Text FindColumn = new("Find a column", "Trouver une colonne");
    public static readonly Text NoColumn = new("No column has this in its name.", "Aucune colonne n'a cela dans son nom.");
    public static readonly Text NextColumns = new("Show 100 more", "En afficher 100 de plus");
    public static readonly Text RestOfAlerts = new("And {0} more, all in the JSON answer.", "Et {0} de plus, toutes dans la réponse JSON.");
    public static readonly Text ShownColumns = new("{0} of {1} columns are shown", "{0} colonnes affichées sur {1}");
    public static readonly Text MoreColumns = new("The first {0} of {1} columns are shown; all are in the JSON answer.", "Les {0} premières colonnes sur {1} sont affichées ; toutes sont dans la réponse JSON.");
    public static readonly Plural RowCount = new(new("{0} row", "{0} ligne"), new("{0} rows", "{0} lignes"));
    public static readonly Plural DayCount = new(new("{0} day", "{0} jour"), new("{0} days", "{0} jours"));

    private static readonly Dictionary<string, Text> _meanings = new(StringComparer.Ordinal)
    {
        [MeaningNames.Empty] = new("empty", "vide"), [MeaningNames.Number] = new("number", "nombre"), [MeaningNames.Category] = new("category", "catégorie"), [MeaningNames.Boolean] = new("yes or no", "oui ou non"),
        [MeaningNames.Text] = new("text", "texte"), [MeaningNames.Date] = new("date", "date"), [MeaningNames.Time] = new("time", "heure"), [MeaningNames.Year] = new("year", "année"), [MeaningNames.Identifier] = new("identifier", "identifiant"),
        [MeaningNames.Money] = new("money", "montant"), [MeaningNames.Percent] = new("percentage", "pourcentage"), [MeaningNames.Quantity] = new("quantity", "quantité"), [MeaningNames.Email] = new("e-mail", "e-mail"), [MeaningNames.Url] = new("web address", "adresse web"),
        [MeaningNames.Phone] = new("phone", "téléphone"), [MeaningNames.Iban] = new("bank account", "compte bancaire"), [MeaningNames.NationalId] = new("national id", "numéro national"), [MeaningNames.Card] = new("payment card", "carte de paiement"),
        [MeaningNames.Person] = new("person's name", "nom de personne"), [MeaningNames.Address] = new("address", "adresse"), [MeaningNames.BirthDate] = new("date of birth", "date de naissance"), [MeaningNames.Ip] = new("IP address", "adresse IP"),
        [MeaningNames.Uuid] = new("UUID", "UUID"), [MeaningNames.Country] = new("country", "pays"), [MeaningNames.Postcode] = new("postcode", "code postal"), [MeaningNames.Latitude] = new("latitude", "latitude"),
        [MeaningNames.Longitude] = new("longitude", "longitude"), [MeaningNames.Coordinates] = new("coordinates", "coordonnées"), [MeaningNames.Nested] = new("nested", "imbriquée"), [MeaningNames.Bytes] = new("bytes", "octets"),
    };

    /// <summary>What a meaning is called.</summary>
    public static Text MeaningOf(string name) => _meanings.TryGetValue(name, out var words) ? words : new Text(name, name);

    /// <summary>What a measure of a pair is called.</summary>
    public static Text MeasureOf(string measure) => measure switch
    {
        "correlation" => new("correlation", "corrélation"),
        "association" => new("Cramér's V", "V de Cramér"),
        "ratio" => new("correlation ratio", "rapport de corrélation"),
        _ => new("same values", "mêmes valeurs"),
    };
}
