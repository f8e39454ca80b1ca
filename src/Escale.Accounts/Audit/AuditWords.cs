using Escale.Ui;

namespace Escale.Accounts.Audit;

/// <summary>What the actions of the audit log are called. What has no words here is shown by its code.</summary>
internal static class AuditWords
{
    public static readonly Text Title = new("Audit log", "Journal d'audit");
    public static readonly Text About = new(
        "Who did what, when and from where. Entries can be neither changed nor removed.", "Qui a fait quoi, quand et d'où. Les entrées ne peuvent être ni modifiées ni supprimées.");
    public static readonly Text Person = new("Person", "Personne");
    public static readonly Text Action = new("Action", "Action");
    public static readonly Text AnyAction = new("Any", "Toutes");
    public static readonly Text From = new("From", "Du");
    public static readonly Text To = new("To", "Au");
    public static readonly Text Filter = new("Filter", "Filtrer");
    public static readonly Text Clear = new("Clear", "Effacer");
    public static readonly Text When = new("When", "Quand");
    public static readonly Text Who = new("Who", "Qui");
    public static readonly Text What = new("What", "Quoi");
    public static readonly Text Subject = new("On", "Sur");
    public static readonly Text Address = new("From where", "D'où");
    public static readonly Text Result = new("Result", "Résultat");
    public static readonly Text Done = new("Done", "Fait");
    public static readonly Text Refused = new("Refused", "Refusé");
    public static readonly Text Nobody = new("Not signed in", "Non connecté");
    public static readonly Text WithToken = new("with the token {0}…", "avec le jeton {0}…");
    public static readonly Text Newest = new("Newest", "Plus récentes");
    public static readonly Text Older = new("Older", "Plus anciennes");
    public static readonly Text Export = new("Export", "Exporter");
    public static readonly Text Check = new("Check the log", "Vérifier le journal");
    public static readonly Plural Intact = new(
        new("The log is intact: {0} entry read.", "Le journal est intact : {0} entrée lue."), new("The log is intact: {0} entries read.", "Le journal est intact : {0} entrées lues."));
    public static readonly Text Broken = new(
        "The log was tampered with: entry {0} is not what was written. Compare with an earlier export or a backup.",
        "Le journal a été altéré : l'entrée {0} n'est pas celle qui a été écrite. Comparez avec un export antérieur ou une sauvegarde.");
    public static readonly Text HeadHash = new("Hash of the newest entry", "Empreinte de la dernière entrée");
    public static readonly Text Nothing = new("No entry fits", "Aucune entrée ne correspond");
    public static readonly Text NothingAbout = new("Change the filters to see more.", "Modifiez les filtres pour en voir davantage.");

    private static readonly Dictionary<string, Text> _actions = new(StringComparer.Ordinal)
    {
        ["sign-in"] = new("Signed in", "Connexion"),
        ["sign-in.second-step"] = new("Second step of signing in", "Seconde étape de connexion"),
        ["sign-out"] = new("Signed out", "Déconnexion"),
        ["access.refused"] = new("Access refused", "Accès refusé"),
        ["token.refused"] = new("Token refused", "Jeton refusé"),
        ["token.made"] = new("Token made", "Jeton créé"),
        ["token.revoked"] = new("Token revoked", "Jeton révoqué"),
        ["account.made"] = new("Account made", "Compte créé"),
        ["account.changed"] = new("Account changed", "Compte modifié"),
        ["account.role-changed"] = new("Role changed", "Rôle modifié"),
        ["account.closed"] = new("Account closed", "Compte fermé"),
        ["account.reopened"] = new("Account reopened", "Compte rouvert"),
        ["account.linked"] = new("Account linked to a provider", "Compte associé à un fournisseur"),
        ["password.changed"] = new("Password changed", "Mot de passe modifié"),
        ["password.link-made"] = new("Link for a new password made", "Lien de mot de passe créé"),
        ["sessions.ended"] = new("Sessions ended", "Sessions fermées"),
        ["invitation.made"] = new("Invitation made", "Invitation créée"),
        ["invitation.withdrawn"] = new("Invitation withdrawn", "Invitation retirée"),
        ["second-step.added"] = new("Authenticator app added", "Application d'authentification ajoutée"),
        ["second-step.removed"] = new("Authenticator app removed", "Application d'authentification retirée"),
        ["second-step.codes-made"] = new("Recovery codes made", "Codes de secours créés"),
        ["passkey.added"] = new("Passkey added", "Clé d'accès ajoutée"),
        ["passkey.removed"] = new("Passkey removed", "Clé d'accès retirée"),
        ["audit.exported"] = new("Audit log exported", "Journal d'audit exporté"),
        ["run.started"] = new("Run started", "Exécution lancée"),
        ["pipeline.backfilled"] = new("Past times of a pipeline made up for", "Rattrapage d'un pipeline"),
        ["pipeline.cancelled"] = new("Run of a pipeline cancelled", "Exécution d'un pipeline arrêtée"),
        ["pipeline.cleared"] = new("Steps of a pipeline done again", "Étapes d'un pipeline reprises"),
        ["pipeline.marked"] = new("End of a pipeline's step decided by hand", "Fin d'une étape de pipeline décidée à la main"),
        ["pipeline.paused"] = new("Pipeline paused", "Pipeline mis en pause"),
        ["pipeline.resumed"] = new("Pipeline resumed", "Pipeline repris"),
        ["pipeline.started"] = new("Pipeline started", "Pipeline lancé"),
        ["run.cancelled"] = new("Run cancelled", "Exécution arrêtée"),
        ["sample.added"] = new("Sample added", "Exemple ajouté"),
        ["model.saved"] = new("Transformation saved", "Transformation enregistrée"),
        ["question.saved"] = new("Question saved", "Question enregistrée"),
        ["question.changed"] = new("Question changed", "Question modifiée"),
        ["question.deleted"] = new("Question deleted", "Question supprimée"),
        ["recipe.saved"] = new("Recipe saved", "Recette enregistrée"),
        ["recipe.changed"] = new("Recipe changed", "Recette modifiée"),
        ["recipe.suggestion-accepted"] = new("Suggestion accepted", "Suggestion acceptée"),
        ["recipe.suggestion-refused"] = new("Suggestion refused", "Suggestion refusée"),
        ["recipe.deleted"] = new("Recipe deleted", "Recette supprimée"),
        ["dashboard.saved"] = new("Dashboard saved", "Tableau de bord enregistré"),
        ["dashboard.removed"] = new("Dashboard removed", "Tableau de bord supprimé"),
        ["dashboard.shared"] = new("Link to a dashboard made", "Lien vers un tableau de bord créé"),
        ["dashboard.unshared"] = new("Link to a dashboard taken back", "Lien vers un tableau de bord repris"),
        ["dashboard.imported"] = new("Dashboard imported", "Tableau de bord importé"),
        ["table.restored"] = new("Table restored", "Table restaurée"),
        ["upload.begun"] = new("Upload begun", "Envoi commencé"),
        ["upload.fetched"] = new("File fetched from an address", "Fichier récupéré à une adresse"),
        ["upload.deleted"] = new("Upload deleted", "Envoi supprimé"),
        ["source.made"] = new("Source made from a file", "Source créée à partir d'un fichier"),
        ["training.written"] = new("Training written", "Entraînement écrit"),
        ["training.started"] = new("Training started", "Entraînement lancé"),
        ["training.repeated"] = new("Training repeated", "Entraînement répété"),
        ["training.stopped"] = new("Training stopped", "Entraînement arrêté"),
        ["model.published"] = new("Model version published", "Version de modèle publiée"),
        ["model.rolled-back"] = new("Model taken back to an earlier version", "Modèle ramené à une version antérieure"),
        ["model.alias-removed"] = new("Alias of a model removed", "Alias d'un modèle retiré"),
        ["model.noted"] = new("Note on a model changed", "Note sur un modèle modifiée"),
        ["model.challenger-promoted"] = new("Better challenger put into use", "Meilleur challenger mis en service"),
        ["model.challenger-judged"] = new("Challenger judged", "Challenger jugé"),
        ["endpoint.truth-told"] = new("Truth of predictions told", "Vérité de prédictions donnée"),
        ["model.scoring-cancelled"] = new("Prediction of many rows cancelled", "Prédiction de nombreuses lignes annulée"),
        ["model.table-scored"] = new("Whole table predicted", "Table entière prédite"),
        ["endpoint.logging-changed"] = new("Logging of an endpoint changed", "Journal d'un point d'accès modifié"),
        ["endpoint.saved"] = new("Endpoint saved", "Point d'accès enregistré"),
        ["endpoint.removed"] = new("Endpoint removed", "Point d'accès supprimé"),
        ["endpoint.key-made"] = new("Key of an endpoint made", "Clé d'un point d'accès créée"),
        ["endpoint.key-revoked"] = new("Key of an endpoint revoked", "Clé d'un point d'accès révoquée"),
    };

    public static string Of(string action, Reader reader) => _actions.TryGetValue(action, out var words) ? reader[words] : action;
}
