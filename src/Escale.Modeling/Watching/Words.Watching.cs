using Escale.Ui;

namespace Escale.Modeling;

// The words of watching an endpoint.
internal static partial class Words
{
    public static readonly Text Watch = new("Watch", "Surveiller");
    public static readonly Text RequestsSinceStart = new("requests since the program started", "requêtes depuis le démarrage");
    public static readonly Text ErrorRate = new("could not be answered", "sans réponse possible");
    public static readonly Text P95 = new("slowest minute: 95 of 100 within", "minute la plus lente : 95 sur 100 en");
    public static readonly Text RowsLogged = new("rows logged in 30 days", "lignes journalisées en 30 jours");
    public static readonly Text ErrorNow = new("error now (at training: {0})", "erreur actuelle (à l’entraînement : {0})");
    public static readonly Text NothingAsked = new("Nothing was asked yet", "Rien n’a encore été demandé");
    public static readonly Text NothingAskedAbout = new("As soon as programs ask, their requests, times and errors are shown here, and whether what they ask still looks like the data that the model learned from.", "Dès que des programmes interrogent, leurs requêtes, durées et erreurs s’affichent ici, et si ce qu’ils demandent ressemble encore aux données d’apprentissage.");
    public static readonly Text DriftTitle = new("Does it still look as at training?", "Est-ce encore comme à l’entraînement ?");
    public static readonly Plural RowsCompared = new(new("{0} row compared", "{0} ligne comparée"), new("{0} rows compared", "{0} lignes comparées"));
    public static readonly Text DriftNeeds = new("This needs {0} logged rows of the version in use.", "Il faut {0} lignes journalisées de la version en service.");
    public static readonly Text Distance = new("Distance", "Distance");
    public static readonly Text ByChance = new("By chance", "Par hasard");
    public static readonly Text MissingThenNow = new("Missing then → now", "Manquantes avant → maintenant");
    public static readonly Text NewValues = new("New values", "Valeurs nouvelles");
    public static readonly Text Drifted = new("drifted", "dérive");
    public static readonly Text AsBefore = new("as before", "comme avant");
    public static readonly Text Prediction = new("the prediction", "la prédiction");
    public static readonly Text DriftAbout = new(
        "Numbers: Wasserstein’s distance in spreads of training, and Kolmogorov-Smirnov’s test. Categories: Jensen-Shannon’s distance and the χ² test. False alarms are held below 5% over all columns, and small differences are passed over.",
        "Nombres : distance de Wasserstein en étendues de l’entraînement, et test de Kolmogorov-Smirnov. Catégories : distance de Jensen-Shannon et test du χ². Les fausses alertes restent sous 5 % sur toutes les colonnes, et les petites différences sont ignorées.");
    public static readonly Text RequestsPerMinute = new("Requests a minute (UTC)", "Requêtes par minute (UTC)");
    public static readonly Text LatencyPerMinute = new("Time of an answer", "Durée d’une réponse");
    public static readonly Text RequestsHead = new("Requests", "Requêtes");
    public static readonly Text ErrorsHead = new("Errors", "Erreurs");
    public static readonly Text MeanHead = new("mean", "moyenne");
    public static readonly Text RowsPerDay = new("Rows a day", "Lignes par jour");
    public static readonly Text QualityPerDay = new("Error by day", "Erreur par jour");
    public static readonly Text WhatIsKept = new("What is kept, and where the truth is", "Ce qui est gardé, et où est la vérité");
    public static readonly Text KeptAbout = new("Predictions are written into a table of the lake every few seconds.", "Les prédictions sont écrites toutes les quelques secondes dans une table du lac.");
    public static readonly Text KeepShare = new("Share of requests to keep (%)", "Part des requêtes à garder (%)");
    public static readonly Text KeepDays = new("Days to keep them", "Jours de conservation");
    public static readonly Text TruthTable = new("Table with the truth", "Table de la vérité");
    public static readonly Text TruthTableHint = new("Such as gold.fact_port_call; it has the target and the columns to join by.", "Par exemple gold.fact_port_call ; elle a la cible et les colonnes de jointure.");
    public static readonly Text MaskThese = new("Fields not to keep", "Champs à ne pas garder");
    public static readonly Text TruthKeys = new("Join the truth by", "Joindre la vérité par");
    public static readonly Text Since = new("Since", "Depuis");
    public static readonly Text WhatCameTrue = new("What came true", "Ce qui s’est réalisé");
    public static readonly Text TruthJoined = new("joined from {0} by {1}", "repris de {0} par {1}");
    public static readonly Text TruthAbout = new(
        "Tell what came true, and the error in use is compared with that of training. A row needs prediction_id (the header X-Prediction-Id of an answer), or fields that were asked, and the true value.",
        "Dites ce qui s’est réalisé, et l’erreur à l’usage est comparée à celle de l’entraînement. Une ligne donne prediction_id (l’en-tête X-Prediction-Id d’une réponse), ou des champs demandés, et la vraie valeur.");
    public static readonly Text TruthFile = new("A CSV or JSON file", "Un fichier CSV ou JSON");
    public static readonly Text TruthKeysHint = new("by (all fields)", "par (tous les champs)");
    public static readonly Text TruthSend = new("Tell the truth", "Donner la vérité");
    public static readonly Plural TruthTold = new(new("The truth of {0} prediction is known now.", "La vérité de {0} prédiction est connue."), new("The truth of {0} predictions is known now.", "La vérité de {0} prédictions est connue."));
    public static readonly Plural TruthLost = new(new("{0} row belongs to no prediction in the log.", "{0} ligne n’appartient à aucune prédiction du journal."), new("{0} rows belong to no prediction in the log.", "{0} lignes n’appartiennent à aucune prédiction du journal."));
    public static readonly Text ByDay = new("by day", "par jour");
    public static readonly Text ByWeek = new("by week", "par semaine");
    public static readonly Text QualityRange = new("Where the truth is known, with the range that holds the error with 95% confidence.", "Où la vérité est connue, avec l’intervalle qui contient l’erreur à 95 %.");
    public static readonly Text QualityPerWeek = new("Error by week", "Erreur par semaine");
    public static readonly Text FromHead = new("at least", "au moins");
    public static readonly Text ToHead = new("at most", "au plus");
    public static readonly Text ExpectedHead = new("at training", "à l’entraînement");
}
