using Escale.Ui;

namespace Escale.Modeling;

// The words of alerts.
internal static partial class Words
{
    public static readonly Text AlertDrift = new("What is asked looks other than at training: {0} ({1} rows compared).", "Ce qui est demandé ne ressemble plus à l’entraînement : {0} ({1} lignes comparées).");
    public static readonly Text NextDrift = new("Predictions may be worse than the scores say: train a challenger on newer rows.", "Les prédictions sont peut-être moins bonnes que les scores : entraînez un challenger sur des lignes récentes.");
    public static readonly Text AlertQuality = new("The error is {0}, at training it was {1} ({2} predictions whose truth is known).", "L’erreur est de {0}, elle était de {1} à l’entraînement ({2} prédictions dont la vérité est connue).");
    public static readonly Text NextQuality = new("Train a challenger on newer rows, or roll back.", "Entraînez un challenger sur des lignes récentes, ou revenez en arrière.");
    public static readonly Text AlertErrors = new("{0} of the {1} requests of the last hour could not be answered.", "{0} des {1} requêtes de la dernière heure sont restées sans réponse.");
    public static readonly Text NextErrors = new("Look at what programs send: each refusal names the field.", "Regardez ce qu’envoient les programmes : chaque refus nomme le champ.");
    public static readonly Text AlertLatency = new("Answers take up to {0}; the limit is {1}.", "Les réponses prennent jusqu’à {0} ; la limite est de {1}.");
    public static readonly Text NextLatency = new("Publish a smaller model, or ask with fewer rows at a time.", "Publiez un modèle plus petit, ou demandez moins de lignes à la fois.");
    public static readonly Text AlertSilent = new("It is open and does not answer: its model cannot be read.", "Il est ouvert et ne répond pas : son modèle est illisible.");
    public static readonly Text NextSilent = new("Publish a version that can be read, or restore its file.", "Publiez une version lisible, ou restaurez son fichier.");
    public static readonly Text MostErrors = new("Warn when so many requests fail (%)", "Alerter quand tant de requêtes échouent (%)");
    public static readonly Text MostMilliseconds = new("Warn when answers take longer than (ms)", "Alerter quand les réponses dépassent (ms)");
}
