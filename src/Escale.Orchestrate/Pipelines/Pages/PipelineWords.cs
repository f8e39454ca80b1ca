using Escale.Orchestrate.Pipelines.Files;
using Escale.Ui;

namespace Escale.Orchestrate.Pipelines.Pages;

/// <summary>The words of pipelines.</summary>
internal static class PipelineWords
{
    public static readonly Text Pipelines = new("Pipelines", "Pipelines");
    public static readonly Text Pipeline = new("Pipeline", "Pipeline");
    public static readonly Text About = new("What is done by itself, in which order and when.", "Ce qui se fait tout seul, dans quel ordre et quand.");
    public static readonly Text None = new("No pipelines yet", "Pas encore de pipeline");
    public static readonly Text NoneAbout = new(
        "A pipeline says what is done, in which order and when: collect, transform, train, tell somebody. It is a file of the project. Copy this one to pipelines/daily.yml; it shows here at once.",
        "Un pipeline dit quoi faire, dans quel ordre et quand : collecter, transformer, entraîner, prévenir quelqu'un. C'est un fichier du projet. Copiez celui-ci dans pipelines/daily.yml ; il apparaît ici aussitôt.");
    public static readonly Text Name = new("Name", "Nom");
    public static readonly Text When = new("When", "Quand");
    public static readonly Text Next = new("Next run", "Prochaine exécution");
    public static readonly Text LastRuns = new("Last runs", "Dernières exécutions");
    public static readonly Text LastRun = new("Last run", "Dernière exécution");
    public static readonly Text Never = new("has not run yet", "jamais exécuté");
    public static readonly Text Active = new("Active", "Actif");
    public static readonly Text Paused = new("Paused", "En pause");
    public static readonly Text Pause = new("Pause {0}", "Mettre {0} en pause");
    public static readonly Text Resume = new("Let {0} run by itself", "Laisser {0} s'exécuter seul");
    public static readonly Text PausedAbout = new("It begins no run by itself until it is active again. Runs that you ask for begin.", "Il ne lance rien seul tant qu'il est en pause. Ce que vous lancez vous-même démarre.");
    public static readonly Text RunNow = new("Run now", "Exécuter maintenant");
    public static readonly Text RunNowOf = new("Run {0} now", "Exécuter {0} maintenant");
    public static readonly Text WrongFile = new("{0} cannot be read; the other pipelines go on", "{0} ne peut pas être lu ; les autres pipelines continuent");
    public static readonly Text WrongOwnFile = new("The file cannot be read: nothing new begins until it is mended", "Le fichier ne peut pas être lu : rien ne démarre tant qu'il n'est pas corrigé");
    public static readonly Text GoneFile = new("The file of this pipeline is gone: only its history is left", "Le fichier de ce pipeline n'existe plus : il reste son historique");
    public static readonly Text Find = new("Find a pipeline", "Chercher un pipeline");
    public static readonly Text NothingFound = new("No pipeline has this name.", "Aucun pipeline ne porte ce nom.");
    public static readonly Plural Steps = new(new("{0} step", "{0} étape"), new("{0} steps", "{0} étapes"));

    public static readonly Text Grid = new("Grid", "Grille");
    public static readonly Text Graph = new("Graph", "Graphe");
    public static readonly Text Calendar = new("Calendar", "Calendrier");
    public static readonly Text Times = new("Durations", "Durées");
    public static readonly Text Code = new("Code", "Code");
    public static readonly Text Start = new("Start", "Lancer");
    public static readonly Text Backfill = new("Backfill", "Rattrapage");
    public static readonly Text Step = new("Step", "Étape");
    public static readonly Text StepList = new("Steps", "Étapes");
    public static readonly Text Older = new("Older runs", "Plus anciennes");
    public static readonly Text Newest = new("Newest", "Les plus récentes");
    public static readonly Text MoreSteps = new("Next steps", "Étapes suivantes");
    public static readonly Text FewerSteps = new("Previous steps", "Étapes précédentes");
    public static readonly Text GridAbout = new("Each column is a run, the newest at the right; its bar is as high as the run was long. Click a cell for the step and its log.", "Chaque colonne est une exécution, la plus récente à droite ; sa barre est d'autant plus haute qu'elle a duré. Cliquez une case pour l'étape et son journal.");
    public static readonly Text OfDay = new("Runs that were due on {0}", "Exécutions prévues le {0}");
    public static readonly Text AllDays = new("All days", "Tous les jours");
    public static readonly Text NoRuns = new("No runs yet", "Aucune exécution");
    public static readonly Text NoRunsAbout = new("Start it now, or wait for its time.", "Lancez-le maintenant, ou attendez son heure.");
    public static readonly Text NoRunsOfDay = new("Nothing was due on this day.", "Rien n'était prévu ce jour-là.");
    public static readonly Text GraphAbout = new("The steps in their order, coloured by this run.", "Les étapes dans leur ordre, colorées selon cette exécution.");
    public static readonly Text GraphPlain = new("The steps in their order; it has not run yet.", "Les étapes dans leur ordre ; rien n'a encore été exécuté.");
    public static readonly Text GraphTooLarge = new("{0} steps are too many to draw; the grid shows them all.", "{0} étapes, c'est trop pour un dessin ; la grille les montre toutes.");
    public static readonly Text CalendarAbout = new("Each day by the runs that were due on it, in the time zone {0}. Runs are kept for 180 days.", "Chaque jour selon les exécutions prévues ce jour-là, dans le fuseau {0}. Les exécutions sont conservées 180 jours.");
    public static readonly Text Planned = new("planned", "prévu");
    public static readonly Text AllGood = new("all succeeded", "tout a réussi");
    public static readonly Text SomeBad = new("some failed", "des échecs");
    public static readonly Text StillOpen = new("not ended", "pas terminé");
    public static readonly Text NothingDone = new("nothing ran", "rien");
    public static readonly Text Today = new("today", "aujourd'hui");
    public static readonly Plural Succeeded = new(new("{0} succeeded", "{0} réussie"), new("{0} succeeded", "{0} réussies"));
    public static readonly Plural FailedCount = new(new("{0} failed", "{0} en échec"), new("{0} failed", "{0} en échec"));
    public static readonly Text DurationChart = new("How long each run took", "Durée de chaque exécution");
    public static readonly Text StepChart = new("How long its steps took", "Durée des étapes");
    public static readonly Text LandingChart = new("How long after the end of its interval each run was done", "Temps entre la fin de l'intervalle et la fin de l'exécution");
    public static readonly Text LandingAbout = new("A run about yesterday that ends at 6:20 has landed 6 h 20 min after its interval. When this grows, what reads the tables waits.", "Une exécution sur la journée d'hier qui finit à 6 h 20 arrive 6 h 20 min après son intervalle. Quand cela augmente, ceux qui lisent les tables attendent.");
    public static readonly Text NoTimes = new("No run has ended yet.", "Aucune exécution n'est encore terminée.");
    public static readonly Text Others = new("others", "autres");
    public static readonly Text Moment = new("due", "prévue");
    public static readonly Text Seconds = new("seconds", "secondes");
    public static readonly Text Hours = new("hours", "heures");
    public static readonly Text Minutes = new("minutes", "minutes");
    public static readonly Text IntervalEnd = new("end of interval", "fin de l'intervalle");

    public static readonly Text StartAbout = new("What is left empty has the value of the file.", "Ce qui reste vide prend la valeur du fichier.");
    public static readonly Text IntervalField = new("Interval that the run is about", "Intervalle traité");
    public static readonly Text NoInterval = new("none: it is about now", "aucun : le moment présent");
    public static readonly Text IntervalHint = new("What {{ interval.day }} and the like stand for; when the run happens is another thing.", "Ce que valent {{ interval.day }} et semblables ; le moment de l'exécution est autre chose.");
    public static readonly Text FromFile = new("from the file: {0}", "dans le fichier : {0}");
    public static readonly Text Needed = new("must be given", "obligatoire");
    public static readonly Text AsCode = new("As code", "En code");
    public static readonly Text BackfillAbout = new(
        "Makes the runs of past days, less urgent than those of now. First you see what would run.", "Crée les exécutions de jours passés, moins urgentes que celles du présent. Vous voyez d'abord ce qui serait exécuté.");
    public static readonly Text NoSchedule = new("This pipeline has neither a schedule nor parameters: there is nothing to run it for. Give it one of them in its file.", "Ce pipeline n'a ni horaire ni paramètres : il n'y a rien pour quoi l'exécuter. Donnez-lui l'un ou l'autre dans son fichier.");
    public static readonly Text ValuesAbout = new(
        "Of a parameter, several values are separated by commas: there is a run for each. Of days and whole numbers also 2026-11-01..2026-11-07.",
        "D'un paramètre, plusieurs valeurs sont séparées par des virgules : il y a une exécution pour chacune. Pour les jours et les nombres entiers, aussi 2026-11-01..2026-11-07.");
    public static readonly Text BackfillOfValues = new("Makes runs for values of the parameters, less urgent than those of now. First you see what would run.", "Crée des exécutions pour des valeurs des paramètres, moins urgentes que celles du présent. Vous voyez d'abord ce qui serait exécuté.");
    public static readonly Text ParameterValues = new("Parameters", "Paramètres");
    public static readonly Text From = new("First day", "Premier jour");
    public static readonly Text To = new("Last day", "Dernier jour");
    public static readonly Text NewestFirst = new("Begin with the newest", "Commencer par le plus récent");
    public static readonly Text Again = new("Also what ran already", "Aussi ce qui a déjà été exécuté");
    public static readonly Text Limit = new("At most", "Au plus");
    public static readonly Text LimitHint = new("runs; empty: all", "exécutions ; vide : toutes");
    public static readonly Text ShowPlan = new("Show what would run", "Voir ce qui serait exécuté");
    public static readonly Plural MakeRuns = new(new("Make {0} run", "Créer {0} exécution"), new("Make {0} runs", "Créer {0} exécutions"));
    public static readonly Plural MadeRuns = new(new("{0} run waits for its turn.", "{0} exécution attend son tour."), new("{0} runs wait for their turn.", "{0} exécutions attendent leur tour."));
    public static readonly Text NothingToMake = new("Nothing would run: there is no such time, or all of it ran already.", "Rien ne serait exécuté : aucun moment de ce genre, ou tout a déjà été exécuté.");
    public static readonly Text RanAlready = new("ran already", "déjà exécuté");
    public static readonly Text WouldRun = new("would run", "serait exécuté");
    public static readonly Text AndMore = new("… and {0} more", "… et {0} de plus");

    public static readonly Text Run = new("Run of {0}", "Exécution de {0}");
    public static readonly Text Interval = new("Interval: what it is about", "Intervalle : ce qu'elle traite");
    public static readonly Text NoIntervalGiven = new("none, it was about the moment itself", "aucun, elle portait sur le moment même");
    public static readonly Text Actual = new("Actual time: when it happened", "Temps réel : quand elle a eu lieu");
    public static readonly Text NotBegun = new("has not begun", "pas commencée");
    public static readonly Text Waited = new("waited {0}", "a attendu {0}");
    public static readonly Text Landed = new("done {0} after its interval", "terminée {0} après son intervalle");
    public static readonly Text DoneBy = new("to be done by {0}", "à finir avant le {0}");
    public static readonly Text IsLate = new("late", "en retard");
    public static readonly Text Because = new("Why it ran", "Pourquoi");
    public static readonly Text Parameters = new("Parameters", "Paramètres");
    public static readonly Text Note = new("Note", "Remarque");
    public static readonly Text StartedBy = new("by the run {0}", "par l'exécution {0}");
    public static readonly Text AfterRun = new("after the run {0}", "après l'exécution {0}");
    public static readonly Text Mark = new("Say how it ended", "Dire comment elle a fini");
    public static readonly Text MarkNote = new("Why (kept with the run)", "Pourquoi (conservé avec l'exécution)");
    public static readonly Text MarkSuccess = new("Mark as succeeded", "Marquer réussie");
    public static readonly Text MarkFailed = new("Mark as failed", "Marquer en échec");
    public static readonly Text Took = new("Time", "Durée");
    public static readonly Text Attempts = new("Attempts", "Tentatives");
    public static readonly Text Attempt = new("Attempt {0}", "Tentative {0}");
    public static readonly Text AllAttempts = new("All", "Toutes");
    public static readonly Text State = new("State", "État");
    public static readonly Text Gantt = new("Gantt", "Gantt");
    public static readonly Text WholeLog = new("Log", "Journal");
    public static readonly Text TryFromHere = new("Try again from here", "Reprendre à partir d'ici");
    public static readonly Text TryFromHereHint = new("Does this step again, and what is behind it.", "Refait cette étape et ce qui la suit.");
    public static readonly Text TryElementsHint = new("Does the elements that failed again, and what is behind their step.", "Refait les éléments en échec, et ce qui suit leur étape.");
    public static readonly Text OnlyThis = new("Only this step", "Seulement cette étape");
    public static readonly Text Anew = new("Run anew with the file as it is now", "Relancer avec le fichier actuel");
    public static readonly Text FileChanged = new("The file has changed since this run began. To try again does the steps as they were; to use the changes, run it anew.", "Le fichier a changé depuis le début de cette exécution. Reprendre refait les étapes telles qu'elles étaient ; pour utiliser les changements, relancez tout.");
    public static readonly Text Cancel = new("Cancel the run", "Arrêter l'exécution");
    public static readonly Text Stopping = new("It is being stopped", "Arrêt en cours");
    public static readonly Text OverTime = new("Its time was over, so it was stopped.", "Son temps était écoulé, elle a été arrêtée.");
    public static readonly Text NextAttempt = new("tries again", "nouvelle tentative");
    public static readonly Text StepCode = new("The step", "L'étape");
    public static readonly Text InFile = new("In the file", "Dans le fichier");
    public static readonly Text Output = new("What it gave", "Résultat");
    public static readonly Text UpstreamAbout = new("It was not run because a step before it failed: {0}.", "Elle n'a pas été exécutée, car une étape avant elle a échoué : {0}.");
    public static readonly Text SkippedAbout = new("It was skipped: its condition or its rule did not hold.", "Elle a été sautée : sa condition ou sa règle n'était pas remplie.");
    public static readonly Text SeeBuild = new("See what was built", "Voir ce qui a été construit");
    public static readonly Text SeeRun = new("See the run that it started", "Voir l'exécution lancée");
    public static readonly Text Cost = new("Data: {0}", "Données : {0}");
    public static readonly Plural CostRows = new(new("{0} row", "{0} ligne"), new("{0} rows", "{0} lignes"));
    public static readonly Text SeeElements = new("See its elements", "Voir ses éléments");
    public static readonly Text DoneOf = new("{0} of {1} ended", "{0} sur {1} finis");
    public static readonly Text PartAbout = new("These are parts of the pipeline {0}: its page starts them, and its runs lead here.", "Ce sont des parties du pipeline {0} : sa page les lance, et ses exécutions mènent ici.");
    public static readonly Text LogEmpty = new("It said nothing.", "Elle n'a rien dit.");
    public static readonly Text Failed = new("The run of {0} failed at the step {1}: {2}", "L'exécution du {0} a échoué à l'étape {1} : {2}");
    public static readonly Text FailedWhole = new("The run of {0} failed.", "L'exécution du {0} a échoué.");
    public static readonly Text Queued = new("It waits for an earlier run of this pipeline to end.", "Elle attend la fin d'une exécution précédente de ce pipeline.");
    public static readonly Text FirstSteps = new("The first {0} of {1} steps, those that failed at the top.", "Les {0} premières étapes sur {1}, celles en échec en tête.");

    /// <summary>The word of a status of a run, a step or an attempt.</summary>
    public static Text Of(string status) => status switch
    {
        "queued" => new("Waiting for its turn", "Attend son tour"),
        "waiting" => new("Waiting", "En attente"),
        "ready" => new("About to begin", "Prête"),
        "deferred" => new("Waits outside", "Attend l'extérieur"),
        "upstream_failed" => new("Not run", "Non exécutée"),
        "marked_succeeded" => new("Marked as succeeded", "Marquée réussie"),
        "marked_failed" => new("Marked as failed", "Marquée en échec"),
        "lost" => new("Worker lost", "Perdue"),
        _ => status == "succeeded" ? new("Succeeded", "Réussie") : RunWords.Of(status),
    };

    /// <summary>A sign, so that a state is never told by colour alone.</summary>
    public static string Sign(string? status) => status switch
    {
        "succeeded" => "✓",
        "failed" => "✕",
        "upstream_failed" => "↥",
        "skipped" => "→",
        "cancelled" => "■",
        "running" => "▶",
        "deferred" => "‖",
        "lost" => "?",
        null => "",
        _ => "·",
    };

    /// <summary>The tone of a status.</summary>
    public static string Tone(string? status) => status switch
    {
        "succeeded" or "marked_succeeded" => "good",
        "failed" or "lost" or "marked_failed" => "bad",
        "upstream_failed" or "cancelled" => "warn",
        "running" or "deferred" => "busy",
        _ => "calm",
    };

    /// <summary>What made a run.</summary>
    public static Text Trigger(string trigger) => trigger switch
    {
        "schedule" => new("its schedule", "son horaire"),
        "manual" => new("by hand", "à la main"),
        "backfill" => new("backfill", "rattrapage"),
        "assets" => new("what it reads has changed", "ce qu'il lit a changé"),
        "file" => new("a file came", "un fichier est arrivé"),
        "webhook" => new("a webhook", "un webhook"),
        "after" => new("another pipeline ended", "un autre pipeline a fini"),
        "deadline" => new("a run is late", "une exécution est en retard"),
        "pipeline" => new("another pipeline", "un autre pipeline"),
        "each" => new("a step, for each element of its list", "une étape, pour chaque élément de sa liste"),
        _ => new(trigger, trigger),
    };

    /// <summary>What a parameter is, which values it may have, and what it is when none is given.</summary>
    public static string OfParameter(Reader reader, ParameterSpec parameter, IReadOnlyList<string> choices) => string.Join(
        " · ", new[] { parameter.Description, string.Join(", ", choices), parameter.Default is { } given ? reader[FromFile, given] : reader[Needed] }.Where(part => part.Length > 0));
}
