using Escale.Ui;

namespace Escale.Reference;

/// <summary>The words of the API reference.</summary>
internal static class Words
{
    public static readonly Text Reference = new("API reference", "Référence de l'API");
    public static readonly Text About = new(
        "Everything that the pages do. Send an API token of your account as a bearer token; errors are problem details with a stable code.",
        "Tout ce que font les pages. Envoyez un jeton d'API de votre compte comme jeton « bearer » ; les erreurs sont des « problem details » avec un code stable.");
    public static readonly Text Document = new("OpenAPI document", "Document OpenAPI");
    public static readonly Text Tokens = new("API tokens", "Jetons d'API");
    public static readonly Text Parameters = new("Parameters", "Paramètres");
    public static readonly Text Body = new("Body (JSON)", "Corps (JSON)");
    public static readonly Text Answers = new("Answers", "Réponses");
    public static readonly Text Example = new("Example", "Exemple");
    public static readonly Text Required = new("required", "obligatoire");
    public static readonly Text Other = new("Other", "Autres");
}
