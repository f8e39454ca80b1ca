using Escale.Ui;

namespace Escale.Modeling;

// The words of retraining.
internal static partial class Words
{
    public static readonly Text Retraining = new("Kept up to date", "Tenu à jour");
    public static readonly Text RetrainWhen = new("A challenger is trained when", "Un challenger est entraîné quand");
    public static readonly Text RetrainPromotes = new("It takes the place of the version in use only if it is better on the newest rows, which neither has learned from, by more than chance{0}.", "Il ne prend la place de la version en service que s’il est meilleur sur les lignes les plus récentes, qu’aucun des deux n’a apprises, au-delà du hasard{0}.");
    public static readonly Text RetrainAsks = new("A person then decides whether it takes the place of the version in use.", "Une personne décide ensuite s’il prend la place de la version en service.");
    public static readonly Text RetrainMargin = new(" and by {0} at least", " et d’au moins {0}");
    public static readonly Text NoRetrainRule = new("There is no rule yet. Write one in {0}:", "Il n’y a pas encore de règle. Écrivez-en une dans {0} :");
    public static readonly Text RuleDrift = new("what it is asked looks other than at training", "ce qu’on lui demande ne ressemble plus à l’entraînement");
    public static readonly Text RuleQuality = new("its errors in use are clearly larger than at training", "ses erreurs à l’usage sont nettement plus grandes qu’à l’entraînement");
    public static readonly Text RuleRows = new("its table has {0} new rows", "sa table a {0} lignes nouvelles");
    public static readonly Text RuleAge = new("it is {0} days old and its table has changed", "il a {0} jours et sa table a changé");
    public static readonly Text ChallengeNow = new("Train a challenger now", "Entraîner un challenger");
    public static readonly Text NoChallenges = new("No challenger was trained yet.", "Aucun challenger n’a encore été entraîné.");
    public static readonly Text ChallengeReason = new("Why", "Pourquoi");
    public static readonly Text ChallengeOutcome = new("What came of it", "Ce qu’il en est sorti");
    public static readonly Text ChallengeRuns = new("The challenger is being trained.", "Le challenger est en cours d’entraînement.");
    public static readonly Text ChallengePromoted = new("Version {1} is better and took the place of version {0}: {2} {4} against {3}; better by {5} to {6}.", "La version {1} est meilleure et a pris la place de la version {0} : {2} {4} contre {3} ; meilleure de {5} à {6}.");
    public static readonly Text ChallengeBetter = new("Version {1} is better than version {0}: {2} {4} against {3}; better by {5} to {6}. You decide.", "La version {1} est meilleure que la version {0} : {2} {4} contre {3} ; meilleure de {5} à {6}. À vous de décider.");
    public static readonly Text ChallengeKept = new("Version {0} stays: version {1} is not surely better ({2} {4} against {3}; the difference lies between {5} and {6}).", "La version {0} reste : la version {1} n’est pas sûrement meilleure ({2} {4} contre {3} ; l’écart est entre {5} et {6}).");
    public static readonly Text ChallengeUnjudged = new("Version {1} was trained but not judged; version {0} stays.", "La version {1} a été entraînée mais pas jugée ; la version {0} reste.");
    public static readonly Text FewRowsToJudge = new("Too few rows are new since it learned.", "Trop peu de lignes sont nouvelles depuis le dernier apprentissage.");
    public static readonly Text NoPastToJudge = new("The rows that it learned from cannot be told any more.", "On ne sait plus quelles lignes elle avait apprises.");
    public static readonly Text ChallengeFailed = new("The training failed.", "L’entraînement a échoué.");
    public static readonly Text JudgedByTime = new("Judged by the newest {0} of {1} new rows: {2} from {3} to {4}.", "Jugé sur les {0} plus récentes des {1} lignes nouvelles : {2} du {3} au {4}.");
    public static readonly Text JudgedByPlace = new("Judged by the last {0} of {1} new rows of the table.", "Jugé sur les {0} dernières des {1} lignes nouvelles de la table.");

    /// <summary>The outcome of a challenge.</summary>
    public static Text OfOutcome(string outcome) => outcome switch
    {
        "promoted" => new("put into use", "mis en service"),
        "better" => new("better", "meilleur"),
        "kept" => new("not better", "pas meilleur"),
        "unjudged" => new("not judged", "non jugé"),
        "running" => new("under way", "en cours"),
        _ => new("failed", "échoué"),
    };
}
