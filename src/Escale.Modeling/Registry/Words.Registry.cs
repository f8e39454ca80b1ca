using Escale.Ui;

namespace Escale.Modeling;

// The words of a registered model.
internal static partial class Words
{
    public static readonly Text RollBack = new("Roll back", "Revenir en arrière");
    public static readonly Text RollBackSure = new("Put the version before this one back into use?", "Remettre en service la version précédente ?");
    public static readonly Text TrainAgain = new("Train again", "Réentraîner");
    public static readonly Text MakeEndpoint = new("Make an endpoint", "Créer un point d’accès");
    public static readonly Text BaselineIs = new("baseline {0}", "référence {0}");
    public static readonly Text Aliases = new("Aliases", "Alias");
    public static readonly Text Made = new("Made", "Créée");
    public static readonly Text Note = new("Note", "Note");
    public static readonly Text Save = new("Save", "Enregistrer");
    public static readonly Text CSharpProject = new("C# project", "Projet C#");
    public static readonly Text Notebook = new("Python notebook", "Notebook Python");
    public static readonly Text ModelFileShort = new("Model file", "Fichier du modèle");
    public static readonly Text PutInUse = new("Put into use (champion)", "Mettre en service (champion)");
    public static readonly Text MakeChallenger = new("Make it the challenger", "En faire le challenger");
    public static readonly Text NoEndpointAbout = new("An endpoint lets programs ask the model over HTTP, with keys that you give out and take back.", "Un point d’accès permet à des programmes d’interroger le modèle par HTTP, avec des clés que vous donnez et reprenez.");
    public static readonly Text History = new("What was published", "Publications");
    public static readonly Text ScoreTable = new("Predict a whole table or file", "Prédire toute une table ou un fichier");
    public static readonly Text ScoreTableAbout = new("its rows, with what the version in use says of each", "ses lignes, avec ce que la version en service dit de chacune");
    public static readonly Text ScoreIntoLake = new("also into the table {0}", "aussi dans la table {0}");
    public static readonly Text ScoreThisTable = new("Predict the table", "Prédire la table");
    public static readonly Text ScoreThisFile = new("Predict the file", "Prédire le fichier");
    public static readonly Text ScoreFile = new("A file with rows", "Un fichier de lignes");
    public static readonly Text ScoreFileHint = new("CSV, Excel, JSON or Parquet, up to 4 GB. Results are kept for a week.", "CSV, Excel, JSON ou Parquet, jusqu’à 4 Go. Les résultats sont gardés une semaine.");
    public static readonly Text ScoreCancel = new("Cancel", "Annuler");
    public static readonly Text NeverPublished = new("Nothing was published yet. Until then the newest version answers.", "Rien n’a encore été publié. En attendant, la version la plus récente répond.");

    /// <summary>An alias for people.</summary>
    public static Text OfAlias(string alias) => alias == "champion" ? new("in use (champion)", "en service (champion)") : new(alias, alias);

    /// <summary>How a prediction of many rows stands.</summary>
    public static Text OfScoring(string status) => status switch
    {
        "running" => new("under way", "en cours"),
        "finished" => new("finished", "terminée"),
        "failed" => new("failed", "échouée"),
        "cancelled" => new("cancelled", "annulée"),
        _ => new("interrupted", "interrompue"),
    };
}
