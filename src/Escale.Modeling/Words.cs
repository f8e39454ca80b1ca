using Escale.Learning;
using Escale.Ui;

namespace Escale.Modeling;

/// <summary>The words of this room's pages: what its lists and models have in common.</summary>
internal static partial class Words
{
    public static readonly Text Models = new("Models", "Modèles");
    public static readonly Text ModelsAbout = new("What was learned from tables, to predict what is not known yet.", "Ce qui a été appris des tables, pour prédire ce qu’on ne sait pas encore.");
    public static readonly Text NoModels = new("No model yet", "Pas encore de modèle");
    public static readonly Text NoModelsAbout = new(
        "Choose a table and the column to predict. Escale tries models from simple to strong, judges them on rows that they have not seen, and says in words whether the best one is worth using.",
        "Choisissez une table et la colonne à prédire. Escale essaie des modèles du plus simple au plus puissant, les juge sur des lignes qu’ils n’ont pas vues, et dit avec des mots si le meilleur vaut la peine.");
    public static readonly Text TrainModel = new("Train a model", "Entraîner un modèle");
    public static readonly Text Train = new("Train", "Entraîner");
    public static readonly Text Model = new("Model", "Modèle");
    public static readonly Text Predicts = new("Predicts", "Prédit");
    public static readonly Text Champion = new("In use", "En service");
    public static readonly Text Quality = new("Quality", "Qualité");
    public static readonly Text Trend = new("Over versions", "Au fil des versions");
    public static readonly Text Endpoint = new("Endpoint", "Point d’accès");
    public static readonly Text Endpoints = new("Endpoints", "Points d’accès");
    public static readonly Text Changed = new("Changed", "Modifié");
    public static readonly Text Trainings = new("Trainings", "Entraînements");
    public static readonly Text RecentTrainings = new("Newest trainings", "Derniers entraînements");
    public static readonly Text Training = new("Training", "Entraînement");
    public static readonly Text Status = new("Status", "État");
    public static readonly Text Started = new("Started", "Début");
    public static readonly Text Took = new("Took", "Durée");
    public static readonly Text By = new("By", "Par");
    public static readonly Text Data = new("Data", "Données");
    public static readonly Text Version = new("Version", "Version");
    public static readonly Text VersionNumber = new("version {0}", "version {0}");
    public static readonly Text Versions = new("Versions", "Versions");
    public static readonly Text NotPublished = new("not published", "non publié");
    public static readonly Text Open = new("answers", "répond");
    public static readonly Text Closed = new("closed", "fermé");
    public static readonly Text NoEndpoint = new("none", "aucun");
    public static readonly Text From = new("from {0}", "d’après {0}");
    public static readonly Text Manual = new("How training works", "Comment fonctionne l’entraînement");
    public static readonly Text Compare = new("Compare", "Comparer");
    public static readonly Text Baseline = new("Baseline", "Référence");
    public static readonly Text AsCode = new("As code", "En code");
    public static readonly Plural Rows = new(new("{0} row", "{0} ligne"), new("{0} rows", "{0} lignes"));
    public static readonly Plural Columns = new(new("{0} column", "{0} colonne"), new("{0} columns", "{0} colonnes"));
    public static readonly Plural ModelsTried = new(new("{0} model tried", "{0} modèle essayé"), new("{0} models tried", "{0} modèles essayés"));
    public static readonly Text Kpis = new("Key figures", "Chiffres clés");

    /// <summary>The state of a tracking run.</summary>
    public static Text OfStatus(string status) => status switch
    {
        "RUNNING" => new("training", "en cours"),
        "FINISHED" => new("finished", "terminé"),
        "FAILED" => new("failed", "échoué"),
        "KILLED" => new("stopped", "arrêté"),
        _ => new(status, status),
    };

    /// <summary>The tone of a state.</summary>
    public static string ToneOf(string status) => status switch { "RUNNING" => "busy", "FINISHED" => "good", "FAILED" => "bad", _ => "warn" };

    /// <summary>What kind of thing is predicted.</summary>
    public static Text OfTask(LearningTask task) => task switch
    {
        LearningTask.Regression => new("a number", "un nombre"),
        LearningTask.Binary => new("one of two classes", "une classe parmi deux"),
        _ => new("one of several classes", "une classe parmi plusieurs"),
    };

    /// <summary>A kind of model.</summary>
    public static Text OfFamily(string family) => family switch
    {
        "baseline" => new("always the same answer", "toujours la même réponse"),
        "decision_tree" => new("decision tree", "arbre de décision"),
        "random_forest" => new("random forest", "forêt aléatoire"),
        "extra_trees" => new("extremely random trees", "arbres extrêmement aléatoires"),
        "boosting" => new("gradient boosting", "gradient boosting"),
        "linear" => new("linear model", "modèle linéaire"),
        "naive_bayes" => new("naive Bayes", "Bayes naïf"),
        "neighbors" => new("nearest neighbours", "plus proches voisins"),
        "network" => new("neural network", "réseau de neurones"),
        "ensemble" => new("several models together", "plusieurs modèles ensemble"),
        _ => new(family.Replace('_', ' '), family.Replace('_', ' ')),
    };

    /// <summary>What a metric measures, in a few words.</summary>
    public static Text OfMetric(string metric) => metric switch
    {
        "RMSE" => new("typical error, large ones counted more (RMSE)", "erreur typique, les grandes comptent plus (RMSE)"),
        "MAE" => new("mean error (MAE)", "erreur moyenne (MAE)"),
        "R²" => new("share of the differences that is explained (R²)", "part des différences expliquée (R²)"),
        "ROC AUC" => new("how well the two classes are ranked (ROC AUC)", "à quel point les deux classes sont bien classées (ROC AUC)"),
        "log loss" => new("how wrong the probabilities are (log loss)", "à quel point les probabilités sont fausses (log loss)"),
        "accuracy" => new("share of right answers", "part de bonnes réponses"),
        "balanced accuracy" => new("right answers, each class counted the same", "bonnes réponses, chaque classe comptant autant"),
        "F1" => new("hits against misses and false alarms (F1)", "détections contre oublis et fausses alertes (F1)"),
        "macro F1" => new("F1, each class counted the same", "F1, chaque classe comptant autant"),
        "precision" => new("of those named, how many are right (precision)", "parmi les désignés, part de justes (précision)"),
        "recall" => new("of those that are, how many are found (recall)", "parmi les vrais, part de trouvés (rappel)"),
        "median AE" => new("error of half of the rows (median)", "erreur de la moitié des lignes (médiane)"),
        "MAPE" => new("mean error in % of the truth (MAPE)", "erreur moyenne en % de la vérité (MAPE)"),
        "RMSLE" => new("typical error by ratio (RMSLE)", "erreur typique en proportion (RMSLE)"),
        "Brier score" or "Brier" => new("error of the probabilities (Brier)", "erreur des probabilités (Brier)"),
        "average precision" => new("precision over all thresholds", "précision sur tous les seuils"),
        "MCC" => new("agreement beyond chance (MCC)", "accord au-delà du hasard (MCC)"),
        _ => new(metric, metric),
    };
}
