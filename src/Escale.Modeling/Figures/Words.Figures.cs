using Escale.Ui;

namespace Escale.Modeling;

// The words of the key figures.
internal static partial class Words
{
    public static readonly Text KpisAbout = new("The last thirty days: who uses it, what is trained, how endpoints answer, how good models are.", "Les trente derniers jours : qui s’en sert, ce qui est entraîné, comment répondent les points d’accès, ce que valent les modèles.");
    public static readonly Text ActivePeople = new("people in the last 7 days", "personnes ces 7 derniers jours");
    public static readonly Text Retention = new("of those of the week before came back", "de celles de la semaine d’avant sont revenues");
    public static readonly Text TrainedIn30 = new("models trained in 30 days", "modèles entraînés en 30 jours");
    public static readonly Text MeanTime = new("mean time of an answer", "durée moyenne d’une réponse");
    public static readonly Text PeoplePerDay = new("People a day", "Personnes par jour");
    public static readonly Text PeopleHead = new("People", "Personnes");
    public static readonly Text TrainedPerDay = new("Trainings a day", "Entraînements par jour");
    public static readonly Text QualityOverTime = new("Quality of models", "Qualité des modèles");
    public static readonly Text QualityAbout = new("How far each model comes from always giving the same answer (0%) to being always right (100%).", "Le chemin que fait chaque modèle entre une réponse toujours identique (0 %) et une réponse toujours juste (100 %).");
    public static readonly Text InUseTitle = new("Errors in use", "Erreurs à l’usage");
    public static readonly Text InUseAbout = new("By week, where the truth is known, compared with training: 100% is as large as at training, above is worse.", "Par semaine, où la vérité est connue, comparées à l’entraînement : 100 % est comme à l’entraînement, au-dessus c’est pire.");
}
