using System.Globalization;
using Escale.Learning.Preparation;
using Escale.Modeling.Starting;
using Escale.Modeling.Training;
using Escale.Ui;

namespace Escale.Modeling;

// The words of the way to a training.
internal static partial class Words
{
    public static readonly Text ChooseTableAbout = new("Choose the table to learn from: a row for each case, with what was known then and what came of it.", "Choisissez la table d’où apprendre : une ligne par cas, avec ce qu’on savait alors et ce qui en est sorti.");
    public static readonly Text Steps = new("Steps", "Étapes");
    public static readonly Text StepTable = new("Table", "Table");
    public static readonly Text StepTarget = new("What to predict", "Quoi prédire");
    public static readonly Text StepChecks = new("Checks", "Vérifications");
    public static readonly Text StepTrain = new("Train", "Entraîner");
    public static readonly Text NoTables = new("No table yet", "Pas encore de table");
    public static readonly Text NoTablesAbout = new("Bring in a file or connect a source: every table can be learned from.", "Déposez un fichier ou branchez une source : on peut apprendre de toute table.");
    public static readonly Text ToSources = new("Bring in data", "Apporter des données");
    public static readonly Text Table = new("Table", "Table");
    public static readonly Text RowsHead = new("Rows", "Lignes");
    public static readonly Text ColumnsHead = new("Columns", "Colonnes");
    public static readonly Text View = new("view", "vue");
    public static readonly Text Choose = new("Choose", "Choisir");
    public static readonly Text ChooseTarget = new("What should be predicted?", "Que faut-il prédire ?");
    public static readonly Text ChooseTargetAbout = new("Choose the column of {0} whose value you want to know for rows to come.", "Choisissez la colonne de {0} dont vous voulez connaître la valeur pour les lignes à venir.");
    public static readonly Plural RowsLookedAt = new(new("{0} row looked at.", "{0} ligne examinée."), new("{0} rows looked at.", "{0} lignes examinées."));
    public static readonly Text Column = new("Column", "Colonne");
    public static readonly Text Suitable = new("Can it be predicted?", "Peut-on la prédire ?");
    public static readonly Text Examples = new("Values", "Valeurs");
    public static readonly Text Distinct = new("Different", "Différentes");
    public static readonly Text Missing = new("Missing", "Manquantes");
    public static readonly Text PredictThis = new("Predict this", "Prédire");
    public static readonly Text PredictColumn = new("Predict {0}", "Prédire {0}");
    public static readonly Text FromTable = new("Learned from {0}", "Appris de {0}");
    public static readonly Text WhatWillHappen = new("What will be done", "Ce qui sera fait");
    public static readonly Text JudgedBy = new("Judged by", "Jugé sur");
    public static readonly Text Split = new("Rows set aside to judge", "Lignes mises de côté pour juger");
    public static readonly Text LearnsFrom = new("Learns from", "Apprend de");
    public static readonly Text Checks = new("Checks of the data", "Vérifications des données");
    public static readonly Text NothingOdd = new("nothing odd", "rien d’anormal");
    public static readonly Text NothingOddAbout = new("Enough rows, no column that gives the answer away, no rare class.", "Assez de lignes, aucune colonne qui donne la réponse, aucune classe rare.");
    public static readonly Plural FindingsCount = new(new("{0} thing to know", "{0} chose à savoir"), new("{0} things to know", "{0} choses à savoir"));
    public static readonly Text ExpertSettings = new("Expert settings", "Réglages experts");
    public static readonly Text UseThese = new("Use these settings", "Utiliser ces réglages");
    public static readonly Text Usual = new("Usual: {0}", "Habituel : {0}");
    public static readonly Text Proposed = new("Proposed", "Proposé");
    public static readonly Text Weights = new("Weight of each row", "Poids de chaque ligne");
    public static readonly Text AllTheSame = new("all the same", "toutes pareilles");
    public static readonly Text MostModels = new("Most models to try", "Nombre maximal de modèles");
    public static readonly Text MostModelsHint = new("Without a time budget the result depends on the data only.", "Sans limite de temps, le résultat ne dépend que des données.");
    public static readonly Text Seed = new("Seed", "Graine");
    public static readonly Text SeedHint = new("Where chance starts; 0 when left out.", "Départ du hasard ; 0 si vide.");
    public static readonly Text CostPositive = new("Cost of a false alarm", "Coût d’une fausse alerte");
    public static readonly Text CostNegative = new("Cost of a miss", "Coût d’un oubli");
    public static readonly Text CostHint = new("In any unit; decides from which probability on to act.", "Dans l’unité de votre choix ; décide à partir de quelle probabilité agir.");
    public static readonly Text Families = new("Kinds of model", "Familles de modèles");
    public static readonly Text ColumnsToLearnFrom = new("Columns to learn from", "Colonnes d’où apprendre");
    public static readonly Text ModelName = new("Name of the model", "Nom du modèle");
    public static readonly Text ModelNameHint = new("Letters, digits, - and _.", "Lettres, chiffres, - et _.");
    public static readonly Text WhatFor = new("What it is for", "À quoi il sert");
    public static readonly Text TimeBudget = new("Time to spend", "Temps à y passer");
    public static readonly Text TimeBudgetHint = new("You can stop it at any time and keep the best.", "On peut l’arrêter à tout moment et garder le meilleur.");
    public static readonly Text NoLimit = new("no limit", "sans limite");
    public static readonly Text WritesFile = new("Writes the training as a file of the project (ml/), which runs train again when the table changes.", "Écrit l’entraînement dans un fichier du projet (ml/), que les exécutions refont quand la table change.");

    /// <summary>A time to spend.</summary>
    public static string Seconds(Reader reader, double seconds) => seconds < 60 ? $"{reader.Number(seconds, 0)} s" : seconds < 3600 ? $"{reader.Number(seconds / 60, 1)} min" : $"{reader.Number(seconds / 3600, 1)} h";

    public static Text OfSuitability(Suitability suitability) => suitability switch
    {
        Suitability.Number => new("a number", "un nombre"),
        Suitability.Classes => new("classes", "des classes"),
        Suitability.Poor => new("little use", "peu utile"),
        _ => new("no", "non"),
    };

    public static Text OfReason(SuitabilityReason reason) => reason switch
    {
        SuitabilityReason.Varies => new("its amount is predicted", "son montant est prédit"),
        SuitabilityReason.FewValues => new("few values that come often", "peu de valeurs, qui reviennent"),
        SuitabilityReason.Constant => new("always the same value", "toujours la même valeur"),
        SuitabilityReason.Identifier => new("names the row", "désigne la ligne"),
        SuitabilityReason.Moments => new("dates cannot be predicted; predict the time until then", "une date ne se prédit pas ; prédisez la durée jusque-là"),
        SuitabilityReason.Texts => new("hardly any value comes twice", "presque aucune valeur ne revient"),
        _ => new("hardly any row has a value", "presque aucune ligne n’a de valeur"),
    };

    public static Text OfRole(ColumnRole role) => role switch
    {
        ColumnRole.Number => new("number", "nombre"),
        ColumnRole.Category => new("category", "catégorie"),
        ColumnRole.Text => new("text", "texte"),
        ColumnRole.Timestamp => new("date", "date"),
        ColumnRole.Identifier => new("identifier: not learned from", "identifiant : on n’en apprend rien"),
        ColumnRole.Constant => new("constant: not learned from", "constante : on n’en apprend rien"),
        _ => new("left out", "écartée"),
    };

    public static Text OfSplit(SplitChoice split) => split.Kind switch
    {
        SplitKind.Time => new($"by time: {split.Column}", $"par le temps : {split.Column}"),
        SplitKind.Group => new($"by entity: {split.Column}", $"par entité : {split.Column}"),
        _ => new("at random", "au hasard"),
    };

    public static Text OfSplitReason(SplitChoice split) => split.Kind switch
    {
        SplitKind.Time => new("The model will be used on rows that come later, so later rows judge it.", "Le modèle servira sur des lignes plus tardives : ce sont elles qui le jugent."),
        SplitKind.Group => new("The same entities come again and again: the model is judged on ones that it has not met.", "Les mêmes entités reviennent : le modèle est jugé sur celles qu’il n’a pas rencontrées."),
        _ => new("Rows have neither a date nor entities that come again.", "Les lignes n’ont ni date ni entités qui reviennent."),
    };

    public static Text OfFinding(Finding finding, Reader reader)
    {
        string Number(int at) => double.TryParse(finding.Values![at], CultureInfo.InvariantCulture, out var number) ? reader.Number(number, 0) : "";
        string Share(int at) => double.TryParse(finding.Values![at], CultureInfo.InvariantCulture, out var share) ? reader.Percent(share) : "";
        var column = finding.Column;
        return finding switch
        {
            { Code: "identifier" } => new($"{column} names the row: it is not learned from.", $"{column} désigne la ligne : on n’en apprend rien."),
            { Code: "constant" } => new($"{column} never changes: it is not learned from.", $"{column} ne change jamais : on n’en apprend rien."),
            { Code: "type" } => new($"{column} is left out: nothing can be learned from values of its type.", $"{column} est écartée : on ne peut rien apprendre de valeurs de ce type."),
            { Values: null } => new(finding.Message, finding.Message),
            { Code: "leak" } => finding.Values[1] == "dropped"
                ? new($"{column} alone says {Share(0)} of the answer: it was left out.", $"{column} donne à elle seule {Share(0)} de la réponse : elle a été écartée.")
                : new($"{column} alone says {Share(0)} of the answer.", $"{column} donne à elle seule {Share(0)} de la réponse."),
            { Code: "imbalance" } => new($"“{finding.Values[0]}” is {Number(1)} of {Number(2)} rows.", $"« {finding.Values[0]} » : {Number(1)} lignes sur {Number(2)}."),
            { Code: "target-missing" } => new($"{Number(0)} rows have no {column} and are left out.", $"{Number(0)} lignes n’ont pas de {column} et sont laissées de côté."),
            { Code: "few-rows" } => new($"There are {Number(0)} rows only.", $"Il n’y a que {Number(0)} lignes."),
            { Code: "wide" } => new($"There are more columns ({Number(0)}) than rows ({Number(1)}).", $"Il y a plus de colonnes ({Number(0)}) que de lignes ({Number(1)})."),
            { Code: "after-the-event" } => new($"{column} is later than {finding.Values[0]} in {Share(1)} of the rows.", $"{column} est postérieure à {finding.Values[0]} dans {Share(1)} des lignes."),
            _ => new(finding.Message, finding.Message),
        };
    }

    public static Text OfFindingReason(Finding finding) => finding.Code switch
    {
        "identifier" => new("A name of the row says nothing about rows to come.", "Le nom d’une ligne ne dit rien des lignes à venir."),
        "constant" => new("What never changes tells nothing apart.", "Ce qui ne change jamais ne distingue rien."),
        "type" => new("Lists, structures and bytes have no meaning of their own.", "Listes, structures et octets n’ont pas de sens par eux-mêmes."),
        "leak" => new("If it is known only after the event, the model will look good and be useless: leave it out then.", "Si on ne la connaît qu’après coup, le modèle paraîtra bon et ne servira à rien : écartez-la alors."),
        "imbalance" => new("A model that never says so is nearly always right and of no use: do not judge by accuracy.", "Un modèle qui ne la dit jamais a presque toujours raison et ne sert à rien : ne jugez pas sur la part de bonnes réponses."),
        "target-missing" => new("If they differ from the others, so will what is predicted for such rows.", "Si elles diffèrent des autres, les prédictions pour de telles lignes aussi."),
        "few-rows" => new("Scores are uncertain: look at their range.", "Les scores sont incertains : regardez leur intervalle."),
        "wide" => new("With so many columns some fit the target by chance.", "Avec tant de colonnes, certaines s’accordent par hasard avec la cible."),
        "after-the-event" => new("If the prediction is needed before, it is not known then: leave it out.", "Si la prédiction est voulue avant, on ne la connaît pas encore : écartez-la."),
        _ => new(finding.Reason, finding.Reason),
    };
}
