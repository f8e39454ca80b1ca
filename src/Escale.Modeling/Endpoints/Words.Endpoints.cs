using Escale.Ui;

namespace Escale.Modeling;

// The words of an endpoint.
internal static partial class Words
{
    public static readonly Text ServesModel = new("Answers programs with what {0} predicts.", "Répond aux programmes avec ce que prédit {0}.");
    public static readonly Text UseIt = new("Use", "Utiliser");
    public static readonly Text Settings = new("Versions and limits", "Versions et limites");
    public static readonly Text Keys = new("Keys", "Clés");
    public static readonly Text NoKeys = new("No key yet", "Pas encore de clé");
    public static readonly Text NoKeysAbout = new("Each program that asks needs a key of its own, so that you can take it back alone.", "Chaque programme a besoin de sa propre clé, pour que vous puissiez la reprendre seule.");
    public static readonly Text KeyMade = new("The key was made. Copy it now.", "La clé est créée. Copiez-la maintenant.");
    public static readonly Text KeyOnce = new("It is shown this once: only its fingerprint is kept.", "Elle n’est montrée que cette fois : seule son empreinte est gardée.");
    public static readonly Text KeyFor = new("For", "Pour");
    public static readonly Text KeyForHint = new("The program or the partner that asks.", "Le programme ou le partenaire qui interroge.");
    public static readonly Text KeyBegins = new("Begins with", "Commence par");
    public static readonly Text Ends = new("Ends", "Fin");
    public static readonly Text Revoked = new("revoked", "révoquée");
    public static readonly Text Expired = new("expired", "expirée");
    public static readonly Text Revoke = new("Revoke", "Révoquer");
    public static readonly Text RevokeSure = new("Programs with this key get no more answers. Revoke it?", "Les programmes avec cette clé n’auront plus de réponse. La révoquer ?");
    public static readonly Text NewKey = new("New key", "Nouvelle clé");
    public static readonly Text MakeKey = new("Make the key", "Créer la clé");
    public static readonly Text GoodFor = new("Good for", "Valable");
    public static readonly Plural Days = new(new("{0} day", "{0} jour"), new("{0} days", "{0} jours"));
    public static readonly Text Routes = new("Which versions answer", "Quelles versions répondent");
    public static readonly Text RoutesAbout = new("Shares are in relation to each other; a shadow predicts everything too and is not heard.", "Les parts sont relatives ; une ombre prédit tout aussi, sans être entendue.");
    public static readonly Text Use = new("Use", "Rôle");
    public static readonly Text Share = new("Share", "Part");
    public static readonly Text AnswersShare = new("answers", "répond");
    public static readonly Text Shadow = new("shadow", "ombre");
    public static readonly Text NotUsed = new("not used", "inutilisée");
    public static readonly Text PerSecond = new("Requests a second, for each key", "Requêtes par seconde, par clé");
    public static readonly Text PerSecondHint = new("Empty: no limit.", "Vide : sans limite.");
    public static readonly Text AnswersRequests = new("It answers requests", "Il répond aux requêtes");
    public static readonly Text RemoveEndpoint = new("Remove the endpoint", "Supprimer le point d’accès");
    public static readonly Text RemoveSure = new("Remove the endpoint with all its keys?", "Supprimer le point d’accès et toutes ses clés ?");
    public static readonly Text DoesNotAnswer = new("It does not answer now: it is closed, or its model cannot be read.", "Il ne répond pas : il est fermé, ou son modèle est illisible.");
    public static readonly Text TestIt = new("Test it", "L’essayer");
    public static readonly Text AskFromProgram = new("Ask it from a program", "L’interroger depuis un programme");
    public static readonly Text OtherForms = new("MLflow’s bodies: POST …/invocations. Open Inference Protocol: /v2/models/NAME/infer.", "Corps de MLflow : POST …/invocations. Open Inference Protocol : /v2/models/NOM/infer.");
    public static readonly Text Schema = new("JSON schema", "Schéma JSON");
    public static readonly Text Fields = new("What it takes", "Ce qu’il prend");
    public static readonly Text Kind = new("Kind", "Type");
    public static readonly Text Required = new("Required", "Obligatoire");
    public static readonly Text SeenInTraining = new("Seen in training", "Vu à l’entraînement");
    public static readonly Text Yes = new("yes", "oui");
    public static readonly Text No = new("no", "non");

    /// <summary>What a field takes.</summary>
    public static Text OfField(string type) => type switch
    {
        "number" => new("number", "nombre"),
        "boolean" => new("yes or no", "oui ou non"),
        "category" => new("category", "catégorie"),
        "timestamp" => new("date", "date"),
        _ => new("text", "texte"),
    };
}
